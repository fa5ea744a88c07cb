//! The whole way, wire to wire, beside PostHog's scrubber and the floor.

use std::time::Duration;

use blackbar_benches::corpus::{self, Body};
use blackbar_benches::floor::{Characters, Floor, Plan};
use blackbar_benches::options::{self, Options};
use blackbar_benches::report::{self, Bound, Report};
use blackbar_benches::rounds::{Contender, Times, take_turns};
use blackbar_benches::{Error, clock, packed, peer, product};
use blackbar_core::pipeline::Workspace;
use blackbar_core::policy::Policy;
use blackbar_core::session::InMemoryWindows;
use posthog_replay_anonymizer::AllowLists;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Error> {
    let options = options::read()?;
    let policy = product::policy()?;
    let all = corpus::read(&options.corpus)?;
    let replay: Vec<Body> = all.iter().filter(|body| body.is_replay()).cloned().collect();

    let mut report = Report::new("path");
    about(&mut report, &policy, &options);
    let cold = cold(&replay, &policy);
    let plans = plans(&replay, &policy)?;
    let clean = clean(&replay, &policy)?;
    let clean_plans: Vec<Plan> =
        clean.iter().map(|body| Plan::new(body, &body.bytes)).collect::<Result<_, _>>()?;
    inventory(&mut report, &replay, &plans, &clean, &clean_plans)?;
    let events = peer::events(&all)?;
    let times = measure(&options, &policy, [&all, &replay, &clean], [&plans, &clean_plans], &events)?;
    tell(&mut report, &cold, &times, [&all, &replay, &clean], [&plans, &clean_plans], &events);
    each(&mut report, &replay, &policy);
    report.give(&options.out)
}

fn about(report: &mut Report, policy: &Policy, options: &Options) {
    report.about(format!(
        "CPU time of one thread, medians of {} rounds that took turns. {} rules, preset balanced, {}.",
        options.rounds,
        policy.rules().rules().len(),
        options::allocator(),
    ));
    report.about("MB/s are of JSON with its packed fields put in.");
}

/// First passes, each with a worker's buffers and tables in another state.
fn cold(replay: &[Body], policy: &Policy) -> [Times; 2] {
    const ROUNDS: usize = 3;
    let fresh = || product::pass(replay, policy, &mut Workspace::default()).took;
    let fresh = (0..ROUNDS).map(|_| fresh()).collect();
    // Each half of the recordings by a worker that has seen the other half only.
    let (odd, even): (Vec<Body>, Vec<Body>) = replay.iter().cloned().partition(|body| body.session % 2 == 1);
    let half = |seen: &[Body], new: &[Body]| {
        let mut scratch = Workspace::default();
        product::pass(seen, policy, &mut scratch);
        product::pass(new, policy, &mut scratch).took
    };
    let new = (0..ROUNDS).map(|_| half(&odd, &even) + half(&even, &odd)).collect();
    [
        Times::new("pipeline, a worker's very first pass", fresh),
        Times::new("pipeline, recordings that are new to a worker", new),
    ]
}

/// What each body asks of the floor.
fn plans(bodies: &[Body], policy: &Policy) -> Result<Vec<Plan>, Error> {
    let (sessions, mut scratch) = (InMemoryWindows::default(), Workspace::default());
    let plan = |body: &Body| Plan::new(body, &product::redact(body, policy, &sessions, &mut scratch)?.body);
    bodies.iter().map(plan).collect()
}

/// The bodies as they leave, as far as nothing in them is left to redact.
fn clean(bodies: &[Body], policy: &Policy) -> Result<Vec<Body>, Error> {
    let (sessions, mut scratch) = (InMemoryWindows::default(), Workspace::default());
    let redacted = |body: &Body| {
        let bytes = product::redact(body, policy, &sessions, &mut scratch)?.body;
        Ok(Body { bytes, ..body.clone() })
    };
    let once: Vec<Body> = bodies.iter().map(redacted).collect::<Result<_, Error>>()?;
    let (sessions, mut scratch) = (InMemoryWindows::default(), Workspace::default());
    let mut clean = Vec::new();
    for body in once {
        if product::redact(&body, policy, &sessions, &mut scratch)?.body == body.bytes {
            clean.push(body);
        }
    }
    Ok(clean)
}

/// What there is, so that a reader can tell whether two runs measured the same.
fn inventory(
    report: &mut Report,
    replay: &[Body],
    plans: &[Plan],
    clean: &[Body],
    clean_plans: &[Plan],
) -> Result<(), Error> {
    let row = |name: &str, bodies: &[Body], plans: &[Plan]| -> Result<Vec<String>, Error> {
        let json = bodies.iter().map(|body| packed::gunzip(&body.bytes).map(|json| json.len()));
        let json = json.sum::<Result<usize, _>>()?;
        let sum = |of: fn(&Plan) -> usize| plans.iter().map(of).sum::<usize>();
        let mb = |bytes: usize| format!("{:.2}", bytes as f64 / 1e6);
        Ok(vec![
            name.to_owned(),
            bodies.len().to_string(),
            mb(bodies.iter().map(|body| body.bytes.len()).sum()),
            mb(json),
            mb(sum(|plan| plan.expanded_len)),
            sum(|plan| usize::from(plan.changes())).to_string(),
            sum(Plan::n_packed).to_string(),
            sum(Plan::n_repacked).to_string(),
        ])
    };
    let head = ["", "bodies", "wire MB", "JSON MB", "expanded MB", "change", "packed fields", "packed anew"];
    let rows = vec![row("as recorded", replay, plans)?, row("nothing to redact", clean, clean_plans)?];
    report.table("Replay bodies", &head, rows);
    Ok(())
}

fn measure(
    options: &Options,
    policy: &Policy,
    [all, replay, clean]: [&[Body]; 3],
    [plans, clean_plans]: [&[Plan]; 2],
    events: &[Vec<u8>],
) -> Result<Vec<Times>, Error> {
    let everything: Vec<&Plan> = plans.iter().chain(clean_plans).collect();
    let pipeline = |name: &str, bodies| {
        let mut scratch = Workspace::default();
        // Three passes are enough for every table to be built and every text to be known.
        for _ in 0..3 {
            product::pass(bodies, policy, &mut scratch);
        }
        Contender::new(name, move || product::pass(bodies, policy, &mut scratch).took)
    };
    let floor = |name: &str, plans, characters| -> Result<Contender<'_>, Error> {
        let mut floor = Floor::new(&everything)?;
        Ok(Contender::new(name, move || floor_pass(&mut floor, plans, characters)))
    };
    let allow = AllowLists::default();
    let contenders = vec![
        pipeline("pipeline", replay),
        pipeline("pipeline, all endpoints", all),
        Contender::new("posthog-replay-anonymizer, its scrub alone", || peer::pass(&allow, events).took),
        floor("floor", plans, Characters::Free)?,
        floor("floor, with the characters of packed fields", plans, Characters::Paid)?,
        pipeline("pipeline, nothing to redact", clean),
        floor("floor, nothing to redact", clean_plans, Characters::Free)?,
        floor("floor, nothing to redact, with the characters", clean_plans, Characters::Paid)?,
    ];
    Ok(take_turns(options.rounds, contenders))
}

fn floor_pass(floor: &mut Floor, plans: &[Plan], characters: Characters) -> Duration {
    clock::timed(|| plans.iter().for_each(|plan| floor.run(plan, characters))).0
}

fn tell(
    report: &mut Report,
    cold: &[Times; 2],
    times: &[Times],
    [all, replay, clean]: [&[Body]; 3],
    [plans, clean_plans]: [&[Plan]; 2],
    events: &[Vec<u8>],
) {
    let [pipeline, everything, peer, floor, floor_paid, clean_pipeline, clean_floor, clean_floor_paid] =
        times
    else {
        return;
    };
    let len = |plans: &[Plan]| plans.iter().map(|plan| plan.expanded_len).sum::<usize>();
    let (full, cleaned) = (len(plans), len(clean_plans));
    let [very_first, new] = cold;
    let rows = [very_first, new, pipeline, floor, floor_paid].map(|t| report::row(t, full, replay.len()));
    let clean_rows = [clean_pipeline, clean_floor, clean_floor_paid];
    let clean_rows = clean_rows.map(|times| report::row(times, cleaned, clean.len()));
    let json: usize = events.iter().map(Vec::len).sum();
    let others = vec![report::row(peer, json, events.len()), report::row(everything, full, all.len())];
    report.table("Replay bodies as recorded", &report::HEAD, rows.to_vec());
    report.table("Replay bodies with nothing to redact", &report::HEAD, clean_rows.to_vec());
    report.table("Others", &report::HEAD, others);

    report.gate("pipeline over anonymize_line", pipeline.over(peer), Bound::AtMost(0.7));
    report.gate("pipeline over anonymize_line, new recordings", new.over(peer), Bound::AtMost(0.7));
    report.gate("pipeline over floor, bodies change", pipeline.over(floor), Bound::AtMost(1.25));
    report.gate("the same, with the characters", pipeline.over(floor_paid), Bound::AtMost(1.25));
    report.gate(
        "pipeline over floor, nothing changes",
        clean_pipeline.over(clean_floor),
        Bound::AtMost(1.35),
    );
    report.gate("the same, with the characters", clean_pipeline.over(clean_floor_paid), Bound::AtMost(1.35));
}

/// What single bodies take, and how much leaves.
fn each(report: &mut Report, replay: &[Body], policy: &Policy) {
    let mut scratch = Workspace::default();
    product::pass(replay, policy, &mut scratch);
    let pass = product::pass(replay, policy, &mut scratch);
    let sessions = InMemoryWindows::default();
    let one = |body| clock::timed(|| drop(product::redact(body, policy, &sessions, &mut scratch))).0;
    let times = Times::new("one body", replay.iter().map(one).collect());
    let us = |share| format!("{:.0}", times.quantile(share).as_secs_f64() * 1e6);
    let row = vec![us(0.5), us(0.9), us(0.99), us(1.0)];
    report.table("One replay body, warm, µs of CPU", &["p50", "p90", "p99", "max"], vec![row]);
    let bytes_in: usize = replay.iter().map(|body| body.bytes.len()).sum();
    report.gate(
        "forwarded over received bytes",
        pass.bytes_out as f64 / bytes_in as f64,
        Bound::AtMost(1.05),
    );
    report.gate("bodies refused", pass.n_refused as f64, Bound::AtMost(0.0));
}
