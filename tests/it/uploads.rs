//! Uploads of AI events in parts, and OTLP: redacted where they can be read, else refused.

use serde_json::{Value, json};

use crate::endpoints::{ALL, BEARER, ID, MAIL, post, refusal, sent};
use crate::hostile::gz;
use crate::support::decoded;
use crate::support::harness::{Harness, Setup};

// ── Uploads of AI events.

const FORM: &str = "multipart/form-data; boundary=b0undary";

/// Parts of a name, a type and a content.
fn form(parts: &[(&str, &str, &str)]) -> String {
    let part = |(name, kind, content): &(&str, &str, &str)| {
        format!(
            "--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n{content}\r\n"
        )
    };
    parts.iter().map(part).collect::<String>() + "--b0undary--\r\n"
}

fn event() -> String {
    json!({"event": "$ai_generation", "uuid": ID, "distinct_id": "person-1"}).to_string()
}

#[tokio::test]
async fn an_upload_is_redacted_part_by_part() {
    let proxy = Harness::with(ALL).await;
    let secret = |n: usize| format!("n{n}.{MAIL}");
    let event =
        json!({"event": "$ai_generation", "uuid": ID, "distinct_id": secret(0), "x": {"y": secret(1)}});
    let properties = json!({"$ai_model": "gpt", "$ai_latency": 1.25, "note": secret(2), "$lib": "py"});
    let input = json!([{"role": "user", "content": format!("write to {}", secret(3))}]);
    let body = form(&[
        ("event", "application/json", &event.to_string()),
        ("event.properties", "application/json", &properties.to_string()),
        ("event.properties.$ai_input", "application/json; charset=utf-8", &input.to_string()),
        ("event.properties.$ai_output", "text/plain", &format!("line\r\n\r\nMail {}\n", secret(4))),
        ("event.properties.password", "text/plain", "hunter2-canary"),
        (
            "event.properties.lines",
            "application/x-ndjson",
            &format!("{{\"a\":1}}\n{{\"b\":\"{}\"}}\n", secret(5)),
        ),
        ("event.properties.empty", "text/plain", ""),
    ]);
    assert_eq!(post(&proxy, "/i/v0/ai/", FORM, body.clone()).await.status, 200);
    let sent = proxy.eu.only();
    let text = std::str::from_utf8(&sent.body).unwrap();
    assert!(!text.contains("canary") && !text.contains("leak"), "{text}");
    assert_eq!(sent.header("content-type"), Some(FORM));
    assert_eq!(
        (sent.header("content-encoding"), sent.header("authorization")),
        (None, Some("Bearer phc_eu"))
    );
    let heads = |text: &str| -> Vec<String> {
        text.lines().filter(|l| l.starts_with("--") || l.starts_with("Content")).map(str::to_owned).collect()
    };
    assert_eq!(heads(text), heads(&body));
    for kept in
        [ID, "\"$ai_latency\":1.25", "\"role\":\"user\"", "write to ", "line\r\n\r\nMail ", "{\"a\":1}\n"]
    {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
    let record = proxy.exchanges().remove(0);
    assert_eq!((record.endpoint.as_deref(), record.n_events), (Some("ai"), 1));
    assert!(!record.findings.is_empty());
}

#[tokio::test]
async fn an_upload_without_findings_is_unchanged() {
    let proxy = Harness::start().await;
    let body = form(&[
        ("event", "application/json", &event()),
        ("event.properties", "application/json", "{\"a\" :  1.0e5}"),
        ("event.properties.x", "text/plain", "ünïcode\n"),
    ]);
    assert_eq!(post(&proxy, "/i/v0/ai", FORM, body.clone()).await.status, 200);
    let headers = [("content-type", FORM), ("content-encoding", "gzip"), BEARER];
    let zipped = gz(body.as_bytes());
    assert_eq!(proxy.client.send("POST", "/i/v0/ai", &headers, zipped.clone()).await.status, 200);
    let recorded = proxy.eu.recorded();
    assert_eq!(recorded[0].body, body.as_bytes());
    assert_eq!(recorded[1].body, zipped);
    assert_eq!(recorded[1].header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_gzipped_upload_is_redacted_and_recompressed() {
    let proxy = Harness::start().await;
    let body = form(&[("event", "application/json", &event()), ("event.properties.x", "text/plain", MAIL)]);
    let headers = [("content-type", FORM), ("content-encoding", "gzip"), BEARER];
    assert_eq!(proxy.client.send("POST", "/i/v0/ai/", &headers, gz(body.as_bytes())).await.status, 200);
    let text = String::from_utf8(decoded::gunzip(&proxy.eu.only().body).unwrap()).unwrap();
    assert!(!text.contains("canary") && text.contains(ID), "{text}");
}

#[tokio::test]
async fn part_names_file_names_and_lengths_are_handled() {
    let proxy = Harness::start().await;
    let content = format!("to {MAIL}");
    let body = format!(
        "--b0undary\r\nContent-Disposition: form-data; name=\"event\"\r\n\r\n{}\r\n\
         --b0undary\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
         Content-Disposition: form-data; name=\"event.properties.{MAIL}\"; filename=\"{MAIL}.txt\"\r\n\r\n{content}\r\n\
         --b0undary--\r\n",
        event(),
        content.len(),
    );
    assert_eq!(post(&proxy, "/i/v0/ai/", FORM, body).await.status, 200);
    let sent = proxy.eu.only();
    let text = std::str::from_utf8(&sent.body).unwrap();
    assert!(!text.contains("canary"), "{text}");
    assert!(text.contains("name=\"event.properties.anon_") && text.contains("filename=\"anon_"), "{text}");
    let content = text.split("\r\n\r\n").nth(2).unwrap().split("\r\n--").next().unwrap();
    assert!(text.contains(&format!("Content-Length: {}\r\n", content.len())), "{text}");
}

#[tokio::test]
async fn a_hostile_upload_is_refused_with_a_code_of_its_own() {
    let limits = "parts = 3\npart_header = \"256B\"";
    let proxy = Harness::with(Setup { limits, ..Setup::default() }).await;
    let event = event();
    let first = ("event", "application/json", event.as_str());
    let blob =
        |kind: &'static str, content: &'static str| form(&[first, ("event.properties.x", kind, content)]);
    let good = blob("text/plain", MAIL);
    let many: Vec<String> = (0..4).map(|n| format!("event.properties.{n}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "text/plain", MAIL)).collect();
    let nested = format!("--in\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{MAIL}\r\n--in--\r\n");
    let nested = form(&[first, ("event.properties.x", "multipart/mixed; boundary=in", &nested)]);
    let long = format!("event.properties.{}", "a".repeat(300));
    let cases: Vec<(&str, String, u16, &str)> = vec![
        ("application/json", good.clone(), 415, "no_boundary"),
        ("multipart/form-data", good.clone(), 415, "no_boundary"),
        ("multipart/mixed; boundary=b0undary", good.clone(), 415, "no_boundary"),
        ("multipart/form-data; boundary=b0undary; boundary=x", good.clone(), 415, "no_boundary"),
        ("multipart/form-data; boundary=another", good.clone(), 400, "malformed_multipart"),
        (FORM, String::new(), 400, "empty_body"),
        (FORM, MAIL.to_owned(), 400, "malformed_multipart"),
        (FORM, format!("{MAIL}\r\n{good}"), 400, "malformed_multipart"),
        (FORM, format!("{good}{MAIL}"), 400, "malformed_multipart"),
        (FORM, good[..good.len() - 20].to_owned(), 400, "malformed_multipart"),
        (FORM, good.replace(MAIL, "a --b0undary b"), 400, "malformed_multipart"),
        (FORM, good.replace(MAIL, "a\r\n--b0undaryx\r\nb"), 400, "malformed_multipart"),
        (FORM, good.replace(MAIL, "a\r\n--b0undary--\r\nb"), 400, "malformed_multipart"),
        (FORM, form(&[(&long, "text/plain", MAIL)]), 400, "part_header_too_large"),
        (FORM, form(&many), 400, "too_many_parts"),
        (FORM, form(&[first, first]), 400, "duplicate_part"),
        (FORM, good.replace("Content-Type: text", "X-Mail: text"), 400, "malformed_part_header"),
        (FORM, blob("text/plain; name=jane.canary@leak.example.test", "x"), 400, "malformed_part_header"),
        (FORM, blob("text/plain\r\nContent-Transfer-Encoding: base64", "eA=="), 415, "encoded_part"),
        (FORM, blob("text/plain\r\nContent-Encoding: gzip", "x"), 415, "encoded_part"),
        (FORM, blob("text/plain; charset=utf-16", "x"), 415, "unknown_charset"),
        (FORM, blob("image/png", MAIL), 415, "binary_part"),
        (FORM, blob("application/octet-stream", MAIL), 415, "binary_part"),
        (FORM, nested, 415, "binary_part"),
        (FORM, blob("application/json", "not json canary"), 400, "malformed_json"),
        (
            FORM,
            form(&[("event", "application/json", "{\"properties\":{},\"properties\":{}}")]),
            400,
            "duplicate_key",
        ),
    ];
    for (kind, body, status, code) in cases {
        let reply = post(&proxy, "/i/v0/ai/", kind, body.clone()).await;
        assert_eq!(refusal(&reply), (status, code.to_owned()), "{kind}\n{body}");
    }
    for content in [&b"\xff\xfejane"[..], b"j\0a"] {
        let head = "--b0undary\r\nContent-Disposition: form-data; name=\"event\"\r\n\r\n";
        let body = [head.as_bytes(), content, b"\r\n--b0undary--\r\n"].concat();
        assert_eq!(post(&proxy, "/i/v0/ai/", FORM, body).await.status, 400);
    }
    let headers = [("content-type", FORM), ("content-encoding", "rot13"), BEARER];
    let reply = proxy.client.send("POST", "/i/v0/ai/", &headers, good.clone()).await;
    assert_eq!(refusal(&reply), (415, "unknown_encoding".to_owned()));
    let headers = [("content-type", FORM), ("content-encoding", "gzip"), BEARER];
    let cut = gz(good.as_bytes());
    let reply = proxy.client.send("POST", "/i/v0/ai/", &headers, cut[..cut.len() / 2].to_vec()).await;
    assert_eq!(refusal(&reply), (400, "corrupt_compression".to_owned()));
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn a_binary_part_can_be_dropped_without_the_rest() {
    let redaction = "binary_parts = \"drop\"";
    let proxy = Harness::with(Setup { redaction, ..Setup::default() }).await;
    let body = form(&[
        ("event", "application/json", &event()),
        ("event.properties.image", "image/png", MAIL),
        ("event.properties.text", "text/plain", "stays"),
    ]);
    assert_eq!(post(&proxy, "/i/v0/ai/", FORM, body).await.status, 200);
    let expected =
        form(&[("event", "application/json", &event()), ("event.properties.text", "text/plain", "stays")]);
    assert_eq!(proxy.eu.only().body, expected.as_bytes());
    let findings = format!("{:?}", proxy.exchanges()[0].findings);
    assert!(findings.contains("guard:binary_part"), "{findings}");
}

#[tokio::test]
async fn a_batch_of_ai_events_is_redacted() {
    let proxy = Harness::start().await;
    let body =
        json!({"api_key": "phc_eu", "batch": [{"event": "$ai_span", "properties": {"$ai_input": MAIL}}]});
    assert_eq!(post(&proxy, "/i/v0/ai/batch/", "application/json", body.to_string()).await.status, 200);
    let text = sent(&proxy.eu.only()).to_string();
    assert!(!text.contains("canary") && text.contains("$ai_span"), "{text}");
}

// ── OTLP.

const OTLP: &[&str] = &["/i/v0/ai/otel/", "/i/v1/traces", "/i/v1/logs", "/i/v1/metrics"];

fn attributes() -> Value {
    json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "timeUnixNano": "1760000000000000000", "severityNumber": 9,
        "body": {"stringValue": format!("mail to {MAIL}")},
        "attributes": [
            {"key": "user.password", "value": {"stringValue": "canary horse"}},
            {"value": {"stringValue": "canary battery"}, "key": "password"},
            {"key": "password", "value": {"arrayValue": {"values": [{"stringValue": "canary staple"}]}}},
            {"key": "card_pin", "value": {"kvlistValue": {"values": [{"key": "passwd", "value": {"stringValue": "canary"}}]}}},
            {"key": MAIL, "value": {"intValue": "1"}},
            {"key": "http.status_code", "value": {"intValue": "200"}},
            {"key": "service.name", "value": {"stringValue": "checkout"}},
        ],
    }]}]}]})
}

#[tokio::test]
async fn otlp_values_are_redacted_with_their_keys_as_context() {
    for target in OTLP {
        let proxy = Harness::with(ALL).await;
        assert_eq!(post(&proxy, target, "application/json", attributes().to_string()).await.status, 200);
        let lines = format!("{}\n{}\n", attributes(), attributes());
        assert_eq!(post(&proxy, target, "text/plain", gz(lines.as_bytes())).await.status, 200);
        let recorded = proxy.eu.recorded();
        let text = String::from_utf8(decoded::gunzip(&recorded[1].body).unwrap()).unwrap();
        assert_eq!(text.lines().count(), 2);
        for line in text.lines().map(str::to_owned).chain([sent(&recorded[0]).to_string()]) {
            assert!(!line.contains("canary"), "{line}");
            for kept in ["1760000000000000000", "\"intValue\":\"200\"", "checkout", "mail to "] {
                assert!(line.contains(kept), "{kept}: {line}");
            }
        }
        assert_eq!(recorded[0].header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn protobuf_is_refused_even_if_it_parses_as_json() {
    let proxy = Harness::start().await;
    let message = format!("\n{}{MAIL}\u{80}", char::from(u8::try_from(MAIL.len() + 2).unwrap()));
    for target in OTLP {
        for kind in ["application/x-protobuf", "application/protobuf", "application/vnd.google.protobuf"] {
            let reply = post(&proxy, target, kind, message.clone()).await;
            assert_eq!(refusal(&reply), (415, "protobuf_not_supported".to_owned()), "{target}");
            let reply = post(&proxy, target, kind, &b"\x0a\x03\xff\xfe\xfd"[..]).await;
            assert_eq!(refusal(&reply), (415, "protobuf_not_supported".to_owned()), "{target}");
        }
        // A brace opens a group of unknown fields and a bar ends it; the rest is one more field.
        let group = format!("{{\"a\":\"{}", " ".repeat(0x61 - 3));
        let both = format!("{group}|\",\"b\":\"{}\"}}", " ".repeat(0x2c - 7));
        let reply = post(&proxy, target, "application/json", both.clone()).await;
        assert!(serde_json::from_str::<Value>(&both).is_ok());
        assert_eq!(refusal(&reply), (415, "protobuf_not_supported".to_owned()), "{both}");
        // What a content type claims does not turn JSON into something else.
        let reply = post(&proxy, target, "application/x-protobuf", "{\"resourceLogs\":[]}").await;
        assert_eq!(reply.status, 200);
        let reply = post(&proxy, target, "application/json", format!("{{\"a\":\"{MAIL}")).await;
        assert_eq!(refusal(&reply), (400, "malformed_json".to_owned()));
    }
    assert_eq!(proxy.eu.recorded().len(), OTLP.len());
}
