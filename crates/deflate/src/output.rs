//! The bits of a deflate stream while it is written, the lowest first.
//!
//! Writing is in three steps, so that the hot loop needs no check of capacity: reserve room for the
//! most bits that may come, write them through a [`BitWriter`], commit how far it got.

/// A code of a symbol, its first bit lowest; without bits if the symbol has none.
#[derive(Clone, Copy, Default)]
pub(crate) struct Code {
    pub(crate) bits: u32,
    pub(crate) len: u32,
}

/// A stream that is being written.
#[derive(Default)]
pub(crate) struct BitStream {
    /// As large as the largest stream so far needed; never cleared.
    buffer: Vec<u8>,
    end: BitPosition,
}

/// How far a stream is written: whole bytes, and the bits of the next one.
#[derive(Clone, Copy, Default)]
pub(crate) struct BitPosition {
    n_bytes: usize,
    pending: u64,
    n_pending: u32,
}

impl BitStream {
    /// Starts a new stream.
    pub(crate) fn start(&mut self) {
        self.end = BitPosition::default();
    }

    /// Capacity in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.buffer.capacity()
    }

    /// Room for `n_bits` more. They count once [`commit`](Self::commit) has their end.
    #[inline]
    pub(crate) fn reserve(&mut self, n_bits: u64) -> BitWriter<'_> {
        let BitPosition { n_bytes, pending, n_pending } = self.end;
        // Every flush stores eight bytes, of which up to eight lie past the last bit.
        let len = n_bytes + (n_bits / 8) as usize + 24;
        if len > self.buffer.len() {
            self.grow(len);
        }
        BitWriter { out: &mut self.buffer, n_bytes, pending, n_pending }
    }

    /// Keeps what was written up to `end`; what was written after it is discarded.
    pub(crate) fn commit(&mut self, end: BitPosition) {
        self.end = end;
    }

    /// The stream so far, its last byte padded.
    pub(crate) fn finish(&mut self) -> &[u8] {
        let mut writer = self.reserve(8);
        writer.n_pending = (writer.n_pending + 7) & !7;
        writer.flush();
        self.end = writer.end();
        self.buffer.get(..self.end.n_bytes).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self, len: usize) {
        self.buffer.resize(len + len / 2, 0);
    }
}

/// Writes bits to reserved room.
pub(crate) struct BitWriter<'a> {
    out: &'a mut [u8],
    n_bytes: usize,
    pending: u64,
    n_pending: u32,
}

impl BitWriter<'_> {
    /// How far it got.
    #[inline]
    pub(crate) fn end(self) -> BitPosition {
        BitPosition { n_bytes: self.n_bytes, pending: self.pending, n_pending: self.n_pending }
    }

    /// Adds bits: at most 56 between two calls of [`flush`](Self::flush).
    #[inline]
    pub(crate) fn put(&mut self, bits: u64, n: u32) {
        self.pending |= bits << self.n_pending;
        self.n_pending += n;
    }

    /// Adds a code.
    #[inline]
    pub(crate) fn put_code(&mut self, code: Code) {
        self.put(u64::from(code.bits), code.len);
    }

    /// Adds a code or nothing, without a branch.
    #[inline]
    pub(crate) fn put_code_if(&mut self, is_put: bool, code: Code) {
        let all_or_none = 0_u32.wrapping_sub(u32::from(is_put));
        self.put(u64::from(code.bits & all_or_none), code.len & all_or_none);
    }

    /// Writes the whole bytes: stores eight and advances by those that are complete, so that nothing
    /// depends on how many there are.
    #[inline]
    pub(crate) fn flush(&mut self) {
        if let Some(slot) = self.out.get_mut(self.n_bytes..).and_then(|rest| rest.first_chunk_mut::<8>()) {
            *slot = self.pending.to_le_bytes();
        }
        self.n_bytes += (self.n_pending >> 3) as usize;
        self.pending >>= self.n_pending & !7;
        self.n_pending &= 7;
    }
}
