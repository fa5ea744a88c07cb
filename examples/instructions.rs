//! Counts the instructions that fixed requests take, and compares them with the figures in
//! `benches/instructions.toml`.
//!
//! `cargo run --profile dist --example instructions`, with `-- --update` to write new
//! figures. Needs valgrind. Counts do not depend on what else the machine does; they differ a
//! little from compiler to compiler and between processors with other vector instructions.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it counted")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use blackbar_core::endpoint::classify;
use blackbar_core::pipeline::{self, Memory, Redacted, Request, Workspace};
use blackbar_core::policy::{Limits, Policy, Preset};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use blackbar_core::session::InMemoryWindows;
use serde::Deserialize;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What a count may exceed its figure by.
const TOLERANCE: f64 = 0.04;

/// A request of the corpus, and what came before it.
struct Case {
    name: &'static str,
    /// Sent before in the same recording.
    before: &'static [u32],
    id: u32,
    input: Input,
}

#[derive(PartialEq, Eq)]
enum Input {
    /// As it was recorded.
    Recorded,
    /// As it left: there is nothing left to redact.
    Redacted,
}

const CASES: [Case; 3] = [
    Case { name: "full snapshot with nothing to redact", before: &[], id: 14, input: Input::Redacted },
    Case { name: "mutations and typed values", before: &[17], id: 26, input: Input::Recorded },
    Case { name: "ordinary events", before: &[], id: 92, input: Input::Recorded },
];

/// A recording of another page: what a worker has seen before.
const SEEN: u32 = 3;

fn main() -> ExitCode {
    let argument = env::args().nth(1);
    let done = match argument.as_deref() {
        None => compare(),
        Some("--update") => count().and_then(|counts| update(&counts)).map(|()| true),
        Some("--counted") => counted().map(|()| true),
        Some(_) => Err("known are --update and nothing".into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Counts by name, in millions.
type Counts = BTreeMap<String, f64>;

fn figures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.toml")
}

fn compare() -> Outcome<bool> {
    let committed: Counts = toml::from_str(&fs::read_to_string(figures())?)?;
    let counts = count()?;
    let mut holds = committed.len() == counts.len();
    println!("millions of instructions, by how much they differ from the figure");
    for (name, now) in &counts {
        let Some(figure) = committed.get(name) else {
            println!("{now:8.2}  no figure  {name}");
            holds = false;
            continue;
        };
        let change = now / figure - 1.0;
        let verdict = if change > TOLERANCE { "  <-- too many" } else { "" };
        println!("{now:8.2}  {:+6.1} %   {name}{verdict}", change * 100.0);
        holds &= change <= TOLERANCE;
    }
    if !holds {
        println!("see \"Instruction counts\" in CONTRIBUTING.md");
    }
    Ok(holds)
}

fn update(counts: &Counts) -> Outcome<()> {
    let lines = counts.iter().map(|(name, count)| format!("\"{name}\" = {count:.2}\n"));
    let head = "# Millions of instructions: see \"Instruction counts\" in CONTRIBUTING.md.\n".to_owned();
    let text = std::iter::once(head).chain(lines).collect::<String>();
    print!("{text}");
    Ok(fs::write(figures(), text)?)
}

/// Runs this program under callgrind, which writes a file before each call of [`measured`], and one in
/// the end.
fn count() -> Outcome<Counts> {
    const MEASURED: &str = "instructions::measured";
    let dir = env::temp_dir().join(format!("instructions-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .args([format!("--toggle-collect={MEASURED}"), format!("--dump-before={MEASURED}")])
        .arg(format!("--callgrind-out-file={}", dir.join("out").display()))
        .arg(env::current_exe()?)
        .arg("--counted")
        .status()
        .map_err(|error| format!("valgrind: {error}"))?;
    let last = names().count() - 1;
    let counts = names().enumerate().map(|(idx, name)| {
        let file = if idx == last { "out".to_owned() } else { format!("out.{}", idx + 2) };
        let file = fs::read_to_string(dir.join(file))?;
        let total = file.lines().find_map(|line| line.strip_prefix("summary: ")).ok_or("no total")?;
        Ok((name, total.trim().parse::<f64>()? / 1e6))
    });
    let counts = counts.collect::<Outcome<Counts>>();
    fs::remove_dir_all(&dir)?;
    if !ran.success() {
        return Err("the program that is counted fails".into());
    }
    counts
}

/// The names of the counts, in the order in which they are made.
fn names() -> impl Iterator<Item = String> {
    CASES.iter().flat_map(|case| ["new", "known"].map(|state| format!("{}, {state}", case.name)))
}

/// One request of the corpus.
#[derive(Deserialize)]
struct Recorded {
    id: u32,
    session: u32,
    method: String,
    url: String,
    offset: usize,
    len: usize,
}

struct Corpus {
    requests: Vec<Recorded>,
    bodies: Vec<u8>,
}

impl Corpus {
    fn read() -> Outcome<Self> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/corpus");
        let requests = serde_json::from_slice(&fs::read(dir.join("index.json"))?)?;
        Ok(Self { requests, bodies: fs::read(dir.join("bodies.bin"))? })
    }

    fn find(&self, id: u32) -> Outcome<&Recorded> {
        self.requests.iter().find(|request| request.id == id).ok_or_else(|| "no such request".into())
    }

    fn body(&self, request: &Recorded) -> Outcome<&[u8]> {
        let end = request.offset + request.len;
        self.bodies.get(request.offset..end).ok_or_else(|| "bodies.bin is too short".into())
    }
}

/// What is run under callgrind.
fn counted() -> Outcome<()> {
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::all())?;
    let policy = Policy::new(rules, Preset::Balanced.postures(), &[], Limits::default(), [1; 32])?;
    let corpus = Corpus::read()?;
    for case in &CASES {
        let (mut scratch, sessions) = (Workspace::default(), InMemoryWindows::default());
        for request in corpus.requests.iter().filter(|request| request.session == SEEN) {
            redact(request, corpus.body(request)?, &policy, &sessions, &mut scratch)?;
        }
        for &id in case.before {
            let request = corpus.find(id)?;
            redact(request, corpus.body(request)?, &policy, &sessions, &mut scratch)?;
        }
        let request = corpus.find(case.id)?;
        let mut body = corpus.body(request)?.to_vec();
        if case.input == Input::Redacted {
            let mut others = Workspace::default();
            body = redact(request, &body, &policy, &InMemoryWindows::default(), &mut others)?.body;
        }
        for _ in 0..2 {
            let is_same = measured(request, &body, &policy, &sessions, &mut scratch)?;
            if is_same != (case.input == Input::Redacted) {
                return Err(format!("{}: it is not what it was chosen for", case.name).into());
            }
        }
    }
    Ok(())
}

/// What is counted; gives whether the body came out as it went in.
#[inline(never)]
fn measured(
    request: &Recorded,
    body: &[u8],
    policy: &Policy,
    sessions: &InMemoryWindows,
    scratch: &mut Workspace,
) -> Outcome<bool> {
    Ok(redact(request, body, policy, sessions, scratch)?.body == body)
}

fn redact(
    request: &Recorded,
    body: &[u8],
    policy: &Policy,
    sessions: &InMemoryWindows,
    scratch: &mut Workspace,
) -> Outcome<Redacted> {
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let endpoint = classify(&request.method, path).map_err(|_| "no such endpoint")?;
    let request = Request {
        endpoint,
        path,
        query,
        content_type: Some("text/plain"),
        content_encoding: None,
        bearer: None,
        headers: &[],
        body,
    };
    Ok(pipeline::run(&request, policy, Memory { store: sessions, now_ms: 0 }, scratch)?)
}
