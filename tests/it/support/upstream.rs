//! A recording upstream: it keeps every request and replies as the test says.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// A request that an upstream received.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Recorded {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

type Answering = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;
type Answer = Arc<dyn Fn(Recorded) -> Answering + Send + Sync>;

/// An upstream on a port of its own.
#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

/// PostHog's reply to an accepted request.
pub(crate) fn ok() -> Response<Full<Bytes>> {
    Response::builder()
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(b"{\"status\":\"Ok\"}")))
        .unwrap()
}

impl Upstream {
    /// An upstream that accepts every request.
    pub(crate) async fn start() -> Self {
        Self::answering(|_| async { ok() }).await
    }

    /// An upstream with a reply of the test.
    pub(crate) async fn answering<F, A>(answer: F) -> Self
    where
        F: Fn(Recorded) -> A + Send + Sync + 'static,
        A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let answer: Answer = Arc::new(move |recorded| Box::pin(answer(recorded)));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let upstream = Self { address, recorded: Arc::default() };
        let recorded = Arc::clone(&upstream.recorded);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (recorded, answer) = (Arc::clone(&recorded), Arc::clone(&answer));
                let service = service_fn(move |request: Request<Incoming>| {
                    let (recorded, answer) = (Arc::clone(&recorded), Arc::clone(&answer));
                    async move {
                        let (head, body) = request.into_parts();
                        let request = Recorded {
                            method: head.method,
                            target: head.uri.to_string(),
                            headers: head.headers,
                            body: body
                                .collect()
                                .await
                                .map(http_body_util::Collected::to_bytes)
                                .unwrap_or_default(),
                        };
                        recorded.lock().unwrap().push(request.clone());
                        Ok::<_, Infallible>(answer(request).await)
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        upstream
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap().clone()
    }

    /// The only request; panics if there is not exactly one.
    pub(crate) fn only(&self) -> Recorded {
        let recorded = self.recorded();
        assert_eq!(recorded.len(), 1, "{recorded:?}");
        recorded[0].clone()
    }
}

/// A URL with no listener: connections are refused.
pub(crate) async fn closed_port() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
