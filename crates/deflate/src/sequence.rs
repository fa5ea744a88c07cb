//! Reads a deflate stream as sequences: a number of literals, then a match.
//!
//! Literal values are not decoded; the caller already has the text.

use crate::alphabet;
use crate::bit_reader::BitReader;
use crate::decode_table;
use crate::decode_table::DecodeTables;
use crate::decode_table::IS_END;
use crate::decode_table::IS_LINK;
use crate::decode_table::IS_LITERAL;

/// Literals, the match after them if there is one, and whether the block ends there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) n_literals: usize,
    /// 0 without a match.
    pub(crate) match_len: usize,
    pub(crate) distance: usize,
    pub(crate) ends_block: bool,
}

/// Reads the sequences of a stream.
pub(crate) struct SequenceReader<'a> {
    bits: BitReader<'a>,
    tables: &'a mut DecodeTables,
    is_in_block: bool,
    is_last_block: bool,
}

impl<'a> SequenceReader<'a> {
    /// `stream` begins with the first block; bytes after the last block are not read.
    pub(crate) fn new(stream: &'a [u8], tables: &'a mut DecodeTables) -> Self {
        Self { bits: BitReader::new(stream), tables, is_in_block: false, is_last_block: false }
    }

    /// Whether the last block has been read.
    pub(crate) fn is_done(&self) -> bool {
        self.is_last_block && !self.is_in_block
    }

    /// The next sequence. `None` at the end, and where the stream is corrupt.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Sequence> {
        if !self.is_in_block {
            self.start_block()?;
            if !self.is_in_block {
                let n_literals = self.bits.skip_stored()?;
                return Some(Sequence { n_literals, ends_block: true, ..Sequence::default() });
            }
        }
        let DecodeTables { literal_length, distance, .. } = &*self.tables;
        // A copy stays in registers throughout the loop; a field of `self` would not.
        let mut bits = self.bits;
        let mut n_literals = 0;
        loop {
            bits.refill()?;
            // 56 bits hold three literals of 15 bits and the look at a fourth code; or a match: 15 bits of
            // code, 5 extra, 15 bits of code, 13 extra.
            let mut entry = literal_length.root_entry(bits.held);
            if entry & IS_LITERAL != 0 {
                bits.consume(decode_table::code_bits(entry));
                entry = literal_length.root_entry(bits.held);
                n_literals += 1;
                if entry & IS_LITERAL != 0 {
                    bits.consume(decode_table::code_bits(entry));
                    entry = literal_length.root_entry(bits.held);
                    n_literals += 1;
                    if entry & IS_LITERAL != 0 {
                        bits.consume(decode_table::code_bits(entry));
                        n_literals += 1;
                        continue;
                    }
                }
                bits.refill()?;
            }
            if entry & IS_LINK != 0 {
                entry = literal_length.linked_entry(entry, bits.held);
            }
            if entry & IS_LITERAL != 0 {
                bits.consume(decode_table::code_bits(entry));
                n_literals += 1;
                continue;
            }
            if entry & IS_END != 0 {
                bits.consume(decode_table::code_bits(entry));
                self.bits = bits;
                self.is_in_block = false;
                return Some(Sequence { n_literals, ends_block: true, ..Sequence::default() });
            }
            let match_len = take_value(&mut bits, entry);
            let mut entry = distance.root_entry(bits.held);
            if entry & IS_LINK != 0 {
                entry = distance.linked_entry(entry, bits.held);
            }
            let distance = take_value(&mut bits, entry);
            if match_len == 0 || distance == 0 {
                return None;
            }
            self.bits = bits;
            let (match_len, distance) = (match_len as usize, distance as usize);
            return Some(Sequence { n_literals, match_len, distance, ends_block: false });
        }
    }

    /// Reads the header of a block, and enters it unless it is a stored one.
    fn start_block(&mut self) -> Option<()> {
        if self.is_last_block {
            return None;
        }
        self.bits.refill()?;
        self.is_last_block = self.bits.take(1) == 1;
        match self.bits.take(2) {
            0 => return Some(()),
            1 => self.build_fixed()?,
            2 => self.read_dynamic_header()?,
            _ => return None,
        }
        self.is_in_block = true;
        Some(())
    }

    fn build_fixed(&mut self) -> Option<()> {
        self.tables.build(&alphabet::fixed_literal_length_lengths(), &alphabet::FIXED_DISTANCE_LENGTHS)
    }

    fn read_dynamic_header(&mut self) -> Option<()> {
        let n_literal_length = self.bits.take(5) as usize + 257;
        let n_distance = self.bits.take(5) as usize + 1;
        let n_code_length = self.bits.take(4) as usize + 4;
        let mut code_lengths = [0; alphabet::N_CODE_LENGTH];
        for &symbol in alphabet::CODE_LENGTH_ORDER.iter().take(n_code_length) {
            self.bits.refill()?;
            *code_lengths.get_mut(usize::from(symbol))? = self.bits.take(3) as u8;
        }
        self.tables.code_length.build(&code_lengths, |symbol| symbol << 9)?;
        let mut lengths = [0; 288 + 32];
        let mut at = 0;
        while at < n_literal_length + n_distance {
            self.bits.refill()?;
            let entry = self.tables.code_length.root_entry(self.bits.held);
            if entry == 0 {
                return None;
            }
            self.bits.consume(decode_table::code_bits(entry));
            let (length, n_times) = match entry >> 9 {
                16 => (*lengths.get(at.checked_sub(1)?)?, 3 + self.bits.take(2)),
                17 => (0, 3 + self.bits.take(3)),
                18 => (0, 11 + self.bits.take(7)),
                length => (length as u8, 1),
            };
            let end = at + n_times as usize;
            lengths.get_mut(at..end)?.fill(length);
            at = end;
        }
        let (literal_length, distance) = lengths.split_at_checked(n_literal_length)?;
        self.tables.build(literal_length, distance.get(..n_distance)?)
    }
}

/// Takes a code and its extra bits at once: base plus extra, or 0 where there is no code.
#[inline]
fn take_value(bits: &mut BitReader<'_>, entry: u32) -> u32 {
    let n_bits = decode_table::all_bits(entry);
    let extra = (bits.held & ((1 << n_bits) - 1)) >> decode_table::code_bits(entry);
    bits.consume(n_bits);
    decode_table::base(entry) + extra as u32
}
