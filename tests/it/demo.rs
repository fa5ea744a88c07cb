//! `blackbar demo`, as a newcomer runs it: the real binary, its output and the files it writes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use blackbar::audit::report::Summary;
use blackbar::audit::verify;
use serde_json::Value;

use crate::support::decoded;

const SAMPLE: &str = include_str!("../../src/demo/data/sample.json");

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_blackbar"));
    command.arg("demo").arg("--dir").arg(dir).stdin(Stdio::null());
    command
}

fn once(dir: &Path) -> Output {
    let output = command(dir).arg("--once").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// All files below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn sample() -> Value {
    serde_json::from_str(SAMPLE).unwrap()
}

/// The sessions of the sample that belong to a project.
fn session_of(project: &str) -> String {
    let sample = sample();
    let visits = sample["visits"].as_array().unwrap();
    visits.iter().find(|visit| visit["project"] == project).unwrap()["session"].as_str().unwrap().to_owned()
}

/// The secrets that must not reach a backend.
fn planted() -> Vec<String> {
    let sample = sample();
    sample["planted"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Every string in a file, with all encodings removed.
fn strings(file: &Path) -> BTreeSet<String> {
    let bytes = fs::read(file).unwrap();
    let plain = decoded::gunzip(&bytes).unwrap_or(bytes);
    let text = String::from_utf8(plain).unwrap();
    let documents = match file.extension().and_then(|e| e.to_str()) {
        Some("jsonl") => text.lines().map(decoded::json).collect(),
        Some("body" | "json") => vec![decoded::json(&text)],
        _ => vec![Value::String(text)],
    };
    documents.iter().flat_map(|document| decoded::deep_strings(&decoded::opened(document))).collect()
}

#[test]
fn no_planted_secret_is_left_in_any_file() {
    let dir = tempfile::tempdir().unwrap();
    once(dir.path());
    let planted = planted();
    for file in files(dir.path()) {
        for string in strings(&file) {
            for text in &planted {
                assert!(!string.contains(text.as_str()), "{text} in {}: {string}", file.display());
            }
        }
    }
}

#[test]
fn each_recording_is_only_in_its_region() {
    let dir = tempfile::tempdir().unwrap();
    once(dir.path());
    for (region, project, other) in [("eu", "phc_demo_eu", "us"), ("us", "phc_demo_us", "eu")] {
        let session = session_of(project);
        let recording = fs::read_to_string(dir.path().join(region).join(&session).join("recording.jsonl"));
        let events: Vec<Value> =
            recording.unwrap().lines().map(|line| decoded::json(line)[1].clone()).collect();
        assert!(events.iter().any(|event| event["type"] == 2 && event["data"]["node"].is_object()));
        assert!(events.iter().all(|event| event.get("cv").is_none()));
        assert!(!dir.path().join(other).join(&session).exists());
    }
    let unknown = session_of("phc_demo_unknown");
    assert!(files(dir.path()).iter().all(|file| !file.display().to_string().contains(&unknown)));
}

#[test]
fn the_summary_has_the_counts_of_the_audit() {
    let dir = tempfile::tempdir().unwrap();
    let printed = text(&once(dir.path()));
    let mut summary = Summary::default();
    let verification = verify::verify(&dir.path().join("audit"), |entry| summary.add(entry)).unwrap();
    assert!(verification.is_intact());
    let counts = format!(
        "{} requests, {} events, {} snapshots (rrweb events), {} bytes; {} bytes forwarded",
        summary.n_exchanges,
        summary.n_events,
        summary.n_snapshots,
        summary.received_bytes,
        summary.forwarded_bytes
    );
    assert!(printed.contains(&counts), "{printed}");
    for (rule, count) in &summary.findings_by_rule {
        assert!(printed.contains(&format!("{count:>5}  {rule}")), "{rule}: {printed}");
    }
    assert_eq!(summary.by_outcome["no_region"], 1);
    assert_eq!((summary.by_region["eu"], summary.by_region["us"]), (3, 3));
    assert!(printed.contains("451 no_region"), "{printed}");
    assert!(printed.contains("the chain is intact"), "{printed}");
    assert!(!printed.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn the_effective_configuration_is_written_and_valid() {
    let dir = tempfile::tempdir().unwrap();
    once(dir.path());
    let config = blackbar::config::load(&dir.path().join("blackbar.toml")).unwrap();
    assert_eq!(config.audit.dir, dir.path().canonicalize().unwrap().join("audit"));
}

#[test]
fn a_directory_that_is_not_empty_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("notes"), "mine").unwrap();
    let output = command(dir.path()).arg("--once").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not empty"));
    assert_eq!(files(dir.path()).len(), 1);
}

/// Reads lines until one contains `part`, and returns it.
fn line_with(lines: &mut impl Iterator<Item = std::io::Result<String>>, part: &str) -> String {
    lines.map(|line| line.unwrap()).find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part}"))
}

/// Kills the process when it goes out of scope.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn keeps_running_prints_requests_and_drains() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Running(command(dir.path()).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let init = line_with(&mut lines, "posthog.init('phc_demo_eu'");
    let address = init.split("http://").nth(1).unwrap().trim_end_matches(['\'', ' ', '}', ')']).to_owned();
    line_with(&mut lines, "Ctrl-C");

    let body = r#"{"api_key":"phc_demo_eu","event":"x","distinct_id":"1","properties":{"contact":"ida@example.com"}}"#;
    let mut stream = TcpStream::connect(&address).unwrap();
    let head = format!("POST /e/ HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: ");
    write!(stream, "{head}{}\r\n\r\n{body}", body.len()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let line = line_with(&mut lines, "1 redacted");
    assert!(
        line.contains("events") && line.contains("→ eu") && line.contains("email in property 1"),
        "{line}"
    );

    let stopped = Command::new("kill").arg("-TERM").arg(child.0.id().to_string()).status().unwrap();
    assert!(stopped.success());
    line_with(&mut lines, "Stopped.");
    assert!(child.0.wait().unwrap().success());
}
