//! The program as a process: arguments, signals, exit codes, output.

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
async fn serve_reloads_drains_and_logs_no_payload() {
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
    served.wait_for("reload failed");
    std::fs::write(&file, toml).unwrap();
    served.signal("-HUP");
    served.wait_for("\"reloaded\"");

    let (code, log) = served.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopped; all requests finished"));
    assert!(!log.contains("canary"), "{log}");
    let audit = dir.path().join("audit");
    for file in std::fs::read_dir(&audit).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("canary"), "{text}");
    }
    let audit = audit.to_str().unwrap();
    let verified = blackbar(&["audit", "verify", "--dir", audit]);
    assert!(verified.status.success() && text(&verified.stdout).starts_with("OK: "));
    let report = blackbar(&["audit", "report", "--dir", audit, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(report["summary"]["n_exchanges"], 3);
    assert_eq!(report["summary"]["by_outcome"]["forwarded"], 1);
}

#[test]
fn audit_verify_fails_on_a_broken_chain() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("audit-00000001.jsonl"), "{\"v\":1}\n").unwrap();
    let output = blackbar(&["audit", "verify", "--dir", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("BROKEN at audit-00000001.jsonl:1: "), "{output:?}");
}

#[test]
fn check_prints_ok_or_every_problem() {
    let (_dir, file) = config("https://eu.i.posthog.com", "");
    let good = blackbar(&["check", "--config", file.to_str().unwrap()]);
    assert!(good.status.success(), "{good:?}");
    assert!(text(&good.stdout).starts_with("ok: 1 region, 0 routes, "), "{good:?}");
    let (_dir, file) = config("eu.i.posthog.com", "dirs = [\"no-such-dir\"]\n");
    let bad = blackbar(&["check", "--config", file.to_str().unwrap()]);
    assert_eq!(bad.status.code(), Some(1));
    let told = text(&bad.stderr);
    assert!(told.contains("blackbar.toml:9: region[0].upstreams[0]: "), "{told}");
    assert!(told.contains("blackbar.toml:14: rules.dirs[0]: "), "{told}");
    assert!(told.ends_with("2 problems\n"), "{told}");
}

#[test]
fn redact_writes_the_document_and_its_counts() {
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

#[test]
fn rules_are_listed_as_json_and_markdown() {
    let listed = blackbar(&["rules", "list", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let rules = listed["rules"].as_array().unwrap();
    assert_eq!(listed["n_rules"], rules.len());
    let ssn = rules.iter().find(|rule| rule["id"] == "us-ssn").unwrap();
    assert_eq!(
        (&ssn["tier"], &ssn["validator"], &ssn["action"]),
        (&"keyword_or_separators".into(), &"us-ssn".into(), &"mask".into())
    );
    assert_eq!(ssn["needs"], "keyword or official separators");
    assert!(ssn["n_must_match"].as_u64() >= Some(3) && !ssn["keywords"].as_array().unwrap().is_empty());
    let packs: Vec<&str> =
        listed["packs"].as_array().unwrap().iter().map(|pack| pack["name"].as_str().unwrap()).collect();
    assert!(rules.iter().all(|rule| packs.contains(&rule["pack"].as_str().unwrap())), "{packs:?}");

    let (dir, file) = config("https://eu.i.posthog.com", "");
    let few = blackbar(&["rules", "list", "--config", file.to_str().unwrap()]);
    assert!(text(&few.stdout).contains("\nemail ") && !text(&few.stdout).contains("us-ssn"), "{few:?}");

    let page = dir.path().join("page.md");
    std::fs::write(&page, "before\n<!-- rules: begin -->\nold\n<!-- rules: end -->\nafter\n").unwrap();
    let into = ["rules", "list", "--format", "md", "--into", page.to_str().unwrap()];
    assert!(blackbar(&into).status.success());
    let written = std::fs::read_to_string(&page).unwrap();
    assert!(written.starts_with("before\n<!-- rules: begin -->\n\n") && written.ends_with("after\n"));
    assert!(written.contains("| `us-ssn` | US_SSN |") && !written.contains("\nold\n"), "{written}");
    std::fs::write(&page, "no table here").unwrap();
    assert_eq!(blackbar(&into).status.code(), Some(1));
}

/// After a change of rules: `cargo run -- rules list --format md --into docs/rules.md`.
#[test]
fn the_rule_table_in_the_docs_is_up_to_date() {
    let listed = blackbar(&["rules", "list", "--format", "md"]);
    let page = include_str!("../../docs/rules.md");
    let (_, rest) = page.split_once("<!-- rules: begin -->\n\n").unwrap();
    let (table, _) = rest.split_once("\n<!-- rules: end -->").unwrap();
    assert!(table == text(&listed.stdout), "run: cargo run -- rules list --format md --into docs/rules.md");
}

#[test]
fn rules_hash_reads_standard_input_and_uses_the_configured_key() {
    let hash = |arguments: &[&str], input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_blackbar"))
            .args([&["rules", "hash"], arguments].concat())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
        child.wait_with_output().unwrap()
    };
    let (dir, file) = config("https://eu.i.posthog.com", "");
    let config = ["--config", file.to_str().unwrap()];
    let refused = hash(&config, "ann@acme.test\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("name redaction.hash_key_file"), "{refused:?}");
    let key = dir.path().join("key");
    std::fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
    let toml = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{toml}[redaction]\nhash_key_file = {key:?}\n")).unwrap();
    let made = hash(&config, "ann@acme.test\n\n Ann@Acme.test \njoe@acme.test");
    let lines: Vec<&str> = text(&made.stdout).lines().collect();
    assert_eq!(lines.len(), 3, "{made:?}");
    assert!(lines[0] == lines[1] && lines[0] != lines[2] && lines.iter().all(|line| line.len() == 64));
    assert_eq!(hash(&config, "\n").status.code(), Some(1));

    // The printed hash suppresses that value.
    let toml = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        format!("{toml}[[suppressions]]\nvalue_hash = \"{}\"\nreason = \"ours\"\n", lines[0]),
    )
    .unwrap();
    let input = dir.path().join("in.json");
    std::fs::write(&input, r#"[{"event":"ann@acme.test and joe@acme.test"}]"#).unwrap();
    let report = dir.path().join("report.json");
    let out = blackbar(&[
        "redact",
        "--config",
        config[1],
        "--report",
        report.to_str().unwrap(),
        input.to_str().unwrap(),
    ]);
    assert_eq!(text(&out.stdout), r#"[{"event":"ann@acme.test and *************"}]"#);
    let counts: serde_json::Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    assert_eq!((&counts["n_suppressed"], &counts["suppressed"][0]["rule"]), (&1.into(), &"email".into()));
}

#[test]
fn validators_are_listed_with_what_they_accept() {
    let listed = blackbar(&["rules", "validators"]);
    let listed = text(&listed.stdout);
    assert!(listed.lines().count() > 100, "{listed}");
    assert!(listed.contains("\nde-vat                German VAT number: MOD 11,10\n"), "{listed}");
}

/// A pack with every key that a rule can have.
const OWN_PACK: &str = r#"[pack]
name = "acme"
description = "Identifiers of our own systems"
action = { replace = "[acme]" }

[[rule]]
id = "acme-customer"
entity = "ACME_CUSTOMER"
name = "customer number"
description = "Number of a customer"
tier = "keyword_or_separators"
pattern = '(?:AC ?)?(?P<value>[0-9]{4} ?[0-9]{4})'
pattern_with_separators = 'AC-(?P<value>[0-9]{4}-[0-9]{4})'
boundary = "number"
validator = "luhn"
on_failed_check = "reject"
anchors = ["AC-"]
digits = 8
keywords = ["customer", "*nummer"]
distance = 20
allow = ["0000 0000"]
keys = ["acme customer"]
key_strength = "personal"
action = { keep_last = 2 }
must_match = ["customer «1234 5674»", "AC-«1234-5674»", { text = "«12345674»", context = "Kundennummer" }]
must_not_match = [
    { text = "1234 5674", because = "nothing says what it is" },
    { text = "customer 1234 5675", because = "fails the checksum" },
    { text = "customer 0000 0000", because = "a placeholder" },
    { text = "1234 5674", because = "of another kind", context = "order" },
]
keys_not_matched = ["acme_customer_id_type"]

[[rule]]
id = "acme-badge"
entity = "ACME_BADGE"
description = "Badge, also where it looks like an address"
tier = "distinctive"
pattern = 'badge:(?P<value>[a-z]{3,9})@acme\.test'
anchors = ["@acme.test"]
anchors_end_word = true
replaces = ["email"]
action = "hash"
must_match = ["badge:«ann»@acme.test", "a badge:«joe»@acme.test", "(badge:«eve»@acme.test)"]
must_not_match = [
    { text = "badge:a@acme.test", because = "too short" },
    { text = "badge: ann@acme.test", because = "an address" },
    { text = "ann@acme.test", because = "no badge" },
]

[[rule]]
id = "acme-shift"
entity = "ACME_SHIFT"
description = "Shift by month"
tier = "distinctive"
pattern = 'shift (?P<value>march|may|dec)'
anchor_list = "months"
must_match = ["shift «march»", "a shift «may»", "(shift «dec»)"]
must_not_match = [
    { text = "shift ctrl", because = "no month" },
    { text = "march", because = "no shift" },
    { text = "SHIFT MARCH", because = "in capitals" },
]

[[rule]]
id = "acme-note"
entity = "ACME_NOTE"
description = "Names of fields of ours that hold notes"
keys = ["acme note"]
action = "drop"

[[rule]]
id = "acme-tag"
entity = "ACME_TAG"
description = "Radio tag"
tier = "bounded"
pattern = '(?i)[0-9a-f]{2}(?::[0-9a-f]{2}){3}'
hex_groups = 4
must_match = ["tag «0A:1b:2C:3d»", "«ff:ff:00:11», worn", "(«aa:bb:cc:dd»)"]
must_not_match = [
    { text = "0A:1b:2C", because = "too short" },
    { text = "0A:1b:2C:3dx", because = "part of a word" },
    { text = "10:20:x0:30", because = "no hex" },
]

[[rule]]
id = "acme-code"
entity = "ACME_CODE"
description = "Code of a door"
tier = "keyword_or_separators"
tier_when_named = "bounded"
pattern_with_keyword = '[A-Z]{4}-[0-9]{4}'
grouping = "written"
keywords = ["door"]
pattern = '[A-Z]{4}[0-9]{4}[A-Z0-9]{4}'
boundary = "word"
run = 12
must_match = ["«DOOR1234AB12»", "the «GATE0000XXXX»", "(«LOCK9999A1B2»)"]
must_not_match = [
    { text = "DOOR1234AB1", because = "too short" },
    { text = "DOOR1234AB123", because = "too long" },
    { text = "door1234ab12", because = "in small letters" },
]

[[rule]]
id = "acme-account"
entity = "ACME_ACCOUNT"
description = "Account with a check character"
must_match = ["«ACC-12343»", "account «ACC-00019»", "(«ACC-47112»)"]
must_not_match = [
    { text = "ACC-12344", because = "the check character is wrong" },
    { text = "ACC-1234", because = "too short" },
    { text = "ACC-123433", because = "too long" },
]
tier = "bounded"
pattern = 'ACC-[0-9]{4}[0-9X]'
check = { weights = [5, 4, 3, 2], modulus = 11, map = "0X987654321", prefix = "ACC" }
anchors = ["ACC-"]
"#;

#[test]
fn a_custom_pack_can_use_every_key() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("acme.toml");
    std::fs::write(&file, OWN_PACK.replacen("tier = ", "no-such-key = ", 1)).unwrap();
    let told = blackbar(&["rules", "check", dir.path().to_str().unwrap()]);
    let told = text(&told.stderr);
    assert!(told.contains("acme.toml:11: ") && told.contains("unknown field `no-such-key`"), "{told}");
    let keys: Vec<&str> = told.split('`').skip(3).step_by(2).collect();
    assert!(keys.len() > 20, "{told}");
    for key in keys {
        assert!(OWN_PACK.contains(&format!("\n{key} = ")), "{key} is in no rule of the pack of this test");
    }
}

#[test]
fn a_custom_pack_can_do_what_a_built_in_one_can() {
    let (dir, file) = config("https://eu.i.posthog.com", "dirs = [\"packs\"]\n");
    let packs = dir.path().join("packs");
    std::fs::create_dir(&packs).unwrap();
    std::fs::write(packs.join("acme.toml"), OWN_PACK).unwrap();
    let checked = blackbar(&["rules", "check", packs.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    assert_eq!(text(&checked.stdout), "7 rules (2 with a checksum), 37 examples\n");
    let document = serde_json::json!([{"event": "customer 1234 5674, customer 1234 5675", "properties": {
        "acme_note": "anything", "acmeCustomer": "whatever 99", "a": "badge:ann@acme.test", "b": "door DOOR1234AB12",
        "Kundennummer": 12_345_674}}]);
    let input = dir.path().join("in.json");
    std::fs::write(&input, document.to_string()).unwrap();
    // The folder of the configuration counts, not the one that the program runs in.
    let out = blackbar(&["redact", "--config", file.to_str().unwrap(), input.to_str().unwrap()]);
    let redacted: serde_json::Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{out:?}"));
    assert_eq!(redacted[0]["event"], "customer **** **74, customer 1234 5675");
    let properties = &redacted[0]["properties"];
    assert_eq!(properties["acme_note"], "");
    assert_eq!(properties["acmeCustomer"], "******** 99");
    assert!(properties["a"].as_str().unwrap().starts_with("badge:anon_"), "{properties}");
    assert_eq!((&properties["b"], &properties["Kundennummer"]), (&"door [acme]".into(), &0.into()));
    let listed = blackbar(&["rules", "list", "--config", file.to_str().unwrap()]);
    assert!(
        text(&listed.stdout).contains("acme-customer") && text(&listed.stdout).contains("partial 2"),
        "{listed:?}"
    );
}

#[test]
fn a_failing_example_is_reported_with_its_line_and_a_fix() {
    let dir = tempfile::tempdir().unwrap();
    let broken = OWN_PACK
        .replace("AC-«1234-5674»", "AC-«1234-5675»")
        .replace("text = \"badge:a@", "text = \"badge:secretive@");
    std::fs::write(dir.path().join("acme.toml"), broken).unwrap();
    let checked = blackbar(&["rules", "check", dir.path().to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(1));
    let told = text(&checked.stderr);
    let line = |text: &str| 1 + OWN_PACK.split(text).next().unwrap().matches('\n').count();
    for part in [
        format!(
            "acme.toml:{}: rule acme-customer: must_match[1]: 3..12 is not found: the pattern matches 0..12, but the checksum failed",
            line("AC-«1234")
        ),
        "correct the check digits of the example".to_owned(),
        format!(
            "acme.toml:{}: rule acme-badge: must_not_match[0] (because: too short): 6..15 is found, and must not be",
            line("{ text = \"badge:a@")
        ),
    ] {
        assert!(told.contains(&part), "{part}\nis not in\n{told}");
    }
    assert!(!told.contains("secretive") && !told.contains("5675"), "{told}");
    assert!(told.ends_with("2 problems\n") || told.ends_with("3 problems\n"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_not_read_blocks_no_request() {
    let upstream = Upstream::start().await;
    let (_dir, file) = config(&upstream.url(), "[telemetry]\nlog_format = \"json\"\nlog_level = \"debug\"\n");
    let mut served = Served::start(&file);
    let (client, admin) = served.clients();
    let mut n_rounds = 0;
    // A pipe holds 64 KiB, and the queue 1,024 lines; each request logs one at least.
    while admin.get("/metrics").await.text().contains("blackbar_log_lines_dropped_total 0\n") {
        let requests: Vec<_> = (0..100)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.get("/nowhere").await.status })
            })
            .collect();
        for request in requests {
            assert_eq!(request.await.unwrap(), 404);
        }
        n_rounds += 1;
        assert!(n_rounds < 50, "no line was dropped");
    }
    let (code, log) = served.end();
    assert_eq!(code, Some(0));
    assert!(log.contains("\"message\":\"request refused\""));
}
