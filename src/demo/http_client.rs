//! Sends the sample to the proxy over real HTTP, as a browser would.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, ORIGIN, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::demo::error::DemoError;

/// Sends requests to the proxy.
pub(super) struct DemoClient {
    proxy: SocketAddr,
}

impl DemoClient {
    pub(super) fn new(proxy: SocketAddr) -> Self {
        Self { proxy }
    }

    /// Sends a body; returns the status and the JSON of the reply.
    ///
    /// # Errors
    /// The proxy cannot be reached.
    pub(super) async fn post(
        &self,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Value), DemoError> {
        let request = Request::post(path)
            .header(HOST, self.proxy.to_string())
            .header(ORIGIN, "https://shop.example")
            .header(USER_AGENT, concat!("blackbar-demo/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, content_type)
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| DemoError::Unreachable)?;
        let io = |source| DemoError::Io { what: "cannot reach the proxy", source };
        let stream = TcpStream::connect(self.proxy).await.map_err(io)?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|_| DemoError::Unreachable)?;
        let exchange = async {
            let reply = sender.send_request(request).await?;
            let status = reply.status();
            let body = reply.into_body().collect().await?.to_bytes();
            drop(sender);
            Ok::<_, hyper::Error>((status, serde_json::from_slice(&body).unwrap_or_default()))
        };
        let (replied, _) = tokio::join!(exchange, connection);
        replied.map_err(|_| DemoError::Unreachable)
    }
}
