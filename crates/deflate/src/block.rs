//! Writes a deflate stream block by block, from literals and matches that the caller chose.
//!
//! **Invariant:** literals are read from the text when a block is written, so a block cannot contain a
//! byte that the text does not have. The caller guarantees that a match repeats what the text has there.

use crate::alphabet;
use crate::alphabet::END_OF_BLOCK;
use crate::alphabet::FIRST_LENGTH;
use crate::alphabet::N_DISTANCE;
use crate::alphabet::N_LITERAL_LENGTH;
use crate::codes::BlockCodes;
use crate::codes::DynamicHeader;
use crate::huffman::MAX_CODE_BITS;
use crate::output::BitStream;
use crate::output::BitWriter;

/// A block with more symbols is finished: no single code would fit all its parts.
const MAX_BLOCK_SYMBOLS: usize = 32 << 10;

/// A sequence of the block in eight bytes: literals, and a match after them if `match_len` is not 0.
#[derive(Clone, Copy)]
struct QueuedSequence {
    n_literals: u32,
    match_len: u16,
    distance_minus_one: u16,
}

/// The block that is being collected.
pub(crate) struct BlockBuilder {
    sequences: Vec<QueuedSequence>,
    literal_length_counts: [u32; N_LITERAL_LENGTH],
    distance_counts: [u32; N_DISTANCE],
    /// Literals after the last match.
    n_trailing_literals: usize,
    n_symbols: usize,
    /// The part of the text that the block covers.
    start: usize,
    end: usize,
    fixed: Box<BlockCodes>,
}

impl Default for BlockBuilder {
    fn default() -> Self {
        Self {
            sequences: Vec::new(),
            literal_length_counts: [0; N_LITERAL_LENGTH],
            distance_counts: [0; N_DISTANCE],
            n_trailing_literals: 0,
            n_symbols: 0,
            start: 0,
            end: 0,
            fixed: Box::new(BlockCodes::fixed()),
        }
    }
}

impl BlockBuilder {
    /// Starts a new stream.
    pub(crate) fn start_stream(&mut self) {
        self.reset(0);
    }

    /// Skips the text before `to`, which is in a block that was written elsewhere.
    pub(crate) fn skip_to(&mut self, to: usize) {
        self.reset(to);
    }

    /// How far the text is written or in the block.
    #[inline]
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Symbols in the block so far.
    pub(crate) fn n_symbols(&self) -> usize {
        self.n_symbols
    }

    /// Capacity in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.sequences.capacity() * size_of::<QueuedSequence>()
    }

    /// Adds the text before `to` as literals.
    #[inline]
    pub(crate) fn push_literals(&mut self, text: &[u8], to: usize, out: &mut BitStream) {
        let literals = text.get(self.end..to).unwrap_or_default();
        if literals.is_empty() {
            return;
        }
        if literals.len() > MAX_BLOCK_SYMBOLS {
            for from in (self.end..to).step_by(MAX_BLOCK_SYMBOLS) {
                self.push_literals(text, to.min(from + MAX_BLOCK_SYMBOLS), out);
            }
            return;
        }
        // Most rows of literals are short and their length is random: a loop would be mispredicted
        // nearly every time. Three are counted in any case, those too many by 0.
        if let Some(three) = text.get(self.end..).and_then(|rest| rest.first_chunk::<3>())
            && literals.len() <= 3
        {
            for (n, &byte) in three.iter().enumerate() {
                if let Some(count) = self.literal_length_counts.get_mut(usize::from(byte)) {
                    *count += u32::from(n < literals.len());
                }
            }
        } else {
            for &byte in literals {
                if let Some(count) = self.literal_length_counts.get_mut(usize::from(byte)) {
                    *count += 1;
                }
            }
        }
        self.n_trailing_literals += literals.len();
        self.n_symbols += literals.len();
        self.end += literals.len();
        self.finish_if_full(text, out);
    }

    /// Adds the next `len` bytes, 3 to 258, as a match `distance` bytes back, 1 to 32768.
    #[inline]
    pub(crate) fn push_match(&mut self, text: &[u8], len: usize, distance: usize, out: &mut BitStream) {
        let (length_symbol, _, _) = alphabet::length_symbol(len as u32);
        let (distance_symbol, _, _) = alphabet::distance_symbol(distance as u32);
        let length_count = self.literal_length_counts.get_mut(FIRST_LENGTH + length_symbol as usize);
        let distance_count = self.distance_counts.get_mut(distance_symbol as usize);
        if let (Some(length_count), Some(distance_count)) = (length_count, distance_count) {
            *length_count += 1;
            *distance_count += 1;
        }
        self.sequences.push(QueuedSequence {
            n_literals: self.n_trailing_literals as u32,
            match_len: len as u16,
            distance_minus_one: (distance - 1) as u16,
        });
        self.n_trailing_literals = 0;
        self.n_symbols += 1;
        self.end += len;
        self.finish_if_full(text, out);
    }

    #[inline]
    fn finish_if_full(&mut self, text: &[u8], out: &mut BitStream) {
        if self.n_symbols >= MAX_BLOCK_SYMBOLS {
            self.finish_block(text, false, out);
        }
    }

    /// Writes the block, empty or not, in the shorter of the fixed and the dynamic form.
    pub(crate) fn finish_block(&mut self, text: &[u8], is_last: bool, out: &mut BitStream) {
        if self.n_trailing_literals > 0 {
            let n_literals = self.n_trailing_literals as u32;
            self.sequences.push(QueuedSequence { n_literals, match_len: 0, distance_minus_one: 0 });
        }
        if let Some(count) = self.literal_length_counts.get_mut(END_OF_BLOCK) {
            *count = 1;
        }
        let (literal_length, distance) = (&self.literal_length_counts, &self.distance_counts);
        let dynamic = BlockCodes::for_counts(literal_length, distance, MAX_CODE_BITS);
        let header = DynamicHeader::new(&dynamic);
        let dynamic_bits = header.n_bits() + dynamic.n_bits(literal_length, distance);
        let fixed_bits = self.fixed.n_bits(literal_length, distance);
        let is_dynamic = dynamic_bits < fixed_bits;
        let n_bits = 3 + self.n_extra_bits() + dynamic_bits.min(fixed_bits);
        let mut bits = out.reserve(n_bits);
        bits.put(u64::from(is_last), 1);
        bits.put(if is_dynamic { 2 } else { 1 }, 2);
        bits.flush();
        if is_dynamic {
            header.write(&mut bits);
        }
        let codes = if is_dynamic { &dynamic } else { &*self.fixed };
        let end = self.write_sequences(text, codes, bits).end();
        out.commit(end);
        self.reset(self.end);
    }

    fn reset(&mut self, at: usize) {
        self.sequences.clear();
        self.literal_length_counts.fill(0);
        self.distance_counts.fill(0);
        (self.n_trailing_literals, self.n_symbols) = (0, 0);
        (self.start, self.end) = (at, at);
    }

    /// Extra bits after the codes of lengths and distances.
    fn n_extra_bits(&self) -> u64 {
        let lengths = self.literal_length_counts.iter().skip(FIRST_LENGTH).zip(0..);
        let lengths = lengths.map(|(&n, symbol)| (n, alphabet::length_base(symbol).1));
        let distances = self.distance_counts.iter().zip(0..);
        let distances = distances.map(|(&n, symbol)| (n, alphabet::distance_base(symbol).1));
        lengths.chain(distances).map(|(n, n_extra)| u64::from(n) * u64::from(n_extra)).sum()
    }

    fn write_sequences<'o>(&self, text: &[u8], codes: &BlockCodes, mut bits: BitWriter<'o>) -> BitWriter<'o> {
        let mut rest = text.get(self.start..self.end).unwrap_or_default();
        for sequence in &self.sequences {
            let (literals, later) =
                rest.split_at_checked(sequence.n_literals as usize).unwrap_or((rest, &[]));
            // Three codes of 15 bits fit next to the seven bits that may be pending.
            if literals.is_empty() {
                // Nothing to write, as between most matches of a repetitive text.
            } else if let Some(three) = rest.first_chunk::<3>()
                && literals.len() <= 3
            {
                // No loop over a random length here, either.
                for (n, &byte) in three.iter().enumerate() {
                    bits.put_code_if(n < literals.len(), codes.literal(byte));
                }
                bits.flush();
            } else {
                for three in literals.chunks(3) {
                    for &byte in three {
                        bits.put_code(codes.literal(byte));
                    }
                    bits.flush();
                }
            }
            rest = later;
            if sequence.match_len > 0 {
                let (symbol, n_extra, extra) = alphabet::length_symbol(u32::from(sequence.match_len));
                bits.put_code(codes.length(symbol));
                bits.put(u64::from(extra), n_extra);
                let distance = u32::from(sequence.distance_minus_one) + 1;
                let (symbol, n_extra, extra) = alphabet::distance_symbol(distance);
                bits.put_code(codes.distance(symbol));
                bits.put(u64::from(extra), n_extra);
                bits.flush();
                rest = rest.get(usize::from(sequence.match_len)..).unwrap_or_default();
            }
        }
        bits.put_code(codes.end_of_block());
        bits.flush();
        bits
    }
}
