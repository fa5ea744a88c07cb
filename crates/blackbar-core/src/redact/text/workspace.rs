//! Buffers and caches of one worker that outlive a body.

use crate::decode::codec::Codecs;
use crate::detect;
use crate::detect::Finding;
use crate::parse::json::Tape;
use crate::redact::text::key_cache::KeyCache;
use crate::redact::text::memo::Memo;
use crate::redact::text::notes::Notes;

/// Upper bound on memory kept per buffer kind between requests. Larger bodies are rare, and one
/// body may have opened thousands of packed fields.
pub(crate) const MAX_RETAINED_BYTES: usize = 4 << 20;

/// What redacting texts needs from one body to the next.
#[derive(Default)]
pub(crate) struct TextWorkspace {
    pub(crate) scan: detect::ScanBuffers,
    pub(crate) findings: Vec<Finding>,
    pub(crate) tapes: Vec<Tape>,
    pub(crate) codecs: Codecs,
    pub(crate) memo: Memo,
    /// Seconds since 1970, if the caller passed the time.
    pub(crate) now: Option<u64>,
    /// Explanation notes; `None` unless the caller asked for an explanation.
    pub(crate) notes: Option<Notes>,
    pub(crate) keys: KeyCache,
}

impl TextWorkspace {
    /// Releases what one large body has left.
    pub(crate) fn trim(&mut self) {
        retain_some(&mut self.tapes, Tape::heap_bytes);
        self.scan.trim(MAX_RETAINED_BYTES);
    }
}

/// Retains as many buffers as hold [`MAX_RETAINED_BYTES`] together.
pub(crate) fn retain_some<T>(buffers: &mut Vec<T>, heap_bytes: impl Fn(&T) -> usize) {
    let mut n_retained = 0;
    buffers.retain(|buffer| {
        let n_bytes = n_retained + heap_bytes(buffer);
        let is_retained = n_bytes <= MAX_RETAINED_BYTES;
        if is_retained {
            n_retained = n_bytes;
        }
        is_retained
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retains_buffers_up_to_the_limit_together() {
        let of = |sizes: &[usize]| {
            let mut buffers: Vec<Vec<u8>> = sizes.iter().map(|&size| Vec::with_capacity(size)).collect();
            retain_some(&mut buffers, Vec::capacity);
            buffers.iter().map(Vec::capacity).collect::<Vec<_>>()
        };
        assert_eq!(of(&[MAX_RETAINED_BYTES]), [MAX_RETAINED_BYTES]);
        assert_eq!(of(&[MAX_RETAINED_BYTES + 1, 5]), [5]);
        assert_eq!(of(&[MAX_RETAINED_BYTES / 2; 3]), [MAX_RETAINED_BYTES / 2; 2]);
    }
}
