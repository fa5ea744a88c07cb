//! The proxy under load, beside nginx and a bare hyper pass-through.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use blackbar_benches::corpus::{self, Body};
use blackbar_benches::load::client::{self, Bytes, Connection, Outcome, Pace, send};
use blackbar_benches::load::process::Cpu;
use blackbar_benches::load::servers;
use blackbar_benches::load::setup::{self, Target};
use blackbar_benches::options::{self, Options};
use blackbar_benches::report::{Bound, Report};
use blackbar_benches::rounds::Times;
use blackbar_benches::{Error, grow, peer, product};
use blackbar_core::pipeline::Workspace;
use blackbar_core::session::InMemoryWindows;
use posthog_replay_anonymizer::AllowLists;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Blackbar when it does not flush for each request.
const LAZY: &str = "Blackbar, audit.sync = \"interval\"";

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--upstream"] => servers::upstream(),
        ["--pass-through", upstream] => servers::pass_through(upstream.parse()?),
        _ => measure(&options::read()?),
    }
}

/// What is sent: a list for each connection, and what must be sent before so that it makes sense.
struct Traffic {
    name: &'static str,
    before: Vec<Vec<Bytes>>,
    lists: Vec<Vec<Bytes>>,
    /// Requests in a round.
    n: usize,
}

fn measure(options: &Options) -> Result<(), Error> {
    let all = corpus::read(&options.corpus)?;
    let mut report = Report::new("load");
    report.about(format!(
        "Loopback, HTTP/1.1. CPU time is the proxy's own, as the kernel accounts it for its threads. \
         Medians of {} rounds that took turns. Proxies run with as many threads as there are cores; \
         load generator, proxy and upstream share them.",
        options.rounds
    ));
    let traffic = [
        sized("4 KB", 4_000, 3_000, &all)?,
        sized("40 KB", 40_000, 600, &all)?,
        sized("400 KB", 400_000, 80, &all)?,
        by_session("corpus mix", all.iter(), all.len()),
        by_session("corpus, replay", all.iter().filter(|body| body.is_replay()), all.len()),
    ];
    let upstream = setup::upstream()?;
    let blackbar = setup::blackbar("Blackbar", upstream.address, "each")?;
    let lazy = setup::blackbar(LAZY, upstream.address, "interval")?;
    let pass_through = setup::pass_through(upstream.address)?;
    let nginx = setup::nginx(upstream.address)?;
    let targets: Vec<&Target> =
        [Some(&upstream), nginx.as_ref(), Some(&pass_through), Some(&blackbar), Some(&lazy)]
            .into_iter()
            .flatten()
            .collect();
    let mut in_process = InProcess::new(&all)?;
    let only = std::env::var("LOAD_ONLY").unwrap_or_default();
    for traffic in traffic.iter().filter(|traffic| traffic.name.contains(&only)) {
        eprintln!("{} …", traffic.name);
        one(&mut report, options, traffic, &targets, &mut in_process)?;
    }
    if only.is_empty() || only == "large" {
        large_beside_small(&mut report, options, &traffic[0], &blackbar, &all)?;
    }
    report.give(&options.out)
}

/// Requests of about one size on the wire, cut out of the recordings.
fn sized(name: &'static str, wire: usize, n: usize, all: &[Body]) -> Result<Traffic, Error> {
    const CONNECTIONS: usize = 20;
    let recordings = grow::recordings(all)?;
    let (mut before, mut lists) = (Vec::new(), Vec::new());
    for idx in 0..CONNECTIONS {
        let own = &recordings[idx % recordings.len()..=idx % recordings.len()];
        let primer = grow::bodies(own, 1 << 20, 0..1)?;
        let fits = |body: &Body| (wire * 3 / 4..wire * 4 / 3).contains(&body.bytes.len());
        // How much JSON makes so many bytes differs from recording to recording.
        let cuts = [2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0].iter().map(|times| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive length")]
            let len = (wire as f64 * times) as usize;
            let repeats = u32::try_from(1 + len / 500_000).unwrap_or(1);
            let bodies = grow::bodies(own, len, 0..repeats)?;
            Ok(bodies.into_iter().filter(fits).take(24).collect::<Vec<Body>>())
        });
        let cuts = cuts.collect::<Result<Vec<_>, Error>>()?;
        let most = cuts.into_iter().max_by_key(Vec::len).unwrap_or_default();
        if !most.is_empty() {
            before.push(primer.iter().map(client::request).collect());
            lists.push(most.iter().map(client::request).collect());
        }
    }
    if lists.is_empty() {
        return Err(format!("no body of {wire} bytes can be cut from the corpus").into());
    }
    Ok(Traffic { name, before, lists, n })
}

/// Requests as recorded, each session on a connection of its own.
fn by_session<'a>(name: &'static str, bodies: impl Iterator<Item = &'a Body>, n: usize) -> Traffic {
    let mut sessions: BTreeMap<u32, Vec<Bytes>> = BTreeMap::new();
    for body in bodies {
        sessions.entry(body.session).or_default().push(client::request(body));
    }
    let lists: Vec<Vec<Bytes>> = sessions.into_values().collect();
    Traffic { name, before: lists.clone(), lists, n }
}

/// What the work takes without HTTP.
struct InProcess {
    /// The mix, in the order in which it is sent.
    mixed: Vec<Body>,
    /// As the proxy keeps its windows from round to round.
    sessions: InMemoryWindows,
    replay: Vec<Body>,
    policy: blackbar_core::policy::Policy,
    scratch: Workspace,
    events: Vec<Vec<u8>>,
    allow: AllowLists,
}

impl InProcess {
    fn new(all: &[Body]) -> Result<Self, Error> {
        let replay: Vec<Body> = all.iter().filter(|body| body.is_replay()).cloned().collect();
        let mut by_session: BTreeMap<u32, Vec<&Body>> = BTreeMap::new();
        for body in all {
            by_session.entry(body.session).or_default().push(body);
        }
        let lists: Vec<Vec<&Body>> = by_session.into_values().collect();
        let lens: Vec<usize> = lists.iter().map(Vec::len).collect();
        let order = client::order(&lens, all.len());
        let mixed = order.iter().map(|&(_, list, place)| lists[list][place].clone()).collect();
        let (policy, scratch, sessions) = (product::policy()?, Workspace::default(), InMemoryWindows::default());
        let (events, allow) = (peer::events(all)?, AllowLists::default());
        let mut this = Self { mixed, sessions, replay, policy, scratch, events, allow };
        this.mix();
        Ok(this)
    }

    fn mix(&mut self) -> Duration {
        product::pass_with(&self.mixed, &self.policy, &self.sessions, &mut self.scratch).took
    }

    fn peer(&self) -> Duration {
        peer::pass(&self.allow, &self.events).took
    }
}

/// What one target did under one traffic.
struct Measured {
    rates: Vec<f64>,
    saturated: Vec<Duration>,
    redact: Vec<Duration>,
    audit: Vec<Duration>,
    p50: Vec<Duration>,
    p99: Vec<Duration>,
    steady: Vec<Duration>,
    steady_p50: Vec<Duration>,
    steady_p99: Vec<Duration>,
}

fn one(
    report: &mut Report,
    options: &Options,
    traffic: &Traffic,
    targets: &[&Target],
    in_process: &mut InProcess,
) -> Result<(), Error> {
    for target in targets {
        if !traffic.before.is_empty() {
            let n = traffic.before.iter().map(Vec::len).sum();
            send(target.address, &traffic.before, n, Pace::Saturated)?;
        }
        send(target.address, &traffic.lists, traffic.n / 4, Pace::Saturated)?;
    }
    let mut all: Vec<Measured> = targets.iter().map(|_| Measured::new()).collect();
    let (mut mix, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        for (target, measured) in targets.iter().zip(&mut all) {
            let (outcome, cpu) =
                counted(target, || send(target.address, &traffic.lists, traffic.n, Pace::Saturated))?;
            measured.rates.push(outcome.rate());
            measured.saturated.push(cpu.all);
            measured.redact.push(cpu.redact);
            measured.audit.push(cpu.audit);
            measured.p50.push(outcome.latencies.quantile(0.5));
            measured.p99.push(outcome.latencies.quantile(0.99));
        }
        if traffic.name == "corpus mix" {
            mix.push(in_process.mix());
        }
        if traffic.name == "corpus, replay" {
            peer.push(in_process.peer());
        }
        // Half of what Blackbar can do, for all of them.
        let half = all.iter().zip(targets).find(|(_, target)| target.name == "Blackbar");
        let half =
            half.and_then(|(measured, _)| measured.rates.last()).ok_or("Blackbar is not measured")? / 2.0;
        for (target, measured) in targets.iter().zip(&mut all) {
            let (outcome, cpu) =
                counted(target, || send(target.address, &traffic.lists, traffic.n, Pace::Steady(half)))?;
            measured.steady.push(cpu.all);
            measured.steady_p50.push(outcome.latencies.quantile(0.5));
            measured.steady_p99.push(outcome.latencies.quantile(0.99));
        }
    }
    tell(report, traffic, targets, &mut all)?;
    gates(report, traffic, targets, &all, in_process, (mix, peer));
    Ok(())
}

/// What `work` gives, and the CPU time that the target used meanwhile.
fn counted(target: &Target, work: impl FnOnce() -> Result<Outcome, Error>) -> Result<(Outcome, Cpu), Error> {
    let before = target.process.cpu()?;
    let outcome = work()?;
    let used = target.process.cpu()?.each_since(before, u32::try_from(outcome.n)?);
    Ok((outcome, used))
}

impl Measured {
    fn new() -> Self {
        let none = Vec::new;
        Self {
            rates: Vec::new(),
            saturated: none(),
            redact: none(),
            audit: none(),
            p50: none(),
            p99: none(),
            steady: none(),
            steady_p50: none(),
            steady_p99: none(),
        }
    }
}

fn median(times: &[Duration]) -> Duration {
    Times::new("", times.to_vec()).median()
}

fn us(times: &[Duration]) -> f64 {
    median(times).as_secs_f64() * 1e6
}

fn ms(times: &[Duration]) -> f64 {
    median(times).as_secs_f64() * 1e3
}

fn tell(
    report: &mut Report,
    traffic: &Traffic,
    targets: &[&Target],
    all: &mut [Measured],
) -> Result<(), Error> {
    let mut rows = Vec::new();
    for (target, m) in targets.iter().zip(all) {
        m.rates.sort_unstable_by(f64::total_cmp);
        let rate = m.rates.get(m.rates.len() / 2).copied().unwrap_or(0.0);
        rows.push(vec![
            target.name.to_owned(),
            format!("{rate:.0}"),
            format!("{:.0}", 1e6 / us(&m.saturated)),
            format!("{:.0}", us(&m.saturated)),
            format!("{:.0} / {:.0}", us(&m.redact), us(&m.audit)),
            format!("{:.2} / {:.2}", ms(&m.p50), ms(&m.p99)),
            format!("{:.0}", us(&m.steady)),
            format!("{:.2} / {:.2}", ms(&m.steady_p50), ms(&m.steady_p99)),
            format!("{:.0}", target.process.resident()? as f64 / 1e6),
        ]);
    }
    let bytes: usize = traffic.lists.iter().flatten().map(Vec::len).sum();
    let n: usize = traffic.lists.iter().map(Vec::len).sum();
    let title = format!(
        "{}: {} requests a round on {} connections, {:.1} KB each on average",
        traffic.name,
        traffic.n,
        traffic.lists.len(),
        bytes as f64 / n as f64 / 1e3
    );
    let head = [
        "",
        "requests/s",
        "requests per CPU-second",
        "µs CPU",
        "of it redacting / audit",
        "p50 / p99 ms",
        "half load: µs CPU",
        "half load: p50 / p99 ms",
        "RSS MB",
    ];
    report.table(&title, &head, rows);
    Ok(())
}

fn gates(
    report: &mut Report,
    traffic: &Traffic,
    targets: &[&Target],
    all: &[Measured],
    in_process: &InProcess,
    (mix, peer): (Vec<Duration>, Vec<Duration>),
) {
    let of =
        |name| targets.iter().zip(all).find(|(target, _)| target.name == name).map(|(_, measured)| measured);
    let (Some(blackbar), Some(bare)) = (of("Blackbar"), of("hyper pass-through")) else { return };
    let flushes = [("each", blackbar)].into_iter().chain(of(LAZY).map(|lazy| ("interval", lazy)));
    if traffic.name == "corpus mix" {
        let pipeline = us(&mix) / in_process.mixed.len() as f64;
        let least = pipeline + us(&bare.saturated);
        report.about(format!("Pipeline alone on the mix: {pipeline:.0} µs a request."));
        let added = |mine: &[Duration], theirs: &[Duration]| ms(mine) - ms(theirs);
        for (sync, mine) in flushes.clone() {
            report.gate(
                &format!("CPU a request over pipeline + pass-through, mix, {sync}"),
                us(&mine.saturated) / least,
                Bound::AtMost(1.15),
            );
            report.gate(
                &format!("half load: ms added to p50, mix, {sync}"),
                added(&mine.steady_p50, &bare.steady_p50),
                Bound::AtMost(0.5),
            );
            report.gate(
                &format!("half load: ms added to p99, mix, {sync}"),
                added(&mine.steady_p99, &bare.steady_p99),
                Bound::AtMost(8.0),
            );
        }
    }
    if traffic.name == "corpus, replay" {
        let peer = us(&peer) / in_process.replay.len() as f64;
        report.about(format!("anonymize_line on the replay bodies: {peer:.0} µs a body."));
        for (sync, mine) in flushes {
            report.gate(
                &format!("CPU of the proxy over anonymize_line, replay, {sync}"),
                us(&mine.saturated) / peer,
                Bound::AtMost(0.8),
            );
        }
    }
}

/// Small requests at half load, without and with a large body under way all the time.
fn large_beside_small(
    report: &mut Report,
    options: &Options,
    small: &Traffic,
    blackbar: &Target,
    all: &[Body],
) -> Result<(), Error> {
    let recordings = grow::recordings(all)?;
    let large = grow::bodies(&recordings, 25_000_000, 0..2)?;
    let large = client::request(large.first().ok_or("no large body")?);
    let saturated = send(blackbar.address, &small.lists, small.n, Pace::Saturated)?.rate();
    let (mut alone, mut beside, mut each) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let steady =
            |share: f64| send(blackbar.address, &small.lists, small.n, Pace::Steady(saturated * share));
        alone.push(steady(0.25)?.latencies.quantile(0.99));
        let (outcome, took) = with_large(blackbar.address, &large, || steady(0.25))?;
        beside.push(outcome.latencies.quantile(0.99));
        each.extend(took);
    }
    let row = |name: &str, times: &[Duration]| vec![name.to_owned(), format!("{:.2}", ms(times))];
    let rows = vec![
        row("4 KB, p99", &alone),
        row("4 KB while 25 MB of JSON are under way, p99", &beside),
        row("the 25 MB themselves, median", &each),
    ];
    report.table("A large body beside small ones, at a quarter of the saturated rate", &["", "ms"], rows);
    report.gate("p99 of 4 KB beside 25 MB, times", ms(&beside) / ms(&alone), Bound::AtMost(2.0));
    Ok(())
}

/// Does `work` while large bodies are sent, one after the other.
fn with_large<T>(
    address: SocketAddr,
    large: &[u8],
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<(T, Vec<Duration>), Error> {
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| -> Result<Vec<Duration>, Error> {
            let mut connection = Connection::open(address)?;
            let mut times = Vec::new();
            while !ends.load(Ordering::Relaxed) {
                let begun = std::time::Instant::now();
                connection.ask(large)?;
                times.push(begun.elapsed());
            }
            Ok(times)
        });
        let given = work();
        ends.store(true, Ordering::Relaxed);
        let times = sender.join().unwrap_or_else(|_| Err("a panic".into()))?;
        Ok((given?, times))
    })
}
