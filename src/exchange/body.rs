//! Reads a request's body within its limits of size, memory and time.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::time::Instant;

use crate::exchange::budget::{ByteBudget, Reservation};
use crate::exchange::rejection::Rejection;

/// Most bytes to allocate up front for a body of several chunks. A sender can announce any length,
/// so the rest is allocated as it arrives.
const MAX_INITIAL_BYTES: usize = 256 << 10;

/// How much of a rejected request's body is read and discarded.
const MAX_DISCARDED_BYTES: usize = 64 << 20;
const MAX_DISCARD_TIME: Duration = Duration::from_secs(5);

/// Reads a body of at most `limit` bytes, all of them reserved from the budget.
pub(crate) async fn read<B>(
    body: &mut B,
    limit: usize,
    budget: &Arc<ByteBudget>,
    deadline: Instant,
) -> Result<(Bytes, Reservation), Rejection>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        Err(Rejection::BodyTooLarge)
    } else if !budget.has_room_for(announced) {
        Err(Rejection::Overloaded)
    } else {
        let read = tokio::time::timeout_at(deadline, read_all(body, limit, budget)).await;
        read.unwrap_or(Err(Rejection::BodyTimeout))
    }
}

async fn read_all<B>(
    body: &mut B,
    limit: usize,
    budget: &Arc<ByteBudget>,
) -> Result<(Bytes, Reservation), Rejection>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut reserved = budget.reserve();
    // Most bodies are one chunk, which is passed on without a copy.
    let (mut first, mut all) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame.map_err(|_| Rejection::ClientGone)?.into_data() else { continue };
        if chunk.len() > limit.saturating_sub(first.len().max(all.len())) {
            return Err(Rejection::BodyTooLarge);
        }
        reserved.grow(chunk.len())?;
        if first.is_empty() {
            first = chunk;
            continue;
        }
        if all.is_empty() {
            all.reserve(announced.min(MAX_INITIAL_BYTES).max(first.len()));
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&chunk);
    }
    Ok((if all.is_empty() { first } else { all.freeze() }, reserved))
}

/// Reads and discards the rest of a rejected request's body, up to a limit. A client that is still
/// sending when the connection closes would see a network error instead of the reply.
pub(crate) async fn discard<B>(body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let _ = tokio::time::timeout(MAX_DISCARD_TIME, discard_all(body)).await;
}

async fn discard_all<B>(body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut n_bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        n_bytes += frame.data_ref().map_or(0, Bytes::len);
        if n_bytes > MAX_DISCARDED_BYTES {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;
    use crate::telemetry::metrics::Metrics;

    struct Chunks(VecDeque<&'static str>);

    impl Body for Chunks {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes())))))
        }
    }

    async fn read_of(chunks: &[&'static str], limit: usize) -> Result<Bytes, Rejection> {
        let budget = ByteBudget::new(100, Arc::new(Metrics::new().unwrap()));
        let mut body = Chunks(chunks.iter().copied().collect());
        let read = read(&mut body, limit, &budget, Instant::now() + Duration::from_mins(1)).await;
        read.map(|(bytes, _)| bytes)
    }

    #[tokio::test]
    async fn chunks_are_joined_in_order_and_limited_in_total() {
        let cases: [&[&str]; 6] =
            [&[], &["abc"], &["", "abc"], &["a", "", "bc"], &["a", "b", "c"], &["", "", ""]];
        for chunks in cases {
            assert_eq!(read_of(chunks, 3).await.unwrap(), chunks.concat());
        }
        let too_long: [&[&str]; 3] = [&["abcd"], &["abc", "d"], &["a", "b", "cd"]];
        for chunks in too_long {
            assert_eq!(read_of(chunks, 3).await, Err(Rejection::BodyTooLarge));
        }
    }
}
