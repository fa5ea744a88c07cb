//! Replicas that share a server: any of them takes any request of a session.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use blackbar::session_store::{SharedSessions, StoreSettings};
use blackbar::telemetry::metrics::Metrics;
use blackbar_core::session::{TakenWindow, Window, WindowKey, WindowStore};
use redis::IntoConnectionInfo;

use crate::support::decoded::{body, deep_strings, gunzip, opened};
use crate::support::harness::{Harness, Setup};
use crate::support::recorded::{self, Request};
use crate::support::redis::Redis;

/// Replicas find each other's sessions, and agree on pseudonyms, by this key.
const KEY_FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/replicas.key");
const REDACTION: &str = concat!("hash_key_file = \"", env!("CARGO_TARGET_TMPDIR"), "/replicas.key\"");

/// Writes the file whole, at once: the tests of this file run at the same time, each in a process of its own.
fn write_key() {
    let mut file = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    file.write_all(b"0123456789abcdef0123456789abcdef").unwrap();
    file.persist(KEY_FILE).unwrap();
}

async fn replica(server: Option<&Redis>) -> Harness {
    write_key();
    let more = server.map(|redis| format!("[session_store]\nurl = \"{}\"\ntimeout = \"2s\"", redis.url()));
    let setup = Setup { rules: Some(""), redaction: REDACTION, ..Setup::default() };
    Harness::with(Setup { more: more.unwrap_or_default(), ..setup }).await
}

/// Sends each request to the next replica, `before` each telling its place in line, and gives what
/// reached the upstreams, in order.
async fn round_robin(
    replicas: &[Harness],
    requests: &[&Request],
    mut before: impl FnMut(usize),
) -> Vec<Vec<u8>> {
    for (idx, (request, replica)) in requests.iter().zip(replicas.iter().cycle()).enumerate() {
        before(idx);
        let headers = request.headers_from_edge();
        let reply = replica.client.send(&request.method, &request.url, &headers, request.body()).await;
        assert_eq!(reply.status, 200, "request {}: {}", request.id, reply.text());
    }
    let mut received: Vec<_> = replicas.iter().map(|replica| replica.eu.recorded().into_iter()).collect();
    let turns = (0..replicas.len()).cycle().take(requests.len());
    turns.map(|replica| received[replica].next().unwrap().body.to_vec()).collect()
}

/// Requests whose bodies differ, once they are unpacked.
fn differing(requests: &[&Request], one: &[Vec<u8>], other: &[Vec<u8>]) -> Vec<u32> {
    let plain = |body: &Vec<u8>| gunzip(body).unwrap_or_else(|| body.clone());
    let pairs = requests.iter().zip(one.iter().zip(other));
    pairs.filter(|(_, (one, other))| plain(one) != plain(other)).map(|(request, _)| request.id).collect()
}

fn errors(replica: &Harness) -> u64 {
    replica.running.metrics().session_store_errors.get()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_produce_the_output_of_one() {
    let redis = Redis::start();
    let all = recorded::requests();
    let requests: Vec<&Request> = all.iter().collect();
    let one = [replica(None).await];
    let two = [replica(Some(&redis)).await, replica(Some(&redis)).await];
    let (alone, shared) =
        tokio::join!(round_robin(&one, &requests, |_| {}), round_robin(&two, &requests, |_| {}));
    let differ = differing(&requests, &alone, &shared);
    assert!(differ.is_empty(), "{} requests differ: {differ:?}", differ.len());
    assert_eq!(two.each_ref().map(errors), [0, 0]);
}

#[tokio::test]
async fn two_replicas_without_a_store_mask_more() {
    let all = recorded::requests();
    let requests: Vec<&Request> = all.iter().filter(|request| request.session == 1).collect();
    let alone = round_robin(&[replica(None).await], &requests, |_| {}).await;
    let apart = round_robin(&[replica(None).await, replica(None).await], &requests, |_| {}).await;
    assert!(!differing(&requests, &alone, &apart).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_outage_causes_no_leak_and_no_error() {
    let mut redis = Redis::start();
    let two = [replica(Some(&redis)).await, replica(Some(&redis)).await];
    let all = recorded::requests();
    // The shop types, the chat writes: both live by mutations of what came before.
    let requests: Vec<&Request> = all.iter().filter(|request| request.session % 4 < 2).collect();
    let half = requests.len() / 2;
    let received = round_robin(&two, &requests, |idx| {
        if idx == half {
            redis.stop();
        }
    })
    .await;
    let problems: Vec<String> = requests
        .iter()
        .zip(&received)
        .filter_map(|(request, received)| {
            let secrets = recorded::secrets(request.session);
            let texts = deep_strings(&opened(&body(received)));
            let found = texts.iter().filter(|text| secrets.is_match(*text)).count();
            (found > 0).then(|| format!("{}: {found} texts", request.id))
        })
        .collect();
    assert!(problems.is_empty(), "{} requests leak\n{}", problems.len(), problems.join("\n"));
    assert!(two.iter().all(|replica| errors(replica) > 0));
}

fn store(redis: &Redis) -> SharedSessions {
    let settings = StoreSettings { timeout: Duration::from_secs(2), idle: Duration::from_mins(1) };
    let server = redis.url().into_connection_info().unwrap();
    SharedSessions::new(server, settings, Arc::new(Metrics::new().unwrap()))
}

fn key(window: &str) -> WindowKey {
    WindowKey::new(&[7; 32], b"policy", "phc", "s", window)
}

fn fill(store: &dyn WindowStore, window: &str) {
    let TakenWindow::Unknown(lease) = store.take(key(window), 0) else { panic!("not unknown") };
    store.put(lease, Window::default(), 0);
}

#[test]
fn a_window_moves_from_one_replica_to_the_other() {
    let redis = Redis::start();
    let (a, b) = (store(&redis), store(&redis));
    fill(&a, "w");
    let TakenWindow::Known(_, lease) = b.take(key("w"), 0) else { panic!("unknown") };
    b.abandon(lease);
    assert!(matches!(a.take(key("w"), 0), TakenWindow::Unknown(_)));
}

#[test]
fn a_window_that_missed_an_event_elsewhere_is_not_saved() {
    let redis = Redis::start();
    let (a, b) = (store(&redis), store(&redis));
    fill(&a, "w");
    let TakenWindow::Known(window, lease) = a.take(key("w"), 0) else { panic!("unknown") };
    assert!(matches!(b.take(key("w"), 0), TakenWindow::Busy));
    b.forget(key("w"));
    a.put(lease, window, 0);
    assert!(matches!(b.take(key("w"), 0), TakenWindow::Unknown(_)));
}

#[test]
fn windows_are_unknown_during_an_outage_and_recover() {
    let mut redis = Redis::start();
    let (a, b) = (store(&redis), store(&redis));
    fill(&a, "w");
    fill(&b, "x");
    redis.stop();
    assert!(matches!(a.take(key("w"), 0), TakenWindow::Busy));
    a.forget(key("w"));
    let begun = Instant::now();
    for _ in 0..100 {
        assert!(matches!(a.take(key("w"), 0), TakenWindow::Busy));
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "each request waits for the server");
    redis.start_again();
    let begun = Instant::now();
    let lease = loop {
        match a.take(key("y"), 0) {
            TakenWindow::Unknown(lease) => break lease,
            _ => assert!(begun.elapsed() < Duration::from_secs(30), "it does not recover"),
        }
        std::thread::yield_now();
    };
    a.put(lease, Window::default(), 0);
    assert!(matches!(a.take(key("y"), 0), TakenWindow::Known(..)));
}

#[test]
fn a_window_that_is_never_saved_is_unknown() {
    let redis = Redis::start();
    let (a, b) = (store(&redis), store(&redis));
    fill(&a, "w");
    let TakenWindow::Known(window, lease) = b.take(key("w"), 0) else { panic!("unknown") };
    // What B never puts back is a lease that ends with the first who finds it.
    drop((window, lease));
    assert!(matches!(a.take(key("w"), 0), TakenWindow::Busy));
    a.forget(key("w"));
    assert!(matches!(a.take(key("w"), 0), TakenWindow::Unknown(_)));
}
