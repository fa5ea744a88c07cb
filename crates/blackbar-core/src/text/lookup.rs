//! A hash table of a fixed list of short texts, built by the compiler.
//!
//! Finds a text if and only if the list contains it: the hash selects the slot, and the text is
//! compared. Texts up to 16 bytes are compared as two words; there is no loop over bytes.

/// Positions of the texts of a list. `N` is a power of two and more than twice their number.
pub(crate) struct Lookup<const N: usize> {
    /// Each text is in the slot of its hash or in one after it; an empty slot ends the search.
    slots: [LookupSlot; N],
    texts: &'static [&'static str],
}

/// A text by its ends, and its position in the list.
#[derive(Clone, Copy)]
struct LookupSlot {
    ends: TextEnds,
    /// The position plus one; 0 for an empty slot.
    position: u16,
}

/// Length, first and last eight bytes of a text. Up to 16 bytes, that is the whole text.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TextEnds {
    /// Zero beyond the end of a shorter text.
    head: u64,
    /// Zero if `head` holds the whole text.
    tail: u64,
    len: usize,
}

/// Texts up to this length are equal if their ends are.
const MAX_BYTES_IN_ENDS: usize = 16;

impl<const N: usize> Lookup<N> {
    /// The table of a list without duplicates. Runs in the compiler.
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which rejects an index out of range"
    )]
    pub(crate) const fn new(texts: &'static [&'static str]) -> Self {
        assert!(N.is_power_of_two() && texts.len() * 2 < N && N <= u16::MAX as usize);
        let mut slots = [LookupSlot { ends: TextEnds::of(b""), position: 0 }; N];
        let mut position = 0;
        while position < texts.len() {
            let ends = TextEnds::of(texts[position].as_bytes());
            let mut at = ends.hash(N);
            while slots[at].position != 0 {
                at = (at + 1) % N;
            }
            position += 1;
            slots[at] = LookupSlot { ends, position: position as u16 };
        }
        Self { slots, texts }
    }

    /// The position of a text in the list.
    #[inline]
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let ends = TextEnds::of(text);
        let mut at = ends.hash(N);
        while let Some(&LookupSlot { ends: known, position: position @ 1.. }) = self.slots.get(at % N) {
            let position = usize::from(position) - 1;
            if known == ends && (ends.len <= MAX_BYTES_IN_ENDS || self.is_at(position, text)) {
                return Some(position);
            }
            at += 1;
        }
        None
    }

    fn is_at(&self, position: usize, text: &[u8]) -> bool {
        self.texts.get(position).is_some_and(|known| known.as_bytes() == text)
    }
}

impl TextEnds {
    /// Loads a text in two overlapping words instead of byte by byte.
    #[inline]
    const fn of(text: &[u8]) -> Self {
        let len = text.len();
        let (head, tail) = match (text.first_chunk(), text.last_chunk()) {
            (Some(head), Some(_)) if len == 8 => (u64::from_le_bytes(*head), 0),
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => (Self::short(text), 0),
        };
        Self { head, tail, len }
    }

    /// The word of a text of fewer than eight bytes.
    ///
    /// From four bytes, two overlapping loads of four: the shift puts the second at its place, and the
    /// overlap is the same in both. Below, the first, the middle and the last byte are all there is.
    #[inline]
    const fn short(text: &[u8]) -> u64 {
        if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            let (first, last) = (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64);
            return first | last << (8 * (text.len() - 4));
        }
        match *text {
            [] => 0,
            [only] => only as u64,
            [first, .., last] => {
                let middle = match text.split_at(text.len() / 2).1 {
                    [middle, ..] => *middle as u64,
                    [] => 0,
                };
                first as u64 | middle << 8 | (last as u64) << (8 * (text.len() - 1))
            }
        }
    }

    /// The top bits of a multiplication by 2^64 / golden ratio (Fibonacci hashing): one multiplication,
    /// and the top bits depend on all bits below.
    #[inline]
    const fn hash(self, n_slots: usize) -> usize {
        let all = self.head ^ self.tail.rotate_left(29) ^ (self.len as u64) << 56;
        (all.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - n_slots.ilog2())) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static LIST: &[&str] = &["a", "ab", "abc", "attributes", "childNodes", "data-rr-is-password", "id", "x1"];
    static LOOKUP: Lookup<32> = Lookup::new(LIST);

    #[test]
    fn finds_the_position_of_each_text() {
        for (position, text) in LIST.iter().enumerate() {
            assert_eq!(LOOKUP.find(text.as_bytes()), Some(position));
        }
        assert_eq!(["", "b", "A", "childnodes", "childNodesx"].map(|t| LOOKUP.find(t.as_bytes())), [None; 5]);
    }

    proptest! {
        #[test]
        fn short_texts_have_equal_ends_only_if_they_are_equal(
            text in prop::collection::vec(any::<u8>(), 0..=MAX_BYTES_IN_ENDS),
            at in 0usize..MAX_BYTES_IN_ENDS,
            bit in 0u8..8,
        ) {
            let ends = |text: &[u8]| TextEnds::of(text);
            prop_assert!(ends(&text) == ends(&text.clone()));
            let mut other = text.clone();
            if let Some(byte) = other.get_mut(at) {
                *byte ^= 1 << bit;
                prop_assert!(ends(&text) != ends(&other));
            }
            other.pop();
            prop_assert!(text.is_empty() || ends(&text) != ends(&other));
        }
    }
}
