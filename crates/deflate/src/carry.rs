//! Carries the matches of an old stream over to the new text.
//!
//! A match survives if edits left alone both what it covers and what it repeats; only its distance
//! changes, by the edits in between. A match that an edit cuts is carried over in parts.

use std::ops::Range;

use crate::block::BlockBuilder;
use crate::edit_map::EditView;
use crate::insertions::InsertionIndex;
use crate::matching;
use crate::matching::MAX_MATCH_LEN;
use crate::matching::MIN_MATCH_LEN;
use crate::matching::WINDOW_BYTES;
use crate::output::BitStream;

/// Where the walk over the old text is, and the block of the new text.
pub(crate) struct MatchCarrier<'a> {
    edits: EditView<'a>,
    new: &'a [u8],
    /// Edits that end before the current position of the old text, and the unedited range after them.
    n_passed: usize,
    kept: Range<usize>,
    /// Edits whose new bytes are in a block, and where those of the next start in the new text.
    n_inserted: usize,
    next_insertion: usize,
    pub(crate) blocks: &'a mut BlockBuilder,
    insertions: &'a mut InsertionIndex,
    out: &'a mut BitStream,
}

impl<'a> MatchCarrier<'a> {
    /// At the start of a text whose new form is `new`.
    pub(crate) fn new(
        new: &'a [u8],
        edits: EditView<'a>,
        blocks: &'a mut BlockBuilder,
        insertions: &'a mut InsertionIndex,
        out: &'a mut BitStream,
    ) -> Self {
        let (kept, next_insertion) = (0..edits.start_of(0), edits.start_of(0));
        Self { edits, new, n_passed: 0, kept, n_inserted: 0, next_insertion, blocks, insertions, out }
    }

    /// Carries a match of the old text over, as far as edits left it.
    #[inline]
    pub(crate) fn carry(&mut self, at: usize, len: usize, distance: usize) {
        // The common case first: match and source lie in one unedited range, so the distance stays.
        let is_kept = at >= self.kept.start + distance && at + len <= self.kept.end;
        let new_at = self.edits.new_position(at, self.n_passed);
        if is_kept && new_at >= self.blocks.end() {
            self.push_up_to(new_at);
            self.blocks.push_match(self.new, len, distance, self.out);
        } else if let Some(distance) = self.moved_distance(at, len, distance)
            && new_at >= self.blocks.end()
        {
            self.push_up_to(new_at);
            self.blocks.push_match(self.new, len, distance, self.out);
        } else {
            self.carry_in_parts(at, len, distance);
        }
    }

    /// The distance in the new text of a match that edits left alone, if it is within the window.
    #[inline]
    fn moved_distance(&self, at: usize, len: usize, distance: usize) -> Option<usize> {
        let source = at.checked_sub(distance)?;
        if at < self.kept.start || at + len > self.kept.end {
            return None;
        }
        let n_before = self.edits.n_before(source, self.n_passed);
        let edit = self.edits.get(n_before)?;
        let new_at = self.edits.new_position(at, self.n_passed);
        let distance = new_at.wrapping_sub(self.edits.new_position(source, n_before));
        (source + len <= edit.start && distance <= WINDOW_BYTES).then_some(distance)
    }

    /// Carries over the parts of a match that no edit took, neither from it nor from its source.
    fn carry_in_parts(&mut self, mut at: usize, len: usize, distance: usize) {
        let end = at + len;
        while at < end {
            self.pass_edits_before(at);
            if let Some(edit) = self.edits.get(self.n_passed).filter(|_| self.kept.end <= at) {
                at = edit.end;
                continue;
            }
            let mut to = self.kept.end.min(end);
            let mut is_cut = to < end;
            let Some(source) = at.checked_sub(distance) else { break };
            let n_before = self.edits.n_before(source, self.n_passed);
            if let Some(edit) = self.edits.get(n_before).filter(|_| n_before < self.n_passed) {
                if edit.start <= source {
                    // What the match repeats was replaced.
                    at += edit.end - source;
                    continue;
                }
                let source_end = at + (edit.start - source);
                is_cut |= source_end < to;
                to = to.min(source_end);
            }
            let new_at = self.edits.new_position(at, self.n_passed);
            let new_source = self.edits.new_position(source, n_before);
            self.push_part(new_at, new_source, to - at, is_cut);
            at = to;
        }
    }

    fn pass_edits_before(&mut self, at: usize) {
        while self.kept.end <= at {
            let Some(edit) = self.edits.get(self.n_passed).filter(|edit| edit.end <= at) else { break };
            self.n_passed += 1;
            self.kept = edit.end..self.edits.start_of(self.n_passed);
        }
    }

    /// Adds a part of a match, if it is still one. A part that an edit cut is made as long as it can be:
    /// masks are alike, so the texts often agree past the cut.
    fn push_part(&mut self, at: usize, source: usize, len: usize, is_cut: bool) {
        let n_done = self.blocks.end().saturating_sub(at);
        let (at, source) = (at + n_done, source + n_done);
        let max_len = if is_cut { MAX_MATCH_LEN } else { len.saturating_sub(n_done) };
        let is_near = source < at && at - source <= WINDOW_BYTES;
        if max_len < MIN_MATCH_LEN || n_done >= len || !is_near {
            return;
        }
        let len = if is_cut { matching::common_len(self.new, source, at, max_len) } else { max_len };
        if len >= MIN_MATCH_LEN {
            self.push_up_to(at);
            // An insertion before `at` may have become a match that reaches past it.
            if self.blocks.end() == at {
                self.blocks.push_match(self.new, len, at - source, self.out);
            }
        }
    }

    /// Adds all of the new text before `to`: insertions, and literals for the rest.
    #[inline]
    pub(crate) fn push_up_to(&mut self, to: usize) {
        if self.next_insertion < to {
            self.push_insertions_before(to);
        }
        self.blocks.push_literals(self.new, to, self.out);
    }

    /// Adds the insertions that start before `to`, and what lies between them.
    fn push_insertions_before(&mut self, to: usize) {
        while self.next_insertion < to {
            let Some(edit) = self.edits.get(self.n_inserted) else { break };
            let end = self.next_insertion + edit.new_len;
            if end > self.blocks.end() {
                self.blocks.push_literals(self.new, self.next_insertion, self.out);
                self.insertions.push(self.new, end.min(self.new.len()), self.blocks, self.out);
            }
            self.n_inserted += 1;
            let start = self.edits.get(self.n_inserted).map(|edit| edit.start);
            self.next_insertion =
                start.map_or(usize::MAX, |start| self.edits.new_position(start, self.n_inserted));
        }
    }

    /// Finishes the block where the old stream finished one, at `old_position`.
    pub(crate) fn finish_block_at(&mut self, old_position: usize) {
        let n_before = self.edits.n_before_of_all(old_position);
        let is_in_edit = self.edits.start_of(n_before) < old_position;
        let to = self.edits.new_position(old_position, n_before);
        if !is_in_edit && to <= self.new.len() {
            self.push_up_to(to);
        }
        self.blocks.finish_block(self.new, false, self.out);
    }

    /// Adds the rest of the new text and finishes the last block.
    pub(crate) fn finish(mut self) {
        self.push_up_to(self.new.len());
        self.blocks.finish_block(self.new, true, self.out);
    }
}
