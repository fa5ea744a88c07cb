//! Reads a deflate stream as what it is made of: so many literals, then a match.
//!
//! What the literals are is not read off: whoever asks has the text. RFC 1951.

use crate::decode::deflate::huffman;

/// Literals, the match behind them if there is one, and whether the block ends there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) n_literals: usize,
    /// 0 without a match.
    pub(super) len: usize,
    pub(super) distance: usize,
    pub(super) ends_block: bool,
}

/// The symbols of a stream.
pub(super) struct Symbols<'a> {
    bits: Bits<'a>,
    tables: &'a mut Tables,
    is_inside: bool,
    is_last: bool,
}

/// How codes are looked up, for literals and lengths, for distances, and for the lengths of codes;
/// kept between streams.
#[derive(Default)]
pub(super) struct Tables {
    literals: Table<1024>,
    distances: Table<256>,
    code: Table<128>,
}

/// What begins with a short code is found in `first`; a long code leads from there to `more`.
struct Table<const N: usize> {
    first: Box<[u32; N]>,
    /// How many bits of a code `first` is looked up by.
    bits: u32,
    more: Vec<u32>,
}

/// Symbols for the lengths of codes.
const N_CODES: usize = 19;

/// Entries hold the length of a code in the lowest four bits, the same with extra bits in the next
/// five, and above them a base. These bits say what else they are.
const IS_LITERAL: u32 = 1 << 31;
const IS_END: u32 = 1 << 30;
const IS_LINK: u32 = 1 << 29;

impl<'a> Symbols<'a> {
    /// `stream` begins with the first block; it may go on behind the last.
    pub(super) fn new(stream: &'a [u8], tables: &'a mut Tables) -> Self {
        Self { bits: Bits { input: stream, at: 0, held: 0, n: 0 }, tables, is_inside: false, is_last: false }
    }

    /// Whether the last block has been read.
    pub(super) fn is_done(&self) -> bool {
        self.is_last && !self.is_inside
    }

    /// The next step. `None` at the end, and where the stream is not one.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Step> {
        if !self.is_inside {
            self.begin_block()?;
            if !self.is_inside {
                let n_literals = self.bits.stored()?;
                return Some(Step { n_literals, ends_block: true, ..Step::default() });
            }
        }
        let Tables { literals, distances, .. } = &*self.tables;
        // A copy: what is read from again and again stays in registers.
        let mut bits = self.bits;
        let mut n_literals = 0;
        loop {
            bits.fill()?;
            // 56 bits hold three codes of literals and the look at a fourth; or a match: 15 bits of code,
            // 5 of length, 15 and 13 of distance.
            let mut entry = literals.first(bits.held);
            if entry & IS_LITERAL != 0 {
                bits.drop(entry & 0xF);
                entry = literals.first(bits.held);
                n_literals += 1;
                if entry & IS_LITERAL != 0 {
                    bits.drop(entry & 0xF);
                    entry = literals.first(bits.held);
                    n_literals += 1;
                    if entry & IS_LITERAL != 0 {
                        bits.drop(entry & 0xF);
                        n_literals += 1;
                        continue;
                    }
                }
                bits.fill()?;
            }
            if entry & IS_LINK != 0 {
                entry = literals.linked(entry, bits.held);
            }
            if entry & IS_LITERAL != 0 {
                bits.drop(entry & 0xF);
                n_literals += 1;
                continue;
            }
            if entry & IS_END != 0 {
                bits.drop(entry & 0xF);
                self.bits = bits;
                self.is_inside = false;
                return Some(Step { n_literals, ends_block: true, ..Step::default() });
            }
            let len = bits.take_value(entry);
            let mut entry = distances.first(bits.held);
            if entry & IS_LINK != 0 {
                entry = distances.linked(entry, bits.held);
            }
            let distance = bits.take_value(entry);
            if len == 0 || distance == 0 {
                return None;
            }
            self.bits = bits;
            let (len, distance) = (len as usize, distance as usize);
            return Some(Step { n_literals, len, distance, ends_block: false });
        }
    }

    /// Reads the head of a block, and goes inside unless it is a stored one.
    fn begin_block(&mut self) -> Option<()> {
        if self.is_last {
            return None;
        }
        self.bits.fill()?;
        self.is_last = self.bits.take(1) == 1;
        match self.bits.take(2) {
            0 => return Some(()),
            1 => self.fixed()?,
            2 => self.dynamic()?,
            _ => return None,
        }
        self.is_inside = true;
        Some(())
    }

    fn fixed(&mut self) -> Option<()> {
        self.tables.build(&huffman::fixed_literals(), &[5; 30])
    }

    fn dynamic(&mut self) -> Option<()> {
        let n_literals = self.bits.take(5) as usize + 257;
        let n_distances = self.bits.take(5) as usize + 1;
        let n_code = self.bits.take(4) as usize + 4;
        let mut code = [0; N_CODES];
        for &symbol in huffman::ORDER.iter().take(n_code) {
            self.bits.fill()?;
            *code.get_mut(usize::from(symbol))? = self.bits.take(3) as u8;
        }
        self.tables.code.build(&code, |symbol| symbol << 9)?;
        let mut lengths = [0; 288 + 32];
        let mut at = 0;
        while at < n_literals + n_distances {
            self.bits.fill()?;
            let entry = self.tables.code.first(self.bits.held);
            if entry == 0 {
                return None;
            }
            self.bits.drop(entry & 0xF);
            let (length, times) = match entry >> 9 {
                16 => (*lengths.get(at.checked_sub(1)?)?, 3 + self.bits.take(2)),
                17 => (0, 3 + self.bits.take(3)),
                18 => (0, 11 + self.bits.take(7)),
                length => (length as u8, 1),
            };
            let to = at + times as usize;
            lengths.get_mut(at..to)?.fill(length);
            at = to;
        }
        let (literals, distances) = lengths.split_at_checked(n_literals)?;
        self.tables.build(literals, distances.get(..n_distances)?)
    }
}

impl Tables {
    fn build(&mut self, literals: &[u8], distances: &[u8]) -> Option<()> {
        self.literals.build(literals, |symbol| match symbol {
            0..256 => IS_LITERAL,
            256 => IS_END,
            _ => {
                let (base, extra) = huffman::length_of(symbol - 257);
                base << 9 | extra << 4
            }
        })?;
        self.distances.build(distances, |symbol| {
            let (base, extra) = huffman::distance_of(symbol);
            base << 9 | extra << 4
        })
    }
}

impl<const N: usize> Default for Table<N> {
    fn default() -> Self {
        Self { first: Box::new([0; N]), bits: 0, more: Vec::new() }
    }
}

impl<const N: usize> Table<N> {
    const BITS: u32 = N.ilog2();

    /// The entry that `held` begins with: of a code, a link, or 0 where there is neither.
    #[inline]
    fn first(&self, held: u64) -> u32 {
        self.first.get(held as usize & ((1 << self.bits) - 1)).copied().unwrap_or(0)
    }

    /// Follows a link.
    #[inline]
    fn linked(&self, link: u32, held: u64) -> u32 {
        let within = (held >> Self::BITS) as usize & ((1 << (link & 0xF)) - 1);
        self.more.get((link >> 8 & 0xFFFF) as usize + within).copied().unwrap_or(0)
    }

    /// Fills in codes of these lengths. `None` if no prefix code has them.
    fn build(&mut self, lengths: &[u8], meaning: impl Fn(u32) -> u32) -> Option<()> {
        let mut codes = huffman::first_codes(lengths)?;
        let longest = lengths.iter().copied().max().map_or(0, u32::from);
        // Codes of so many bits and fewer are looked up at once; where all are shorter, by fewer.
        self.bits = longest.min(Self::BITS);
        let size = 1 << self.bits;
        self.first.get_mut(..size)?.fill(0);
        self.more.clear();
        for (symbol, &length) in lengths.iter().enumerate() {
            let length = u32::from(length);
            if length == 0 {
                continue;
            }
            let next = codes.get_mut(length as usize)?;
            let code = huffman::reversed(*next, length) as usize;
            *next += 1;
            let entry = meaning(symbol as u32) + (length << 4 | length);
            if length <= self.bits {
                let slots = self.first.get_mut(code..size)?;
                slots.iter_mut().step_by(1 << length).for_each(|slot| *slot = entry);
                continue;
            }
            let n_more = longest - Self::BITS;
            let link = self.first.get_mut(code & (N - 1))?;
            if *link == 0 {
                *link = IS_LINK | (self.more.len() as u32) << 8 | n_more;
                self.more.resize(self.more.len() + (1 << n_more), 0);
            }
            let slots = self.more.get_mut((*link >> 8 & 0xFFFF) as usize..)?.get_mut(..1 << n_more)?;
            let step = 1 << (length - Self::BITS);
            slots.iter_mut().skip(code >> Self::BITS).step_by(step).for_each(|slot| *slot = entry);
        }
        Some(())
    }
}

/// Bits of a stream, the lowest first.
#[derive(Clone, Copy)]
struct Bits<'a> {
    input: &'a [u8],
    /// The next byte that is not held.
    at: usize,
    held: u64,
    n: u32,
}

impl Bits<'_> {
    /// Seven bytes: as many as always fit beside what is left of one.
    const FILLED: u32 = 0x38;

    /// Sees to it that 56 bits at least are held. Behind the end stand zeros; `None` once more of them
    /// were taken than can be held.
    #[inline]
    fn fill(&mut self) -> Option<()> {
        let next = self.input.get(self.at..).and_then(|rest| rest.first_chunk::<8>());
        if let Some(next) = next {
            self.held |= u64::from_le_bytes(*next) << self.n;
            self.at += (63 - self.n as usize) >> 3;
            self.n |= Self::FILLED;
            return Some(());
        }
        self.fill_slowly()
    }

    #[cold]
    fn fill_slowly(&mut self) -> Option<()> {
        while self.n < Self::FILLED {
            let byte = self.input.get(self.at).copied().unwrap_or(0);
            self.held |= u64::from(byte) << self.n;
            self.n += 8;
            self.at += 1;
        }
        (self.at <= self.input.len() + 8).then_some(())
    }

    #[inline]
    fn drop(&mut self, n: u32) {
        debug_assert!(n <= self.n, "bits are taken that nobody filled in");
        self.held >>= n;
        self.n = self.n.wrapping_sub(n);
    }

    /// Takes a code and its extra bits at once; gives what they stand for.
    #[inline]
    fn take_value(&mut self, entry: u32) -> u32 {
        let whole = entry >> 4 & 0x1F;
        let extra = (self.held & ((1 << whole) - 1)) >> (entry & 0xF);
        self.drop(whole);
        (entry >> 9 & 0xFFFF) + extra as u32
    }

    #[inline]
    fn take(&mut self, n: u32) -> u32 {
        let bits = self.held as u32 & ((1 << n) - 1);
        self.drop(n);
        bits
    }

    /// Skips the rest of a byte, reads the length of a stored block and skips what is stored.
    fn stored(&mut self) -> Option<usize> {
        // What is held but not used goes back.
        self.at = self.at.checked_sub(self.n as usize / 8)?;
        (self.held, self.n) = (0, 0);
        let head = self.input.get(self.at..)?.first_chunk::<4>()?;
        let len = usize::from(u16::from_le_bytes([head[0], head[1]]));
        self.at = self.at.checked_add(4 + len)?;
        (self.at <= self.input.len()).then_some(len)
    }
}
