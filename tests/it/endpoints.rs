//! Every endpoint from socket to socket: served with its text redacted, or refused with a code.

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::hostile::gz;
use crate::support::client::Reply;
use crate::support::decoded;
use crate::support::harness::{Harness, Setup};
use crate::support::upstream::{Recorded, Upstream};

const MAIL: &str = "jane.canary@leak.example.test";
const ID: &str = "019ac0de-1111-7111-8111-111111111111";
const ALL: Setup = Setup {
    eu_upstreams: None,
    eu: None,
    listen: "",
    audit: "",
    rules: Some("packs = [\"all\"]"),
    redaction: "",
    limits: "",
};
const BEARER: (&str, &str) = ("authorization", "Bearer phc_eu");

async fn post(proxy: &Harness, target: &str, content_type: &str, body: impl Into<Bytes>) -> Reply {
    proxy.client.send("POST", target, &[("content-type", content_type), BEARER], body).await
}

/// The JSON that a request carries.
fn sent(request: &Recorded) -> Value {
    decoded::opened(&decoded::body(&request.body))
}

fn refusal(reply: &Reply) -> (u16, String) {
    assert!(!reply.text().contains("canary"), "{}", reply.text());
    (reply.status.as_u16(), reply.code())
}

// ── The table.

#[tokio::test]
async fn every_row_answers_with_and_without_a_slash_and_knows_its_methods() {
    let proxy = Harness::start().await;
    for row in blackbar::decode::endpoint::ENDPOINTS {
        let open = row.path.strip_suffix("/*").map(|path| format!("{path}/phc_eu/config"));
        let path = open.unwrap_or_else(|| row.path.replace('*', "a-flag"));
        for slash in ["", "/"] {
            let target = format!("{path}{slash}?token=phc_eu");
            for method in ["PUT", "PATCH", "TRACE"] {
                let reply = proxy.client.send(method, &target, &[], "").await;
                assert_eq!(refusal(&reply), (405, "method_not_allowed".to_owned()), "{method} {target}");
            }
            if row.methods.contains(&"HEAD") {
                for method in ["GET", "HEAD"] {
                    assert_eq!(proxy.client.send(method, &target, &[], "").await.status, 200, "{target}");
                    let recorded = proxy.eu.recorded();
                    assert_eq!(recorded.last().map(|r| r.method.as_str()), Some(method));
                }
            } else {
                let reply = proxy.client.send("HEAD", &target, &[], "").await;
                assert_eq!(reply.status, 405, "HEAD {target}");
            }
        }
    }
    assert!(proxy.us.recorded().is_empty());
}

#[test]
fn the_reference_names_every_endpoint_and_code() {
    let docs = include_str!("../../docs/endpoints.md");
    for row in blackbar::decode::endpoint::ENDPOINTS {
        let line = docs.lines().find(|line| line.starts_with(&format!("| `{}` |", row.path)));
        let line = line.unwrap_or_else(|| panic!("{} is not in docs/endpoints.md", row.path));
        let methods = row.methods.join(", ");
        assert!(line.contains(&format!("| {methods} |")), "{}: {methods}", row.path);
    }
    for code in [
        "no_boundary",
        "malformed_multipart",
        "malformed_part_header",
        "part_header_too_large",
        "too_many_parts",
        "duplicate_part",
        "encoded_part",
        "binary_part",
        "unknown_charset",
        "protobuf_not_supported",
        "personal_path",
        "several_projects",
        "unknown_path",
        "method_not_allowed",
    ] {
        assert!(docs.contains(&format!("`{code}`")), "{code}");
    }
}

#[tokio::test]
async fn paths_that_no_sdk_needs_are_refused() {
    let proxy = Harness::start().await;
    for path in [
        "/",
        "/_readiness",
        "/_liveness",
        "/test/black_hole",
        "/i/v1/replay",
        "/v1/logs",
        "/i/v0/ai/otel/x",
        "/api/projects/1/feature_flags/a/remote_config",
        "/api/environments/@current/llm_prompts/name/a",
        "/api/conversations/v1/widget",
        "/api/conversations/v1/widget/a%40b",
        "/toolbar",
        "/site_app/1/a/b/",
    ] {
        let reply = proxy.client.get(path).await;
        assert_eq!(refusal(&reply), (404, "unknown_path".to_owned()), "{path}");
    }
    proxy.assert_nothing_was_sent();
}

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
async fn an_upload_without_findings_leaves_as_it_came() {
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
async fn an_upload_in_gzip_is_redacted_and_packed_again() {
    let proxy = Harness::start().await;
    let body = form(&[("event", "application/json", &event()), ("event.properties.x", "text/plain", MAIL)]);
    let headers = [("content-type", FORM), ("content-encoding", "gzip"), BEARER];
    assert_eq!(proxy.client.send("POST", "/i/v0/ai/", &headers, gz(body.as_bytes())).await.status, 200);
    let text = String::from_utf8(decoded::gunzip(&proxy.eu.only().body).unwrap()).unwrap();
    assert!(!text.contains("canary") && text.contains(ID), "{text}");
}

#[tokio::test]
async fn names_of_parts_and_files_and_lengths_are_looked_after() {
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
async fn a_binary_part_can_be_dropped_alone() {
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
async fn otlp_is_redacted_with_its_keys_as_context() {
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
async fn protobuf_is_refused_also_when_it_reads_as_json() {
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

// ── The second version of the protocol.

#[tokio::test]
async fn events_of_the_second_version_keep_what_their_answer_hangs_on() {
    let results =
        json!({"results": {ID: {"result": "ok"}, "other": {"result": "retry", "details": "later"}}});
    let answer = results.to_string();
    let eu = Upstream::answering(move |_| {
        let answer = answer.clone();
        async move {
            Response::builder().header("content-type", "application/json").body(Full::from(answer)).unwrap()
        }
    })
    .await;
    let proxy = Harness::with(Setup { eu: Some(eu), ..ALL }).await;
    let options = json!({
        "cookieless_mode": false, "disable_skew_correction": true, "process_person_profile": null,
        "product_tour_id": ID, "level": 3, "ratio": 0.5,
    });
    let event = |text: &str| {
        json!({
            "event": "signed up", "uuid": ID, "distinct_id": "person-1", "timestamp": "2026-07-11T10:00:00.123Z",
            "session_id": ID, "window_id": ID, "options": options, "properties": {"note": text},
        })
    };
    let body = json!({
        "created_at": "2026-07-11T10:00:00.123Z", "historical_migration": false, "capture_internal": true,
        "batch": [event(MAIL), event("nothing")],
    });
    for target in ["/i/v1/analytics/events", "/i/v1/ai/events"] {
        let headers = [
            ("content-type", "application/json"),
            ("posthog-request-id", ID),
            ("posthog-attempt", "1"),
            BEARER,
        ];
        let reply = proxy.client.send("POST", target, &headers, body.to_string()).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (200, results.to_string().as_str()));
    }
    for request in proxy.eu.recorded() {
        let mut sent = sent(&request);
        let note = sent.pointer_mut("/batch/0/properties/note").unwrap();
        assert!(!note.to_string().contains("canary"));
        *note = MAIL.into();
        assert_eq!(sent, body);
        assert_eq!(request.header("posthog-request-id"), Some(ID));
    }
}

#[tokio::test]
async fn a_body_cannot_borrow_the_region_of_another_project() {
    let proxy = Harness::start().await;
    let body = json!({"batch": [{"event": "x", "properties": {"token": "phc_us"}}]}).to_string();
    for target in ["/i/v1/analytics/events", "/i/v0/ai/batch"] {
        let reply = post(&proxy, target, "application/json", body.clone()).await;
        assert_eq!(refusal(&reply), (400, "several_projects".to_owned()));
    }
    let reply = post(&proxy, "/i/v1/logs?token=phc_us", "application/json", "{\"a\":1}").await;
    assert_eq!(refusal(&reply), (400, "several_projects".to_owned()));
    proxy.assert_nothing_was_sent();
}

// ── Everything else.

#[tokio::test]
async fn calls_of_servers_and_old_clients_are_served() {
    let proxy = Harness::start().await;
    for target in [
        "/flags/definitions?token=phc_eu&send_cohorts",
        "/api/feature_flag/local_evaluation/?token=phc_eu&send_cohorts",
        "/api/projects/@current/feature_flags/new-checkout/remote_config?token=phc_eu",
        "/api/surveys/?token=phc_eu",
        "/api/web_experiments/?token=phc_eu",
        "/api/product_tours/?token=phc_eu",
        "/api/early_access_features/?token=phc_eu&stage=beta",
    ] {
        let headers = [("authorization", "Bearer phs_secret")];
        assert_eq!(proxy.client.send("GET", target, &headers, "").await.status, 200, "{target}");
        let sent = proxy.eu.recorded().pop().unwrap();
        assert_eq!(sent.target, target);
        assert_eq!(sent.header("authorization"), Some("Bearer phs_secret"));
    }
    let body =
        json!({"token": "phc_eu", "distinct_id": "d", "person_properties": {"email": MAIL}}).to_string();
    assert_eq!(proxy.client.post("/decide/?v=3", body).await.status, 200);
    let last = proxy.eu.recorded().pop().unwrap();
    assert_eq!(last.target, "/decide/?v=3");
    assert!(sent(&last)["person_properties"]["email"].as_str().unwrap().starts_with("anon_"));
}

#[tokio::test]
async fn a_path_that_says_something_personal_is_refused() {
    let proxy = Harness::with(ALL).await;
    for path in [
        format!("/api/conversations/v1/widget/messages/{MAIL}?token=phc_eu"),
        format!("/api/projects/@current/feature_flags/{MAIL}/remote_config?token=phc_eu"),
        format!("/array/{MAIL}/config"),
        format!("/static/{MAIL}/array.js?token=phc_eu"),
        "/api/conversations/v1/widget/messages/4111-1111-1111-1111?token=phc_eu".to_owned(),
    ] {
        let reply = proxy.client.get(&path).await;
        assert_eq!(refusal(&reply), (400, "personal_path".to_owned()), "{path}");
    }
    proxy.assert_nothing_was_sent();
    for path in [
        format!("/api/conversations/v1/widget/messages/{ID}?token=phc_eu"),
        format!("/api/conversations/v1/widget/messages/{ID}/read?token=phc_eu"),
        "/array/phc_eu/config.js".to_owned(),
        "/static/1.418.10/lazy-recorder.js?token=phc_eu".to_owned(),
    ] {
        assert_eq!(proxy.client.get(&path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn chats_are_redacted_in_query_and_body() {
    let proxy = Harness::with(ALL).await;
    let target = format!("/api/conversations/v1/widget/tickets?token=phc_eu&distinct_id={MAIL}&limit=20");
    assert_eq!(proxy.client.get(&target).await.status, 200);
    let sent_target = proxy.eu.only().target;
    assert!(!sent_target.contains("canary") && sent_target.ends_with("&limit=20"), "{sent_target}");
    let body = json!({
        "widget_session_id": ID, "distinct_id": MAIL, "message": format!("I am {MAIL}"), "session_id": ID,
        "traits": {"name": "Jane Canary", "email": MAIL}, "ticket_id": null,
    });
    let reply =
        proxy.client.post("/api/conversations/v1/widget/message?token=phc_eu", body.to_string()).await;
    assert_eq!(reply.status, 200);
    let sent = sent(&proxy.eu.recorded().pop().unwrap());
    assert!(!sent.to_string().to_lowercase().contains("canary"), "{sent}");
    assert_eq!((&sent["widget_session_id"], &sent["ticket_id"]), (&body["widget_session_id"], &Value::Null));
}

#[tokio::test]
async fn a_push_subscription_keeps_the_address_of_the_device_alone() {
    let proxy = Harness::with(ALL).await;
    let device = "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(2);
    let body = |device: &str| {
        json!({
            "api_key": "phc_eu", "distinct_id": MAIL, "device_token": device, "platform": "ios",
            "app_id": "com.example.app", "identity_token": "canary-0123456789abcdef",
        })
        .to_string()
    };
    for method in ["POST", "DELETE"] {
        let headers = [("content-type", "application/json")];
        let reply = proxy.client.send(method, "/api/push_subscriptions/", &headers, body(&device)).await;
        assert_eq!(reply.status, 200);
        let recorded = proxy.eu.recorded().pop().unwrap();
        let sent = sent(&recorded);
        assert_eq!(
            (recorded.method.as_str(), sent["device_token"].as_str()),
            (method, Some(device.as_str()))
        );
        assert_eq!((&sent["platform"], &sent["api_key"]), (&"ios".into(), &"phc_eu".into()));
        assert!(!sent.to_string().contains("canary"), "{sent}");
    }
    proxy.client.post("/api/push_subscriptions/", body(MAIL)).await;
    assert!(!sent(&proxy.eu.recorded().pop().unwrap()).to_string().contains("canary"));
}

#[tokio::test]
async fn targeting_keeps_working_by_allowed_properties_and_by_pseudonyms() {
    let person = json!({
        "email": MAIL, "name": MAIL, "plan": "pro", "seats": 12, "company_mail": MAIL,
        "$browser": "Firefox", "nested": {"email": MAIL},
    });
    let body = json!({"token": "phc_eu", "distinct_id": "d", "person_properties": person}).to_string();
    let redaction = "person_properties_allow = [\"email\", \"card\", \"nested\", \"plan\"]";
    let secret = json!({"token": "phc_eu", "distinct_id": "d", "person_properties": {
        "email": "4111 1111 1111 1111", "card": "4111111111111111", "plan": "sk_live_canary0123456789abcdefXYZ"}});
    let proxy = Harness::with(Setup { redaction, ..ALL }).await;
    proxy.client.post("/flags/?v=2", body.clone()).await;
    let sent_person = sent(&proxy.eu.only())["person_properties"].clone();
    assert_eq!(sent_person["email"], MAIL);
    assert_eq!((&sent_person["plan"], &sent_person["seats"]), (&"pro".into(), &12.into()));
    assert_eq!(sent_person["$browser"], "Firefox");
    assert!(sent_person["company_mail"].as_str().unwrap().starts_with("anon_"), "{sent_person}");
    assert!(!sent_person["nested"].to_string().contains("canary"), "{sent_person}");
    proxy.client.post("/flags/?v=2", secret.to_string()).await;
    let text = sent(&proxy.eu.recorded().pop().unwrap()).to_string();
    assert!(!text.contains("1111") && !text.contains("canary"), "{text}");
    let set =
        json!({"api_key": "phc_eu", "event": "x", "properties": {"$set": {"email": MAIL}, "email": MAIL}});
    proxy.client.post("/i/v0/e/", set.to_string()).await;
    let sent_set = sent(&proxy.eu.recorded().pop().unwrap())["properties"].clone();
    assert_eq!(sent_set["$set"]["email"], MAIL);
    assert_ne!(sent_set["email"], MAIL);

    let proxy = Harness::with(ALL).await;
    proxy.client.post("/flags/?v=2", body.clone()).await;
    proxy.client.post("/flags/?v=2", body).await;
    let both: Vec<Value> = proxy.eu.recorded().iter().map(sent).collect();
    assert_eq!(both[0], both[1]);
    let email = &both[0]["person_properties"]["email"];
    assert!(email.as_str().unwrap().starts_with("anon_"));
    assert_eq!(email, &both[0]["person_properties"]["company_mail"]);
}
