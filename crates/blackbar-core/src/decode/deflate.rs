//! Deflates a text again that was inflated and edited, along the matches of the stream it came from.
//! And bodies most of which is packed fields: see `body`.
//!
//! Looking for matches is what deflating costs, and a text with a few words masked has nearly all of
//! those it had. Literals are read from the new text and matches point into it, so nothing of the old
//! text that an edit took out can come through.

use std::ops::Range;

use crate::decode::deflate::block::Blocks;
use crate::decode::deflate::body::Seen;
use crate::decode::deflate::output::Output;
use crate::decode::deflate::packed::Packed;
use crate::decode::deflate::symbols::Symbols;
use crate::decode::deflate::symbols::Tables;
use crate::text::edit::Edit;

mod block;
mod body;
mod huffman;
mod output;
mod packed;
mod symbols;

/// The longest code that the format has.
const MAX_BITS: usize = 15;

/// How far back a match may lie.
const WINDOW: usize = 32 << 10;

/// The shortest and the longest match.
const SHORTEST: usize = 3;
const LONGEST: usize = 258;

/// Blocks of fewer symbols are not closed where the old stream closed one.
const LEAST: usize = 4 << 10;

/// A block costs tables, though nothing may be in it: a stream has one for so much of its text, and
/// this many besides, or is not gone along. A sender could make work with empty ones.
const TEXT_A_BLOCK: usize = 256;
const MORE_BLOCKS: usize = 64;

/// Where edits end is looked up by so many bytes of the old text.
const STRETCH: usize = 128;

/// A text and what edits made of it.
pub struct Change<'a> {
    /// The text before.
    pub old: &'a [u8],
    /// Sorted and apart.
    pub edits: &'a [Edit],
    /// The text with the edits applied.
    pub new: &'a [u8],
}

/// Buffers and tables, to be used again.
#[derive(Default)]
pub(crate) struct Deflater {
    tables: Tables,
    blocks: Blocks,
    out: Output,
    /// How much further right a text stands behind each edit.
    shifts: Vec<isize>,
    /// How many edits end at or before each [`STRETCH`] of the old text.
    ended: Vec<u32>,
    recent: Recent,
    seen: Seen,
    packed: Packed,
}

impl Deflater {
    /// Appends the new text as a deflate stream to `out`. `stream` inflates to the old text. False, and
    /// nothing appended, if it is not a stream, or one of very many blocks.
    pub(crate) fn again(&mut self, stream: &[u8], change: &Change<'_>, out: &mut Vec<u8>) -> bool {
        let &Change { edits, new, .. } = change;
        self.recent.begin();
        self.blocks.begin();
        self.out.begin();
        self.shifts.clear();
        let mut shift = 0_isize;
        self.shifts.extend(edits.iter().map(|edit| {
            shift += edit.with.len().cast_signed() - edit.span.len().cast_signed();
            shift
        }));
        self.ended.clear();
        let mut n_ended = 0;
        self.ended.extend((0..=change.old.len() / STRETCH).map(|n| {
            let rest = edits.get(n_ended..).unwrap_or_default();
            n_ended += rest.iter().take_while(|edit| edit.span.end <= n * STRETCH).count();
            n_ended as u32
        }));
        let mut symbols = Symbols::new(stream, &mut self.tables);
        let mut writer = Writer {
            blocks: &mut self.blocks,
            recent: &mut self.recent,
            shifts: &self.shifts,
            ended: &self.ended,
            edits,
            new,
            n_passed: 0,
            kept: 0..edits.first().map_or(usize::MAX, |edit| edit.span.start),
            n_put: 0,
            next_put: edits.first().map_or(usize::MAX, |edit| edit.span.start),
            out: &mut self.out,
        };
        let mut n_blocks = MORE_BLOCKS + change.old.len() / TEXT_A_BLOCK;
        let mut old = 0;
        while n_blocks > 0
            && let Some(step) = symbols.next()
        {
            n_blocks -= usize::from(step.ends_block);
            old += step.n_literals;
            if step.len > 0 {
                writer.matched(old, step.len, step.distance);
                old += step.len;
            }
            if step.ends_block && writer.blocks.n_symbols() >= LEAST {
                writer.close_at(old);
            }
        }
        let is_whole = symbols.is_done() && old == change.old.len();
        if is_whole {
            writer.fill(new.len());
            self.blocks.close(new, true, &mut self.out);
            out.extend_from_slice(self.out.finish());
        }
        is_whole
    }

    /// Appends a body as a deflate stream to `out`. False, and nothing appended, if little of it is
    /// packed fields: a library is better then.
    pub(crate) fn body(&mut self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let packed = body::packed(text);
        let is_worth_it = packed.iter().map(Range::len).sum::<usize>() > text.len() / body::WORTH;
        if is_worth_it {
            self.begin();
            body::write(text, &packed, self);
            out.extend_from_slice(self.out.finish());
        }
        is_worth_it
    }

    fn begin(&mut self) {
        self.blocks.begin();
        self.out.begin();
        self.seen.begin();
    }

    /// Memory held that grows with what is deflated.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.blocks.heap_bytes()
            + self.out.heap_bytes()
            + self.shifts.capacity() * size_of::<isize>()
            + self.ended.capacity() * size_of::<u32>()
    }

    /// Lets go of that memory.
    pub(crate) fn let_go(&mut self) {
        self.blocks = Blocks::default();
        self.out = Output::default();
        self.shifts = Vec::new();
        self.ended = Vec::new();
    }
}

/// Brings matches of the old text over to the new one.
struct Writer<'a> {
    blocks: &'a mut Blocks,
    recent: &'a mut Recent,
    shifts: &'a [isize],
    ended: &'a [u32],
    edits: &'a [Edit],
    new: &'a [u8],
    /// Edits that end before what is looked at of the old text, and what is kept of it behind them.
    n_passed: usize,
    kept: Range<usize>,
    /// Edits whose new text is written or in the block, and where that of the next begins.
    n_put: usize,
    next_put: usize,
    out: &'a mut Output,
}

impl Writer<'_> {
    /// Brings over a match of the old text, as far as edits left it.
    #[inline]
    fn matched(&mut self, at: usize, len: usize, distance: usize) {
        let is_kept = at >= self.kept.start + distance && at + len <= self.kept.end;
        let new_at = self.moved(at, self.n_passed);
        if is_kept && new_at >= self.blocks.end() {
            self.fill(new_at);
            self.blocks.matched(self.new, len, distance, self.out);
        } else if let Some(distance) = self.carried(at, len, distance)
            && new_at >= self.blocks.end()
        {
            self.fill(new_at);
            self.blocks.matched(self.new, len, distance, self.out);
        } else {
            self.matched_in_parts(at, len, distance);
        }
    }

    /// How far back a match lies in the new text that edits left alone.
    #[inline]
    fn carried(&self, at: usize, len: usize, distance: usize) -> Option<usize> {
        let source = at.checked_sub(distance)?;
        if at < self.kept.start || at + len > self.kept.end {
            return None;
        }
        let n_before = self.n_before(source, self.n_passed);
        let edit = self.edits.get(n_before)?;
        let distance = self.moved(at, self.n_passed).wrapping_sub(self.moved(source, n_before));
        (source + len <= edit.span.start && distance <= WINDOW).then_some(distance)
    }

    fn matched_in_parts(&mut self, mut at: usize, len: usize, distance: usize) {
        let end = at + len;
        while at < end {
            while self.kept.end <= at {
                let Some(edit) = self.edits.get(self.n_passed).filter(|edit| edit.span.end <= at) else {
                    break;
                };
                self.n_passed += 1;
                let next = self.edits.get(self.n_passed);
                self.kept = edit.span.end..next.map_or(usize::MAX, |edit| edit.span.start);
            }
            if let Some(edit) = self.edits.get(self.n_passed).filter(|_| self.kept.end <= at) {
                at = edit.span.end;
                continue;
            }
            let mut to = self.kept.end.min(end);
            let mut is_cut = to < end;
            let Some(source) = at.checked_sub(distance) else { break };
            let n_before = self.n_before(source, self.n_passed);
            if let Some(edit) = self.edits.get(n_before).filter(|_| n_before < self.n_passed) {
                if edit.span.start <= source {
                    // What it repeats is gone.
                    at += edit.span.end - source;
                    continue;
                }
                let whole = at + (edit.span.start - source);
                is_cut |= whole < to;
                to = to.min(whole);
            }
            let new_at = self.moved(at, self.n_passed);
            let new_source = self.moved(source, n_before);
            self.matched_new(new_at, new_source, to - at, is_cut);
            at = to;
        }
    }

    /// Puts a match of the new text, if it is one. One that an edit cut goes on as far as it can.
    fn matched_new(&mut self, at: usize, source: usize, len: usize, is_cut: bool) {
        let done = self.blocks.end().saturating_sub(at);
        let (at, source) = (at + done, source + done);
        let most = if is_cut { LONGEST } else { len.saturating_sub(done) };
        let is_near = source < at && at - source <= WINDOW;
        if most < SHORTEST || done >= len || !is_near {
            return;
        }
        let len = if is_cut { common(self.new, source, at, most) } else { most };
        if len >= SHORTEST {
            self.fill(at);
            // Filling may have gone further than asked where an edit put in what it came to.
            if self.blocks.end() == at {
                self.blocks.matched(self.new, len, at - source, self.out);
            }
        }
    }

    /// How many edits end at or before a place of the old text, of the first `most`.
    fn n_before(&self, place: usize, most: usize) -> usize {
        let ended = |stretch: usize| self.ended.get(stretch).map_or(most, |&n| most.min(n as usize));
        let (before, after) = (ended(place / STRETCH), ended(place / STRETCH + 1));
        let these = self.edits.get(before..after).unwrap_or_default();
        before + these.partition_point(|edit| edit.span.end <= place)
    }

    /// Where a place of the old text stands in the new one, behind so many edits.
    fn moved(&self, place: usize, n_before: usize) -> usize {
        let shift = n_before.checked_sub(1).and_then(|last| self.shifts.get(last)).copied().unwrap_or(0);
        place.saturating_add_signed(shift)
    }

    /// Takes all before `to` that is not written yet: as literals what stood in the old text, too.
    #[inline]
    fn fill(&mut self, to: usize) {
        if self.next_put < to {
            self.put_in_before(to);
        }
        self.blocks.literals(self.new, to, self.out);
    }

    /// Takes what edits put in before `to`, and what stands between them.
    fn put_in_before(&mut self, to: usize) {
        while self.next_put < to {
            let Some(edit) = self.edits.get(self.n_put) else { break };
            let end = self.next_put + edit.with.len();
            if end > self.blocks.end() {
                self.blocks.literals(self.new, self.next_put, self.out);
                self.put_in(end.min(self.new.len()));
            }
            self.n_put += 1;
            let next = self.edits.get(self.n_put);
            self.next_put = next.map_or(usize::MAX, |edit| self.moved(edit.span.start, self.n_put));
        }
    }

    /// Takes what an edit put in.
    fn put_in(&mut self, end: usize) {
        let mut at = self.blocks.end();
        let mut n_missed = 0_usize;
        while at + Recent::LEN <= end {
            let source = self.recent.swap(self.new, at).filter(|source| at - source <= WINDOW);
            let len = source.map_or(0, |source| common(self.new, source, at, LONGEST.min(end - at)));
            if let Some(source) = source.filter(|_| len >= Recent::LEN) {
                self.blocks.literals(self.new, at, self.out);
                self.blocks.matched(self.new, len, at - source, self.out);
                at += len;
                n_missed = 0;
            } else {
                // What repeats nothing for long will not begin to.
                at += 1 + (n_missed >> 5);
                n_missed += 1;
            }
        }
        self.blocks.literals(self.new, end, self.out);
    }

    /// Closes the block where the old text is at `old`.
    fn close_at(&mut self, old: usize) {
        let n_before = self.edits.partition_point(|edit| edit.span.end <= old);
        let is_inside = self.edits.get(n_before).is_some_and(|edit| edit.span.start < old);
        let to = self.moved(old, n_before);
        if !is_inside && to <= self.new.len() {
            self.fill(to);
        }
        self.blocks.close(self.new, false, self.out);
    }
}

/// Where the letters stand that edits put in.
struct Recent {
    /// The place, by four letters; counted on from text to text, so that no place of one is taken for
    /// one of the next, and nothing need be cleared.
    places: Vec<u32>,
    /// What the places of this text begin with, and how far they go.
    from: u32,
    to: u32,
}

impl Default for Recent {
    fn default() -> Self {
        Self { places: vec![0; Self::SIZE], from: 1, to: 1 }
    }
}

impl Recent {
    const LEN: usize = 4;
    const SIZE: usize = 1 << Self::BITS;
    const BITS: u32 = 12;

    fn begin(&mut self) {
        self.from = self.to;
        if self.from > u32::MAX / 2 {
            *self = Self::default();
        }
    }

    /// Notes the letters at `at`; gives where letters like them were noted last.
    #[inline]
    fn swap(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let four = text.get(at..)?.first_chunk::<{ Self::LEN }>()?;
        let key = u32::from_le_bytes(*four).wrapping_mul(0x9E37_79B1) >> (32 - Self::BITS);
        let slot = self.places.get_mut(key as usize)?;
        let place = self.from.saturating_add(at as u32);
        self.to = self.to.max(place.saturating_add(1));
        let before = std::mem::replace(slot, place);
        (before as usize).checked_sub(self.from as usize).filter(|&before| before < at)
    }
}

/// How many bytes from one place on are those from another, later one on, `most` at most.
#[inline]
fn common(text: &[u8], before: usize, at: usize, most: usize) -> usize {
    let eight = |at: usize| text.get(at..).and_then(|rest| rest.first_chunk::<8>());
    let mut n = 0;
    while n < most {
        let (Some(this), Some(that)) = (eight(before + n), eight(at + n)) else { break };
        let differing = u64::from_le_bytes(*this) ^ u64::from_le_bytes(*that);
        if differing != 0 {
            return most.min(n + (differing.trailing_zeros() / 8) as usize);
        }
        n += 8;
    }
    while n < most && at + n < text.len() && text.get(before + n) == text.get(at + n) {
        n += 1;
    }
    n.min(most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::edit;

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

    /// Deflates again what `edits` make of `old`, checks that it inflates to it, gives the stream.
    fn again(old: &[u8], level: i32, edits: &[Edit]) -> Vec<u8> {
        let mut new = Vec::new();
        edit::apply(old, edits, &mut new);
        let stream = deflated(old, level);
        let mut out = b"before".to_vec();
        let mut deflater = Deflater::default();
        for _ in 0..2 {
            out.truncate(6);
            assert!(deflater.again(&stream, &Change { old, edits, new: &new }, &mut out));
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
    fn masks(page: &[u8]) -> Vec<Edit> {
        let text = std::str::from_utf8(page).unwrap();
        let found = text.match_indices("user").map(|(at, _)| {
            let end = at + text.get(at..).unwrap().find('"').unwrap();
            Edit { span: (at..end).into(), with: vec![b'*'; end - at], tag: 0 }
        });
        found.collect()
    }

    #[test]
    fn is_about_as_small_as_what_it_came_from() {
        for n in [1, 5, 100, 4000] {
            let page = page(n);
            let edits = masks(&page);
            assert_eq!(edits.len(), n);
            let len = again(&page, 6, &edits).len();
            let was = deflated(&page, 6).len();
            assert!(len <= was + was / 20 + 16, "{n} nodes: {len} bytes, {was} before");
        }
    }

    #[test]
    fn an_edit_may_lie_anywhere() {
        let old = page(40);
        let len = old.len();
        let edit = |from: usize, to: usize, with: &str| Edit {
            span: (from..to).into(),
            with: with.as_bytes().to_vec(),
            tag: 0,
        };
        for edits in [
            vec![],
            vec![edit(0, len, "")],
            vec![edit(0, len, "all of it")],
            vec![edit(0, 0, "put before"), edit(len, len, "put behind")],
            vec![edit(0, 1, ""), edit(1, 2, "xx"), edit(2, 2, "y"), edit(2, 300, "")],
            vec![edit(100, 101, &"0123456789".repeat(20_000)), edit(len - 1, len, &"*".repeat(70_000))],
        ] {
            for level in [0, 1, 6, 12] {
                again(&old, level, &edits);
            }
        }
        again(b"", 6, &[edit(0, 0, "something")]);
    }

    #[test]
    fn closes_blocks_of_long_texts() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'!' + (state >> 24) as u8 % 90
        };
        let old: Vec<u8> = (0..200_000).map(|_| noise()).collect();
        let edits: Vec<Edit> = (0..300)
            .map(|n| Edit { span: (n * 600..n * 600 + 7).into(), with: b"*******".to_vec(), tag: 0 })
            .collect();
        for level in [0, 1, 6] {
            again(&old, level, &edits);
        }
    }

    #[test]
    fn a_stream_that_is_none_is_left_alone() {
        let old = page(50);
        let stream = deflated(&old, 6);
        let edits = masks(&old);
        let mut new = Vec::new();
        edit::apply(&old, &edits, &mut new);
        let change = Change { old: &old, edits: &edits, new: &new };
        let mut deflater = Deflater::default();
        for cut in 0..stream.len() {
            let mut out = Vec::new();
            assert!(!deflater.again(&stream[..cut], &change, &mut out) && out.is_empty(), "{cut}");
        }
        for at in 0..stream.len() {
            let mut flipped = stream.clone();
            flipped[at] ^= 0x44;
            deflater.again(&flipped, &change, &mut Vec::new());
        }
    }

    #[test]
    fn a_stream_of_very_many_blocks_is_left_alone() {
        let (old, new) = (b"old", b"new");
        let edits = [Edit { span: (0..3).into(), with: new.to_vec(), tag: 0 }];
        let change = Change { old, edits: &edits, new };
        // One bit that says that it is not the last, two for agreed codes, seven for the end.
        let empty = [false, true, false, false, false, false, false, false, false, false];
        let mut deflater = Deflater::default();
        for (n_empty, is_taken) in [(MORE_BLOCKS - 2, true), (MORE_BLOCKS, false), (1 << 20, false)] {
            // Four of them fill five bytes.
            let bits: Vec<bool> = std::iter::repeat_n(empty, n_empty).flatten().collect();
            let (bytes, rest) = bits.as_chunks::<8>();
            let mut stream: Vec<u8> =
                bytes.iter().map(|byte| (0..8).map(|n| u8::from(byte[n]) << n).sum()).collect();
            assert!(rest.len() == 4 || rest.is_empty());
            // A stored block begins at the next byte: three bits, or four held and three.
            let held = rest.iter().enumerate().map(|(n, &bit)| u8::from(bit) << n).sum::<u8>();
            stream.push(held | 1 << rest.len());
            stream.extend([3, 0, !3, !0]);
            stream.extend(old);
            assert_eq!(inflated(&stream, 3), old);
            let mut out = Vec::new();
            assert_eq!(deflater.again(&stream, &change, &mut out), is_taken, "{n_empty}");
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
                edits.push(Edit { span: (from..to).into(), with: with.into_bytes(), tag: 0 });
                at = to.max(from + usize::from(len == 0));
            }
            again(&old, level, &edits);
        }
    }
}
