//! The proxy from socket to socket.

use std::sync::Arc;

use blackbar::listen::Drained;
use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};

use crate::support::client::Client;
use crate::support::harness::{Harness, Setup, replay};
use crate::support::upstream::{Upstream, closed_port, ok};

#[tokio::test]
async fn a_recording_reaches_its_own_region_only() {
    let proxy = Harness::start().await;
    let reply = proxy.client.post("/s/", replay("phc_eu", "s1")).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (200, "{\"status\":\"Ok\"}"));
    let sent = proxy.eu.only();
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/s/"));
    assert!(!sent.body.is_empty());
    assert!(proxy.us.recorded().is_empty());
    let records = proxy.exchanges();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].region.as_deref(), Some("eu"));
    assert_eq!(records[0].project.as_deref(), Some("phc_eu"));
    assert_eq!(records[0].outcome, "forwarded");
    assert_eq!(records[0].status, Some(200));
    assert_eq!(Some(records[0].request_id.as_str()), reply.header("x-request-id"));
}

#[tokio::test]
async fn a_preflight_is_answered_locally() {
    let proxy = Harness::start().await;
    let asked = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-encoding,x-custom"),
    ];
    let reply = proxy.client.send("OPTIONS", "/s/", &asked, "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(reply.header("access-control-allow-headers"), Some("content-encoding,x-custom"));
    assert!(reply.header("access-control-allow-methods").unwrap().contains("POST"));
    assert!(reply.header("access-control-max-age").is_some());
    let plain = proxy.client.send("OPTIONS", "/e/", &[], "").await;
    assert_eq!((plain.status.as_u16(), plain.text()), (200, "{\"status\":\"Ok\"}"));
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn a_refusal_carries_cors_headers() {
    let proxy = Harness::start().await;
    let reply = proxy.client.send("POST", "/nowhere", &[("origin", "https://app.example")], "x").await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (404, "unknown_path"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(reply.header("vary"), Some("Origin"));
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn refused_requests_are_recorded_and_not_forwarded() {
    let proxy = Harness::with(Setup { limits: "other_body = \"1KiB\"", ..Setup::default() }).await;
    let cases = [
        ("POST", "/nowhere", String::new(), 404, "unknown_path"),
        ("PATCH", "/s/", String::new(), 405, "method_not_allowed"),
        ("POST", "/e/", "x".repeat(2000), 413, "body_too_large"),
        ("POST", "/s/", replay("phc_unknown", "s"), 451, "no_region"),
    ];
    for (method, path, body, status, code) in cases.clone() {
        let reply = proxy.client.send(method, path, &[("content-type", "application/json")], body).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code));
    }
    let refused = proxy.client.post("/s/", "this is not JSON but secret").await;
    assert_eq!(refused.status, 400);
    assert!(!refused.text().contains("secret"));
    proxy.assert_nothing_was_sent();
    let records = proxy.exchanges();
    let outcomes: Vec<&str> = records.iter().map(|record| record.outcome.as_str()).collect();
    assert_eq!(outcomes[..4], cases.map(|case| case.4));
    assert!(records.iter().all(|record| record.region.is_none() && record.forwarded_bytes == 0));
    assert!(records[3].project.as_deref().unwrap().starts_with("sha256:"));
}

#[tokio::test]
async fn a_chunked_body_is_bounded() {
    let proxy = Harness::with(Setup { limits: "other_body = \"1KiB\"", ..Setup::default() }).await;
    let mut socket = TcpStream::connect(proxy.running.sdk_addr()).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 2000, "x".repeat(2000));
    let request =
        format!("POST /e/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut reply = vec![0; 12];
    socket.read_exact(&mut reply).await.unwrap();
    assert_eq!(reply, b"HTTP/1.1 413");
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn a_client_still_sending_receives_the_refusal() {
    let limits = "in_flight = \"1MiB\"\nother_body = \"1MiB\"";
    let proxy = Harness::with(Setup { limits, ..Setup::default() }).await;
    let large = Bytes::from(vec![b'x'; 20 << 20]);
    for (path, status) in [("/e/", 413), ("/nowhere", 404), ("/s/", 503)] {
        assert_eq!(proxy.client.post(path, large.clone()).await.status, status, "{path}");
    }
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn slow_request_headers_time_out() {
    let proxy = Harness::with(Setup { limits: "header_time = \"50ms\"", ..Setup::default() }).await;
    let mut socket = TcpStream::connect(proxy.running.sdk_addr()).await.unwrap();
    socket.write_all(b"POST /e/ HTTP/1.1\r\nhost:").await.unwrap();
    let mut reply = Vec::new();
    socket.read_to_end(&mut reply).await.unwrap();
    assert!(!reply.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn http_2_works_without_tls() {
    let proxy = Harness::start().await;
    let client = proxy.client.http2();
    assert_eq!(client.post("/s/", replay("phc_eu", "s")).await.status, 200);
    assert_eq!(client.post("/nowhere", "x").await.code(), "unknown_path");
    assert_eq!(proxy.eu.only().header("host"), Some(proxy.eu.address.to_string().as_str()));
}

#[tokio::test]
async fn requests_past_the_memory_budget_are_refused_with_retry() {
    let proxy = Harness::with(Setup { limits: "in_flight = \"1KiB\"", ..Setup::default() }).await;
    let reply = proxy.client.post("/s/", "x".repeat(2000)).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "overloaded"));
    assert!(reply.header("retry-after").is_some());
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn slow_request_bodies_time_out() {
    let proxy = Harness::with(Setup { limits: "request_time = \"100ms\"", ..Setup::default() }).await;
    let mut socket = TcpStream::connect(proxy.running.sdk_addr()).await.unwrap();
    socket.write_all(b"POST /e/ HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc").await.unwrap();
    let mut reply = vec![0; 12];
    socket.read_exact(&mut reply).await.unwrap();
    assert_eq!(reply, b"HTTP/1.1 408");
}

#[tokio::test]
async fn only_listed_headers_cross() {
    let eu = Upstream::answering(|_| async {
        let mut response = ok();
        response.headers_mut().insert("set-cookie", "id=1".parse().unwrap());
        response.headers_mut().insert("x-internal", "1".parse().unwrap());
        response.headers_mut().insert("cache-control", "no-store".parse().unwrap());
        response
    })
    .await;
    let proxy = Harness::with(Setup { eu: Some(eu), ..Setup::default() }).await;
    let headers = [
        ("content-type", "application/json"),
        ("cookie", "ph_x=ann@example.com"),
        ("authorization", "Bearer secret"),
        ("x-custom", "ann@example.com"),
        ("origin", "https://app.example"),
        ("referer", "https://app.example/users/ann@example.com?q=1"),
        ("user-agent", "agent/1"),
        ("posthog-sdk-info", "web/1"),
        ("x-forwarded-for", "203.0.113.9"),
    ];
    let reply = proxy.client.send("POST", "/s/", &headers, replay("phc_eu", "s")).await;
    let sent = proxy.eu.only();
    for name in ["cookie", "authorization", "x-custom"] {
        assert_eq!(sent.header(name), None, "{name}");
    }
    assert_eq!(sent.header("host"), Some(proxy.eu.address.to_string().as_str()));
    assert_eq!(sent.header("origin"), Some("https://app.example"));
    assert_eq!(sent.header("referer"), Some("https://app.example/"));
    assert_eq!(sent.header("user-agent"), Some("agent/1"));
    assert_eq!(sent.header("posthog-sdk-info"), Some("web/1"));
    // The header came from a peer that is no proxy of ours: the peer's own address counts.
    assert_eq!(sent.header("x-forwarded-for"), Some("127.0.0.0"));
    assert_eq!(reply.header("set-cookie"), None);
    assert_eq!(reply.header("x-internal"), None);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_client_address_is_forwarded_as_configured() {
    let cases = [
        ("client_ip = \"keep\"", Some("203.0.113.9")),
        ("client_ip = \"truncate\"", Some("203.0.113.0")),
        ("client_ip = \"drop\"", None),
    ];
    for (redaction, expected) in cases {
        let listen = "trusted_proxies = [\"127.0.0.1\"]";
        let proxy = Harness::with(Setup { listen, redaction, ..Setup::default() }).await;
        let headers = [("content-type", "application/json"), ("x-forwarded-for", "1.2.3.4, 203.0.113.9")];
        proxy.client.send("POST", "/s/", &headers, replay("phc_eu", "s")).await;
        assert_eq!(proxy.eu.only().header("x-forwarded-for"), expected, "{redaction}");
    }
}

#[tokio::test]
async fn script_requests_carry_no_client_headers() {
    let proxy = Harness::start().await;
    let headers = [("cookie", "a=b"), ("user-agent", "agent/1"), ("origin", "https://app.example")];
    let reply = proxy.client.send("GET", "/static/array.js", &headers, "").await;
    assert_eq!(reply.status, 200);
    let sent = proxy.eu.only();
    let names: Vec<&str> = sent.headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["host"]);
}

#[tokio::test]
async fn remote_config_is_fetched_from_the_projects_region() {
    let proxy = Harness::start().await;
    assert_eq!(proxy.client.get("/array/phc_us/config").await.status, 200);
    assert_eq!(proxy.us.only().target, "/array/phc_us/config");
    assert_eq!(proxy.client.get("/array/phc_other/config").await.status, 451);
    assert_eq!(proxy.us.recorded().len(), 1);
    assert!(proxy.eu.recorded().is_empty());
}

#[tokio::test]
async fn a_session_that_changes_country_stays_in_its_region() {
    let proxy = Harness::start().await;
    let from = |country| [("content-type", "application/json"), ("x-country", country)];
    for country in ["US", "DE"] {
        let reply = proxy.client.send("POST", "/s/", &from(country), replay("phc_any", "travels")).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(proxy.us.recorded().len(), 2);
    proxy.client.send("POST", "/s/", &from("DE"), replay("phc_any", "another")).await;
    assert_eq!(proxy.eu.recorded().len(), 1);
}

#[tokio::test]
async fn failover_stays_inside_the_region() {
    let eu = Upstream::start().await;
    let upstreams = vec![closed_port().await, eu.url()];
    let setup = Setup { eu: Some(eu), eu_upstreams: Some(upstreams), ..Setup::default() };
    let proxy = Harness::with(setup).await;
    for session in ["a", "b"] {
        assert_eq!(proxy.client.post("/s/", replay("phc_eu", session)).await.status, 200);
    }
    assert_eq!(proxy.eu.recorded().len(), 2);
    let metrics = String::from_utf8(proxy.running.metrics().render()).unwrap();
    // The second request tried the one that is down last, so it was not tried at all.
    assert!(metrics.contains("blackbar_upstream_failovers_total{region=\"eu\"} 1"), "{metrics}");
}

#[tokio::test]
async fn no_failover_to_another_region() {
    let setup = Setup { eu_upstreams: Some(vec![closed_port().await]), ..Setup::default() };
    let proxy = Harness::with(setup).await;
    let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "upstream_unreachable"));
    assert!(reply.header("retry-after").is_some());
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn upstream_replies_are_relayed_or_replaced_by_an_error_code() {
    let cases = [(200, 200), (413, 413), (401, 401), (429, 429), (500, 503), (503, 503), (302, 502)];
    for (upstream, expected) in cases {
        let eu = Upstream::answering(move |_| async move {
            Response::builder()
                .status(upstream)
                .header("location", "http://x/")
                .body(Full::default())
                .unwrap()
        })
        .await;
        let proxy = Harness::with(Setup { eu: Some(eu), ..Setup::default() }).await;
        let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
        assert_eq!(reply.status.as_u16(), expected, "{upstream}");
        assert_eq!(proxy.eu.recorded().len(), 1);
    }
}

#[tokio::test]
async fn slow_or_oversized_upstream_replies_are_cut_off() {
    let slow = Upstream::answering(|_| std::future::pending()).await;
    let limits = "response_time = \"50ms\"";
    let proxy = Harness::with(Setup { eu: Some(slow), limits, ..Setup::default() }).await;
    let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "upstream_timeout"));

    let loud =
        Upstream::answering(|_| async { Response::new(Full::new(Bytes::from(vec![b'x'; 5000]))) }).await;
    let limits = "response_body = \"1KiB\"";
    let proxy = Harness::with(Setup { eu: Some(loud), limits, ..Setup::default() }).await;
    let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "upstream_too_large"));
}

/// An upstream that says when a request is there, and answers when it is let.
async fn gated() -> (Upstream, Arc<Notify>, Arc<Semaphore>) {
    let (arrived, gate) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (Arc::clone(&arrived), Arc::clone(&gate));
    let upstream = Upstream::answering(move |_| {
        let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
        async move {
            tell.notify_one();
            wait.acquire().await.unwrap().forget();
            ok()
        }
    })
    .await;
    (upstream, arrived, gate)
}

#[tokio::test]
async fn requests_in_flight_finish_before_the_proxy_stops() {
    let (eu, arrived, gate) = gated().await;
    let proxy = Harness::with(Setup { eu: Some(eu), ..Setup::default() }).await;
    proxy.warm().await;
    let (client, admin, address) = (proxy.client.clone(), proxy.admin.clone(), proxy.running.sdk_addr());
    let request = tokio::spawn(async move { client.post("/s/", replay("phc_eu", "s")).await });
    arrived.notified().await;
    assert_eq!(admin.get("/readyz").await.status, 200);
    let Harness { running, .. } = proxy;
    let stopping = tokio::spawn(running.shutdown());
    while admin.get("/readyz").await.status != 503 {
        tokio::task::yield_now().await;
    }
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    assert_eq!(request.await.unwrap().status, 200);
    assert_eq!(stopping.await.unwrap(), Drained::Whole);
}

#[tokio::test]
async fn a_client_that_disconnects_leaves_a_record() {
    let (eu, arrived, gate) = gated().await;
    let proxy = Harness::with(Setup { eu: Some(eu), ..Setup::default() }).await;
    let client = Client::new(proxy.running.sdk_addr());
    let request = tokio::spawn(async move { client.post("/s/", replay("phc_eu", "s")).await });
    arrived.notified().await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    let (entries, _dir) = proxy.stop().await;
    let outcomes: Vec<String> =
        entries.into_iter().filter_map(|entry| entry.exchange).map(|e| e.outcome).collect();
    assert_eq!(outcomes, ["forwarded"]);
}

#[tokio::test]
async fn a_client_that_aborts_its_body_leaves_a_record() {
    let proxy = Harness::start().await;
    let mut socket = TcpStream::connect(proxy.running.sdk_addr()).await.unwrap();
    socket.write_all(b"POST /e/ HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc").await.unwrap();
    while !String::from_utf8(proxy.running.metrics().render()).unwrap().contains("blackbar_exchanges 1") {
        tokio::task::yield_now().await;
    }
    drop(socket);
    let (entries, _dir) = proxy.stop().await;
    let outcomes: Vec<String> =
        entries.into_iter().filter_map(|entry| entry.exchange).map(|e| e.outcome).collect();
    assert_eq!(outcomes, ["client_gone"]);
}

#[tokio::test]
async fn a_reload_takes_effect_and_one_that_fails_changes_nothing() {
    let proxy = Harness::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("blackbar.toml");
    let before = proxy.running.policy_digest();

    std::fs::write(&file, proxy.toml.replace("region = \"eu\"", "region = \"nowhere\"")).unwrap();
    assert!(proxy.running.reload_file(&file).is_err());
    assert_eq!(proxy.running.policy_digest(), before);
    proxy.client.post("/s/", replay("phc_eu", "a")).await;
    assert_eq!(proxy.eu.recorded().len(), 1);

    let changed = proxy.toml.replace("projects = [\"phc_eu\"]", "projects = [\"phc_new\"]");
    std::fs::write(&file, changed.replace("[redaction]", "[redaction]\npreset = \"strict\"")).unwrap();
    proxy.running.reload_file(&file).unwrap();
    assert_ne!(proxy.running.policy_digest(), before);
    assert_eq!(proxy.client.post("/s/", replay("phc_eu", "b")).await.status, 451);
    assert_eq!(proxy.client.post("/s/", replay("phc_new", "c")).await.status, 200);
    let metrics = proxy.admin.get("/metrics").await;
    assert!(metrics.text().contains("blackbar_reloads_total{result=\"failed\"} 1"));
    assert!(metrics.text().contains("blackbar_reloads_total{result=\"ok\"} 1"));
}

#[tokio::test]
async fn logs_and_metrics_never_contain_payload_text() {
    let proxy = Harness::start().await;
    proxy.warm().await;
    proxy.client.post("/s/", replay("phc_eu", "session-42")).await;
    proxy.client.get("/secret-path?secret=query").await;
    assert_eq!(proxy.admin.get("/healthz").await.status, 200);
    assert_eq!(proxy.admin.get("/readyz").await.status, 200);
    assert_eq!(proxy.admin.get("/s/").await.status, 404);
    let metrics = proxy.admin.get("/metrics").await;
    let forwarded = "blackbar_requests_total{endpoint=\"replay\",outcome=\"forwarded\",region=\"eu\"} 1";
    assert!(metrics.text().contains(forwarded), "{}", metrics.text());
    assert!(metrics.text().contains("outcome=\"unknown_path\""));
    for secret in ["secret", "session-42", "person-1", "phc_eu"] {
        assert!(!metrics.text().contains(secret), "{secret}");
    }
}
