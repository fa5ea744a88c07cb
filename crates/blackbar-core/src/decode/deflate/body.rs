//! Deflates a body that holds packed fields: those with codes made for them, and the rest with a quick
//! search for matches.
//!
//! In packed fields there is hardly anything to find, and yet they are most of the bytes of a body
//! that has large ones. Where they stand is read off the text. A mistake there costs bytes at worst.

use std::ops::Range;

use crate::decode::deflate::Deflater;
use crate::decode::deflate::LONGEST;
use crate::decode::deflate::WINDOW;
use crate::decode::deflate::common;

/// How a packed field begins in a JSON string.
const BEGIN: &[u8] = b"\\u001f\xc2\x8b\\b";

/// A field of fewer bytes gets no block of its own: the head would cost more than it gives.
const LEAST: usize = 2 << 10;

/// It is worth it for a body if packed fields are at least one part of so many.
pub(super) const WORTH: usize = 4;

/// Where four bytes stood last.
pub(super) struct Seen {
    places: Vec<u32>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { places: vec![0; 1 << Self::BITS] }
    }
}

impl Seen {
    const BITS: u32 = 14;

    /// Begins a text.
    pub(super) fn begin(&mut self) {
        self.places.fill(0);
    }

    /// Notes that four bytes stand at `at`; gives where ones with their key stood last.
    #[inline]
    fn swap(&mut self, four: u32, at: usize) -> usize {
        let key = four.wrapping_mul(0x9E37_79B1) >> (32 - Self::BITS);
        self.places.get_mut(key as usize).map_or(at, |place| std::mem::replace(place, at as u32) as usize)
    }
}

/// Where large packed fields stand: the insides of their strings. Looks at one byte of 16, and at all of
/// them.
pub(super) fn packed(text: &[u8]) -> Vec<Range<usize>> {
    const STEP: usize = LEAST / 2;
    // Where the begin of a field may be that was looked into, and not only for the first time.
    const BACK: usize = 2 * LEAST;
    let finder = memchr::memmem::Finder::new(BEGIN);
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in (0..text.len()).step_by(STEP) {
        let behind = found.last().map_or(0, |last| last.end);
        if at < behind || !looks_packed(text, at) {
            continue;
        }
        let from = behind.max(at.saturating_sub(BACK));
        let begin = text.get(from..at + BEGIN.len()).and_then(|before| finder.find_iter(before).last());
        let Some(start) = begin.map(|n| from + n) else { continue };
        let end = end_of_string(text, start);
        if end - start >= LEAST {
            found.push(start..end);
        }
    }
    found
}

/// Whether what stands at a place may be part of a packed field: half of those is outside of ASCII, and
/// all of it below U+0100.
#[inline]
fn looks_packed(text: &[u8], at: usize) -> bool {
    const LOOK: usize = 64;
    let look = text.get(at..).and_then(|rest| rest.first_chunk::<LOOK>());
    look.is_some_and(|look| {
        let n_wide = look.iter().filter(|byte| !byte.is_ascii()).count();
        n_wide >= LOOK / 8 && look.iter().all(|&byte| byte < 0xC4)
    })
}

/// Where the string that goes on at `from` ends.
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

/// Writes all of a text. `packed` are parts of it, sorted and apart.
pub(super) fn write(text: &[u8], packed: &[Range<usize>], with: &mut Deflater) {
    for range in packed {
        search(text, range.start, with);
        if with.blocks.n_symbols() > 0 {
            with.blocks.close(text, false, &mut with.out);
        }
        with.packed.write(text, range.clone(), &mut with.out);
        with.blocks.pass(range.end);
    }
    search(text, text.len(), with);
    with.blocks.close(text, true, &mut with.out);
}

/// Takes what stands before `to`, with the matches that are found.
fn search(text: &[u8], to: usize, with: &mut Deflater) {
    // Of so many places inside a match one is noted.
    const STEP: usize = 2;
    let Deflater { blocks, seen, out, .. } = with;
    let text = text.get(..to).unwrap_or(text);
    let mut at = blocks.end();
    let mut n_missed = 0_usize;
    while let Some(here) = four(text, at) {
        let before = seen.swap(here, at);
        let is_near = before < at && at - before <= WINDOW;
        if is_near && four(text, before) == Some(here) {
            let len = common(text, before, at, LONGEST);
            blocks.literals(text, at, out);
            blocks.matched(text, len, at - before, out);
            for inside in (at + 1..at + len).step_by(STEP) {
                if let Some(here) = four(text, inside) {
                    seen.swap(here, inside);
                }
            }
            at += len;
            n_missed = 0;
        } else {
            // What repeats nothing for long will not begin to.
            at += 1 + (n_missed >> 5);
            n_missed += 1;
        }
    }
    blocks.literals(text, to, out);
}

#[inline]
fn four(text: &[u8], at: usize) -> Option<u32> {
    text.get(at..)?.first_chunk::<4>().map(|four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::deflate::tests::deflated;
    use crate::decode::deflate::tests::inflated;
    use crate::decode::deflate::tests::page;
    use crate::text::json_str;

    /// A text with packed fields of so many bytes, each behind so much of a page.
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
            json_str::escape_latin1_into(&field, &mut text);
            text.extend(b"\"");
        }
        text
    }

    /// Deflates a body, checks that two libraries inflate it to what it was, gives the length.
    fn body(deflater: &mut Deflater, text: &[u8]) -> Option<usize> {
        let mut out = b"before".to_vec();
        if !deflater.body(text, &mut out) {
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
    fn a_body_inflates_to_what_it_was_wherever_packed_fields_stand_in_it() {
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
            // Cut anywhere, within an escape or a character, too.
            for cut in 1..50 {
                body(&mut deflater, text.get(..text.len() - cut * 17).unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn a_body_with_little_that_is_packed_is_left_to_the_library() {
        let mut deflater = Deflater::default();
        for text in
            [vec![], b"{}".to_vec(), page(3_000), with_packed(&[(2_000, 3_000)]), "ж".repeat(9_000).into()]
        {
            assert_eq!(body(&mut deflater, &text), None);
        }
    }

    proptest! {
        #[test]
        fn a_body_of_anything_inflates_to_what_it_was(
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
            // Whatever is taken for packed.
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.sort_unstable();
            let packed: Vec<Range<usize>> = places.as_chunks::<2>().0.iter().map(|&[from, to]| from..to).collect();
            deflater.begin();
            write(&text, &packed, &mut deflater);
            prop_assert!(inflated(deflater.out.finish(), text.len()) == text);
        }
    }
}
