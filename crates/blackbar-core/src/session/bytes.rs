//! Numbers, texts and maps as bytes, and back.
//!
//! The reader trusts nothing: every count is checked against the bytes that are left before
//! anything is allocated for it.

use std::collections::BTreeMap;

use crate::rules::RuleIdx;

/// Longest text that is read. Labels are cut to much less.
const MAX_TEXT_BYTES: usize = 512;

/// Bytes being written.
#[derive(Default)]
pub(super) struct ByteWriter(Vec<u8>);

impl ByteWriter {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    /// Seven bits per byte, lowest first; the high bit means that another byte follows (LEB128).
    pub(super) fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// A number as its distance from `before + 1`, in either direction.
    ///
    /// Ids mostly ascend by one, so most distances are zero and take one byte. The sign moves to the
    /// lowest bit (zigzag), so that small negative distances are short as well.
    pub(super) fn distance(&mut self, before: u32, number: u32) {
        let distance = number.wrapping_sub(before).wrapping_sub(1).cast_signed();
        self.number((distance << 1 ^ distance >> 31).cast_unsigned());
    }

    pub(super) fn option(&mut self, number: Option<u32>) {
        self.flag(number.is_some());
        if let Some(number) = number {
            self.number(number);
        }
    }

    /// Zero means no rule.
    pub(super) fn rule(&mut self, rule: Option<RuleIdx>) {
        self.number(rule.map_or(0, |rule| u32::from(rule.0) + 1));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn map<T>(&mut self, map: &BTreeMap<u32, T>, value: impl Fn(&mut Self, &T)) {
        self.number(map.len() as u32);
        let mut before = 0;
        for (&id, of) in map {
            self.distance(before, id);
            before = id;
            value(self, of);
        }
    }
}

/// Bytes being read.
pub(super) struct ByteReader<'a>(&'a [u8]);

impl<'a> ByteReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        let mut number = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number.try_into().ok();
            }
        }
        None
    }

    /// A number of items that take at least one byte each: more than the bytes left is an error.
    pub(super) fn count(&mut self) -> Option<usize> {
        self.number().map(|n| n as usize).filter(|&n| n <= self.0.len())
    }

    pub(super) fn distance(&mut self, before: u32) -> Option<u32> {
        let zigzag = self.number()?;
        let distance = (zigzag >> 1) ^ (zigzag & 1).wrapping_neg();
        Some(before.wrapping_add(distance).wrapping_add(1))
    }

    #[expect(clippy::option_option, reason = "the outer option is a read error, the inner one the value")]
    pub(super) fn option(&mut self) -> Option<Option<u32>> {
        if self.flag()? { self.number().map(Some) } else { Some(None) }
    }

    #[expect(clippy::option_option, reason = "the outer option is a read error, the inner one the value")]
    pub(super) fn rule(&mut self) -> Option<Option<RuleIdx>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(idx) => idx.try_into().ok().map(|idx| Some(RuleIdx(idx))),
        }
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let len = self.count().filter(|&len| len <= MAX_TEXT_BYTES)?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    pub(super) fn map<T>(&mut self, value: impl Fn(&mut Self) -> Option<T>) -> Option<BTreeMap<u32, T>> {
        let n = self.count()?;
        let mut map = BTreeMap::new();
        let mut before = 0;
        for _ in 0..n {
            let id = self.distance(before)?;
            before = id;
            map.insert(id, value(self)?);
        }
        (map.len() == n).then_some(map)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_back_what_was_written(numbers: Vec<(u32, u32)>, text in "\\PC{0,20}") {
            let mut out = ByteWriter::default();
            for &(before, number) in &numbers {
                out.number(number);
                out.distance(before, number);
                out.option(Some(number));
            }
            out.text(&text);
            let mut from = ByteReader::new(out.as_bytes());
            for &(before, number) in &numbers {
                let read = (from.number(), from.distance(before), from.option());
                prop_assert_eq!(read, (Some(number), Some(number), Some(Some(number))));
            }
            prop_assert_eq!(from.text(), Some(&*text));
            prop_assert!(from.is_at_end());
        }
    }
}
