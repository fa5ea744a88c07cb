//! Reading a request's body within its bounds of size, memory and time.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::time::Instant;

use crate::exchange::budget::{Budget, Reservation};
use crate::exchange::rejection::Rejection;

/// For a body of several chunks so much is made room for at once, if so much was announced.
const FIRST_ROOM: usize = 256 << 10;

/// What is read and thrown away of the body of a refused request.
const DISCARD_BYTES: usize = 64 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// Reads a body.
pub(crate) async fn read<B>(
    body: &mut B,
    limit: usize,
    budget: &Arc<Budget>,
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
    budget: &Arc<Budget>,
) -> Result<(Bytes, Reservation), Rejection>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut reserved = budget.reserve();
    // Most bodies are one chunk, which is taken as it is.
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
            all.reserve(announced.min(FIRST_ROOM).max(first.len()));
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&chunk);
    }
    Ok((if all.is_empty() { first } else { all.freeze() }, reserved))
}

/// Reads what is left of a refused request's body, within bounds, and throws it away: a client that
/// still sends when the connection is closed sees a broken network instead of the reply.
pub(crate) async fn discard<B>(body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let _ = tokio::time::timeout(DISCARD_TIME, discard_all(body)).await;
}

async fn discard_all<B>(body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut n_bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        n_bytes += frame.data_ref().map_or(0, Bytes::len);
        if n_bytes > DISCARD_BYTES {
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
        let budget = Budget::new(100, Arc::new(Metrics::new().unwrap()));
        let mut body = Chunks(chunks.iter().copied().collect());
        let read = read(&mut body, limit, &budget, Instant::now() + Duration::from_mins(1)).await;
        read.map(|(bytes, _)| bytes)
    }

    #[tokio::test]
    async fn reads_all_chunks_in_order_up_to_the_limit() {
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
