//! Scanning alone: rules over the texts of the corpus, beside DataDog's scanner.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use blackbar_benches::options::{self, Options};
use blackbar_benches::report::{self, Bound, Report};
use blackbar_benches::rounds::{Contender, take_turns};
use blackbar_benches::{Error, clock, corpus, product, strings};
use blackbar_core::internals::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::pipeline::{Workspace as Redacting, document};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Ten rules of everyday use.
const TEN: [&str; 10] = [
    "email",
    "phone-international",
    "payment-card",
    "iban",
    "ipv4",
    "us-ssn",
    "jwt",
    "bearer-token",
    "aws-access-key",
    "github-token",
];

fn main() -> Result<(), Error> {
    let options = options::read()?;
    let all = strings::all(&corpus::read(&options.corpus)?)?;
    let texts: Vec<&str> = all.iter().map(String::as_str).collect();
    let distinct: BTreeSet<&str> = texts.iter().copied().collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let mut report = Report::new("scan");
    report.about(format!(
        "{} texts of {:.1} MB, {} of them distinct with {:.1} MB; each scanned on its own, without what \
         stands beside it. CPU time of one thread, medians of {} rounds that took turns, {}.",
        texts.len(),
        bytes as f64 / 1e6,
        distinct.len(),
        distinct.iter().map(|text| text.len()).sum::<usize>() as f64 / 1e6,
        options.rounds,
        options::allocator(),
    ));
    ours(&mut report, &options, &texts, bytes)?;
    remembered(&mut report, &options, &texts, bytes)?;
    theirs(&mut report, &options, &texts)?;
    report.give(&options.out)
}

fn rules(selection: &Selection) -> Result<RuleSet, Error> {
    RuleSet::build(builtin_packs(), &[], selection).map_err(|error| error.to_string().into())
}

fn scanner(selection: &Selection) -> Result<Scanner, Error> {
    Ok(Scanner::new(Arc::new(rules(selection)?)))
}

/// All rules but those that are not among the ten.
fn ten() -> Result<Selection, Error> {
    let all = rules(&Selection::all())?;
    let ids = all.rules().iter().map(|rule| rule.id().to_string());
    let disable: Vec<String> = ids.filter(|id| !TEN.contains(&id.as_str())).collect();
    if all.rules().len() - disable.len() != TEN.len() {
        return Err("one of the ten rules has another id now".into());
    }
    Ok(Selection { disable, ..Selection::all() })
}

fn scan(scanner: &Scanner, texts: &[&str], scratch: &mut ScanBuffers) -> (Duration, usize) {
    let mut findings = Vec::new();
    clock::timed(|| {
        for text in texts {
            scanner.scan(text, &KeywordContext::default(), scratch, &mut findings);
        }
        black_box(&findings).len()
    })
}

fn ours(report: &mut Report, options: &Options, texts: &[&str], bytes: usize) -> Result<(), Error> {
    let (all, few) = (scanner(&Selection::all())?, scanner(&ten()?)?);
    let long: Vec<&str> = texts.iter().copied().filter(|text| text.len() >= 4096).collect();
    let short: Vec<&str> = texts.iter().copied().filter(|text| text.len() < 4096).collect();
    let warm = |name: String, scanner, texts| {
        let mut scratch = ScanBuffers::default();
        scan(scanner, texts, &mut scratch);
        Contender::new(name, move || scan(scanner, texts, &mut scratch).0)
    };
    let n = all.rules().rules().len();
    let times = take_turns(
        options.rounds,
        vec![
            Contender::new(format!("{n} rules, cold"), || scan(&all, texts, &mut ScanBuffers::default()).0),
            warm(format!("{n} rules, warm"), &all, texts),
            warm("10 rules, warm".to_owned(), &few, texts),
            warm(format!("{n} rules, warm, texts below 4 KiB"), &all, &short),
            warm(format!("{n} rules, warm, texts from 4 KiB"), &all, &long),
        ],
    );
    let len = |texts: &[&str]| texts.iter().map(|text| text.len()).sum::<usize>();
    let sizes = [
        (bytes, texts.len()),
        (bytes, texts.len()),
        (bytes, texts.len()),
        (len(&short), short.len()),
        (len(&long), long.len()),
    ];
    let rows = times.iter().zip(sizes).map(|(times, (bytes, n))| report::row(times, bytes, n)).collect();
    report.table("Blackbar's scanner", &report::HEAD, rows);
    let [cold, warm, few, ..] = &times[..] else { return Ok(()) };
    report.gate("MB/s cold", cold.mb_s(bytes), Bound::AtLeast(120.0));
    report.gate("all rules over ten", warm.over(few), Bound::AtMost(1.5));
    Ok(())
}

/// The same texts as one document through the redactor, which remembers what it has judged: what a
/// worker does with pages that it knows. Reading the JSON is part of it.
fn remembered(report: &mut Report, options: &Options, texts: &[&str], bytes: usize) -> Result<(), Error> {
    // A line of a recording: the name of its window, then what belongs to it.
    let line: Vec<&str> = std::iter::once("window").chain(texts.iter().copied()).collect();
    let line = serde_json::to_vec(&line)?;
    let (all, few) = (product::policy()?, product::policy_of(&ten()?)?);
    let pass = |policy, scratch: &mut Redacting| {
        clock::timed(|| document::redact(black_box(&line), policy, scratch).map(black_box))
    };
    if pass(&all, &mut Redacting::default()).1.is_err() {
        return Err("the texts were refused".into());
    }
    let warm = |name: String, policy| {
        let mut scratch = Redacting::default();
        let _ = pass(policy, &mut scratch);
        Contender::new(name, move || pass(policy, &mut scratch).0)
    };
    let n = all.rules().rules().len();
    let times = take_turns(
        options.rounds,
        vec![
            Contender::new(format!("{n} rules, a worker's first pass"), || {
                pass(&all, &mut Redacting::default()).0
            }),
            warm(format!("{n} rules, warm"), &all),
            Contender::new("10 rules, a worker's first pass", || pass(&few, &mut Redacting::default()).0),
            warm("10 rules, warm".to_owned(), &few),
        ],
    );
    let rows = times.iter().map(|times| report::row(times, bytes, texts.len())).collect();
    report.table("The redactor, which remembers; JSON read as well", &report::HEAD, rows);
    let [first, warm, few_first, few] = &times[..] else { return Ok(()) };
    report.gate("MB/s with warm caches", warm.mb_s(bytes), Bound::AtLeast(400.0));
    report.gate("all rules over ten, first pass", first.over(few_first), Bound::AtMost(1.5));
    report.gate("all rules over ten, warm caches", warm.over(few), Bound::AtMost(1.5));
    Ok(())
}

#[cfg(not(feature = "datadog"))]
#[expect(clippy::unnecessary_wraps, reason = "with DataDog's crate it can fail")]
fn theirs(report: &mut Report, _: &Options, _: &[&str]) -> Result<(), Error> {
    report.about("Built without DataDog's crate.");
    Ok(())
}

/// A sample, in turns: theirs takes long.
#[cfg(feature = "datadog")]
fn theirs(report: &mut Report, options: &Options, texts: &[&str]) -> Result<(), Error> {
    use blackbar_benches::datadog::Peer;
    const EVERY: usize = 10;
    let all: Vec<&str> = texts.iter().copied().step_by(EVERY).collect();
    let short: Vec<&str> = all.iter().copied().filter(|text| text.len() < 4096).collect();
    let (set, few) = (rules(&Selection::all())?, rules(&ten()?)?);
    let (peer, peer_few) = (Peer::new(&set)?, Peer::new(&few)?);
    let (own, own_few) = (Scanner::new(Arc::new(set)), Scanner::new(Arc::new(few)));
    let of_peer = |name: String, peer, texts| {
        Peer::scan(peer, texts);
        Contender::new(name, move || Peer::scan(peer, texts).0)
    };
    let of_own = |name: &str, scanner, texts| {
        let mut scratch = ScanBuffers::default();
        scan(scanner, texts, &mut scratch);
        Contender::new(name, move || scan(scanner, texts, &mut scratch).0)
    };
    let times = take_turns(
        options.rounds.min(3),
        vec![
            of_own("Blackbar, all rules", &own, &all[..]),
            of_peer(format!("DataDog, {} rules", peer.n_rules), &peer, &all[..]),
            of_own("Blackbar, all rules, texts below 4 KiB", &own, &short[..]),
            of_peer(format!("DataDog, {} rules, texts below 4 KiB", peer.n_rules), &peer, &short[..]),
            of_own("Blackbar, 10 rules", &own_few, &all[..]),
            of_peer(format!("DataDog, {} rules", peer_few.n_rules), &peer_few, &all[..]),
        ],
    );
    let len = |texts: &[&str]| (texts.iter().map(|text| text.len()).sum::<usize>(), texts.len());
    let sizes = [len(&all), len(&all), len(&short), len(&short), len(&all), len(&all)];
    let rows = times.iter().zip(sizes).map(|(times, (bytes, n))| report::row(times, bytes, n)).collect();
    report.table(&format!("Beside DataDog's scanner, every {EVERY}th text"), &report::HEAD, rows);
    let [own, peer, own_short, peer_short, ..] = &times[..] else { return Ok(()) };
    report.gate("times faster than DataDog", peer.over(own), Bound::AtLeast(10.0));
    report.gate("the same, texts below 4 KiB", peer_short.over(own_short), Bound::AtLeast(10.0));
    Ok(())
}
