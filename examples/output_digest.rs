//! One SHA-256 over what the pipeline makes of every fixture and of the whole recorded corpus.
//!
//! `cargo run --example output_digest` prints the digest. A change that must not alter what is redacted
//! prints the same digest before and after. `-- --each` prints a digest for every document as well, so
//! that `diff` of two runs names the documents that changed.
//!
//! Covered: the bytes that leave, the query, the content type and encoding, the routing facts and the
//! report. Not covered: HTTP, audit and metrics, which the integration tests hold.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing the digest is its purpose")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use blackbar_core::endpoint::classify;
use blackbar_core::pipeline::{self, Memory, Request, Workspace, document};
use blackbar_core::policy::{Limits, Policy, Preset};
use blackbar_core::report::Report;
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use blackbar_core::session::InMemoryWindows;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Pseudonyms depend on it.
const HASH_KEY: [u8; 32] = [1; 32];

fn main() -> ExitCode {
    let is_each = match env::args().nth(1).as_deref() {
        None => false,
        Some("--each") => true,
        Some(_) => {
            eprintln!("usage: output_digest [--each]");
            return ExitCode::FAILURE;
        }
    };
    let mut total = Total { hasher: Sha256::new(), is_each };
    match fixtures(&mut total).and_then(|()| corpus(&mut total)) {
        Ok(()) => {
            println!("{}", hex(&total.hasher.finalize()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The digest of everything, made of the digests of the documents in their order.
struct Total {
    hasher: Sha256,
    is_each: bool,
}

impl Total {
    fn add(&mut self, name: &str, output: &[u8], rest: &str) {
        let digest = Sha256::new().chain_update(output).chain_update([0]).chain_update(rest).finalize();
        self.hasher.update(digest);
        if self.is_each {
            println!("{}  {name}", hex(&digest));
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Every count of a report under its label. Independent of how the types are written.
fn counts(report: &Report) -> String {
    let mut text = format!(
        "{} {} {} {} {}\n",
        report.n_events, report.n_snapshots, report.n_unmasked_inputs, report.decoded_bytes, report.changed
    );
    let findings = report.findings.iter();
    let findings =
        findings.map(|((cause, surface), n)| format!("{} {} {n}\n", cause.label(), surface.as_str()));
    let suppressed = report.suppressed.iter().map(|((number, rule), n)| format!("{number} {rule} {n}\n"));
    // The order of variants in an enum is no part of what is promised.
    let mut lines: Vec<String> = findings.chain(suppressed).collect();
    lines.sort_unstable();
    text.extend(lines);
    text
}

fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}

/// The fixtures in the order of their manifest, under the policy that is written next to them.
fn fixtures(total: &mut Total) -> Outcome<()> {
    let dir = data("fixtures");
    let policy = fixture_policy(&fs::read_to_string(dir.join("fixtures.toml"))?)?;
    let manifest: Value = serde_json::from_slice(&fs::read(dir.join("MANIFEST.json"))?)?;
    let mut scratch = Workspace::default();
    let files = manifest.get("fixtures").and_then(Value::as_array).into_iter().flatten();
    for name in files.filter_map(|fixture| fixture.get("file").and_then(Value::as_str)) {
        let redacted = document::redact(&fs::read(dir.join(name))?, &policy, &mut scratch)?;
        total.add(name, &redacted.bytes, &counts(&redacted.report));
    }
    Ok(())
}

/// The policy of a configuration file, with the fixed hash key.
fn fixture_policy(toml: &str) -> Outcome<std::sync::Arc<Policy>> {
    let dir = env::temp_dir().join(format!("output-digest-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let (key, config) = (dir.join("key"), dir.join("fixtures.toml"));
    fs::write(&key, HASH_KEY)?;
    fs::write(
        &config,
        toml.replacen("[redaction]\n", &format!("[redaction]\nhash_key_file = \"{}\"\n", key.display()), 1),
    )?;
    let loaded = blackbar::config::load_redaction_only(&config).map_err(|problems| problems.to_string());
    fs::remove_dir_all(&dir)?;
    Ok(loaded?.policy.policy)
}

/// One request of the corpus.
#[derive(Deserialize)]
struct Recorded {
    id: u32,
    method: String,
    url: String,
    offset: usize,
    len: usize,
}

/// The corpus in the order in which it was sent, through one worker and one session store.
fn corpus(total: &mut Total) -> Outcome<()> {
    let dir = data("corpus");
    let requests: Vec<Recorded> = serde_json::from_slice(&fs::read(dir.join("index.json"))?)?;
    let bodies = fs::read(dir.join("bodies.bin"))?;
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::all())?;
    let policy = Policy::new(rules, Preset::Balanced.postures(), &[], Limits::default(), HASH_KEY)?;
    let (mut scratch, sessions) = (Workspace::default(), InMemoryWindows::default());
    for request in &requests {
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let body = bodies.get(request.offset..request.offset + request.len);
        let to_redact = Request {
            endpoint: classify(&request.method, path).map_err(|_| "no such endpoint")?,
            path,
            query,
            content_type: Some("text/plain"),
            content_encoding: None,
            bearer: None,
            headers: &[],
            body: body.ok_or("bodies.bin is too short")?,
        };
        let memory = Memory { store: &sessions, now_ms: 0 };
        let redacted = pipeline::run(&to_redact, &policy, memory, &mut scratch)?;
        let rest = format!(
            "{}\n{:?}\n{:?}\n{:?} {:?} {:?}\n{}",
            redacted.query,
            redacted.content_type,
            redacted.content_encoding,
            redacted.facts.project,
            redacted.facts.session,
            redacted.facts.sdk,
            counts(&redacted.report)
        );
        total.add(&format!("request {}", request.id), &redacted.body, &rest);
    }
    Ok(())
}
