//! Writes packed fields, as they stand in JSON, with codes that were made beforehand.
//!
//! Compressed bytes are as good as random. So it is known how often each of them occurs, and nothing
//! in them repeats but the way in which control characters are written. Any text may be written so;
//! another one only becomes longer than it need be.

use std::ops::Range;

use crate::decode::deflate::WINDOW;
use crate::decode::deflate::block::Codes;
use crate::decode::deflate::block::Head;
use crate::decode::deflate::huffman;
use crate::decode::deflate::output::Bits;
use crate::decode::deflate::output::Code;
use crate::decode::deflate::output::Output;
use crate::text::json_str;

/// The codes, and the head of a block that says so.
pub(super) struct Packed {
    codes: Codes,
    head: Head,
    /// The code of the one length that occurs.
    length: Code,
}

/// Four codes are written at once: beside seven bits that may be held there is room for 56.
const MOST_BITS: usize = 14;

/// How escapes of control characters begin. They repeat the last one that begins so.
const ESCAPES: [&[u8; ESCAPE]; 2] = [b"\\u000", b"\\u001"];
const ESCAPE: usize = 5;

/// So much is written between two looks at how much room there is.
const PART: usize = 64 << 10;

impl Default for Packed {
    fn default() -> Self {
        let (mut literals, mut distances) = ([0; 286], [1; 30]);
        // Every byte must have a code, and the end. Of lengths there is one.
        let (symbol, _, _) = huffman::symbol_of_length(ESCAPE as u32);
        literals.iter_mut().take(257).for_each(|times| *times = 1);
        let sample = sample();
        let mut n_escapes = 0;
        let mut escapes = Escapes::new(0);
        while let Some((run, distance)) = escapes.next(&sample) {
            for &byte in run {
                count(&mut literals, u32::from(byte), 1);
            }
            count(&mut distances, huffman::symbol_of_distance(distance as u32).0, 1);
            n_escapes += 1;
        }
        count(&mut literals, 257 + symbol, n_escapes);
        let codes = Codes::fitting(&literals, &distances, MOST_BITS);
        Self { head: Head::of(&codes), length: codes.length(symbol), codes }
    }
}

fn count(times: &mut [u32], symbol: u32, n: u32) {
    if let Some(times) = times.get_mut(symbol as usize) {
        *times += n;
    }
}

/// What random bytes look like in JSON.
fn sample() -> Vec<u8> {
    const LEN: usize = 64 << 10;
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let mut sample = Vec::new();
    json_str::escape_latin1_into(&noise.take(LEN).collect::<Vec<u8>>(), &mut sample);
    sample
}

impl Packed {
    /// Writes a block that holds a part of a text, not as the last one.
    pub(super) fn write(&self, text: &[u8], range: Range<usize>, out: &mut Output) {
        let mut bits = out.bits(3 + self.head.n_bits());
        bits.put(0b100, 3);
        bits.flush();
        self.head.write(&mut bits);
        let place = bits.place();
        out.go_on_from(place);
        let mut escapes = Escapes::new(range.start);
        for from in range.clone().step_by(PART) {
            let text = text.get(..range.end.min(from + PART)).unwrap_or_default();
            let mut bits = out.bits((PART * MOST_BITS) as u64);
            while let Some((literals, distance)) = escapes.next(text) {
                self.literals(literals, &mut bits);
                bits.code(self.length);
                let (symbol, extra, over) = huffman::symbol_of_distance(distance as u32);
                bits.code(self.codes.distance(symbol));
                bits.put(u64::from(over), extra);
                bits.flush();
            }
            self.literals(escapes.rest(text), &mut bits);
            let place = bits.place();
            out.go_on_from(place);
        }
        let mut bits = out.bits(MOST_BITS as u64);
        bits.code(self.codes.end());
        bits.flush();
        let place = bits.place();
        out.go_on_from(place);
    }

    #[inline]
    fn literals(&self, literals: &[u8], bits: &mut Bits<'_>) {
        let (fours, rest) = literals.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.map(|byte| self.codes.literal(byte));
            let first = u64::from(a.bits) | u64::from(b.bits) << a.len;
            let second = u64::from(c.bits) | u64::from(d.bits) << c.len;
            let n_first = a.len + b.len;
            bits.put(first | second << n_first, n_first + c.len + d.len);
            bits.flush();
        }
        // Without a loop: how many are left is hard to foretell.
        for n in 0..3 {
            bits.code_if(n < rest.len(), self.codes.literal(rest.get(n).copied().unwrap_or(0)));
        }
        bits.flush();
    }
}

/// Finds the escapes of a text that begin as one before them did.
struct Escapes {
    /// What stands before is written, and what stands before was looked at.
    begun: usize,
    at: usize,
    /// Where each way to begin stood last.
    last: [Option<usize>; 2],
}

impl Escapes {
    fn new(at: usize) -> Self {
        Self { begun: at, at, last: [None; 2] }
    }

    /// The text up to the next of them, which is to be written as it stands, and how far back the one
    /// is that it begins as. That beginning, [`ESCAPE`] bytes, is passed.
    #[inline]
    fn next<'a>(&mut self, text: &'a [u8]) -> Option<(&'a [u8], usize)> {
        loop {
            self.at += memchr::memchr(b'\\', text.get(self.at..)?)?;
            let escape = text.get(self.at..).and_then(|rest| rest.first_chunk::<ESCAPE>());
            let kind = ESCAPES.iter().position(|&begin| escape == Some(begin));
            let Some(last) = kind.and_then(|kind| self.last.get_mut(kind)) else {
                self.at += 2;
                continue;
            };
            let at = self.at;
            self.at += ESCAPE;
            if let Some(before) = last.replace(at).filter(|before| at - before <= WINDOW) {
                let literals = text.get(self.begun..at)?;
                self.begun = self.at;
                return Some((literals, at - before));
            }
        }
    }

    /// What is left once there are no more.
    fn rest<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let rest = text.get(self.begun..).unwrap_or_default();
        self.begun = self.begun.max(text.len());
        self.at = self.at.max(self.begun);
        rest
    }
}
