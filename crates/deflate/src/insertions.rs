//! Finds matches within what edits inserted: masks of one kind are often alike.
//!
//! The rest of the text is not searched; its matches come from the old stream.

use crate::block::BlockBuilder;
use crate::matching;
use crate::matching::MAX_MATCH_LEN;
use crate::matching::WINDOW_BYTES;
use crate::output::BitStream;

/// The last position of each four inserted bytes, by their hash.
pub(crate) struct InsertionIndex {
    /// Positions count on from text to text: those of an earlier text are below `first`, so that the
    /// table need not be cleared for each.
    positions: Vec<u32>,
    /// What the positions of this text start with, and how far they go.
    first: u32,
    next: u32,
}

impl Default for InsertionIndex {
    fn default() -> Self {
        Self { positions: vec![0; 1 << Self::HASH_BITS], first: 1, next: 1 }
    }
}

impl InsertionIndex {
    const HASHED_LEN: usize = 4;
    const HASH_BITS: u32 = 12;

    /// Starts a new text.
    pub(crate) fn start_text(&mut self) {
        self.first = self.next;
        if self.first > u32::MAX / 2 {
            *self = Self::default();
        }
    }

    /// Adds what was inserted from the end of the block up to `end`.
    pub(crate) fn push(&mut self, text: &[u8], end: usize, blocks: &mut BlockBuilder, out: &mut BitStream) {
        let mut at = blocks.end();
        let mut n_missed = 0_usize;
        while at + Self::HASHED_LEN <= end {
            let source = self.replace(text, at).filter(|source| at - source <= WINDOW_BYTES);
            let max_len = MAX_MATCH_LEN.min(end - at);
            let len = source.map_or(0, |source| matching::common_len(text, source, at, max_len));
            if let Some(source) = source.filter(|_| len >= Self::HASHED_LEN) {
                blocks.push_literals(text, at, out);
                blocks.push_match(text, len, at - source, out);
                at += len;
                n_missed = 0;
            } else {
                // The longer there was no match, the larger the step: random bytes will not have one.
                at += 1 + (n_missed >> 5);
                n_missed += 1;
            }
        }
        blocks.push_literals(text, end, out);
    }

    /// Records the bytes at `at`; gives the last position of bytes with their hash.
    #[inline]
    fn replace(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let four = matching::four_at(text, at)?;
        let slot = self.positions.get_mut(matching::hash_of_four(four, Self::HASH_BITS))?;
        let position = self.first.saturating_add(at as u32);
        self.next = self.next.max(position.saturating_add(1));
        let before = std::mem::replace(slot, position);
        (before as usize).checked_sub(self.first as usize).filter(|&before| before < at)
    }
}
