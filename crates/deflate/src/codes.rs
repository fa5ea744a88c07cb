//! The codes of a block, and the header by which a dynamic block describes them.

use crate::alphabet;
use crate::alphabet::END_OF_BLOCK;
use crate::alphabet::FIRST_LENGTH;
use crate::alphabet::N_CODE_LENGTH;
use crate::alphabet::N_DISTANCE;
use crate::huffman;
use crate::huffman::MAX_CODE_BITS;
use crate::output::BitWriter;
use crate::output::Code;

/// The longest code of the code that code lengths are written in.
const MAX_CODE_LENGTH_BITS: usize = 7;

/// The literal/length tree and the distance tree of a block.
pub(crate) struct BlockCodes {
    literal_length: [Code; 288],
    distance: [Code; N_DISTANCE],
    literal_length_lengths: [u8; 288],
    distance_lengths: [u8; N_DISTANCE],
}

impl BlockCodes {
    /// Trees for symbols that occur this often; no literal/length code is above `max_bits`.
    pub(crate) fn for_counts(literal_length: &[u32], distance: &[u32], max_bits: usize) -> Self {
        let (mut literal_length_lengths, mut distance_lengths) = ([0; 288], [0; N_DISTANCE]);
        huffman::code_lengths(literal_length, max_bits, &mut literal_length_lengths);
        huffman::code_lengths(distance, MAX_CODE_BITS, &mut distance_lengths);
        Self::from_lengths(&literal_length_lengths, distance_lengths)
    }

    /// The trees of fixed blocks.
    pub(crate) fn fixed() -> Self {
        Self::from_lengths(&alphabet::fixed_literal_length_lengths(), alphabet::FIXED_DISTANCE_LENGTHS)
    }

    fn from_lengths(literal_length_lengths: &[u8; 288], distance_lengths: [u8; N_DISTANCE]) -> Self {
        let mut literal_length = [Code::default(); 288];
        let mut distance = [Code::default(); N_DISTANCE];
        assign_codes(literal_length_lengths, &mut literal_length);
        assign_codes(&distance_lengths, &mut distance);
        Self { literal_length, distance, literal_length_lengths: *literal_length_lengths, distance_lengths }
    }

    /// The code of a length symbol, counted from [`FIRST_LENGTH`].
    #[inline]
    pub(crate) fn length(&self, symbol: u32) -> Code {
        self.literal_length.get(FIRST_LENGTH + symbol as usize).copied().unwrap_or_default()
    }

    /// The code of a distance symbol.
    #[inline]
    pub(crate) fn distance(&self, symbol: u32) -> Code {
        self.distance.get(symbol as usize).copied().unwrap_or_default()
    }

    /// The code that ends a block.
    pub(crate) fn end_of_block(&self) -> Code {
        self.literal_length.get(END_OF_BLOCK).copied().unwrap_or_default()
    }

    /// The code of a byte.
    #[inline]
    pub(crate) fn literal(&self, byte: u8) -> Code {
        self.literal_length.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// The bits of all codes of a block with these counts; extra bits not included.
    pub(crate) fn n_bits(&self, literal_length: &[u32], distance: &[u32]) -> u64 {
        let literal_length = literal_length.iter().zip(&self.literal_length_lengths);
        let distance = distance.iter().zip(&self.distance_lengths);
        literal_length.chain(distance).map(|(&count, &length)| u64::from(count) * u64::from(length)).sum()
    }
}

fn assign_codes(lengths: &[u8], codes: &mut [Code]) {
    let Some(mut next) = huffman::first_codes(lengths) else { return };
    for (code, &length) in codes.iter_mut().zip(lengths) {
        if let Some(number) = next.get_mut(usize::from(length)).filter(|_| length > 0) {
            let len = u32::from(length);
            *code = Code { bits: huffman::reverse_bits(*number, len), len };
            *number += 1;
        }
    }
}

/// The header of a dynamic block: the code lengths of both trees, run-length encoded in a code of
/// their own (RFC 1951, section 3.2.7).
pub(crate) struct DynamicHeader {
    n_literal_length: usize,
    n_distance: usize,
    n_code_length: usize,
    code_length_codes: [Code; N_CODE_LENGTH],
    runs: Vec<LengthRun>,
    n_bits: u64,
}

/// A symbol of the code-length alphabet with its extra bits.
struct LengthRun {
    symbol: u8,
    n_extra: u32,
    extra: u32,
}

impl DynamicHeader {
    /// The header for these trees.
    pub(crate) fn new(codes: &BlockCodes) -> Self {
        let n_used =
            |lengths: &[u8]| lengths.iter().rposition(|&length| length > 0).map_or(0, |last| last + 1);
        let n_literal_length = n_used(&codes.literal_length_lengths).max(FIRST_LENGTH);
        let n_distance = n_used(&codes.distance_lengths).max(1);
        let literal_length = codes.literal_length_lengths.iter().take(n_literal_length);
        let all: Vec<u8> =
            literal_length.chain(codes.distance_lengths.iter().take(n_distance)).copied().collect();
        let runs = run_lengths(&all);
        let mut counts = [0_u32; N_CODE_LENGTH];
        for run in &runs {
            if let Some(count) = counts.get_mut(usize::from(run.symbol)) {
                *count += 1;
            }
        }
        let (mut lengths, mut code_length_codes) = ([0; N_CODE_LENGTH], [Code::default(); N_CODE_LENGTH]);
        huffman::code_lengths(&counts, MAX_CODE_LENGTH_BITS, &mut lengths);
        assign_codes(&lengths, &mut code_length_codes);
        let has_code = |&symbol: &u8| lengths.get(usize::from(symbol)).is_some_and(|&length| length > 0);
        let n_code_length =
            alphabet::CODE_LENGTH_ORDER.iter().rposition(has_code).map_or(0, |last| last + 1).max(4);
        let of_codes = counts.iter().zip(lengths).map(|(&n, length)| u64::from(n) * u64::from(length));
        let extra = runs.iter().map(|run| u64::from(run.n_extra));
        let n_bits = 14 + 3 * n_code_length as u64 + of_codes.chain(extra).sum::<u64>();
        Self { n_literal_length, n_distance, n_code_length, code_length_codes, runs, n_bits }
    }

    /// Its size.
    pub(crate) fn n_bits(&self) -> u64 {
        self.n_bits
    }

    /// Writes it; the type of the block is written already.
    pub(crate) fn write(&self, bits: &mut BitWriter<'_>) {
        bits.put((self.n_literal_length - FIRST_LENGTH) as u64, 5);
        bits.put((self.n_distance - 1) as u64, 5);
        bits.put((self.n_code_length - 4) as u64, 4);
        bits.flush();
        let code = |symbol: u8| self.code_length_codes.get(usize::from(symbol)).copied().unwrap_or_default();
        for &symbol in alphabet::CODE_LENGTH_ORDER.iter().take(self.n_code_length) {
            bits.put(u64::from(code(symbol).len), 3);
            bits.flush();
        }
        for &LengthRun { symbol, n_extra, extra } in &self.runs {
            bits.put_code(code(symbol));
            bits.put(u64::from(extra), n_extra);
            bits.flush();
        }
    }
}

/// Code lengths, run-length encoded: 16 repeats the one before, 17 and 18 are rows of zeros.
fn run_lengths(lengths: &[u8]) -> Vec<LengthRun> {
    let mut runs = Vec::with_capacity(lengths.len());
    let mut push = |symbol, n_extra, extra| runs.push(LengthRun { symbol, n_extra, extra });
    for row in lengths.chunk_by(PartialEq::eq) {
        let length = row.first().copied().unwrap_or(0);
        let mut n = row.len() as u32;
        if length > 0 {
            push(length, 0, 0);
            n -= 1;
        }
        while n > 0 {
            n -= match (length, n) {
                (0, 11..) => {
                    push(18, 7, n.min(138) - 11);
                    n.min(138)
                }
                (0, 3..) => {
                    push(17, 3, n - 3);
                    n
                }
                (1.., 3..) => {
                    push(16, 2, n.min(6) - 3);
                    n.min(6)
                }
                _ => {
                    push(length, 0, 0);
                    1
                }
            };
        }
    }
    runs
}
