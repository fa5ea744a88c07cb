//! The bits of a deflate stream on their way out, the lowest first.

/// A code of a symbol, its first bit lowest; without bits if the symbol has none.
#[derive(Clone, Copy, Default)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) len: u32,
}

/// A stream under way.
#[derive(Default)]
pub(super) struct Output {
    /// As large as the largest so far needed, never cleared.
    buffer: Vec<u8>,
    place: Place,
}

/// How far a stream is written: whole bytes, and the bits of the next one.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    at: usize,
    held: u64,
    n: u32,
}

impl Output {
    /// Begins a stream.
    pub(super) fn begin(&mut self) {
        self.place = Place::default();
    }

    /// Memory held.
    pub(super) fn heap_bytes(&self) -> usize {
        self.buffer.capacity()
    }

    /// Goes on from there; what was written behind it is forgotten.
    pub(super) fn go_on_from(&mut self, place: Place) {
        self.place = place;
    }

    /// What is written, its last byte filled up.
    pub(super) fn finish(&mut self) -> &[u8] {
        let mut bits = self.bits(8);
        bits.n = (bits.n + 7) & !7;
        bits.flush();
        self.place = bits.place();
        self.buffer.get(..self.place.at).unwrap_or_default()
    }

    /// Makes room for so many bits more. They count once [`go_on_from`](Self::go_on_from) says so.
    #[inline]
    pub(super) fn bits(&mut self, n_bits: u64) -> Bits<'_> {
        let Place { at, held, n } = self.place;
        let most = at + (n_bits / 8) as usize + 24;
        if most > self.buffer.len() {
            self.grow(most);
        }
        Bits { out: &mut self.buffer, at, held, n }
    }

    #[cold]
    fn grow(&mut self, most: usize) {
        self.buffer.resize(most + most / 2, 0);
    }
}

/// Bits on their way out.
pub(super) struct Bits<'a> {
    out: &'a mut [u8],
    at: usize,
    held: u64,
    n: u32,
}

impl Bits<'_> {
    /// How far they go.
    #[inline]
    pub(super) fn place(self) -> Place {
        Place { at: self.at, held: self.held, n: self.n }
    }

    /// At most 56 bits between two calls of [`flush`](Self::flush).
    #[inline]
    pub(super) fn put(&mut self, bits: u64, n: u32) {
        self.held |= bits << self.n;
        self.n += n;
    }

    /// Puts a code.
    #[inline]
    pub(super) fn code(&mut self, code: Code) {
        self.put(u64::from(code.bits), code.len);
    }

    /// A code, or nothing; without a branch.
    #[inline]
    pub(super) fn code_if(&mut self, is_put: bool, code: Code) {
        let all_or_none = 0_u32.wrapping_sub(u32::from(is_put));
        self.put(u64::from(code.bits & all_or_none), code.len & all_or_none);
    }

    /// Writes whole bytes.
    #[inline]
    pub(super) fn flush(&mut self) {
        if let Some(slot) = self.out.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut::<8>()) {
            *slot = self.held.to_le_bytes();
        }
        self.at += (self.n >> 3) as usize;
        self.held >>= self.n & !7;
        self.n &= 7;
    }
}
