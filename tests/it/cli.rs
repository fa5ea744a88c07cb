//! The program as a process: arguments, signals, exit codes, and what it says.

use std::process::{Command, Output};

use crate::support::harness::replay;
use crate::support::served::{Served, config};
use crate::support::upstream::Upstream;

fn blackbar(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_blackbar")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn serve_reloads_drains_and_says_nothing_of_what_passes() {
    let upstream = Upstream::start().await;
    let (dir, file) = config(&upstream.url(), "[telemetry]\nlog_format = \"json\"\nlog_level = \"trace\"\n");
    let mut served = Served::start(&file);
    let client = served.client();
    let headers = [
        ("content-type", "application/json"),
        ("cookie", "canary-cookie"),
        ("user-agent", "canary-agent"),
        ("referer", "https://canary.example/canary-referer"),
        ("x-any", "canary-header"),
        ("authorization", "Bearer canary-bearer"),
    ];
    let body = replay("phc_canary", "canary-session").replace("person-1", "canary-person");
    let reply = client.send("POST", "/s/?ver=canary-query", &headers, body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(client.send("POST", "/canary-path", &headers, "canary-body").await.status, 404);
    assert_eq!(client.send("POST", "/s/", &headers, "{canary-broken").await.status, 400);

    let toml = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{toml}color = \"blue\"\n")).unwrap();
    served.signal("-HUP");
    served.wait_for("not reloaded");
    std::fs::write(&file, toml).unwrap();
    served.signal("-HUP");
    served.wait_for("\"reloaded\"");

    let (code, log) = served.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopped; nothing was cut short"));
    assert!(!log.contains("canary"), "{log}");
    let audit = dir.path().join("audit");
    for file in std::fs::read_dir(&audit).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("canary"), "{text}");
    }
    let audit = audit.to_str().unwrap();
    let verified = blackbar(&["audit", "verify", "--dir", audit]);
    assert!(verified.status.success() && text(&verified.stdout).starts_with("whole: "));
    let report = blackbar(&["audit", "report", "--dir", audit, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(report["summary"]["n_exchanges"], 3);
    assert_eq!(report["summary"]["by_outcome"]["forwarded"], 1);
}

#[test]
fn audit_verify_fails_on_a_chain_that_is_not_whole() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("audit-00000001.jsonl"), "{\"v\":1}\n").unwrap();
    let output = blackbar(&["audit", "verify", "--dir", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("BROKEN at audit-00000001.jsonl:1: "), "{output:?}");
}

#[test]
fn check_says_ok_or_what_is_wrong() {
    let (_dir, file) = config("https://eu.i.posthog.com", "");
    let good = blackbar(&["check", "--config", file.to_str().unwrap()]);
    assert!(good.status.success(), "{good:?}");
    assert!(text(&good.stdout).starts_with("ok: 1 regions, 0 routes, "));
    let (_dir, file) = config("eu.i.posthog.com", "dirs = [\"no-such-dir\"]\n");
    let bad = blackbar(&["check", "--config", file.to_str().unwrap()]);
    assert_eq!(bad.status.code(), Some(1));
    let told = text(&bad.stderr);
    assert!(told.contains("blackbar.toml:9: region[0].upstreams[0]: "), "{told}");
    assert!(told.contains("blackbar.toml:14: rules.dirs[0]: "), "{told}");
    assert!(told.ends_with("2 problems\n"), "{told}");
}

#[test]
fn redact_gives_the_document_and_its_counts() {
    let (dir, file) = config("https://eu.i.posthog.com", "");
    let (input, report) = (dir.path().join("in.json"), dir.path().join("report.json"));
    let document = r#"[{"type":5,"timestamp":1,"data":{"tag":"note","payload":{"text":"mail jane.testperson@example.test now"}}}]"#;
    std::fs::write(&input, document).unwrap();
    let output = blackbar(&[
        "redact",
        "--config",
        file.to_str().unwrap(),
        "--report",
        report.to_str().unwrap(),
        input.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{output:?}");
    let redacted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(redacted[0]["timestamp"], 1);
    assert!(!text(&output.stdout).contains("jane.testperson"));
    let counts: serde_json::Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    assert_eq!(counts["by_rule"]["email"], 1, "{counts}");
}

#[test]
fn rules_are_listed_and_checked() {
    let listed = blackbar(&["rules", "list"]);
    assert!(text(&listed.stdout).lines().any(|line| line.starts_with("email ")), "{listed:?}");
    let missing = blackbar(&["rules", "check", "no-such-dir"]);
    assert_eq!(missing.status.code(), Some(1));
}
