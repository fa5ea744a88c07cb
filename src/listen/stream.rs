//! The socket of a connection, which reports reads and writes to the connection's [`Activity`].

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::listen::activity::Activity;

/// The first bytes of an HTTP/2 connection.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A socket that reports what happens on it.
pub(crate) struct WatchedStream {
    socket: TcpStream,
    activity: Arc<Activity>,
    /// The rest of the preface that the client has not sent; `None` once it has, or sent other bytes.
    preface: Option<&'static [u8]>,
    is_blocked: bool,
}

impl WatchedStream {
    pub(crate) fn new(socket: TcpStream, activity: Arc<Activity>) -> Self {
        Self { socket, activity, preface: Some(HTTP2_PREFACE), is_blocked: false }
    }

    fn received(&mut self, bytes: &[u8]) {
        let now = Instant::now();
        let Some(preface) = self.preface else { return self.activity.received(now) };
        let n = bytes.len().min(preface.len());
        let (seen, rest) = preface.split_at(n);
        if !bytes.starts_with(seen) {
            self.preface = None;
            self.activity.received(now);
        } else if rest.is_empty() {
            self.preface = None;
            self.activity.is_http2(now);
        } else {
            self.preface = Some(rest);
        }
    }

    fn wrote<T>(&mut self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if self.is_blocked || written.is_pending() {
            self.is_blocked = written.is_pending();
            self.activity.wrote(self.is_blocked, Instant::now());
        }
        written
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n_before = buf.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buf);
        if let Some(bytes) = buf.filled().get(n_before..)
            && !bytes.is_empty()
        {
            self.received(bytes);
        }
        read
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, buf);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
