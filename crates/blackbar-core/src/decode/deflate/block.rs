//! Writes a deflate stream block by block, out of literals and matches that somebody chose.
//!
//! Literals are read from the text when the block is written, so a block cannot say anything else
//! than the text does. RFC 1951.

use crate::decode::deflate::MAX_BITS;
use crate::decode::deflate::huffman;
use crate::decode::deflate::output::Bits;
use crate::decode::deflate::output::Code;
use crate::decode::deflate::output::Output;

/// Literals, and a match behind them if `len` is not 0.
#[derive(Clone, Copy)]
struct Sequence {
    n_literals: u32,
    len: u16,
    /// One less than the distance.
    back: u16,
}

/// A block under way.
pub(super) struct Blocks {
    sequences: Vec<Sequence>,
    literals: [u32; 286],
    distances: [u32; 30],
    /// Literals behind the last match.
    n_pending: usize,
    n_symbols: usize,
    /// Where the block begins in the text, and how far it goes.
    start: usize,
    end: usize,
    fixed: Box<Codes>,
}

/// Symbols of the alphabet for literals and lengths.
const END: usize = 256;
const LENGTHS: usize = 257;

/// A block of more symbols is closed: its codes would fit none of its parts.
const MOST: usize = 32 << 10;

impl Default for Blocks {
    fn default() -> Self {
        Self {
            sequences: Vec::new(),
            literals: [0; 286],
            distances: [0; 30],
            n_pending: 0,
            n_symbols: 0,
            start: 0,
            end: 0,
            fixed: Box::new(Codes::fixed()),
        }
    }
}

impl Blocks {
    /// Begins a stream.
    pub(super) fn begin(&mut self) {
        self.reset(0);
    }

    /// Passes what stands before `to`: it is in a block that somebody else wrote.
    pub(super) fn pass(&mut self, to: usize) {
        self.reset(to);
    }

    /// How far the text is written or in the block.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Symbols in the block under way.
    pub(super) fn n_symbols(&self) -> usize {
        self.n_symbols
    }

    /// Memory held.
    pub(super) fn heap_bytes(&self) -> usize {
        self.sequences.capacity() * size_of::<Sequence>()
    }

    /// Takes what stands before `to` as literals.
    #[inline]
    pub(super) fn literals(&mut self, text: &[u8], to: usize, out: &mut Output) {
        let run = text.get(self.end..to).unwrap_or_default();
        if run.is_empty() {
            return;
        }
        if run.len() > MOST {
            for from in (self.end..to).step_by(MOST) {
                self.literals(text, to.min(from + MOST), out);
            }
            return;
        }
        // Most runs are short, and how short is hard to foretell: no loop that the processor guesses at.
        if let Some(three) = text.get(self.end..).and_then(|rest| rest.first_chunk::<3>())
            && run.len() <= 3
        {
            for (n, &byte) in three.iter().enumerate() {
                if let Some(times) = self.literals.get_mut(usize::from(byte)) {
                    *times += u32::from(n < run.len());
                }
            }
        } else {
            for &byte in run {
                if let Some(times) = self.literals.get_mut(usize::from(byte)) {
                    *times += 1;
                }
            }
        }
        self.n_pending += run.len();
        self.n_symbols += run.len();
        self.end += run.len();
        self.close_if_full(text, out);
    }

    /// Takes the next `len` bytes, 3 to 258, as a match `distance` before, 1 to 32768.
    #[inline]
    pub(super) fn matched(&mut self, text: &[u8], len: usize, distance: usize, out: &mut Output) {
        let (symbol, _, _) = huffman::symbol_of_length(len as u32);
        let (far, _, _) = huffman::symbol_of_distance(distance as u32);
        let length = self.literals.get_mut(LENGTHS + symbol as usize);
        if let (Some(length), Some(far)) = (length, self.distances.get_mut(far as usize)) {
            *length += 1;
            *far += 1;
        }
        let n_literals = self.n_pending as u32;
        self.sequences.push(Sequence { n_literals, len: len as u16, back: (distance - 1) as u16 });
        self.n_pending = 0;
        self.n_symbols += 1;
        self.end += len;
        self.close_if_full(text, out);
    }

    #[inline]
    fn close_if_full(&mut self, text: &[u8], out: &mut Output) {
        if self.n_symbols >= MOST {
            self.close(text, false, out);
        }
    }

    /// Writes the block, whatever is in it.
    pub(super) fn close(&mut self, text: &[u8], is_last: bool, out: &mut Output) {
        if self.n_pending > 0 {
            self.sequences.push(Sequence { n_literals: self.n_pending as u32, len: 0, back: 0 });
        }
        if let Some(end) = self.literals.get_mut(END) {
            *end = 1;
        }
        let fitting = Codes::fitting(&self.literals, &self.distances, MAX_BITS);
        let head = Head::of(&fitting);
        let dynamic = head.n_bits + fitting.n_bits(&self.literals, &self.distances);
        let agreed = self.fixed.n_bits(&self.literals, &self.distances);
        let is_dynamic = dynamic < agreed;
        let n_bits = 3 + self.n_extra() + dynamic.min(agreed);
        let mut bits = out.bits(n_bits);
        bits.put(u64::from(is_last), 1);
        bits.put(if is_dynamic { 2 } else { 1 }, 2);
        bits.flush();
        if is_dynamic {
            head.write(&mut bits);
        }
        let codes = if is_dynamic { &fitting } else { &*self.fixed };
        let bits = self.write(text, codes, bits);
        let place = bits.place();
        out.go_on_from(place);
        self.reset(self.end);
    }

    fn reset(&mut self, at: usize) {
        self.sequences.clear();
        self.literals.fill(0);
        self.distances.fill(0);
        (self.n_pending, self.n_symbols) = (0, 0);
        (self.start, self.end) = (at, at);
    }

    /// Bits behind the codes of lengths and distances.
    fn n_extra(&self) -> u64 {
        let lengths = self.literals.iter().skip(LENGTHS).zip(0..).map(|(&n, s)| (n, huffman::length_of(s).1));
        let distances = self.distances.iter().zip(0..).map(|(&n, s)| (n, huffman::distance_of(s).1));
        lengths.chain(distances).map(|(n, extra)| u64::from(n) * u64::from(extra)).sum()
    }

    fn write<'a>(&self, text: &[u8], codes: &Codes, mut bits: Bits<'a>) -> Bits<'a> {
        let mut rest = text.get(self.start..self.end).unwrap_or_default();
        for sequence in &self.sequences {
            let (literals, later) =
                rest.split_at_checked(sequence.n_literals as usize).unwrap_or((rest, &[]));
            // Three codes of 15 bits fit beside the seven that may be held.
            if literals.is_empty() {
                // Nothing to do, as between most matches of what repeats much.
            } else if let Some(three) = rest.first_chunk::<3>()
                && literals.len() <= 3
            {
                // No loop here, either.
                for (n, &byte) in three.iter().enumerate() {
                    bits.code_if(n < literals.len(), codes.literal(byte));
                }
                bits.flush();
            } else {
                for three in literals.chunks(3) {
                    for &byte in three {
                        bits.code(codes.literal(byte));
                    }
                    bits.flush();
                }
            }
            rest = later;
            if sequence.len > 0 {
                let (symbol, extra, over) = huffman::symbol_of_length(u32::from(sequence.len));
                bits.code(codes.length(symbol));
                bits.put(u64::from(over), extra);
                let (symbol, extra, over) = huffman::symbol_of_distance(u32::from(sequence.back) + 1);
                bits.code(codes.distance(symbol));
                bits.put(u64::from(over), extra);
                bits.flush();
                rest = rest.get(usize::from(sequence.len)..).unwrap_or_default();
            }
        }
        bits.code(codes.end());
        bits.flush();
        bits
    }
}

/// The codes of a block.
pub(super) struct Codes {
    literals: [Code; 288],
    distances: [Code; 30],
    lengths: [u8; 288],
    far_lengths: [u8; 30],
}

impl Codes {
    /// Codes for symbols that occur so often, none longer than `most`.
    pub(super) fn fitting(literals: &[u32], distances: &[u32], most: usize) -> Self {
        let (mut lengths, mut far_lengths) = ([0; 288], [0; 30]);
        huffman::lengths(literals, most, &mut lengths);
        huffman::lengths(distances, MAX_BITS, &mut far_lengths);
        Self::of(&lengths, far_lengths)
    }

    fn fixed() -> Self {
        Self::of(&huffman::fixed_literals(), [5; 30])
    }

    fn of(lengths: &[u8; 288], far_lengths: [u8; 30]) -> Self {
        let (mut literals, mut distances) = ([Code::default(); 288], [Code::default(); 30]);
        number(lengths, &mut literals);
        number(&far_lengths, &mut distances);
        Self { literals, distances, lengths: *lengths, far_lengths }
    }

    /// The code of a symbol for lengths.
    #[inline]
    pub(super) fn length(&self, symbol: u32) -> Code {
        self.literals.get(LENGTHS + symbol as usize).copied().unwrap_or_default()
    }

    /// The code of a symbol for distances.
    #[inline]
    pub(super) fn distance(&self, symbol: u32) -> Code {
        self.distances.get(symbol as usize).copied().unwrap_or_default()
    }

    /// The code that ends a block.
    pub(super) fn end(&self) -> Code {
        self.literals.get(END).copied().unwrap_or_default()
    }

    /// The code of a byte.
    #[inline]
    pub(super) fn literal(&self, byte: u8) -> Code {
        self.literals.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// What the symbols of a block take, but for extra bits.
    fn n_bits(&self, literals: &[u32], distances: &[u32]) -> u64 {
        let pairs = literals.iter().zip(&self.lengths).chain(distances.iter().zip(&self.far_lengths));
        pairs.map(|(&times, &length)| u64::from(times) * u64::from(length)).sum()
    }
}

fn number(lengths: &[u8], codes: &mut [Code]) {
    let Some(mut next) = huffman::first_codes(lengths) else { return };
    for (code, &length) in codes.iter_mut().zip(lengths) {
        if let Some(number) = next.get_mut(usize::from(length)).filter(|_| length > 0) {
            let len = u32::from(length);
            *code = Code { bits: huffman::reversed(*number, len), len };
            *number += 1;
        }
    }
}

/// What a block says of its codes.
pub(super) struct Head {
    n_literals: usize,
    n_distances: usize,
    n_code: usize,
    code: [Code; 19],
    /// Symbols for the lengths of codes, with the number of extra bits and what they say.
    symbols: Vec<(u8, u32, u32)>,
    n_bits: u64,
}

impl Head {
    /// Bits that it takes.
    pub(super) fn n_bits(&self) -> u64 {
        self.n_bits
    }

    /// Says what these codes are.
    pub(super) fn of(codes: &Codes) -> Self {
        let used = |lengths: &[u8]| lengths.iter().rposition(|&length| length > 0).map_or(0, |last| last + 1);
        let n_literals = used(&codes.lengths).max(LENGTHS);
        let n_distances = used(&codes.far_lengths).max(1);
        let all = codes.lengths.iter().take(n_literals).chain(codes.far_lengths.iter().take(n_distances));
        let all: Vec<u8> = all.copied().collect();
        let symbols = run_lengths(&all);
        let mut times = [0_u32; 19];
        for &(symbol, _, _) in &symbols {
            if let Some(times) = times.get_mut(usize::from(symbol)) {
                *times += 1;
            }
        }
        let (mut lengths, mut code) = ([0; 19], [Code::default(); 19]);
        huffman::lengths(&times, 7, &mut lengths);
        number(&lengths, &mut code);
        let has_code = |&symbol: &u8| lengths.get(usize::from(symbol)).is_some_and(|&length| length > 0);
        let n_code = huffman::ORDER.iter().rposition(has_code).map_or(0, |last| last + 1).max(4);
        let lens = times.iter().zip(lengths).map(|(&n, length)| u64::from(n) * u64::from(length));
        let extra = symbols.iter().map(|&(_, extra, _)| u64::from(extra));
        let n_bits = 14 + 3 * n_code as u64 + lens.chain(extra).sum::<u64>();
        Self { n_literals, n_distances, n_code, code, symbols, n_bits }
    }

    /// Writes it.
    pub(super) fn write(&self, bits: &mut Bits<'_>) {
        bits.put((self.n_literals - LENGTHS) as u64, 5);
        bits.put((self.n_distances - 1) as u64, 5);
        bits.put((self.n_code - 4) as u64, 4);
        bits.flush();
        let code = |symbol: u8| self.code.get(usize::from(symbol)).copied().unwrap_or_default();
        for &symbol in huffman::ORDER.iter().take(self.n_code) {
            bits.put(u64::from(code(symbol).len), 3);
            bits.flush();
        }
        for &(symbol, extra, over) in &self.symbols {
            bits.code(code(symbol));
            bits.put(u64::from(over), extra);
            bits.flush();
        }
    }
}

/// Lengths of codes with their repetitions put short.
fn run_lengths(lengths: &[u8]) -> Vec<(u8, u32, u32)> {
    let mut symbols = Vec::with_capacity(lengths.len());
    for run in lengths.chunk_by(PartialEq::eq) {
        let length = run.first().copied().unwrap_or(0);
        let mut n = run.len() as u32;
        if length > 0 {
            symbols.push((length, 0, 0));
            n -= 1;
        }
        while n > 0 {
            let taken = match (length, n) {
                (0, 11..) => {
                    symbols.push((18, 7, n.min(138) - 11));
                    n.min(138)
                }
                (0, 3..) => {
                    symbols.push((17, 3, n - 3));
                    n
                }
                (1.., 3..) => {
                    symbols.push((16, 2, n.min(6) - 3));
                    n.min(6)
                }
                _ => {
                    symbols.push((length, 0, 0));
                    1
                }
            };
            n -= taken;
        }
    }
    symbols
}
