//! What a match may be (RFC 1951, section 2), and how far two places of a text agree.

/// How far back a match may point.
pub(crate) const WINDOW_BYTES: usize = 32 << 10;

/// The shortest match.
pub(crate) const MIN_MATCH_LEN: usize = 3;

/// The longest match.
pub(crate) const MAX_MATCH_LEN: usize = 258;

/// The slot of four bytes in a hash table of `1 << bits` slots.
#[inline]
pub(crate) const fn hash_of_four(four: u32, bits: u32) -> usize {
    // Multiplying by the golden ratio spreads the low bytes into the high bits.
    (four.wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize
}

/// The four bytes at `at`, as a number. `None` where fewer are left.
#[inline]
pub(crate) fn four_at(text: &[u8], at: usize) -> Option<u32> {
    text.get(at..)?.first_chunk::<4>().map(|four| u32::from_le_bytes(*four))
}

/// How many bytes at `source` and at `at`, which is later, are equal: at most `max_len`.
///
/// Compares eight bytes at a time; the lowest bit that differs is in the first byte that does.
#[inline]
pub(crate) fn common_len(text: &[u8], source: usize, at: usize, max_len: usize) -> usize {
    let eight = |at: usize| text.get(at..).and_then(|rest| rest.first_chunk::<8>());
    let mut n = 0;
    while n < max_len {
        let (Some(this), Some(that)) = (eight(source + n), eight(at + n)) else { break };
        let differing = u64::from_le_bytes(*this) ^ u64::from_le_bytes(*that);
        if differing != 0 {
            return max_len.min(n + (differing.trailing_zeros() / 8) as usize);
        }
        n += 8;
    }
    while n < max_len && at + n < text.len() && text.get(source + n) == text.get(at + n) {
        n += 1;
    }
    n.min(max_len)
}
