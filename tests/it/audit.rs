//! The audit: no forwarding without a record, and no change to a record that is not seen.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use blackbar::app::{self, Running, StartError};
use blackbar::audit::OpenError;
use blackbar::audit::record::RecordKind;
use blackbar::audit::report::Summary;
use blackbar::audit::verify::{Verification, verify};
use blackbar::config;
use tempfile::TempDir;

use crate::support::harness::{Harness, Setup, entries, replay};
use crate::support::upstream::{Upstream, ok};

/// Both times at which a line counts.
const FLUSHES: [&str; 2] = ["sync = \"each\"", "sync = \"interval\""];

#[tokio::test]
async fn an_intent_is_on_disk_before_a_request_is_forwarded() {
    for audit in FLUSHES {
        promised_before(audit).await;
    }
}

#[tokio::test]
async fn fulfilled_intents_are_removed_while_the_proxy_runs() {
    let proxy = Harness::with(Setup { audit: "sync = \"interval\"", ..Setup::default() }).await;
    assert_eq!(proxy.client.post("/s/", replay("phc_eu", "s")).await.status, 200);
    let journal = proxy.audit_dir().join("pending.jsonl");
    let emptied = async {
        while fs::metadata(&journal).unwrap().len() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), emptied).await.unwrap();
    assert_eq!(proxy.exchanges().len(), 1);
}

async fn promised_before(audit: &'static str) {
    let dir = Arc::new(OnceLock::<PathBuf>::new());
    let (known, promised) = (Arc::clone(&dir), Arc::new(Mutex::new(String::new())));
    let seen = Arc::clone(&promised);
    let eu = Upstream::answering(move |_| {
        let journal = known.get().unwrap().join("pending.jsonl");
        *seen.lock().unwrap() = fs::read_to_string(journal).unwrap();
        async { ok() }
    })
    .await;
    let proxy = Harness::with(Setup { eu: Some(eu), audit, ..Setup::default() }).await;
    dir.set(proxy.audit_dir()).unwrap();
    let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
    let id = reply.header("x-request-id").unwrap();
    assert!(promised.lock().unwrap().contains(id));
    // The record is there as soon as the reply is, and the promise is void.
    let id = id.to_owned();
    assert_eq!(proxy.exchanges().iter().filter(|record| record.request_id == id).count(), 1);
    let (entries, dir) = proxy.stop().await;
    assert_eq!(fs::read_to_string(dir.path().join("audit/pending.jsonl")).unwrap(), "");
    let records = entries.iter().filter_map(|entry| entry.exchange.as_ref());
    assert_eq!(records.filter(|record| record.request_id == id).count(), 1);
}

#[tokio::test]
async fn nothing_is_forwarded_while_records_cannot_be_written() {
    for audit in ["segment_size = \"1B\"", "segment_size = \"1B\"\nsync = \"interval\""] {
        nothing_forwarded(audit).await;
    }
}

async fn nothing_forwarded(audit: &'static str) {
    let proxy = Harness::with(Setup { audit, ..Setup::default() }).await;
    // Each record begins a segment; a directory in the place of the next one makes that fail.
    let in_the_way = proxy.audit_dir().join("audit-00000002.jsonl");
    fs::create_dir(&in_the_way).unwrap();
    for _ in 0..2 {
        let reply = proxy.client.get("/nowhere").await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "audit_unavailable"));
        let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "audit_unavailable"));
        assert!(reply.header("retry-after").is_some());
    }
    proxy.assert_nothing_was_sent();
    proxy.warm().await;
    assert_eq!(proxy.admin.get("/readyz").await.text(), "audit unavailable\n");

    fs::remove_dir(&in_the_way).unwrap();
    assert_eq!(proxy.client.post("/s/", replay("phc_eu", "s")).await.status, 200);
    assert_eq!(proxy.eu.recorded().len(), 1);
    let (entries, _dir) = proxy.stop().await;
    assert!(entries.iter().any(|entry| entry.kind == RecordKind::Resumed));
}

#[tokio::test]
async fn requests_forwarded_during_a_write_failure_are_recorded_later() {
    let way = Arc::new(OnceLock::<PathBuf>::new());
    let known = Arc::clone(&way);
    let eu = Upstream::answering(move |_| {
        let in_the_way = known.get().cloned();
        async move {
            if let Some(path) = in_the_way {
                let _ = fs::create_dir(path);
            }
            ok()
        }
    })
    .await;
    let setup = Setup { eu: Some(eu), audit: "segment_size = \"1B\"", ..Setup::default() };
    let proxy = Harness::with(setup).await;
    let in_the_way = proxy.audit_dir().join("audit-00000002.jsonl");
    way.set(in_the_way.clone()).unwrap();
    let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "audit_unavailable"));
    assert_eq!(proxy.eu.recorded().len(), 1);
    // Its intent is in the journal meanwhile.
    let journal = fs::read_to_string(proxy.audit_dir().join("pending.jsonl")).unwrap();
    assert!(journal.contains(reply.header("x-request-id").unwrap()));

    fs::remove_dir(&in_the_way).unwrap();
    proxy.client.get("/nowhere").await;
    let id = reply.header("x-request-id").unwrap();
    assert!(proxy.exchanges().iter().any(|record| record.request_id == id && record.outcome == "forwarded"));
}

/// A directory with a whole chain of several exchanges.
async fn chain(audit: &'static str) -> (TempDir, PathBuf) {
    let proxy = Harness::with(Setup { audit, ..Setup::default() }).await;
    for idx in 0..4 {
        proxy.client.post("/s/", replay("phc_eu", &format!("s{idx}"))).await;
    }
    let (_, dir) = proxy.stop().await;
    let audit = dir.path().join("audit");
    (dir, audit)
}

fn verification(dir: &Path) -> Verification {
    verify(dir, |_| {}).unwrap()
}

/// Changes the lines of the first segment, and gives where the chain breaks.
async fn broken_by(change: impl FnOnce(&mut Vec<String>)) -> (String, usize) {
    let (_dir, audit) = chain("").await;
    let segment = audit.join("audit-00000001.jsonl");
    let mut lines: Vec<String> = fs::read_to_string(&segment).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    change(&mut lines);
    fs::write(&segment, lines.join("\n") + "\n").unwrap();
    let broken = verification(&audit).broken.expect("a break");
    (broken.file, broken.line)
}

#[tokio::test]
async fn a_changed_line_is_found() {
    let at = broken_by(|lines| lines[2] = lines[2].replace("phc_eu", "phc_us")).await;
    assert_eq!(at, ("audit-00000001.jsonl".to_owned(), 3));
}

#[tokio::test]
async fn a_removed_line_is_found() {
    let at = broken_by(|lines| drop(lines.remove(2))).await;
    assert_eq!(at, ("audit-00000001.jsonl".to_owned(), 3));
}

#[tokio::test]
async fn reordered_lines_are_found() {
    let at = broken_by(|lines| lines.swap(2, 3)).await;
    assert_eq!(at, ("audit-00000001.jsonl".to_owned(), 3));
}

#[tokio::test]
async fn an_inserted_line_is_found() {
    let at = broken_by(|lines| lines.insert(3, "{\"v\":1}".to_owned())).await;
    assert_eq!(at, ("audit-00000001.jsonl".to_owned(), 4));
}

#[tokio::test]
async fn a_truncated_tail_is_found() {
    let at = broken_by(|lines| lines.truncate(4)).await;
    assert_eq!(at, ("head.json".to_owned(), 0));
}

#[tokio::test]
async fn any_changed_byte_is_found() {
    let (_dir, audit) = chain("").await;
    let segment = audit.join("audit-00000001.jsonl");
    let whole = fs::read(&segment).unwrap();
    for idx in 0..whole.len() {
        let mut changed = whole.clone();
        changed[idx] ^= 1;
        fs::write(&segment, &changed).unwrap();
        assert!(!verification(&audit).is_intact(), "byte {idx}");
    }
}

#[tokio::test]
async fn a_crash_at_any_byte_of_the_last_line_is_repaired() {
    let (_dir, audit) = chain("").await;
    let segment = audit.join("audit-00000001.jsonl");
    let whole = fs::read_to_string(&segment).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let before = whole.len() - lines[lines.len() - 1].len();
    let last_but_one = lines[lines.len() - 2].trim_end();
    let hash = &last_but_one[last_but_one.len() - 66..last_but_one.len() - 2];
    let head = format!("{{\"seq\":{},\"hash\":\"{hash}\"}}", lines.len() - 1);
    for cut in (before + 1..whole.len()).step_by(101).chain([whole.len() - 1]) {
        fs::write(&segment, &whole[..cut]).unwrap();
        fs::write(audit.join("head.json"), &head).unwrap();
        start_on(&audit).await.unwrap().shutdown().await;
        let mended = verification(&audit);
        // A line that lacks only its line break is a whole one.
        let n_unfinished = u64::from(cut < whole.len() - 1);
        assert!(mended.is_intact() && mended.n_unfinished == n_unfinished, "{cut}: {mended:?}");
        assert_eq!(mended.n_records as usize, lines.len() - 1 + 3);
    }
}

/// With `sync = "each"` the journal alone is flushed for each line, so a power failure may take from
/// the segment whatever was written since it was flushed itself.
#[tokio::test]
async fn records_lost_in_a_power_failure_are_in_the_journal() {
    let proxy = Harness::start().await;
    let mut answered = Vec::new();
    for idx in 0..6 {
        let reply = proxy.client.post("/s/", replay("phc_eu", &format!("s{idx}"))).await;
        answered.push(reply.header("x-request-id").unwrap().to_owned());
    }
    let audit = proxy.audit_dir();
    let segment = fs::read(audit.join("audit-00000001.jsonl")).unwrap();
    let files = fs::read_dir(&audit).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> =
        files.map(|path| (path.file_name().unwrap().to_owned(), fs::read(path).unwrap())).collect();
    // The first line was on the disk before the proxy ran.
    let first = segment.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let cuts = (first..=segment.len()).step_by(97).map(|cut| segment[..cut].to_vec());
    let holes = (first..segment.len() - 300).step_by(211).map(|hole| {
        let mut holed = segment.clone();
        holed[hole..hole + 300].fill(0);
        holed
    });
    for (n, damaged) in cuts.chain(holes).chain([segment.clone()]).enumerate() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in &files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        fs::write(dir.path().join("audit-00000001.jsonl"), damaged).unwrap();
        start_on(dir.path()).await.unwrap().shutdown().await;
        let mended = verification(dir.path());
        assert!(mended.is_intact() && mended.n_unfinished == 0, "{n}: {mended:?}");
        let entries = entries(dir.path());
        // Start, six exchanges, start, stop: each once, and none is reported as interrupted.
        assert_eq!(entries.len(), 9, "{n}");
        let exchanges = entries.iter().filter_map(|entry| entry.exchange.as_ref());
        assert!(exchanges.clone().all(|exchange| exchange.outcome == "forwarded"), "{n}");
        assert!(exchanges.map(|exchange| &exchange.request_id).eq(&answered), "{n}");
    }
}

/// What was not changed by a failure of power is no business of the journal's.
#[tokio::test]
async fn the_journal_repairs_nothing_before_its_first_line() {
    let proxy = Harness::start().await;
    for idx in 0..3 {
        proxy.client.post("/s/", replay("phc_eu", &format!("s{idx}"))).await;
    }
    let dir = proxy.audit_dir();
    let journal = fs::read(dir.join("pending.jsonl")).unwrap();
    let (_, dir) = proxy.stop().await;
    let audit = dir.path().join("audit");
    let segment = audit.join("audit-00000001.jsonl");
    let forged = fs::read_to_string(&segment).unwrap().replacen("\"instance\":\"", "\"instance\":\"x", 1);
    fs::write(&segment, &forged).unwrap();
    fs::write(audit.join("pending.jsonl"), journal).unwrap();
    // Started or not: what was forged is still there, and still found.
    if let Ok(running) = start_on(&audit).await {
        running.shutdown().await;
    }
    assert!(fs::read_to_string(&segment).unwrap().starts_with(&forged));
    assert!(!verification(&audit).is_intact());
}

#[tokio::test]
async fn a_missing_segment_is_found() {
    let (_dir, audit) = chain("segment_size = \"1B\"").await;
    assert!(verification(&audit).is_intact());
    fs::remove_file(audit.join("audit-00000002.jsonl")).unwrap();
    let broken = verification(&audit).broken.unwrap();
    assert_eq!((broken.file.as_str(), broken.line), ("audit-00000003.jsonl", 0));
}

#[tokio::test]
async fn a_chain_without_its_last_segments_is_found() {
    let (_dir, audit) = chain("segment_size = \"1B\"").await;
    fs::remove_file(audit.join("audit-00000006.jsonl")).unwrap();
    assert_eq!(verification(&audit).broken.unwrap().file, "head.json");
}

async fn start_on(audit: &Path) -> Result<Running, StartError> {
    let audit = audit.display().to_string();
    let toml = format!(
        "[listen]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n[audit]\ndir = {audit:?}\n\
         [[region]]\nname = \"eu\"\nupstreams = [\"http://127.0.0.1:1\"]\n[routing]\nno_match = \"eu\"\n[rules]\npacks = [\"contact\"]\n"
    );
    app::start(config::parse(&toml, "test.toml").unwrap()).await
}

#[tokio::test]
async fn a_restart_continues_the_chain() {
    let (_dir, audit) = chain("").await;
    let before = entries(&audit).len();
    start_on(&audit).await.unwrap().shutdown().await;
    let after = entries(&audit);
    assert_eq!(after.len(), before + 2);
    assert_eq!(after[before].kind, RecordKind::Start);
    assert_eq!(after[before].seq, before as u64 + 1);
}

#[tokio::test]
async fn a_torn_line_is_kept_and_reported() {
    let (_dir, audit) = chain("").await;
    let segment = audit.join("audit-00000001.jsonl");
    let mut text = fs::read_to_string(&segment).unwrap();
    text.push_str("{\"v\":1,\"seq\":7,\"ti");
    fs::write(&segment, &text).unwrap();
    let torn = verification(&audit);
    assert!(torn.is_intact() && torn.notes.len() == 1, "{torn:?}");
    start_on(&audit).await.unwrap().shutdown().await;
    let mended = verification(&audit);
    assert!(mended.is_intact(), "{mended:?}");
    assert_eq!(mended.n_unfinished, 1);
    assert!(fs::read_to_string(&segment).unwrap().starts_with(&text));
    // The bytes that were torn are covered by the record that reports them.
    let forged = fs::read_to_string(&segment).unwrap().replace("\"seq\":7,\"ti\n", "\"seq\":8,\"ti\n");
    fs::write(&segment, forged).unwrap();
    assert!(!verification(&audit).is_intact());
}

#[tokio::test]
async fn an_intent_left_by_a_crash_becomes_a_record() {
    let (_dir, audit) = chain("").await;
    let mut recorded = entries(&audit);
    let mut open = recorded.remove(1);
    // One promise that was kept, and one that was not.
    let kept = serde_json::to_string(&open).unwrap();
    open.exchange.as_mut().unwrap().request_id = "left-open".to_owned();
    let left = serde_json::to_string(&open).unwrap();
    fs::write(audit.join("pending.jsonl"), format!("{kept}\n{left}\n{{\"v\":1,\"to")).unwrap();
    start_on(&audit).await.unwrap().shutdown().await;
    let interrupted: Vec<String> = entries(&audit)
        .into_iter()
        .filter_map(|entry| entry.exchange)
        .filter(|exchange| exchange.outcome == "interrupted")
        .map(|exchange| exchange.request_id)
        .collect();
    assert_eq!(interrupted, ["left-open"]);
    start_on(&audit).await.unwrap().shutdown().await;
    let again = entries(&audit).into_iter().filter_map(|entry| entry.exchange);
    assert_eq!(again.filter(|exchange| exchange.outcome == "interrupted").count(), 1);
}

#[tokio::test]
async fn a_truncated_chain_is_not_continued() {
    let (_dir, audit) = chain("").await;
    let segment = audit.join("audit-00000001.jsonl");
    let text = fs::read_to_string(&segment).unwrap();
    let cut: String = text.split_inclusive('\n').take(3).collect();
    fs::write(&segment, cut).unwrap();
    let error = start_on(&audit).await.err().unwrap();
    assert!(matches!(error, StartError::Audit(OpenError::Broken { .. })));
    assert!(error.to_string().contains("audit verify"), "{error}");
}

#[tokio::test]
async fn two_processes_do_not_share_a_directory() {
    let proxy = Harness::start().await;
    let error = start_on(&proxy.audit_dir()).await.err().unwrap();
    assert!(matches!(error, StartError::Audit(OpenError::Locked { .. })));
    assert!(error.to_string().contains("[audit] dir"), "{error}");
}

#[tokio::test]
async fn records_reach_the_chain_at_an_interval_too() {
    let (_dir, audit) = chain("sync = \"interval\"\nsync_interval = \"10ms\"").await;
    assert_eq!(entries(&audit).len(), 6);
}

/// Exchanges write lines themselves, and the thread does when a segment is full: 2 KiB hold about
/// three records.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_exchanges_write_one_intact_chain() {
    for audit in [
        "sync = \"interval\"\nsync_interval = \"1ms\"\nsegment_size = \"2KiB\"",
        "sync = \"interval\"",
        "segment_size = \"2KiB\"",
    ] {
        let proxy = Arc::new(Harness::with(Setup { audit, ..Setup::default() }).await);
        let many = (0..8).map(|of| {
            let proxy = Arc::clone(&proxy);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for n in 0..12 {
                    let reply = proxy.client.post("/s/", replay("phc_eu", &format!("s{of}-{n}"))).await;
                    assert_eq!(reply.status, 200);
                    ids.push(reply.header("x-request-id").unwrap().to_owned());
                }
                ids
            })
        });
        let mut answered = Vec::new();
        for ids in many.collect::<Vec<_>>() {
            answered.extend(ids.await.unwrap());
        }
        // Each is recorded as soon as it is answered.
        let mut recorded: Vec<String> =
            proxy.exchanges().into_iter().map(|exchange| exchange.request_id).collect();
        recorded.sort_unstable();
        answered.sort_unstable();
        assert_eq!(recorded, answered);
        let (entries, dir) = Arc::into_inner(proxy).unwrap().stop().await;
        let audit = dir.path().join("audit");
        assert_eq!(entries.last().unwrap().kind, RecordKind::Stop);
        assert_eq!(entries.len(), 96 + 2);
        assert!(verification(&audit).is_intact());
        assert_eq!(fs::read_to_string(audit.join("pending.jsonl")).unwrap(), "");
    }
}

#[tokio::test]
async fn a_record_holds_counts_and_no_values() {
    let (_dir, audit) = chain("").await;
    let text = fs::read_to_string(audit.join("audit-00000001.jsonl")).unwrap();
    for secret in ["app.example", "person-1", "window-1", "$snapshot"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_was_in_force_is_kept_and_covered_by_the_chain() {
    let proxy = Harness::start().await;
    let changed = proxy.toml.replace("projects = [\"phc_eu\"]", "projects = [\"phc_new\"]");
    proxy.running.reload(&config::parse(&changed, "test.toml").unwrap()).unwrap();
    proxy.running.reload(&config::parse(&changed, "test.toml").unwrap()).unwrap();
    let (entries, dir) = proxy.stop().await;
    let told: Vec<&str> = entries.iter().filter_map(|entry| entry.config_sha256.as_deref()).collect();
    assert_eq!(told.len(), 2);
    let file = |sha256: &str| dir.path().join("audit").join(format!("config-{}.json", &sha256[..16]));
    let before: serde_json::Value = serde_json::from_slice(&fs::read(file(told[0])).unwrap()).unwrap();
    let after: serde_json::Value = serde_json::from_slice(&fs::read(file(told[1])).unwrap()).unwrap();
    assert_eq!(before["rules"], after["rules"]);
    assert_eq!(before["routing"]["routes"][0]["projects"][0], "phc_eu");
    assert_eq!(after["routing"]["routes"][0]["projects"][0], "phc_new");

    let forged = fs::read_to_string(file(told[0])).unwrap().replace("phc_eu", "phc_xx");
    fs::write(file(told[0]), forged).unwrap();
    assert!(verification(&dir.path().join("audit")).broken.unwrap().file.starts_with("config-"));
}

/// A directory that format 1 left after a crash: a start, exchanges, a reload, a time in which records
/// could not be written, a stop, an unfinished line, a second start, and one open intent.
fn format_1() -> (TempDir, PathBuf) {
    let source = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/audit-format-1"));
    let dir = tempfile::tempdir().unwrap();
    for file in fs::read_dir(source).unwrap() {
        let path = file.unwrap().path();
        fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
    }
    let audit = dir.path().to_owned();
    (dir, audit)
}

#[test]
fn a_directory_of_format_1_verifies_and_has_the_same_totals() {
    let (_dir, audit) = format_1();
    let mut summary = Summary::default();
    let mut kinds = Vec::new();
    let verification = verify(&audit, |entry| {
        summary.add(entry);
        kinds.push(entry.kind);
    });
    let verification = verification.unwrap();
    assert!(verification.is_intact(), "{verification:?}");
    assert_eq!((verification.n_segments, verification.n_records, verification.n_unfinished), (2, 15, 1));
    for kind in [
        RecordKind::Start,
        RecordKind::Exchange,
        RecordKind::ConfigChanged,
        RecordKind::Resumed,
        RecordKind::Torn,
        RecordKind::Stop,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    // As the program that wrote it reported them.
    assert_eq!((summary.n_exchanges, summary.received_bytes, summary.forwarded_bytes), (9, 1362, 987));
    assert_eq!((summary.by_outcome["forwarded"], summary.by_outcome["no_region"]), (7, 1));
    assert_eq!(summary.findings_by_rule["email"], 7);
    assert_eq!(summary.suppressed["99e6e843e0f4 #1 email"], 6);
    assert_eq!(summary.unmasked_inputs_by_sdk["web 1.418"], 1);
}

#[test]
fn a_change_in_a_directory_of_format_1_is_found() {
    let (_dir, audit) = format_1();
    let segment = audit.join("audit-00000001.jsonl");
    let text = fs::read_to_string(&segment).unwrap();
    let end = text.find("{\"v\":1,\"seq\":99").unwrap_or(text.len());
    for idx in (0..end).step_by(37) {
        let mut changed = text.clone().into_bytes();
        changed[idx] ^= 1;
        fs::write(&segment, &changed).unwrap();
        assert!(!verification(&audit).is_intact(), "byte {idx}");
    }
    fs::write(&segment, &text).unwrap();
    let config = fs::read_dir(&audit).unwrap().map(|file| file.unwrap().path());
    let config = config.into_iter().find(|path| path.to_str().unwrap().contains("in-force-")).unwrap();
    fs::write(config, "{}").unwrap();
    assert!(verification(&audit).broken.unwrap().file.starts_with("in-force-"));
}

#[tokio::test]
async fn a_new_process_continues_a_directory_of_format_1() {
    let (_dir, audit) = format_1();
    let old = entries(&audit);
    start_on(&audit).await.unwrap().shutdown().await;
    let all = entries(&audit);
    assert_eq!(all[..old.len()], old);
    assert!(old.iter().all(|record| record.format == 1));
    let new = &all[old.len()..];
    assert!(new.iter().all(|record| record.format == 2));
    // The open intent of the old process, then the start and the stop of the new one.
    assert_eq!(
        new.iter().map(|record| record.kind).collect::<Vec<_>>(),
        [RecordKind::Exchange, RecordKind::Start, RecordKind::Stop]
    );
    assert_eq!(new[0].exchange.as_ref().unwrap().outcome, "interrupted");
    // They are in the old segment if the fixture is of today, or else in one of their own.
    let segments = fs::read_dir(&audit).unwrap().map(|file| file.unwrap().path());
    let segments = segments.filter(|path| path.to_str().unwrap().contains("audit-0"));
    let all: String = segments.map(|path| fs::read_to_string(path).unwrap()).collect();
    let text: String = all.lines().filter(|line| line.starts_with("{\"format\":2,")).collect();
    for name in ["format", "policy_digest", "config_sha256", "previous_hash", "received_bytes"] {
        assert!(text.contains(&format!("\"{name}\":")), "{name}: {text}");
    }
    for name in ["v", "policy", "in_force", "prev", "bytes_in", "bytes_out"] {
        assert!(!text.contains(&format!("\"{name}\":")), "{name}: {text}");
    }
}
