//! Recompresses an edited text along the matches of the deflate stream it came from.
//!
//! Most of the time of a compressor is the search for matches, and a text with a few words masked still
//! has nearly all of those it had. [`Deflater::redeflate`] reads the old stream as sequences (a number
//! of literals, then a match), carries over every match that the edits left alone, and writes blocks
//! with codes for the new text. The README follows one field through it, byte by byte.
//!
//! ```
//! use blackbar_deflate::{Deflater, TextEdit, Revision};
//! use libdeflater::{CompressionLvl, Compressor, Decompressor};
//!
//! let old = b"ada@example.com, bob@example.com, cyd@example.com";
//! let new = b"***@example.com, ***@example.com, ***@example.com";
//! let mut stream = vec![0; 100];
//! let len = Compressor::new(CompressionLvl::default()).deflate_compress(old, &mut stream)?;
//! stream.truncate(len);
//!
//! let edits = [0, 17, 34].map(|at| TextEdit { range: at..at + 3, new_len: 3 });
//! let mut redeflated = Vec::new();
//! assert!(Deflater::default().redeflate(&stream, Revision { old, new, edits }, &mut redeflated));
//!
//! let mut inflated = vec![0; new.len()];
//! Decompressor::new().deflate_decompress(&redeflated, &mut inflated)?;
//! assert_eq!(inflated, new);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Deflater::deflate_body`] compresses a JSON body whose bulk is compressed fields, without searching
//! those for matches.
//!
//! **Does not** inflate, verify checksums, or write gzip or zlib headers. Bounds: memory grows with the
//! stream and is released by [`Deflater::release_memory`]; a stream of very many blocks is refused.
//!
//! **Invariant:** literals are read from the new text and matches point into it, so nothing that an
//! edit took out of the old text can be in the new stream.

use std::ops::Range;

use crate::block::BlockBuilder;
use crate::body::BodyIndex;
use crate::body::BodyWriter;
use crate::carry::MatchCarrier;
use crate::decode_table::DecodeTables;
use crate::edit_map::EditMap;
use crate::insertions::InsertionIndex;
use crate::output::BitStream;
use crate::packed::PackedCodes;
use crate::sequence::SequenceReader;

pub use crate::edit_map::TextEdit;

mod matching;

mod alphabet;

mod huffman;

mod output;

mod codes;

mod block;

mod bit_reader;

mod decode_table;

mod sequence;

mod edit_map;

mod insertions;

mod carry;

mod packed;

mod body;

#[cfg(test)]
mod worked_example;

/// A block of the old stream ends a block of the new one only if that has at least this many symbols:
/// fewer do not pay for the header.
const MIN_BLOCK_SYMBOLS: usize = 4 << 10;

/// Every block costs a table build, even an empty one. A stream with more than `EXTRA_BLOCKS` and one
/// block per `MIN_TEXT_BYTES_PER_BLOCK` is refused, or a sender could burn CPU with empty blocks.
const MIN_TEXT_BYTES_PER_BLOCK: usize = 256;
const EXTRA_BLOCKS: usize = 64;

/// A text before and after its edits.
#[derive(Clone, Copy, Debug)]
pub struct Revision<'a, E> {
    /// The text before.
    pub old: &'a [u8],
    /// The text after.
    pub new: &'a [u8],
    /// What differs: an iterator of [`TextEdit`]s, sorted and not overlapping.
    pub edits: E,
}

/// Buffers and tables, used again from stream to stream.
#[derive(Default)]
pub struct Deflater {
    tables: DecodeTables,
    blocks: BlockBuilder,
    out: BitStream,
    edits: EditMap,
    insertions: InsertionIndex,
    body_index: BodyIndex,
    packed_codes: PackedCodes,
}

impl Deflater {
    /// Appends the new text as a deflate stream to `out`. `stream` is the old text, deflated.
    ///
    /// False, and nothing is appended, if `stream` is corrupt, does not have the length of the old text,
    /// or has very many blocks. Edits that do not describe `new` make a wrong stream: verify it, or
    /// derive both from one list.
    pub fn redeflate<E>(&mut self, stream: &[u8], revision: Revision<'_, E>, out: &mut Vec<u8>) -> bool
    where
        E: IntoIterator<Item = TextEdit>,
    {
        let Revision { old, new, edits } = revision;
        self.edits.load(old.len(), edits.into_iter());
        self.redeflate_loaded(stream, old.len(), new, out)
    }

    fn redeflate_loaded(&mut self, stream: &[u8], old_len: usize, new: &[u8], out: &mut Vec<u8>) -> bool {
        let Self { tables, blocks, insertions, edits, out: output, .. } = self;
        insertions.start_text();
        blocks.start_stream();
        output.start();
        let mut sequences = SequenceReader::new(stream, tables);
        let mut carrier = MatchCarrier::new(new, edits.view(), blocks, insertions, output);
        let mut n_blocks_left = EXTRA_BLOCKS + old_len / MIN_TEXT_BYTES_PER_BLOCK;
        let mut position = 0;
        while n_blocks_left > 0
            && let Some(sequence) = sequences.next()
        {
            n_blocks_left -= usize::from(sequence.ends_block);
            position += sequence.n_literals;
            if sequence.match_len > 0 {
                carrier.carry(position, sequence.match_len, sequence.distance);
                position += sequence.match_len;
            }
            if sequence.ends_block && carrier.blocks.n_symbols() >= MIN_BLOCK_SYMBOLS {
                carrier.finish_block_at(position);
            }
        }
        let is_whole = sequences.is_done() && position == old_len;
        if is_whole {
            carrier.finish();
            out.extend_from_slice(self.out.finish());
        }
        is_whole
    }

    /// Appends a JSON body as a deflate stream to `out`.
    ///
    /// False, and nothing is appended, if less than a quarter of it is packed fields: gzip streams
    /// whose bytes are the characters of a JSON string. A library does better then.
    pub fn deflate_body(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let packed = body::packed_fields_worth_it(text);
        if let Some(packed) = &packed {
            self.write_body(text, packed, out);
        }
        packed.is_some()
    }

    fn write_body(&mut self, text: &[u8], packed: &[Range<usize>], out: &mut Vec<u8>) {
        let Self { blocks, body_index, packed_codes, out: output, .. } = self;
        blocks.start_stream();
        output.start();
        body_index.start_text();
        BodyWriter { blocks, index: body_index, packed_codes, out: output }.write(text, packed);
        out.extend_from_slice(self.out.finish());
    }

    /// Memory held that grows with the texts.
    pub fn retained_bytes(&self) -> usize {
        self.blocks.heap_bytes() + self.out.heap_bytes() + self.edits.heap_bytes()
    }

    /// Releases that memory.
    pub fn release_memory(&mut self) {
        self.blocks = BlockBuilder::default();
        self.out = BitStream::default();
        self.edits = EditMap::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An edit with the bytes it inserts.
    type TestEdit = (Range<usize>, Vec<u8>);

    fn apply(old: &[u8], edits: &[TestEdit]) -> Vec<u8> {
        let mut new = Vec::new();
        let mut at = 0;
        for (range, with) in edits {
            new.extend_from_slice(&old[at..range.start]);
            new.extend_from_slice(with);
            at = range.end;
        }
        new.extend_from_slice(&old[at..]);
        new
    }

    fn redeflate(
        deflater: &mut Deflater,
        stream: &[u8],
        old: &[u8],
        edits: &[TestEdit],
        out: &mut Vec<u8>,
    ) -> bool {
        let new = apply(old, edits);
        let edits = edits.iter().map(|(range, with)| TextEdit { range: range.clone(), new_len: with.len() });
        deflater.redeflate(stream, Revision { old, new: &new, edits }, out)
    }

    pub(super) fn deflated(text: &[u8], level: i32) -> Vec<u8> {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(level).unwrap());
        let mut out = vec![0; compressor.deflate_compress_bound(text.len())];
        let len = compressor.deflate_compress(text, &mut out).unwrap();
        out.truncate(len);
        out
    }

    pub(super) fn inflated(stream: &[u8], len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        let n = libdeflater::Decompressor::new().deflate_decompress(stream, &mut out).unwrap();
        assert_eq!(n, len);
        out
    }

    /// Redeflates `old` with its edits, checks that it inflates to the new text, gives the stream.
    fn check(old: &[u8], level: i32, edits: &[TestEdit]) -> Vec<u8> {
        let new = apply(old, edits);
        let stream = deflated(old, level);
        let mut out = b"before".to_vec();
        let mut deflater = Deflater::default();
        for _ in 0..2 {
            out.truncate(6);
            assert!(redeflate(&mut deflater, &stream, old, edits, &mut out));
            assert_eq!(inflated(&out[6..], new.len()), new);
        }
        out.split_off(6)
    }

    pub(super) fn page(n: usize) -> Vec<u8> {
        let nodes = (0..n).map(|id| {
            let class = ["row", "cell wide", "cell"][id % 3];
            format!(r#"{{"type":2,"tagName":"div","attributes":{{"class":"{class}"}},"id":{id},"text":"user{}@example.com"}},"#, id * id % 977)
        });
        nodes.collect::<String>().into_bytes()
    }

    /// An edit for each address of a page, with a text as long.
    fn masks(page: &[u8]) -> Vec<TestEdit> {
        let text = std::str::from_utf8(page).unwrap();
        let found = text.match_indices("user").map(|(at, _)| {
            let end = at + text.get(at..).unwrap().find('"').unwrap();
            (at..end, vec![b'*'; end - at])
        });
        found.collect()
    }

    #[test]
    fn is_about_as_small_as_the_old_stream() {
        for n in [1, 5, 100, 4000] {
            let page = page(n);
            let edits = masks(&page);
            assert_eq!(edits.len(), n);
            let len = check(&page, 6, &edits).len();
            let was = deflated(&page, 6).len();
            assert!(len <= was + was / 20 + 16, "{n} nodes: {len} bytes, {was} before");
        }
    }

    #[test]
    fn edits_may_be_anywhere() {
        let old = page(40);
        let len = old.len();
        let edit = |from: usize, to: usize, with: &str| (from..to, with.as_bytes().to_vec());
        for edits in [
            vec![],
            vec![edit(0, len, "")],
            vec![edit(0, len, "all of it")],
            vec![edit(0, 0, "inserted before"), edit(len, len, "inserted after")],
            vec![edit(0, 1, ""), edit(1, 2, "xx"), edit(2, 2, "y"), edit(2, 300, "")],
            vec![edit(100, 101, &"0123456789".repeat(20_000)), edit(len - 1, len, &"*".repeat(70_000))],
        ] {
            for level in [0, 1, 6, 12] {
                check(&old, level, &edits);
            }
        }
        check(b"", 6, &[edit(0, 0, "something")]);
    }

    #[test]
    fn finishes_blocks_of_long_texts() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'!' + (state >> 24) as u8 % 90
        };
        let old: Vec<u8> = (0..200_000).map(|_| noise()).collect();
        let edits: Vec<TestEdit> = (0..300).map(|n| (n * 600..n * 600 + 7, b"*******".to_vec())).collect();
        for level in [0, 1, 6] {
            check(&old, level, &edits);
        }
    }

    #[test]
    fn a_corrupt_stream_is_refused() {
        let old = page(50);
        let stream = deflated(&old, 6);
        let edits = masks(&old);
        let mut deflater = Deflater::default();
        for cut in 0..stream.len() {
            let mut out = Vec::new();
            let is_taken = redeflate(&mut deflater, &stream[..cut], &old, &edits, &mut out);
            assert!(!is_taken && out.is_empty(), "{cut}");
        }
        for at in 0..stream.len() {
            let mut flipped = stream.clone();
            flipped[at] ^= 0x44;
            redeflate(&mut deflater, &flipped, &old, &edits, &mut Vec::new());
        }
    }

    #[test]
    fn a_stream_of_very_many_blocks_is_refused() {
        let old = b"old";
        let edits = [(0..3, b"new".to_vec())];
        // An empty block: not the last (one bit), fixed codes (two), end of block (seven).
        let empty = [false, true, false, false, false, false, false, false, false, false];
        let mut deflater = Deflater::default();
        for (n_empty, is_taken) in [(EXTRA_BLOCKS - 2, true), (EXTRA_BLOCKS, false), (1 << 20, false)] {
            // Four of them fill five bytes.
            let bits: Vec<bool> = std::iter::repeat_n(empty, n_empty).flatten().collect();
            let (bytes, rest) = bits.as_chunks::<8>();
            let mut stream: Vec<u8> =
                bytes.iter().map(|byte| (0..8).map(|n| u8::from(byte[n]) << n).sum()).collect();
            assert!(rest.len() == 4 || rest.is_empty());
            // A stored block follows: its three header bits complete the byte, after four pending bits or none.
            let held = rest.iter().enumerate().map(|(n, &bit)| u8::from(bit) << n).sum::<u8>();
            stream.push(held | 1 << rest.len());
            stream.extend([3, 0, !3, !0]);
            stream.extend(old);
            assert_eq!(inflated(&stream, 3), old);
            let mut out = Vec::new();
            assert_eq!(redeflate(&mut deflater, &stream, old, &edits, &mut out), is_taken, "{n_empty}");
            assert_eq!(out.is_empty(), !is_taken);
        }
    }

    proptest! {
        #[test]
        fn inflates_to_the_new_text(
            words in prop::collection::vec("[a-e]{1,6}|\\{\"id\":[0-9]{1,3}\\}|x{3,400}", 0..200),
            cuts in prop::collection::vec((0_usize..40, 0_usize..30, "[a-e*]{0,12}|\\*{0,600}"), 0..40),
            level in 0..=12,
        ) {
            let old = words.concat().into_bytes();
            let mut at = 0;
            let mut edits = Vec::new();
            for (gap, len, with) in cuts {
                let (from, to) = (at + gap, at + gap + len);
                if to > old.len() {
                    break;
                }
                edits.push((from..to, with.into_bytes()));
                at = to.max(from + usize::from(len == 0));
            }
            check(&old, level, &edits);
        }
    }
}
