//! Deflates a JSON body that holds packed fields: those with codes made beforehand, and the rest with
//! a quick search for matches.
//!
//! Packed fields are compressed already, so a search finds hardly anything in them, and yet they are
//! most of the bytes of a body with large ones. They are located by a look at the text; a wrong guess
//! costs bytes, never correctness.

use std::ops::Range;

use crate::block::BlockBuilder;
use crate::matching;
use crate::matching::MAX_MATCH_LEN;
use crate::matching::WINDOW_BYTES;
use crate::output::BitStream;
use crate::packed::PackedCodes;

/// How a gzip stream starts in a JSON string whose characters are its bytes.
const PACKED_PREFIX: &[u8] = b"\\u001f\xc2\x8b\\b";

/// A smaller field gets no block of its own: the header would cost more than the block saves.
const MIN_PACKED_BYTES: usize = 2 << 10;

/// A body is worth it if packed fields are at least one part in this many.
const MIN_PACKED_SHARE: usize = 4;

/// The last position of each four bytes of a body, by their hash.
pub(crate) struct BodyIndex {
    positions: Vec<u32>,
}

impl Default for BodyIndex {
    fn default() -> Self {
        Self { positions: vec![0; 1 << Self::HASH_BITS] }
    }
}

impl BodyIndex {
    const HASH_BITS: u32 = 14;

    /// Starts a new text.
    pub(crate) fn start_text(&mut self) {
        self.positions.fill(0);
    }

    /// Records four bytes at `at`; gives the last position of bytes with their hash.
    #[inline]
    fn replace(&mut self, four: u32, at: usize) -> usize {
        let slot = self.positions.get_mut(matching::hash_of_four(four, Self::HASH_BITS));
        slot.map_or(at, |position| std::mem::replace(position, at as u32) as usize)
    }
}

/// The packed fields of a body, if they are enough of it to be worth it. `None`: a library does better.
pub(crate) fn packed_fields_worth_it(text: &[u8]) -> Option<Vec<Range<usize>>> {
    let packed = packed_fields(text);
    let n_packed = packed.iter().map(Range::len).sum::<usize>();
    (n_packed > text.len() / MIN_PACKED_SHARE).then_some(packed)
}

/// The insides of strings that look like large packed fields.
///
/// Looks at one place per kilobyte, and reads the string only where it looks packed.
fn packed_fields(text: &[u8]) -> Vec<Range<usize>> {
    const STEP_BYTES: usize = MIN_PACKED_BYTES / 2;
    // How far back a prefix is looked for. More than one step, as a field may start with ASCII.
    const LOOK_BACK_BYTES: usize = 2 * MIN_PACKED_BYTES;
    let finder = memchr::memmem::Finder::new(PACKED_PREFIX);
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in (0..text.len()).step_by(STEP_BYTES) {
        let last_end = found.last().map_or(0, |last| last.end);
        if at < last_end || !looks_packed(text, at) {
            continue;
        }
        let from = last_end.max(at.saturating_sub(LOOK_BACK_BYTES));
        let prefix =
            text.get(from..at + PACKED_PREFIX.len()).and_then(|before| finder.find_iter(before).last());
        let Some(start) = prefix.map(|n| from + n) else { continue };
        let end = end_of_string(text, start);
        if end - start >= MIN_PACKED_BYTES {
            found.push(start..end);
        }
    }
    found
}

/// Whether 64 bytes may be from a packed field: half of its characters are not ASCII, and all are
/// below U+0100.
#[inline]
fn looks_packed(text: &[u8], at: usize) -> bool {
    const SAMPLE_BYTES: usize = 64;
    let sample = text.get(at..).and_then(|rest| rest.first_chunk::<SAMPLE_BYTES>());
    sample.is_some_and(|sample| {
        let n_wide = sample.iter().filter(|byte| !byte.is_ascii()).count();
        n_wide >= SAMPLE_BYTES / 8 && sample.iter().all(|&byte| byte < 0xC4)
    })
}

/// The end of the string that `from` is in.
fn end_of_string(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(n) = text.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        at += n;
        let before = text.get(from..at).unwrap_or_default();
        let n_backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
        if n_backslashes % 2 == 0 {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Writes a body as a stream.
pub(crate) struct BodyWriter<'a> {
    pub(crate) blocks: &'a mut BlockBuilder,
    pub(crate) index: &'a mut BodyIndex,
    pub(crate) packed_codes: &'a PackedCodes,
    pub(crate) out: &'a mut BitStream,
}

impl BodyWriter<'_> {
    /// Writes all of a text. `packed` are ranges of it, sorted and not overlapping.
    pub(crate) fn write(&mut self, text: &[u8], packed: &[Range<usize>]) {
        for range in packed {
            self.push_up_to(text, range.start);
            if self.blocks.n_symbols() > 0 {
                self.blocks.finish_block(text, false, self.out);
            }
            self.packed_codes.write_block(text, range.clone(), self.out);
            self.blocks.skip_to(range.end);
        }
        self.push_up_to(text, text.len());
        self.blocks.finish_block(text, true, self.out);
    }

    /// Adds the text before `to`, with the matches that are found.
    fn push_up_to(&mut self, text: &[u8], to: usize) {
        // One position in this many inside a match is recorded: less work, for a few matches not found.
        const RECORD_STEP: usize = 2;
        let Self { blocks, index, out, .. } = self;
        let text = text.get(..to).unwrap_or(text);
        let mut at = blocks.end();
        let mut n_missed = 0_usize;
        while let Some(four) = matching::four_at(text, at) {
            let source = index.replace(four, at);
            let is_near = source < at && at - source <= WINDOW_BYTES;
            if is_near && matching::four_at(text, source) == Some(four) {
                let len = matching::common_len(text, source, at, MAX_MATCH_LEN);
                blocks.push_literals(text, at, out);
                blocks.push_match(text, len, at - source, out);
                for inside in (at + 1..at + len).step_by(RECORD_STEP) {
                    if let Some(four) = matching::four_at(text, inside) {
                        index.replace(four, inside);
                    }
                }
                at += len;
                n_missed = 0;
            } else {
                // The longer there was no match, the larger the step: random bytes will not have one.
                at += 1 + (n_missed >> 5);
                n_missed += 1;
            }
        }
        blocks.push_literals(text, to, out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Deflater;
    use crate::packed::escape_as_json;
    use crate::tests::deflated;
    use crate::tests::inflated;
    use crate::tests::page;

    /// A text with packed fields of `len` bytes, each after `n_before` nodes of a page.
    fn with_packed(fields: &[(usize, usize)]) -> Vec<u8> {
        let mut state = 7_u32;
        let mut text = Vec::new();
        for &(n_before, len) in fields {
            text.extend(page(n_before));
            text.extend(b"\"");
            let mut field = b"\x1f\x8b\x08".to_vec();
            field.extend((0..len).map(|_| {
                state = state.wrapping_mul(22_695_477).wrapping_add(1);
                (state >> 24) as u8
            }));
            escape_as_json(&field, &mut text);
            text.extend(b"\"");
        }
        text
    }

    /// Deflates a body, checks that two libraries inflate it to the same text, gives the length.
    fn body(deflater: &mut Deflater, text: &[u8]) -> Option<usize> {
        let mut out = b"before".to_vec();
        if !deflater.deflate_body(text, &mut out) {
            assert_eq!(out, b"before");
            return None;
        }
        assert!(inflated(&out[6..], text.len()) == text);
        let mut other = Vec::new();
        std::io::copy(&mut flate2::read::DeflateDecoder::new(&out[6..]), &mut other).unwrap();
        assert!(other == text);
        Some(out.len() - 6)
    }

    #[test]
    fn a_body_round_trips_wherever_its_packed_fields_are() {
        let mut deflater = Deflater::default();
        for fields in [
            &[(0, 5_000)][..],
            &[(0, 1_500), (1, 1_500), (0, 40_000), (30, 2_000)],
            &[(400, 300_000)],
            &[(3, 100), (2, 9_000), (20, 100), (20, 100)],
        ] {
            let mut text = with_packed(fields);
            let len = body(&mut deflater, &text).unwrap();
            assert!(len < deflated(&text, 1).len() * 110 / 100 + 100, "{len}");
            text.extend(page(5));
            assert!(body(&mut deflater, &text).is_some());
            // Cut anywhere, even within an escape or a character.
            for cut in 1..50 {
                body(&mut deflater, text.get(..text.len() - cut * 17).unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn a_body_with_few_packed_bytes_is_left_to_the_library() {
        let mut deflater = Deflater::default();
        for text in
            [vec![], b"{}".to_vec(), page(3_000), with_packed(&[(2_000, 3_000)]), "ж".repeat(9_000).into()]
        {
            assert_eq!(body(&mut deflater, &text), None);
        }
    }

    proptest! {
        #[test]
        fn any_body_round_trips(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..40),
                    Just(b"\\u001f\xc2\x8b\\b".to_vec()),
                    Just(b"\\u0000\\u0000".to_vec()),
                    Just(b"\\\\\"".to_vec()),
                    Just(b"\\u001".to_vec()),
                    (0..40_000_usize).prop_map(|n| vec![b'x'; n]),
                    (0..40_000_usize).prop_map(|n| with_packed(&[(0, n)])),
                ],
                0..12,
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let text = parts.concat();
            let mut deflater = Deflater::default();
            body(&mut deflater, &text);
            // Any ranges may be taken for packed fields.
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.sort_unstable();
            let packed: Vec<Range<usize>> = places.as_chunks::<2>().0.iter().map(|&[from, to]| from..to).collect();
            let mut out = Vec::new();
            deflater.write_body(&text, &packed, &mut out);
            prop_assert!(inflated(&out, text.len()) == text);
        }
    }
}
