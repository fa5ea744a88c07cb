//! Look-up tables that turn the bits of a stream into symbols.
//!
//! A code of up to `N.ilog2()` bits takes one look; a longer one leads to a subtable. What a symbol
//! means is in the entry already, so that the reader needs no second table.

use crate::alphabet;
use crate::huffman;

/// Decoding tables of the two trees of a block, and of the code that a dynamic block writes their
/// lengths in. Kept from stream to stream.
#[derive(Default)]
pub(crate) struct DecodeTables {
    pub(crate) literal_length: DecodeTable<1024>,
    pub(crate) distance: DecodeTable<256>,
    pub(crate) code_length: DecodeTable<128>,
}

impl DecodeTables {
    /// Builds the tables of the literal/length and the distance tree. `None` if the lengths are no code.
    pub(crate) fn build(&mut self, literal_length: &[u8], distance: &[u8]) -> Option<()> {
        self.literal_length.build(literal_length, |symbol| match symbol {
            0..256 => IS_LITERAL,
            256 => IS_END,
            _ => {
                let (base, n_extra) = alphabet::length_base(symbol - 257);
                base << 9 | n_extra << 4
            }
        })?;
        self.distance.build(distance, |symbol| {
            let (base, n_extra) = alphabet::distance_base(symbol);
            base << 9 | n_extra << 4
        })
    }
}

// An entry holds the length of a code in its lowest four bits, the same with extra bits in the next
// five, and a base above them. The highest bits say what else it is. No entry of a code is 0.
pub(crate) const IS_LITERAL: u32 = 1 << 31;
pub(crate) const IS_END: u32 = 1 << 30;
pub(crate) const IS_LINK: u32 = 1 << 29;

/// Bits of a code alone.
#[inline]
pub(crate) const fn code_bits(entry: u32) -> u32 {
    entry & 0xF
}

/// Bits of a code and of the extra bits after it.
#[inline]
pub(crate) const fn all_bits(entry: u32) -> u32 {
    entry >> 4 & 0x1F
}

/// The base of a length or distance.
#[inline]
pub(crate) const fn base(entry: u32) -> u32 {
    entry >> 9 & 0xFFFF
}

/// One table. `root` is looked up by the first bits of a code; a code that is longer than that is in a
/// subtable that its root entry links to.
pub(crate) struct DecodeTable<const N: usize> {
    root: Box<[u32; N]>,
    /// How many bits `root` is looked up by.
    root_bits: u32,
    subtables: Vec<u32>,
}

impl<const N: usize> Default for DecodeTable<N> {
    fn default() -> Self {
        Self { root: Box::new([0; N]), root_bits: 0, subtables: Vec::new() }
    }
}

impl<const N: usize> DecodeTable<N> {
    const MAX_ROOT_BITS: u32 = N.ilog2();

    /// The entry of the code that `held` begins with: a symbol, a link, or 0 if there is none.
    #[inline]
    pub(crate) fn root_entry(&self, held: u64) -> u32 {
        self.root.get(held as usize & ((1 << self.root_bits) - 1)).copied().unwrap_or(0)
    }

    /// Follows a link.
    #[inline]
    pub(crate) fn linked_entry(&self, link: u32, held: u64) -> u32 {
        let within = (held >> Self::MAX_ROOT_BITS) as usize & ((1 << (link & 0xF)) - 1);
        self.subtables.get((link >> 8 & 0xFFFF) as usize + within).copied().unwrap_or(0)
    }

    /// Fills in the codes of these lengths. `None` if there is no prefix code of them.
    pub(crate) fn build(&mut self, lengths: &[u8], meaning: impl Fn(u32) -> u32) -> Option<()> {
        let mut codes = huffman::first_codes(lengths)?;
        let longest = lengths.iter().copied().max().map_or(0, u32::from);
        // Where all codes are short, less of the root is used and has to be filled.
        self.root_bits = longest.min(Self::MAX_ROOT_BITS);
        let size = 1 << self.root_bits;
        self.root.get_mut(..size)?.fill(0);
        self.subtables.clear();
        for (symbol, &length) in lengths.iter().enumerate() {
            let length = u32::from(length);
            if length == 0 {
                continue;
            }
            let next = codes.get_mut(length as usize)?;
            let code = huffman::reverse_bits(*next, length) as usize;
            *next += 1;
            let entry = meaning(symbol as u32) + (length << 4 | length);
            if length <= self.root_bits {
                // Whatever bits follow the code, its entry is found.
                let slots = self.root.get_mut(code..size)?;
                slots.iter_mut().step_by(1 << length).for_each(|slot| *slot = entry);
            } else {
                self.add_to_subtable(code, length, longest, entry)?;
            }
        }
        Some(())
    }

    fn add_to_subtable(&mut self, code: usize, length: u32, longest: u32, entry: u32) -> Option<()> {
        let n_more = longest - Self::MAX_ROOT_BITS;
        let link = self.root.get_mut(code & (N - 1))?;
        if *link == 0 {
            *link = IS_LINK | (self.subtables.len() as u32) << 8 | n_more;
            self.subtables.resize(self.subtables.len() + (1 << n_more), 0);
        }
        let slots = self.subtables.get_mut((*link >> 8 & 0xFFFF) as usize..)?.get_mut(..1 << n_more)?;
        let step = 1 << (length - Self::MAX_ROOT_BITS);
        slots.iter_mut().skip(code >> Self::MAX_ROOT_BITS).step_by(step).for_each(|slot| *slot = entry);
        Some(())
    }
}
