//! How the cost of the pipeline grows: with the size of a body, the number of rules, of sessions.

use std::time::Duration;

use blackbar_benches::corpus::{self, Body};
use blackbar_benches::options::{self, Options};
use blackbar_benches::report::{self, Bound, Report};
use blackbar_benches::rounds::{Contender, Times, take_turns};
use blackbar_benches::{Error, clock, grow, packed, product};
use blackbar_core::pipeline::Workspace;
use blackbar_core::policy::Policy;
use blackbar_core::rules::Selection;
use blackbar_core::session::{InMemoryWindows, WindowStoreLimits};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Error> {
    let options = options::read()?;
    let all = corpus::read(&options.corpus)?;
    let replay: Vec<Body> = all.iter().filter(|body| body.is_replay()).cloned().collect();
    let policy = product::policy()?;
    let mut report = Report::new("growth");
    report.about(format!("CPU time of one thread, {}.", options::allocator()));
    sizes(&mut report, &replay, &policy)?;
    rules(&mut report, &options, &replay)?;
    sessions(&mut report, &replay, &policy)?;
    report.give(&options.out)
}

/// Bodies of several sizes out of the same events, each time with texts that the worker has not seen.
fn sizes(report: &mut Report, replay: &[Body], policy: &Policy) -> Result<(), Error> {
    const SIZES: [usize; 5] = [10_000, 100_000, 1_000_000, 5_000_000, 25_000_000];
    const TURNS: u32 = 4;
    let recordings = grow::recordings(replay)?;
    let mut workers: Vec<(Workspace, Vec<Duration>, usize, usize)> =
        SIZES.iter().map(|_| (Workspace::default(), Vec::new(), 0, 0)).collect();
    for turn in 0..TURNS {
        for (size, (scratch, times, bytes, n)) in SIZES.iter().zip(&mut workers) {
            let bodies = grow::bodies(&recordings, *size, 2 * turn + 1..2 * turn + 3)?;
            let took = product::pass(&bodies, policy, scratch).took;
            // In the first turn tables are built.
            if turn > 0 {
                times.push(took);
            }
            *bytes = expanded(&bodies)?;
            *n = bodies.len();
        }
    }
    let mut per_byte = Vec::new();
    let mut rows = Vec::new();
    for (size, (_, times, bytes, n)) in SIZES.iter().zip(workers) {
        let times = Times::new(format!("from {} KB of JSON", size / 1000), times);
        per_byte.push(times.median().as_secs_f64() / bytes as f64);
        rows.push(report::row(&times, bytes, n));
    }
    report.table("Size of a body, same events, texts that are new", &report::HEAD, rows);
    let [_, small, .., large] = per_byte[..] else { return Ok(()) };
    report.gate("cost of a byte, 25 MB over 100 KB", large / small, Bound::AtMost(1.2));
    Ok(())
}

fn expanded(bodies: &[Body]) -> Result<usize, Error> {
    let len = |body: &Body| -> Result<usize, Error> {
        let json = packed::gunzip(&body.bytes)?;
        Ok(packed::expanded_len(&json, &packed::fields(&json)?))
    };
    bodies.iter().map(len).sum()
}

/// The corpus under more and more rules, evenly picked.
fn rules(report: &mut Report, options: &Options, replay: &[Body]) -> Result<(), Error> {
    let all = product::policy()?;
    let ids: Vec<String> = all.rules().rules().iter().map(|rule| rule.id().to_string()).collect();
    let policies = [10, 50, 100, ids.len()].map(|n| -> Result<(usize, Policy), Error> {
        let is_off = |idx: usize| (idx * n / ids.len()) == ((idx + 1) * n / ids.len());
        let disable = ids.iter().enumerate().filter(|(idx, _)| is_off(*idx)).map(|(_, id)| id.clone());
        let selection = Selection { disable: disable.collect(), ..Selection::all() };
        Ok((n, product::policy_of(&selection)?))
    });
    let policies = policies.into_iter().collect::<Result<Vec<_>, Error>>()?;
    let mut contenders = Vec::new();
    for (n, policy) in &policies {
        let mut scratch = Workspace::default();
        product::pass(replay, policy, &mut scratch);
        contenders.push(Contender::new(format!("{n} rules"), move || {
            product::pass(replay, policy, &mut scratch).took
        }));
        contenders.push(Contender::new(format!("{n} rules, a worker's first pass"), || {
            product::pass(replay, policy, &mut Workspace::default()).took
        }));
    }
    let times = take_turns(options.rounds.min(5), contenders);
    let bytes = expanded(replay)?;
    let rows = times.iter().map(|times| report::row(times, bytes, replay.len())).collect();
    report.table("Rules, on the replay bodies of the corpus", &report::HEAD, rows);
    let [ten, ten_first, .., all, all_first] = &times[..] else { return Ok(()) };
    report.gate("all rules over ten, warm", all.over(ten), Bound::AtMost(1.5));
    report.gate("all rules over ten, first pass", all_first.over(ten_first), Bound::AtMost(1.5));
    Ok(())
}

/// The corpus while more and more other windows are open.
fn sessions(report: &mut Report, replay: &[Body], policy: &Policy) -> Result<(), Error> {
    let page = replay.iter().min_by_key(|body| body.bytes.len().abs_diff(50_000)).ok_or("no body")?;
    let json = String::from_utf8(packed::gunzip(&page.bytes)?)?;
    let at = json.find("\"$session_id\":\"").ok_or("no session")? + 15;
    let id = json.get(at..at + 36).ok_or("no session")?.to_owned();
    let store = InMemoryWindows::new(WindowStoreLimits { max_bytes: 8 << 30, ..WindowStoreLimits::default() });
    let mut scratch = Workspace::default();
    let bytes = expanded(replay)?;
    let (mut rows, mut medians, mut open) = (Vec::new(), Vec::new(), 0);
    for wanted in [1_u32, 100, 1_000, 10_000] {
        while open < wanted {
            let other = format!("{:08x}{}", open, &id[8..]);
            let bytes = grow::gzip(json.replace(&id, &other).as_bytes())?;
            product::redact(&Body { bytes, ..page.clone() }, policy, &store, &mut scratch)?;
            open += 1;
        }
        let pass = || {
            clock::timed(|| {
                for body in replay {
                    let _ = product::redact(body, policy, &store, &mut scratch);
                }
            })
        };
        let times: Vec<Duration> = std::iter::repeat_with(pass).map(|(took, ())| took).take(5).collect();
        let times = Times::new(format!("{wanted} other windows"), times);
        medians.push(times.ms());
        let mut row = report::row(&times, bytes, replay.len());
        row.push(format!("{:.1}", store.bytes() as f64 / 1e6));
        rows.push(row);
    }
    let head: Vec<&str> = report::HEAD.into_iter().chain(["store MB"]).collect();
    report.table("Windows that are open, on the replay bodies of the corpus", &head, rows);
    if let [one, .., many] = medians[..] {
        report.gate("10,000 windows over one", many / one, Bound::AtMost(1.2));
    }
    Ok(())
}
