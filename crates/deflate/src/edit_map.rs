//! Where positions of the old text are in the new one.

use std::ops::Range;

/// A replacement: a range of the old text, and how many bytes the new text has in its place.
///
/// The bytes themselves are in the new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced, in the old text. May be empty.
    pub range: Range<usize>,
    /// Bytes in its place.
    pub new_len: usize,
}

/// An edit, and by how much the text after it is moved.
#[derive(Clone, Copy)]
pub(crate) struct PlacedEdit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) new_len: usize,
    shift: isize,
}

/// The edits of one text, with an index over them.
#[derive(Default)]
pub(crate) struct EditMap {
    edits: Vec<PlacedEdit>,
    /// How many edits end at or before each multiple of [`INDEX_STRIDE_BYTES`] of the old text.
    n_ended: Vec<u32>,
}

/// One entry of the index covers this much of the old text. A look-up is then a binary search over the
/// few edits within, not over all: matches ask for their source all the time.
const INDEX_STRIDE_BYTES: usize = 128;

impl EditMap {
    /// Takes the edits of a text of `old_len` bytes, sorted and not overlapping.
    pub(crate) fn load(&mut self, old_len: usize, edits: impl Iterator<Item = TextEdit>) {
        self.edits.clear();
        let mut shift = 0_isize;
        self.edits.extend(edits.map(|TextEdit { range, new_len }| {
            shift += new_len.cast_signed() - range.len().cast_signed();
            PlacedEdit { start: range.start, end: range.end, new_len, shift }
        }));
        self.n_ended.clear();
        let mut n = 0;
        self.n_ended.extend((0..=old_len / INDEX_STRIDE_BYTES).map(|stride| {
            let rest = self.edits.get(n..).unwrap_or_default();
            n += rest.iter().take_while(|edit| edit.end <= stride * INDEX_STRIDE_BYTES).count();
            n as u32
        }));
    }

    pub(crate) fn view(&self) -> EditView<'_> {
        EditView { edits: &self.edits, n_ended: &self.n_ended }
    }

    /// Capacity in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.edits.capacity() * size_of::<PlacedEdit>() + self.n_ended.capacity() * size_of::<u32>()
    }
}

/// The edits of a text while it is written.
#[derive(Clone, Copy)]
pub(crate) struct EditView<'a> {
    edits: &'a [PlacedEdit],
    n_ended: &'a [u32],
}

impl<'a> EditView<'a> {
    #[inline]
    pub(crate) fn get(self, idx: usize) -> Option<&'a PlacedEdit> {
        self.edits.get(idx)
    }

    /// Where the edit at `idx` starts in the old text; past any text if there is none.
    #[inline]
    pub(crate) fn start_of(self, idx: usize) -> usize {
        self.edits.get(idx).map_or(usize::MAX, |edit| edit.start)
    }

    /// How many edits end at or before a position of the old text, of the first `max`.
    pub(crate) fn n_before(self, position: usize, max: usize) -> usize {
        let n_ended = |stride: usize| self.n_ended.get(stride).map_or(max, |&n| max.min(n as usize));
        let stride = position / INDEX_STRIDE_BYTES;
        let (before, after) = (n_ended(stride), n_ended(stride + 1));
        let these = self.edits.get(before..after).unwrap_or_default();
        before + these.partition_point(|edit| edit.end <= position)
    }

    /// How many edits end at or before a position of the old text.
    pub(crate) fn n_before_of_all(self, position: usize) -> usize {
        self.edits.partition_point(|edit| edit.end <= position)
    }

    /// The position in the new text of one in the old text that `n_before` edits lie before.
    #[inline]
    pub(crate) fn new_position(self, position: usize, n_before: usize) -> usize {
        let last = n_before.checked_sub(1).and_then(|last| self.edits.get(last));
        position.saturating_add_signed(last.map_or(0, |edit| edit.shift))
    }
}
