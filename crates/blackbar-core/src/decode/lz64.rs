//! Decodes lz-string's base64 format, with a bound.
//!
//! A few kilobytes of this format can decode to gigabytes, and the published crate has no bound. So this
//! is a decoder of its own, which the tests compare with the crate. **Invariant:** memory is bounded by
//! the limit, apart from one word.

/// Decodes `text` to at most `max_units` UTF-16 code units. `None` if it is corrupt or longer.
///
/// Cost: one pass, and one copy of each unit.
pub fn decode(text: &[u8], max_units: usize) -> Option<String> {
    let bits = Base64Bits { text, at: 0, left: 0, value: 0 };
    let mut reader = LzReader { bits, out: Vec::new(), entries: vec![(0, 0); 3], width: 2, n_until_wider: 4 };
    let Decoded::Word(mut previous) = reader.first()? else { return Some(String::new()) };
    while let Decoded::Word(word) = reader.word(previous)? {
        if reader.out.len() > max_units || reader.width > 30 {
            return None;
        }
        previous = word;
    }
    Some(String::from_utf16_lossy(&reader.out))
}

/// The codes before a new unit of 8 bits, before one of 16 bits, and at the end.
const UNIT_8: u32 = 0;
const UNIT_16: u32 = 1;
const END: u32 = 2;

/// A dictionary entry: a range of the output.
type Word = (u32, u32);

/// What a code means.
enum Decoded {
    Word(Word),
    End,
}

struct LzReader<'a> {
    bits: Base64Bits<'a>,
    out: Vec<u16>,
    /// The dictionary. The first three entries are the codes above.
    entries: Vec<Word>,
    /// Bits of a code.
    width: u32,
    /// Entries until a code has one bit more.
    n_until_wider: u32,
}

impl LzReader<'_> {
    /// The first unit; the end if the text is empty.
    fn first(&mut self) -> Option<Decoded> {
        let code = self.bits.take(2)?;
        if code == END {
            return Some(Decoded::End);
        }
        if code != UNIT_8 && code != UNIT_16 {
            return None;
        }
        let unit = self.unit(code)?;
        self.out.push(unit);
        self.entries.push((0, 1));
        // From here on a code has three bits.
        self.width = 3;
        Some(Decoded::Word((0, 1)))
    }

    /// The next word.
    fn word(&mut self, previous: Word) -> Option<Decoded> {
        let (from, to) = previous;
        let code = self.bits.take(self.width)?;
        if code == END {
            return Some(Decoded::End);
        }
        let start = self.out.len() as u32;
        match self.entries.get(code as usize) {
            _ if code == UNIT_8 || code == UNIT_16 => {
                let unit = self.unit(code)?;
                self.out.push(unit);
                self.add_entry((start, start + 1));
            }
            Some(&word) => self.copy(word)?,
            // The entry that this word itself completes: the previous word and its first unit.
            None if code as usize == self.entries.len() => {
                self.copy(previous)?;
                let first = *self.out.get(from as usize)?;
                self.out.push(first);
            }
            None => return None,
        }
        // The new entry is the previous word and the first unit of this one, which follows it in the output.
        self.add_entry((from, to + 1));
        Some(Decoded::Word((start, self.out.len() as u32)))
    }

    /// The unit after a code that announces one.
    fn unit(&mut self, code: u32) -> Option<u16> {
        Some(self.bits.take(if code == UNIT_8 { 8 } else { 16 })? as u16)
    }

    fn add_entry(&mut self, word: Word) {
        self.entries.push(word);
        self.n_until_wider -= 1;
        if self.n_until_wider == 0 {
            self.n_until_wider = 1 << self.width;
            self.width += 1;
        }
    }

    fn copy(&mut self, (from, to): Word) -> Option<()> {
        let range = from as usize..to as usize;
        if range.end > self.out.len() || range.start > range.end {
            return None;
        }
        self.out.extend_from_within(range);
        Some(())
    }
}

/// Reads numbers bit by bit: each base64 digit from its highest bit, each number from its lowest.
struct Base64Bits<'a> {
    text: &'a [u8],
    at: usize,
    left: u32,
    value: u32,
}

impl Base64Bits<'_> {
    fn take(&mut self, n: u32) -> Option<u32> {
        let mut number = 0;
        for i in 0..n {
            if self.left == 0 {
                self.value = digit(*self.text.get(self.at)?)?;
                self.at += 1;
                self.left = 6;
            }
            self.left -= 1;
            number |= (self.value >> self.left & 1) << i;
        }
        Some(number)
    }
}

fn digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b' ' => 62,
        b'/' => 63,
        // Padding: lz-string counts it as a digit of its own, which holds only zero bits here.
        b'=' => 0,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decodes_what_lz_string_encodes(text in "([a-c]{0,40}|.{0,60}|[\\x00-\\x7f]{0,300})") {
            let packed = lz_str::compress_to_base64(text.as_str());
            let got = decode(packed.as_bytes(), 1 << 20);
            prop_assert_eq!(got.as_deref(), Some(text.as_str()));
        }

        #[test]
        fn agrees_with_lz_string_on_garbage(bytes in prop::collection::vec(prop::sample::select(b"ABCDabcd0189+/=".to_vec()), 0..200)) {
            let ours = decode(&bytes, 1 << 16);
            let oracle = lz_str::decompress_from_base64(std::str::from_utf8(&bytes).unwrap())
                .and_then(|units| String::from_utf16(&units).ok());
            if let (Some(ours), Some(oracle)) = (ours, oracle) {
                prop_assert_eq!(ours, oracle);
            }
        }
    }

    #[test]
    fn bounds_the_output() {
        let packed = lz_str::compress_to_base64("a".repeat(100_000).as_str());
        assert!(packed.len() < 1000);
        assert!(decode(packed.as_bytes(), 100_000).is_some());
        assert!(decode(packed.as_bytes(), 99_999).is_none());
    }
}
