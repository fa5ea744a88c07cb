//! A fixed list of short texts, and the place of each in it by one look.
//!
//! Built by the compiler. Finds a text if and only if it stands in the list: the hash says where to
//! look, and the text is compared.

/// Places of the texts of a list, of which there are fewer than half of `N`, a power of two.
pub(crate) struct Lookup<const N: usize> {
    /// Each text in the slot of its hash or in one behind it; an empty one ends the search.
    slots: [Slot; N],
    texts: &'static [&'static str],
}

/// A text by its ends, and its place in the list.
#[derive(Clone, Copy)]
struct Slot {
    ends: Ends,
    /// One more than the place; 0 if the slot is empty.
    place: u16,
}

/// Length, first and last eight bytes of a text. They are all of it up to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ends {
    /// The rest is zero if there are fewer.
    head: u64,
    /// Zero if the first are all.
    tail: u64,
    len: usize,
}

/// Bytes that their ends tell apart.
const TOLD_BY_ENDS: usize = 16;

impl<const N: usize> Lookup<N> {
    /// Looks up the texts of a list, of which no two are the same.
    #[expect(clippy::indexing_slicing, reason = "what is out of range does not compile")]
    pub(crate) const fn new(texts: &'static [&'static str]) -> Self {
        assert!(N.is_power_of_two() && texts.len() * 2 < N && N <= u16::MAX as usize);
        let mut slots = [Slot { ends: Ends::of(b""), place: 0 }; N];
        let mut place = 0;
        while place < texts.len() {
            let ends = Ends::of(texts[place].as_bytes());
            let mut at = ends.hash(N);
            while slots[at].place != 0 {
                at = (at + 1) % N;
            }
            place += 1;
            slots[at] = Slot { ends, place: place as u16 };
        }
        Self { slots, texts }
    }

    /// The place of a text in the list.
    #[inline]
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let ends = Ends::of(text);
        let mut at = ends.hash(N);
        while let Some(&Slot { ends: known, place: place @ 1.. }) = self.slots.get(at % N) {
            let place = usize::from(place) - 1;
            if known == ends && (ends.len <= TOLD_BY_ENDS || self.is_at(place, text)) {
                return Some(place);
            }
            at += 1;
        }
        None
    }

    fn is_at(&self, place: usize, text: &[u8]) -> bool {
        self.texts.get(place).is_some_and(|known| known.as_bytes() == text)
    }
}

impl Ends {
    /// Reads a short text by overlapping parts: no byte by itself.
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

    /// Fewer than eight bytes.
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
    fn finds_each_text_where_it_stands() {
        for (place, text) in LIST.iter().enumerate() {
            assert_eq!(LOOKUP.find(text.as_bytes()), Some(place));
        }
        assert_eq!(["", "b", "A", "childnodes", "childNodesx"].map(|t| LOOKUP.find(t.as_bytes())), [None; 5]);
    }

    proptest! {
        #[test]
        fn short_texts_have_the_same_ends_if_they_are_equal(
            text in prop::collection::vec(any::<u8>(), 0..=TOLD_BY_ENDS),
            at in 0usize..TOLD_BY_ENDS,
            bit in 0u8..8,
        ) {
            let ends = |text: &[u8]| Ends::of(text);
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
