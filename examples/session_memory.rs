//! Measures what the element context of recorded sessions costs, in memory and as bytes.
//!
//! `cargo run --profile dist --example session_memory`: replays the corpus, then fills the default store
//! with 10,000 sessions of its largest page.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement prints its result, or fails"
)]

use std::sync::Mutex;
use std::time::{Duration, Instant};

use blackbar::config;
use blackbar_core::endpoint::classify;
use blackbar_core::pipeline::{self, Memory, Request, Workspace};
use blackbar_core::session::{
    InMemoryWindows, TakenWindow, Window, WindowKey, WindowLease, WindowStore, WindowStoreLimits,
};

const BODIES: &[u8] = include_bytes!("../tests/data/corpus/bodies.bin");
const INDEX: &str = include_str!("../tests/data/corpus/index.json");

const SESSIONS: usize = 10_000;

/// A store that measures what is put back.
#[derive(Default)]
struct Measuring {
    sessions: InMemoryWindows,
    measured: Mutex<Vec<Measured>>,
}

struct Measured {
    n_nodes: usize,
    heap: usize,
    bytes: Vec<u8>,
    took: Duration,
}

impl WindowStore for Measuring {
    fn take(&self, key: WindowKey, now_ms: u64) -> TakenWindow {
        self.sessions.take(key, now_ms)
    }

    fn put(&self, lease: WindowLease, window: Window, now_ms: u64) {
        let begun = Instant::now();
        let bytes = window.to_bytes();
        let copy = Window::from_bytes(&bytes).unwrap();
        let took = begun.elapsed();
        assert_eq!(copy.len(), window.len());
        let measured = Measured { n_nodes: window.len(), heap: window.heap_bytes(), bytes, took };
        self.measured.lock().unwrap().push(measured);
        self.sessions.put(lease, window, now_ms);
    }

    fn abandon(&self, lease: WindowLease) {
        self.sessions.abandon(lease);
    }

    fn forget(&self, key: WindowKey) {
        self.sessions.forget(key);
    }
}

fn main() {
    let store = Measuring::default();
    replay(&store);
    let mut measured = store.measured.into_inner().unwrap();
    measured.retain(|window| window.n_nodes > 0);
    measured.sort_by_key(|window| window.n_nodes);
    println!("nodes  heap/node  bytes/node  bytes  to bytes and back");
    let last = measured.len() - 1;
    for at in [0, last / 4, last / 2, last * 3 / 4, last] {
        let Measured { n_nodes, heap, bytes, took } = &measured[at];
        let float = |n: usize| f64::from(u32::try_from(n).unwrap());
        let per_node = |of: usize| float(of) / float(*n_nodes);
        let (heap, size) = (per_node(*heap), per_node(bytes.len()));
        println!("{n_nodes:5}  {heap:9.1}  {size:10.2}  {:5}  {took:?}", bytes.len());
    }
    fill(&measured[last].bytes);
}

fn replay(store: &Measuring) {
    let policy = config::parse_redaction_only("", "defaults").ok().unwrap().policy.policy;
    let index: serde_json::Value = serde_json::from_str(INDEX).unwrap();
    let mut scratch = Workspace::default();
    for (now_ms, request) in index.as_array().unwrap().iter().enumerate() {
        let number = |key: &str| request[key].as_u64().unwrap() as usize;
        let url = request["url"].as_str().unwrap();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let request = Request {
            endpoint: classify(request["method"].as_str().unwrap(), path).unwrap(),
            path,
            query,
            content_type: Some("text/plain"),
            content_encoding: None,
            bearer: None,
            headers: &[],
            body: &BODIES[number("offset")..number("offset") + number("len")],
        };
        let memory = Memory { store, now_ms: now_ms as u64 };
        assert!(pipeline::run(&request, &policy, memory, &mut scratch).is_ok());
    }
}

fn fill(page: &[u8]) {
    let limits = WindowStoreLimits::default();
    let sessions = InMemoryWindows::new(limits);
    let before = resident();
    let mut highest = 0;
    for n in 0..SESSIONS {
        let key = WindowKey::new(&[0; 32], b"policy", "phc", &n.to_string(), "w");
        let TakenWindow::Unknown(lease) = sessions.take(key, 0) else { unreachable!("each session is new") };
        sessions.put(lease, Window::from_bytes(page).unwrap(), 0);
        assert!(sessions.bytes() <= limits.max_bytes);
        highest = highest.max(resident());
    }
    let mib = |bytes: usize| bytes >> 20;
    println!("{SESSIONS} sessions of the largest page, {} MiB allowed:", mib(limits.max_bytes));
    println!("{} kept in {} MiB, {} evicted", sessions.len(), mib(sessions.bytes()), sessions.n_evicted());
    println!("process: {} MiB before, {} MiB at most", mib(before), mib(highest));
}

/// Memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
