//! Reading a request's body within its bounds of size, memory and time.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::time::Instant;

use crate::exchange::budget::{Budget, Reservation};
use crate::exchange::rejection::Rejection;

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
    let mut reserved = budget.reserve();
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame.map_err(|_| Rejection::ClientGone)?.into_data() else { continue };
        if chunk.len() > limit.saturating_sub(read.len()) {
            return Err(Rejection::BodyTooLarge);
        }
        reserved.grow(chunk.len())?;
        read.extend_from_slice(&chunk);
    }
    Ok((read.freeze(), reserved))
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
