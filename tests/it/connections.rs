//! Connections that keep silent, do not read, or are too many: each is bounded, and no other suffers.

use std::time::Duration;

use blackbar::listen::Drained;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::client::Client;
use crate::support::harness::{Harness, Setup, replay};
use crate::support::upstream::{Upstream, closed_port};

/// Longest that any step may take.
const PATIENCE: Duration = Duration::from_secs(20);

const SCRIPT: &[u8] = b"GET /static/a.js HTTP/1.1\r\nhost: a\r\n\r\n";

async fn with_limits(limits: &'static str) -> Harness {
    let proxy = Harness::with(Setup { limits, ..Setup::default() }).await;
    proxy.warm().await;
    proxy
}

/// A proxy whose region serves a script of eight megabytes, more than the sockets in between hold.
async fn with_large_answers(limits: &'static str) -> Harness {
    let body = Bytes::from(vec![b'x'; 8 << 20]);
    let eu = Upstream::answering(move |_| {
        let body = Full::new(body.clone());
        async move { Response::builder().header("content-type", "text/javascript").body(body).unwrap() }
    })
    .await;
    let proxy = Harness::with(Setup { eu: Some(eu), limits, ..Setup::default() }).await;
    proxy.warm().await;
    proxy
}

async fn connect(proxy: &Harness, bytes: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(proxy.running.sdk_addr()).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    socket
}

/// Reads until the proxy closes the connection.
async fn read_to_end(socket: &mut TcpStream) -> Vec<u8> {
    let mut reply = Vec::new();
    let read = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut reply)).await;
    let _ = read.expect("the connection is closed");
    reply
}

fn metric(proxy: &Harness, line: &str) -> bool {
    String::from_utf8(proxy.running.metrics().render()).unwrap().lines().any(|have| have == line)
}

async fn wait_for_metric(proxy: &Harness, line: &str) {
    let wait = async {
        while !metric(proxy, line) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{line}"));
}

#[tokio::test]
async fn connections_without_a_whole_head_time_out() {
    let proxy = with_limits("header_time = \"80ms\"").await;
    let starts: [&[u8]; 5] =
        [b"", b"P", b"PRI * HTTP/2.0\r\n\r\nSM", b"POST /e/ HT", b"POST /e/ HTTP/1.1\r\nhost: a\r\n"];
    for start in starts {
        let mut socket = connect(&proxy, start).await;
        assert!(!read_to_end(&mut socket).await.starts_with(b"HTTP/1.1 200"), "{start:?}");
    }
    wait_for_metric(&proxy, "blackbar_connections 0").await;
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let proxy = with_limits("idle_time = \"80ms\"").await;
    let mut kept_alive = connect(&proxy, b"OPTIONS /e/ HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(read_to_end(&mut kept_alive).await.starts_with(b"HTTP/1.1 200"));
    let client = proxy.client.http2();
    assert_eq!(client.post("/s/", replay("phc_eu", "s")).await.status, 200);
    wait_for_metric(&proxy, "blackbar_connections 0").await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut() {
    let proxy = with_large_answers("write_time = \"200ms\"").await;
    let unread = connect(&proxy, SCRIPT).await;
    wait_for_metric(&proxy, &format!("blackbar_in_flight_bytes {}", 8 << 20)).await;
    wait_for_metric(&proxy, "blackbar_connections 0").await;
    wait_for_metric(&proxy, "blackbar_in_flight_bytes 0").await;
    drop(unread);
}

#[tokio::test]
async fn an_http2_client_without_window_is_cut() {
    let proxy = with_large_answers("write_time = \"200ms\"").await;
    let socket = TcpStream::connect(proxy.running.sdk_addr()).await.unwrap();
    let mut http2 = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (mut sender, connection) =
        http2.initial_stream_window_size(1).handshake(TokioIo::new(socket)).await.unwrap();
    let connection = tokio::spawn(connection);
    let uri = format!("http://{}/static/a.js", proxy.running.sdk_addr());
    let request = Request::get(uri).body(Full::<Bytes>::default()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let _ = tokio::time::timeout(PATIENCE, connection).await.expect("the connection is cut");
    wait_for_metric(&proxy, "blackbar_in_flight_bytes 0").await;
}

#[tokio::test]
async fn connections_past_the_limit_get_503_at_once() {
    let proxy = with_limits("connections = 3").await;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(connect(&proxy, b"").await);
    }
    let client = Client::new(proxy.running.sdk_addr());
    for client in [client.clone(), client.http2()] {
        let reply = client.send("POST", "/s/", &[("origin", "https://app.example")], "x").await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "overloaded"));
        assert!(reply.header("retry-after").is_some());
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"));
    }
    assert_eq!(proxy.admin.get("/readyz").await.text(), "too many connections\n");
    drop(silent);
    wait_for_metric(&proxy, "blackbar_connections 0").await;
    assert_eq!(proxy.client.post("/s/", replay("phc_eu", "s")).await.status, 200);
    assert_eq!(proxy.admin.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn streams_that_are_reset_stay_bounded() {
    let hung = Upstream::answering(|_| std::future::pending()).await;
    let proxy = Harness::with(Setup { eu: Some(hung), ..Setup::default() }).await;
    proxy.warm().await;
    let client = proxy.client.http2();
    for _ in 0..300 {
        let _ = tokio::time::timeout(Duration::from_millis(3), client.get("/static/a.js")).await;
    }
    assert!(proxy.eu.recorded().len() <= 128, "{}", proxy.eu.recorded().len());
    let other = Client::new(proxy.running.sdk_addr());
    assert_eq!(other.post("/s/", replay("phc_us", "s")).await.status, 200);
}

#[tokio::test]
async fn exchanges_are_bounded_in_total() {
    let hung = Upstream::answering(|_| std::future::pending()).await;
    let setup = Setup { eu: Some(hung), limits: "exchanges = 2", ..Setup::default() };
    let proxy = Harness::with(setup).await;
    let hanging: Vec<_> = (0..2)
        .map(|_| {
            let client = proxy.client.clone();
            tokio::spawn(async move { client.get("/static/a.js").await })
        })
        .collect();
    wait_for_metric(&proxy, "blackbar_exchanges 2").await;
    let reply = proxy.client.post("/s/", replay("phc_us", "s")).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "overloaded"));
    hanging.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn silent_connections_do_not_starve_the_admin_listener() {
    let proxy = with_limits("").await;
    let address = proxy.running.admin_addr();
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let ready = tokio::time::timeout(PATIENCE, Client::new(address).get("/readyz")).await.unwrap();
    assert_eq!(ready.status, 200);
}

#[tokio::test]
async fn http_1_0_probes_are_answered() {
    let proxy = with_limits("").await;
    for ends_its_side in [false, true] {
        let mut socket = TcpStream::connect(proxy.running.admin_addr()).await.unwrap();
        socket.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").await.unwrap();
        if ends_its_side {
            socket.shutdown().await.unwrap();
        }
        let reply = String::from_utf8(read_to_end(&mut socket).await).unwrap();
        assert!(reply.starts_with("HTTP/1.0 200") && reply.ends_with("ready\n"), "{reply}");
    }
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let proxy = with_limits("").await;
    let heads = [
        ("GET /flags HTTP/1.1\r\n", "400"),
        ("GET /flags HTTP/1.1\r\nhost: a\r\nhost: a\r\n", "400"),
        ("GET http://a/flags HTTP/1.1\r\nhost: b\r\n", "400"),
        ("OPTIONS /flags HTTP/1.0\r\n", "200"),
    ];
    for (head, status) in heads {
        let mut socket = connect(&proxy, format!("{head}connection: close\r\n\r\n").as_bytes()).await;
        let reply = String::from_utf8(read_to_end(&mut socket).await).unwrap();
        assert_eq!(reply.get(9..12), Some(status), "{head}");
        assert_eq!(status == "400", reply.contains("\"invalid_host\""), "{reply}");
    }
    proxy.assert_nothing_was_sent();
}

#[tokio::test]
async fn an_upstream_that_switches_protocols_is_an_error() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let reply = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nEVIL";
            let _ = socket.write_all(reply.as_bytes()).await;
            let _ = socket.read(&mut [0; 4096]).await;
        }
    });
    let proxy = Harness::with(Setup { eu_upstreams: Some(vec![url]), ..Setup::default() }).await;
    for _ in 0..2 {
        let reply = proxy.client.post("/s/", replay("phc_eu", "s")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "upstream_broken"));
    }
    assert!(proxy.exchanges().iter().all(|exchange| exchange.outcome == "upstream_broken"));
}

#[tokio::test]
async fn whole_requests_of_clients_that_left_are_recorded() {
    let proxy = with_limits("").await;
    let body = replay("phc_eu", "s");
    let head = format!("POST /s/ HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", body.len());
    for _ in 0..100 {
        drop(connect(&proxy, format!("{head}{body}").as_bytes()).await);
    }
    wait_for_metric(&proxy, "blackbar_connections 0").await;
    let eu = proxy.eu.clone();
    let (entries, _dir) = proxy.stop().await;
    let outcomes: Vec<_> = entries.into_iter().filter_map(|entry| entry.exchange).collect();
    assert_eq!((outcomes.len(), eu.recorded().len()), (100, 100));
}

#[tokio::test]
async fn a_drain_does_not_wait_for_idle_half_open_and_unread_connections() {
    let proxy = with_large_answers("").await;
    let open = [
        connect(&proxy, b"").await,
        connect(&proxy, b"POST /s/ HT").await,
        connect(&proxy, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await,
        connect(&proxy, SCRIPT).await,
    ];
    wait_for_metric(&proxy, &format!("blackbar_in_flight_bytes {}", 8 << 20)).await;
    let drained = tokio::time::timeout(Duration::from_secs(10), proxy.running.shutdown()).await;
    assert_eq!(drained.expect("the drain ends"), Drained::Whole);
    drop(open);
}

#[tokio::test]
async fn the_reason_why_an_upstream_fails_is_counted_and_recorded() {
    let closing = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closing_url = format!("http://{}", closing.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = closing.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
        }
    });
    let hung = Upstream::answering(|_| std::future::pending()).await;
    let cases = [
        (closed_port().await, "refused"),
        ("http://region.invalid".to_owned(), "dns"),
        (closing_url, "closed"),
        (hung.url(), "response_timeout"),
        // It speaks no TLS.
        (hung.url().replace("http:", "https:"), "tls"),
    ];
    for (url, reason) in cases {
        let setup =
            Setup { eu_upstreams: Some(vec![url]), limits: "response_time = \"2s\"", ..Setup::default() };
        let proxy = Harness::with(setup).await;
        assert_eq!(proxy.client.post("/s/", replay("phc_eu", "s")).await.status, 503, "{reason}");
        let counter = format!("blackbar_upstream_errors_total{{reason=\"{reason}\",region=\"eu\"}} 1");
        assert!(metric(&proxy, &counter), "{counter}");
        assert_eq!(proxy.exchanges()[0].upstream_error.as_deref(), Some(reason));
    }
}
