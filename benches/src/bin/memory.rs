//! What one request asks of the heap.

use blackbar_benches::corpus::{self, Body};
use blackbar_benches::heap::{self, Counting};
use blackbar_benches::report::{Bound, Report};
use blackbar_benches::{Error, grow, options, packed, product};
use blackbar_core::pipeline::Workspace;
use blackbar_core::session::InMemoryWindows;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<(), Error> {
    let options = options::read()?;
    let all = corpus::read(&options.corpus)?;
    let policy = product::policy()?;
    let mut report = Report::new("memory");
    report.about(
        "Bytes in use at one time at most while one request is taken through the pipeline, beyond what \
         its worker held before and without the body as it arrived; the body that leaves is in it. Expanded: JSON with its packed fields opened, which is the size \
         that the target is about.",
    );

    let recordings = grow::recordings(&all)?;
    let mut rows = Vec::new();
    for json_len in [100_000, 1_000_000, 5_000_000, 25_000_000] {
        let bodies = grow::bodies(&recordings, json_len, 1..3)?;
        let body = bodies.first().ok_or("no body")?;
        let json = packed::gunzip(&body.bytes)?;
        let expanded = packed::expanded_len(&json, &packed::fields(&json)?);
        let (mut scratch, sessions) = (Workspace::default(), InMemoryWindows::default());
        product::pass(&all, &policy, &mut scratch);
        let (first, done) = heap::asked(|| product::redact(body, &policy, &sessions, &mut scratch));
        drop(done?);
        let (second, done) = heap::asked(|| product::redact(body, &policy, &sessions, &mut scratch));
        drop(done?);
        let mb = |bytes: usize| format!("{:.1}", bytes as f64 / 1e6);
        let times = first.peak as f64 / expanded as f64;
        rows.push(vec![
            mb(body.bytes.len()),
            mb(json.len()),
            mb(expanded),
            mb(first.peak),
            mb(first.kept),
            mb(second.peak),
            format!("{times:.2}"),
            format!("{:.2}", first.peak as f64 / json.len() as f64),
        ]);
        let name = format!("peak over inflated size, {} MB of JSON", mb(json.len()));
        report.gate(name, times, Bound::AtMost(4.0));
    }
    let head = [
        "wire MB",
        "JSON MB",
        "expanded MB",
        "peak MB",
        "kept MB",
        "peak MB when repeated",
        "peak / expanded",
        "peak / JSON",
    ];
    report.table("Peak", &head, rows);

    let (mut scratch, sessions) = (Workspace::default(), InMemoryWindows::default());
    let replay: Vec<&Body> = all.iter().filter(|body| body.is_replay()).collect();
    let mut clean = Vec::new();
    for body in &replay {
        let bytes = product::redact(body, &policy, &sessions, &mut scratch)?.body;
        clean.push(Body { bytes, ..(*body).clone() });
    }
    let mut rows = Vec::new();
    for (name, bodies) in [("as recorded", replay), ("nothing to redact", clean.iter().collect())] {
        let sessions = InMemoryWindows::default();
        let mut counts = Vec::new();
        for body in bodies {
            product::redact(body, &policy, &sessions, &mut scratch)?;
            let (asked, done) = heap::asked(|| product::redact(body, &policy, &sessions, &mut scratch));
            drop(done?);
            counts.push(asked.n);
        }
        counts.sort_unstable();
        let at = |share: usize| counts.get((counts.len() - 1) * share / 100).map_or(0, |&n| n).to_string();
        rows.push(vec![name.to_owned(), at(50), at(90), at(99), at(100)]);
    }
    report.table("Allocations for a replay body, warm", &["", "p50", "p90", "p99", "max"], rows);
    report.give(&options.out)
}
