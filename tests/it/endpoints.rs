//! Every endpoint from socket to socket: served with its text redacted, or refused with a code.

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::decoded;
use crate::support::harness::{Harness, Setup};
use crate::support::upstream::{Recorded, Upstream};

pub(crate) const MAIL: &str = "jane.canary@leak.example.test";
pub(crate) const ID: &str = "019ac0de-1111-7111-8111-111111111111";
pub(crate) const ALL: Setup = Setup {
    eu_upstreams: None,
    eu: None,
    listen: "",
    audit: "",
    rules: Some("packs = [\"all\"]"),
    redaction: "",
    limits: "",
    forward: "",
    sdk: "",
    more: String::new(),
};
pub(crate) const BEARER: (&str, &str) = ("authorization", "Bearer phc_eu");

pub(crate) async fn post(proxy: &Harness, target: &str, content_type: &str, body: impl Into<Bytes>) -> Reply {
    proxy.client.send("POST", target, &[("content-type", content_type), BEARER], body).await
}

/// The JSON that a request carries.
pub(crate) fn sent(request: &Recorded) -> Value {
    decoded::opened(&decoded::body(&request.body))
}

pub(crate) fn refusal(reply: &Reply) -> (u16, String) {
    assert!(!reply.text().contains("canary"), "{}", reply.text());
    (reply.status.as_u16(), reply.code())
}

// ── The table.

#[tokio::test]
async fn every_endpoint_accepts_a_trailing_slash_and_rejects_other_methods() {
    let proxy = Harness::start().await;
    for row in blackbar_core::internals::ENDPOINTS {
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
    for row in blackbar_core::internals::ENDPOINTS {
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
async fn paths_that_no_sdk_calls_are_refused() {
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

// ── The second version of the protocol.

#[tokio::test]
async fn v2_events_keep_the_fields_their_reply_depends_on() {
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
async fn a_body_cannot_use_the_region_of_another_project() {
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
async fn calls_from_servers_and_old_clients_are_served() {
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
async fn a_path_with_personal_data_is_refused() {
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
async fn a_push_subscription_keeps_only_the_device_address() {
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
async fn flag_targeting_works_by_allowed_properties_and_pseudonyms() {
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
