//! Numbers, texts and maps as bytes, and back. The reader takes nothing on trust.

use std::collections::BTreeMap;

use crate::rules::RuleIdx;

/// Longest text that is read: labels are cut long before.
const MAX_TEXT: usize = 512;

/// Bytes under way.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    /// Seven bits a byte, the lowest first; the high bit says that more follow.
    pub(crate) fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// A number by how far it is from the one after `before`, up or down.
    pub(crate) fn step(&mut self, before: u32, number: u32) {
        let step = number.wrapping_sub(before).wrapping_sub(1).cast_signed();
        self.number((step << 1 ^ step >> 31).cast_unsigned());
    }

    pub(crate) fn option(&mut self, number: Option<u32>) {
        self.flag(number.is_some());
        if let Some(number) = number {
            self.number(number);
        }
    }

    /// Zero for none.
    pub(crate) fn rule(&mut self, rule: Option<RuleIdx>) {
        self.number(rule.map_or(0, |rule| u32::from(rule.0) + 1));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn map<T>(&mut self, map: &BTreeMap<u32, T>, value: impl Fn(&mut Self, &T)) {
        self.number(map.len() as u32);
        let mut before = 0;
        for (&id, of) in map {
            self.step(before, id);
            before = id;
            value(self, of);
        }
    }
}

/// Bytes that are being read.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(crate) fn number(&mut self) -> Option<u32> {
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

    /// A number of things that take at least a byte each.
    pub(crate) fn count(&mut self) -> Option<usize> {
        self.number().map(|n| n as usize).filter(|&n| n <= self.0.len())
    }

    pub(crate) fn step(&mut self, before: u32) -> Option<u32> {
        let step = self.number()?;
        let step = (step >> 1) ^ (step & 1).wrapping_neg();
        Some(before.wrapping_add(step).wrapping_add(1))
    }

    #[expect(clippy::option_option, reason = "whether it can be read, and whether there is one")]
    pub(crate) fn option(&mut self) -> Option<Option<u32>> {
        if self.flag()? { self.number().map(Some) } else { Some(None) }
    }

    #[expect(clippy::option_option, reason = "whether it can be read, and whether there is one")]
    pub(crate) fn rule(&mut self) -> Option<Option<RuleIdx>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(idx) => idx.try_into().ok().map(|idx| Some(RuleIdx(idx))),
        }
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let len = self.count().filter(|&len| len <= MAX_TEXT)?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    pub(crate) fn map<T>(&mut self, value: impl Fn(&mut Self) -> Option<T>) -> Option<BTreeMap<u32, T>> {
        let n = self.count()?;
        let mut map = BTreeMap::new();
        let mut before = 0;
        for _ in 0..n {
            let id = self.step(before)?;
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
        fn what_was_written_is_read(numbers: Vec<(u32, u32)>, text in "\\PC{0,20}") {
            let mut out = Writer::default();
            for &(before, number) in &numbers {
                out.number(number);
                out.step(before, number);
                out.option(Some(number));
            }
            out.text(&text);
            let mut from = Reader::new(out.as_bytes());
            for &(before, number) in &numbers {
                let read = (from.number(), from.step(before), from.option());
                prop_assert_eq!(read, (Some(number), Some(number), Some(Some(number))));
            }
            prop_assert_eq!(from.text(), Some(&*text));
            prop_assert!(from.is_at_end());
        }
    }
}
