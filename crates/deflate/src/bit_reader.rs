//! The bits of a deflate stream while it is read, the lowest first.

/// A stream and the bits of it that are held.
#[derive(Clone, Copy)]
pub(crate) struct BitReader<'a> {
    input: &'a [u8],
    /// The next byte that is not held.
    next: usize,
    pub(crate) held: u64,
    n_held: u32,
}

impl<'a> BitReader<'a> {
    /// Seven bytes: as many as always fit next to what is left of one.
    const MIN_REFILLED: u32 = 0x38;

    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { input, next: 0, held: 0, n_held: 0 }
    }

    /// Holds 56 bits at least. Past the end zeros follow; `None` once more of them were consumed than
    /// can be held.
    ///
    /// Eight bytes are loaded in any case and those that fit are counted, without a loop: bits of a byte
    /// that is not counted yet are loaded a second time, to the same place.
    #[inline]
    pub(crate) fn refill(&mut self) -> Option<()> {
        let eight = self.input.get(self.next..).and_then(|rest| rest.first_chunk::<8>());
        if let Some(eight) = eight {
            self.held |= u64::from_le_bytes(*eight) << self.n_held;
            self.next += (63 - self.n_held as usize) >> 3;
            self.n_held |= Self::MIN_REFILLED;
            return Some(());
        }
        self.refill_near_end()
    }

    #[cold]
    fn refill_near_end(&mut self) -> Option<()> {
        while self.n_held < Self::MIN_REFILLED {
            let byte = self.input.get(self.next).copied().unwrap_or(0);
            self.held |= u64::from(byte) << self.n_held;
            self.n_held += 8;
            self.next += 1;
        }
        (self.next <= self.input.len() + 8).then_some(())
    }

    #[inline]
    pub(crate) fn consume(&mut self, n: u32) {
        debug_assert!(n <= self.n_held, "bits are consumed that were not refilled");
        self.held >>= n;
        self.n_held = self.n_held.wrapping_sub(n);
    }

    #[inline]
    pub(crate) fn take(&mut self, n: u32) -> u32 {
        let bits = self.held as u32 & ((1 << n) - 1);
        self.consume(n);
        bits
    }

    /// Skips a stored block: the rest of the byte, its length, its bytes. Gives their number.
    pub(crate) fn skip_stored(&mut self) -> Option<usize> {
        // Whole bytes that are held were not consumed: they are given back.
        self.next = self.next.checked_sub(self.n_held as usize / 8)?;
        (self.held, self.n_held) = (0, 0);
        let head = self.input.get(self.next..)?.first_chunk::<4>()?;
        let len = usize::from(u16::from_le_bytes([head[0], head[1]]));
        self.next = self.next.checked_add(4 + len)?;
        (self.next <= self.input.len()).then_some(len)
    }
}
