//! What the proxy answers to SDKs, and what it counts of those that do not follow.

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::decoded::gunzip;
use crate::support::harness::{Harness, Setup, replay};
use crate::support::upstream::Upstream;

const ENFORCED: &str = "enforce_masking = true";

/// As PostHog serves it for a project with every kind of capture on.
fn config() -> Value {
    json!({
        "token": "phc_eu",
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
        "capturePerformance": { "network_timing": true, "web_vitals": false },
        "analytics": { "endpoint": "/i/v0/e/" },
        "sessionRecording": {
            "endpoint": "/s/",
            "consoleLogRecordingEnabled": true,
            "recorderVersion": "v2",
            "sampleRate": null,
            "networkPayloadCapture": { "recordBody": true, "recordHeaders": true },
            "masking": { "maskAllInputs": false, "maskTextSelector": "", "blockSelector": ".secret" },
            "urlTriggers": [{ "url": "/a{2}\"}", "matching": "regex" }],
            "recordCanvas": true,
            "canvasFps": 4,
        },
        "surveys": [],
    })
}

/// The same as a script, with an application of the site in it.
fn script() -> String {
    format!(
        "(function() {{\n  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {{}};\n  \
         window._POSTHOG_REMOTE_CONFIG['phc_eu'] = {{\n    config: {},\n    \
         siteApps: [{{ id: 'x', init: function(config) {{ return /}}/.test(config) }} }}]\n  }}\n}})();",
        config()
    )
}

/// The script, and behind it a library that reads what it assigned, as `array.js` does.
fn library() -> String {
    script() + "\n\n!function(){var c=window;get(){return c._POSTHOG_REMOTE_CONFIG?.[this.token]?.config}}();"
}

type Headers = &'static [(&'static str, &'static str)];

/// An upstream with one answer, its headers, and a proxy that hardens.
async fn serving(status: u16, headers: Headers, body: Vec<u8>) -> Harness {
    let body = Bytes::from(body);
    let eu = Upstream::answering(move |_| {
        let mut response = Response::builder().status(status).header("etag", "\"upstream\"");
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Full::new(body.clone())).unwrap();
        async move { response }
    })
    .await;
    Harness::with(Setup { eu: Some(eu), sdk: ENFORCED, ..Setup::default() }).await
}

fn assert_hardened(config: &Value) {
    let recording = &config["sessionRecording"];
    let masking = json!({
        "maskAllInputs": true,
        "maskAllElementAttributes": true,
        "maskTextSelector": "*",
        "blockSelector": ".secret",
    });
    assert_eq!(recording["masking"], masking);
    assert_eq!(recording["networkPayloadCapture"], Value::Null);
    assert_eq!(recording["consoleLogRecordingEnabled"], false);
    assert_eq!(recording["recordCanvas"], false);
    assert_eq!(recording["urlTriggers"], self::config()["sessionRecording"]["urlTriggers"]);
    assert_eq!(recording["endpoint"], "/s/");
    assert_eq!(config["analytics"], self::config()["analytics"]);
}

/// The object that a script assigns.
fn assigned(script: &str) -> Value {
    let object = script.split("config: ").nth(1).unwrap().split(",\n    siteApps").next().unwrap();
    serde_json::from_str(object).unwrap()
}

#[tokio::test]
async fn hardened_remote_config_makes_browsers_mask() {
    let json = config().to_string();
    let proxy = serving(200, &[("content-type", "application/json")], json.into()).await;
    assert_hardened(&serde_json::from_slice(&proxy.client.get("/array/phc_eu/config").await.body).unwrap());
    for path in ["/flags/?v=2&config=true", "/decide/?v=3"] {
        let reply = proxy.client.post(path, r#"{"token":"phc_eu","distinct_id":"u"}"#).await;
        assert_eq!(reply.status, 200);
        assert_hardened(&serde_json::from_slice(&reply.body).unwrap());
    }
    for (path, text) in [("config.js", script()), ("array.js", library())] {
        let proxy = serving(200, &[("content-type", "application/javascript")], text.clone().into()).await;
        let reply = proxy.client.get(&format!("/array/phc_eu/{path}")).await;
        assert_hardened(&assigned(reply.text()));
        let tail = |text: &str| text.split("siteApps").nth(1).unwrap().to_owned();
        assert_eq!(tail(reply.text()), tail(&text));
    }
}

#[tokio::test]
async fn without_enforce_masking_config_is_unchanged() {
    let text = config().to_string();
    let eu = Upstream::answering(move |_| {
        let response = Response::builder().header("etag", "\"upstream\"");
        let response = response.body(Full::new(Bytes::from(text.clone()))).unwrap();
        async move { response }
    })
    .await;
    let proxy = Harness::with(Setup { eu: Some(eu), ..Setup::default() }).await;
    let headers = [("if-none-match", "\"upstream\"")];
    let reply = proxy.client.send("GET", "/array/phc_eu/config", &headers, "").await;
    assert_eq!(reply.text(), config().to_string());
    assert_eq!(reply.header("etag"), Some("\"upstream\""));
    assert_eq!(proxy.eu.only().header("if-none-match"), Some("\"upstream\""));
}

#[tokio::test]
async fn hardened_config_has_its_own_etag() {
    const HEADERS: &[(&str, &str)] = &[
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
        ("cache-control", "public, max-age=300"),
        ("last-modified", "Mon, 01 Jun 2026 10:00:00 GMT"),
        ("vary", "Origin, Referer"),
    ];
    let mut packed = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzEncoder::new(config().to_string().as_bytes(), flate2::Compression::fast()),
        &mut packed,
    )
    .unwrap();
    let proxy = serving(200, HEADERS, packed).await;
    let path = "/array/phc_eu/config";
    let asked = [("accept-encoding", "gzip, br"), ("if-none-match", "\"upstream\"")];
    let first = proxy.client.send("GET", path, &asked, "").await;
    assert_eq!(first.status, 200);
    assert_eq!(proxy.eu.only().header("if-none-match"), None);
    assert_eq!(proxy.eu.only().header("accept-encoding"), Some("gzip"));
    assert_eq!(first.header("content-encoding"), Some("gzip"));
    assert_eq!(first.header("content-length"), Some(first.body.len().to_string().as_str()));
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(first.header("last-modified"), None);
    let vary: Vec<_> = first.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(vary.join(", "), "Origin, Referer, Accept-Encoding, Origin");
    assert_hardened(&serde_json::from_slice(&gunzip(&first.body).unwrap()).unwrap());
    let tag = first.header("etag").unwrap();
    assert!(tag.starts_with("W/\"") && !tag.contains("upstream"), "{tag}");
    let again = proxy.client.send("GET", path, &[("if-none-match", tag)], "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    // Who does not ask for gzip does not get it, even if the upstream sends it.
    let plain = proxy.client.get(path).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert_hardened(&serde_json::from_slice(&plain.body).unwrap());
}

#[tokio::test]
async fn unreadable_config_is_not_relayed() {
    let json = config().to_string().into_bytes();
    let cases: [(u16, Headers, &str, Vec<u8>); 6] = [
        (200, &[], "config", b"<html>".to_vec()),
        (200, &[("content-encoding", "compress")], "config", json.clone()),
        (200, &[("content-encoding", "gzip")], "config", json.clone()),
        (200, &[], "config.js", json.clone()),
        (200, &[], "other.js", script().into_bytes()),
        (304, &[], "config", Vec::new()),
    ];
    for (status, headers, path, body) in cases {
        let proxy = serving(status, headers, body).await;
        let reply = proxy.client.get(&format!("/array/phc_eu/{path}")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "config_unreadable"), "{path}");
        assert_eq!(reply.header("etag"), None);
        let record = &proxy.exchanges()[0];
        assert_eq!((record.outcome.as_str(), record.status), ("config_unreadable", Some(502)));
    }
}

#[tokio::test]
async fn responses_without_config_are_relayed_unchanged() {
    let proxy = serving(404, &[], b"no such project".to_vec()).await;
    let reply = proxy.client.get("/array/phc_eu/config").await;
    assert_eq!((reply.status.as_u16(), reply.text()), (404, "no such project"));
    let proxy = serving(200, &[], br#"{"sessionRecording": false}"#.to_vec()).await;
    let reply = proxy.client.get("/array/phc_eu/config").await;
    assert_eq!(reply.text(), r#"{"sessionRecording": false}"#);
    // Scripts of the SDK hold no config.
    let reply = proxy.client.send("GET", "/static/recorder.js", &[("x-country", "DE")], "").await;
    assert_eq!(reply.header("etag"), Some("\"upstream\""));
}

/// A body for `/s/`: a page with two fields, of which one is typed into.
fn typed(lib: &str, version: &str, values: [&str; 2]) -> String {
    let [first, second] = values;
    let field = |id: u32, value: &str| {
        json!({ "type": 2, "id": id, "tagName": "input", "childNodes": [],
                "attributes": { "type": "text", "value": value } })
    };
    let check = json!({ "type": 2, "id": 6, "tagName": "input", "childNodes": [],
                        "attributes": { "type": "checkbox", "value": "yes" } });
    let page = json!({ "type": 2, "id": 3, "tagName": "body", "attributes": {},
                       "childNodes": [field(4, first), field(5, ""), check] });
    json!([{
        "event": "$snapshot",
        "properties": {
            "token": "phc_eu", "distinct_id": "u", "$session_id": "s", "$window_id": "w",
            "$lib": lib, "$lib_version": version,
            "$snapshot_data": [
                { "type": 2, "timestamp": 1, "data": { "node": { "type": 0, "id": 1, "childNodes": [page] } } },
                { "type": 3, "timestamp": 2, "data": { "source": 5, "id": 5, "text": second, "isChecked": false } },
                { "type": 3, "timestamp": 3, "data": { "source": 5, "id": 6, "text": "yes", "isChecked": true } },
            ],
        },
    }])
    .to_string()
}

#[tokio::test]
async fn sdks_that_do_not_mask_typed_values_are_counted() {
    let proxy = Harness::start().await;
    let cases = [
        ("web", "1.418.10", ["blue", "shoes"]),
        ("web", "1.418.11", ["", "shoes"]),
        ("web", "1.419.0", ["****", "** **"]),
        ("ann@example.com", "4111111111111111", ["", "shoes"]),
    ];
    for (lib, version, values) in cases {
        assert_eq!(proxy.client.post("/s/", typed(lib, version, values)).await.status, 200);
    }
    let metrics = proxy.admin.get("/metrics").await;
    let counted: Vec<_> =
        metrics.text().lines().filter(|line| line.starts_with("blackbar_unmasked_inputs_total")).collect();
    assert_eq!(
        counted,
        [
            "blackbar_unmasked_inputs_total{lib=\"other\",version_class=\"other\"} 1",
            "blackbar_unmasked_inputs_total{lib=\"web\",version_class=\"1.418\"} 3",
        ]
    );
    let records = proxy.exchanges();
    let unmasked: Vec<_> = records
        .iter()
        .map(|record| {
            record.unmasked_inputs.as_ref().map(|u| (u.sdk.as_str(), u.sdk_version.as_str(), u.count))
        })
        .collect();
    assert_eq!(
        unmasked,
        [Some(("web", "1.418", 2)), Some(("web", "1.418", 1)), None, Some(("other", "other", 1))]
    );
}

#[tokio::test]
async fn allowed_headers_cross_and_user_agents_are_generalised() {
    let forward = "user_agent = \"generalise\"\nrequest_headers = [\"X-Tenant\", \"x-about\"]";
    let proxy = Harness::with(Setup { forward, ..Setup::default() }).await;
    let headers = [
        ("content-type", "application/json"),
        ("x-tenant", "acme"),
        ("x-custom", "ann"),
        ("x-about", "from ann@example.com"),
        ("user-agent", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0.1"),
    ];
    proxy.client.send("POST", "/s/", &headers, replay("phc_eu", "s")).await;
    let sent = proxy.eu.only();
    assert_eq!(sent.header("x-tenant"), Some("acme"));
    assert_eq!(sent.header("x-custom"), None);
    let about = sent.header("x-about").unwrap();
    assert!(about.starts_with("from ") && !about.contains("ann@"), "{about}");
    assert!(proxy.exchanges()[0].findings.iter().any(|found| found.rule == "email"));
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";
    assert_eq!(sent.header("user-agent"), Some(agent));
}

#[tokio::test]
async fn the_ip_property_follows_the_forwarded_address() {
    let cases = [
        ("client_ip = \"keep\"", json!("203.0.113.9"), json!("2001:db8:1:2::3")),
        ("", json!("203.0.113.0"), json!("2001:db8:1::")),
        ("client_ip = \"drop\"", Value::Null, Value::Null),
    ];
    for (redaction, v4, v6) in cases {
        let rules = Some("packs = [\"contact\", \"network\"]");
        let proxy = Harness::with(Setup { rules, redaction, ..Setup::default() }).await;
        let event = |ip: &str| json!({ "event": "e", "properties": { "distinct_id": "u", "$ip": ip } });
        let batch = ["203.0.113.9", "2001:db8:1:2::3", "ann@example.com"].map(event);
        proxy.client.post("/batch/", json!({ "api_key": "phc_eu", "batch": batch }).to_string()).await;
        let sent = crate::support::decoded::body(&proxy.eu.only().body);
        let ip = |idx: usize| sent["batch"][idx]["properties"]["$ip"].clone();
        assert_eq!((ip(0), ip(1)), (v4, v6), "{redaction}");
        assert!(!ip(2).to_string().contains("ann@"));
    }
}

#[test]
fn invalid_sdk_keys_are_reported() {
    let base = "[audit]\ndir = \"/tmp/audit\"\n[[region]]\nname = \"eu\"\nupstreams = [\"https://eu.test\"]\n\
                [routing]\nno_match = \"eu\"\n[rules]\npacks = [\"contact\"]\n";
    let told = |text: &str| {
        let error =
            blackbar::config::parse(&format!("{base}{text}"), "f").err().expect("problems").to_string();
        error.lines().map(|line| line.split(": ").nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("[sdk]\nenforce_masking = true\nblock_selector = \".a[\""), ["sdk.block_selector"]);
    assert_eq!(told("[sdk]\nenforce_masking = true\nmask_text_selector = \"\""), ["sdk.mask_text_selector"]);
    assert_eq!(
        told("[forward]\nuser_agent = \"hide\"\nrequest_headers = [\"x-a\", \"a b\", \"Cookie\"]"),
        ["forward.user_agent", "forward.request_headers[1]", "forward.request_headers[2]"]
    );
    let fine = format!("{base}[sdk]\nenforce_masking = true\nmask_text_selector = \"p:hover, *\"\n");
    assert!(blackbar::config::parse(&fine, "f").unwrap().sdk.is_some());
    let idle = blackbar::config::parse(&format!("{base}[sdk]\nblock_selector = \".a\"\n"), "f").unwrap();
    assert!(
        idle.warnings.iter().any(|warning| warning.contains("sdk.block_selector")),
        "{:?}",
        idle.warnings
    );
}
