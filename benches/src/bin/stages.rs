//! The stages of the pipeline, one by one, as far as they can be called one by one.

use std::hint::black_box;

use blackbar_benches::corpus::{self, Body};
use blackbar_benches::packed::{self, Field};
use blackbar_benches::report::{self, Report};
use blackbar_benches::rounds::{Contender, take_turns};
use blackbar_benches::{Error, clock, options, product, strings};
use blackbar_core::pipeline;
use blackbar_core::internals::{Bound as Limit, Codecs, KeywordContext, Level, ScanBuffers, Scanner, Tape, Truncated};
use blackbar_core::session::InMemoryWindows;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LIMIT: Limit = Limit { bytes: 64 << 20, ratio: 1000 };

/// A body taken apart.
struct Parts {
    wire: Vec<u8>,
    json: String,
    fields: Vec<Field>,
    texts: Vec<String>,
    /// What was packed and deflated anew.
    repacked: Vec<Vec<u8>>,
    redacted: Option<Vec<u8>>,
}

fn main() -> Result<(), Error> {
    let options = options::read()?;
    let replay: Vec<Body> = corpus::read(&options.corpus)?.into_iter().filter(Body::is_replay).collect();
    let policy = product::policy()?;
    let parts = take_apart(&replay, &policy)?;
    let scanner = Scanner::new(std::sync::Arc::new(product::rules()?));
    let (mut codecs, mut other) = (Codecs::default(), Codecs::default());
    let (mut out, mut gzip) = (Vec::new(), Vec::new());
    let (mut out_2, mut written) = (Vec::new(), Vec::new());
    let (mut tape, mut scratch) = (Tape::default(), ScanBuffers::default());

    let contenders = vec![
        Contender::new("inflate bodies", || {
            clock::timed(|| {
                for part in &parts {
                    let _ = codecs.gunzip(&part.wire, LIMIT, &mut out);
                    black_box(&out);
                }
            })
            .0
        }),
        Contender::new("parse bodies and packed fields", || {
            clock::timed(|| {
                for part in &parts {
                    let _ = black_box(tape.read(&part.json, 1024, Truncated::Reject));
                    for field in &part.fields {
                        let text = std::str::from_utf8(&field.content).unwrap_or_default();
                        let _ = black_box(tape.read(text, 1024, Truncated::Reject));
                    }
                }
            })
            .0
        }),
        Contender::new("open packed fields: characters to bytes, inflate", || {
            clock::timed(|| {
                for part in &parts {
                    for field in &part.fields {
                        packed::unescape(&part.json.as_bytes()[field.span.clone()], &mut gzip);
                        let _ = other.gunzip(&gzip, LIMIT, &mut out_2);
                        black_box(&out_2);
                    }
                }
            })
            .0
        }),
        Contender::new("scan every text, without remembering any", || {
            let mut found = Vec::new();
            clock::timed(|| {
                for text in parts.iter().flat_map(|part| &part.texts) {
                    scanner.scan(text, &KeywordContext::default(), &mut scratch, &mut found);
                }
                black_box(&found);
            })
            .0
        }),
        Contender::new(
            "close packed fields that changed with libdeflate alone: deflate, bytes to characters",
            || {
                let (mut codecs, mut out) = (Codecs::default(), Vec::new());
                clock::timed(|| {
                    for content in parts.iter().flat_map(|part| &part.repacked) {
                        codecs.gzip(content, Level::Field, &mut out);
                        packed::escape_into(&out, &mut written);
                        black_box(&written);
                    }
                })
                .0
            },
        ),
        Contender::new("deflate bodies that changed", || {
            let (mut codecs, mut out) = (Codecs::default(), Vec::new());
            clock::timed(|| {
                for json in parts.iter().filter_map(|part| part.redacted.as_ref()) {
                    codecs.gzip(json, Level::Body, &mut out);
                    black_box(&out);
                }
            })
            .0
        }),
        {
            let mut scratch = pipeline::Workspace::default();
            product::pass(&replay, &policy, &mut scratch);
            let (replay, policy) = (&replay, &policy);
            Contender::new("the whole pipeline, warm", move || {
                product::pass(replay, policy, &mut scratch).took
            })
        },
    ];
    let times = take_turns(options.rounds, contenders);
    let sum = |of: fn(&Parts) -> usize| parts.iter().map(of).sum::<usize>();
    let sizes = [
        sum(|part| part.json.len()),
        sum(|part| part.json.len() + part.fields.iter().map(|field| field.content.len()).sum::<usize>()),
        sum(|part| part.fields.iter().map(|field| field.content.len()).sum()),
        sum(|part| part.texts.iter().map(String::len).sum()),
        sum(|part| part.repacked.iter().map(Vec::len).sum()),
        sum(|part| part.redacted.as_ref().map_or(0, Vec::len)),
        sum(|part| packed::expanded_len(part.json.as_bytes(), &part.fields)),
    ];
    let mut report = Report::new("stages");
    report.about(format!(
        "Replay bodies of the corpus; CPU time of one thread, medians of {} rounds that took turns, {}. \
         MB/s are of what the stage looks at, before deflating or after inflating.",
        options.rounds,
        options::allocator()
    ));
    let rows = times.iter().zip(sizes).map(|(times, bytes)| report::row(times, bytes, parts.len())).collect();
    report.table("Stages", &report::HEAD, rows);
    report.give(&options.out)
}

fn take_apart(replay: &[Body], policy: &blackbar_core::policy::Policy) -> Result<Vec<Parts>, Error> {
    let (sessions, mut scratch) = (InMemoryWindows::default(), pipeline::Workspace::default());
    let part = |body: &Body| {
        let redacted = product::redact(body, policy, &sessions, &mut scratch)?.body;
        let json = packed::gunzip(&body.bytes)?;
        let fields = packed::fields(&json)?;
        let (mut repacked, mut deflated) = (Vec::new(), None);
        if redacted != body.bytes {
            let json = packed::gunzip(&redacted)?;
            let after = packed::fields(&json)?;
            repacked = packed::repacked(&fields, &after).iter().map(|field| field.content.clone()).collect();
            deflated = Some(json);
        }
        Ok(Parts {
            wire: body.bytes.clone(),
            json: String::from_utf8(json)?,
            fields,
            texts: strings::all(std::slice::from_ref(body))?,
            repacked,
            redacted: deflated,
        })
    };
    replay.iter().map(part).collect()
}
