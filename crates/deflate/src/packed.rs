//! Writes packed fields, as they are in JSON, with codes that were made beforehand.
//!
//! Compressed bytes are nearly random. So the frequency of every byte is known in advance, and nothing
//! in them repeats but the escapes of control characters. Any text may be written this way; one that is
//! not a packed field only becomes longer than it need be.

use std::ops::Range;

use crate::alphabet;
use crate::alphabet::FIRST_LENGTH;
use crate::alphabet::N_DISTANCE;
use crate::alphabet::N_LITERAL_LENGTH;
use crate::codes::BlockCodes;
use crate::codes::DynamicHeader;
use crate::matching::WINDOW_BYTES;
use crate::output::BitStream;
use crate::output::BitWriter;
use crate::output::Code;

/// The codes of packed fields, and the block header that describes them.
pub(crate) struct PackedCodes {
    codes: BlockCodes,
    header: DynamicHeader,
    /// The code of the only length that occurs.
    length: Code,
}

/// Four literals are written at once: next to seven pending bits there is room for 56.
const MAX_LITERAL_BITS: usize = 14;

/// How escapes of control characters begin. Each is a match with the last one that begins the same.
const ESCAPE_PREFIXES: [&[u8; ESCAPE_PREFIX_LEN]; 2] = [b"\\u000", b"\\u001"];
const ESCAPE_PREFIX_LEN: usize = 5;

/// How much text is written between two reservations of room.
const CHUNK_BYTES: usize = 64 << 10;

impl Default for PackedCodes {
    fn default() -> Self {
        let (mut literal_length, mut distances) = ([0; N_LITERAL_LENGTH], [1; N_DISTANCE]);
        // Every byte and the end of the block must have a code. Only one length needs one.
        literal_length.iter_mut().take(FIRST_LENGTH).for_each(|count| *count = 1);
        let sample = random_json_sample();
        let mut n_escapes = 0;
        let mut escapes = EscapeFinder::new(0);
        while let Some((literals, distance)) = escapes.next(&sample) {
            for &byte in literals {
                add_count(&mut literal_length, usize::from(byte), 1);
            }
            add_count(&mut distances, alphabet::distance_symbol(distance as u32).0 as usize, 1);
            n_escapes += 1;
        }
        let (symbol, _, _) = alphabet::length_symbol(ESCAPE_PREFIX_LEN as u32);
        add_count(&mut literal_length, FIRST_LENGTH + symbol as usize, n_escapes);
        let codes = BlockCodes::for_counts(&literal_length, &distances, MAX_LITERAL_BITS);
        Self { header: DynamicHeader::new(&codes), length: codes.length(symbol), codes }
    }
}

fn add_count(counts: &mut [u32], symbol: usize, n: u32) {
    if let Some(count) = counts.get_mut(symbol) {
        *count += n;
    }
}

/// Random bytes, as they are in a JSON string. The same at every start, and so the codes are.
fn random_json_sample() -> Vec<u8> {
    const SAMPLE_BYTES: usize = 64 << 10;
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let mut sample = Vec::new();
    escape_as_json(&noise.take(SAMPLE_BYTES).collect::<Vec<u8>>(), &mut sample);
    sample
}

/// Appends bytes, each as one character, as `JSON.stringify` writes them in a string. Runs once for a
/// deflater, so it need not be fast.
pub(crate) fn escape_as_json(bytes: &[u8], out: &mut Vec<u8>) {
    let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0..0x20 => out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 15)]),
            0x80.. => out.extend_from_slice(&[0xC0 | byte >> 6, 0x80 | byte & 0x3F]),
            _ => out.push(byte),
        }
    }
}

impl PackedCodes {
    /// Writes a block with a range of a text, not as the last one.
    pub(crate) fn write_block(&self, text: &[u8], range: Range<usize>, out: &mut BitStream) {
        let mut bits = out.reserve(3 + self.header.n_bits());
        // Not the last block; a dynamic one.
        bits.put(0b100, 3);
        bits.flush();
        self.header.write(&mut bits);
        let end = bits.end();
        out.commit(end);
        let mut escapes = EscapeFinder::new(range.start);
        for from in range.clone().step_by(CHUNK_BYTES) {
            let text = text.get(..range.end.min(from + CHUNK_BYTES)).unwrap_or_default();
            let mut bits = out.reserve((CHUNK_BYTES * MAX_LITERAL_BITS) as u64);
            while let Some((literals, distance)) = escapes.next(text) {
                self.put_literals(literals, &mut bits);
                bits.put_code(self.length);
                let (symbol, n_extra, extra) = alphabet::distance_symbol(distance as u32);
                bits.put_code(self.codes.distance(symbol));
                bits.put(u64::from(extra), n_extra);
                bits.flush();
            }
            self.put_literals(escapes.rest(text), &mut bits);
            let end = bits.end();
            out.commit(end);
        }
        let mut bits = out.reserve(MAX_LITERAL_BITS as u64);
        bits.put_code(self.codes.end_of_block());
        bits.flush();
        let end = bits.end();
        out.commit(end);
    }

    /// Four at a time. The pairs are joined first, so that fewer operations wait for each other.
    #[inline]
    fn put_literals(&self, literals: &[u8], bits: &mut BitWriter<'_>) {
        let (fours, rest) = literals.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.map(|byte| self.codes.literal(byte));
            let first = u64::from(a.bits) | u64::from(b.bits) << a.len;
            let second = u64::from(c.bits) | u64::from(d.bits) << c.len;
            let n_first = a.len + b.len;
            bits.put(first | second << n_first, n_first + c.len + d.len);
            bits.flush();
        }
        // Three rounds in any case: the processor cannot predict how many are left.
        for n in 0..3 {
            bits.put_code_if(n < rest.len(), self.codes.literal(rest.get(n).copied().unwrap_or(0)));
        }
        bits.flush();
    }
}

/// Finds the escapes of a text that begin as one before them did.
struct EscapeFinder {
    /// The text before this is written.
    written: usize,
    /// The text before this was searched.
    searched: usize,
    /// The last position of each prefix.
    last: [Option<usize>; 2],
}

impl EscapeFinder {
    fn new(at: usize) -> Self {
        Self { written: at, searched: at, last: [None; 2] }
    }

    /// The literals up to the next of them, and how far back the one is whose prefix it repeats. The
    /// prefix itself, [`ESCAPE_PREFIX_LEN`] bytes, counts as written.
    #[inline]
    fn next<'a>(&mut self, text: &'a [u8]) -> Option<(&'a [u8], usize)> {
        loop {
            self.searched += memchr::memchr(b'\\', text.get(self.searched..)?)?;
            let prefix = text.get(self.searched..).and_then(|rest| rest.first_chunk::<ESCAPE_PREFIX_LEN>());
            let kind = ESCAPE_PREFIXES.iter().position(|&other| prefix == Some(other));
            let Some(last) = kind.and_then(|kind| self.last.get_mut(kind)) else {
                self.searched += 2;
                continue;
            };
            let at = self.searched;
            self.searched += ESCAPE_PREFIX_LEN;
            if let Some(before) = last.replace(at).filter(|before| at - before <= WINDOW_BYTES) {
                let literals = text.get(self.written..at)?;
                self.written = self.searched;
                return Some((literals, at - before));
            }
        }
    }

    /// The literals that are left once there are no more.
    fn rest<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let rest = text.get(self.written..).unwrap_or_default();
        self.written = self.written.max(text.len());
        self.searched = self.searched.max(self.written);
        rest
    }
}
