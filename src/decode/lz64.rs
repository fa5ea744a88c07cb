//! lz-string's base64 form, decoded with a bound.
//!
//! The published crate has no bound, and a few kilobytes of this format can stand for gigabytes;
//! so the decoder is our own, and the crate is its oracle in the tests.

/// Decodes `text` to at most `most` UTF-16 code units. `None` if it is corrupt or larger.
///
/// Cost: one pass, and one copy of each unit that goes out.
pub fn decode(text: &[u8], most: usize) -> Option<String> {
    let mut bits = Bits { text, at: 0, left: 0, value: 0 };
    let mut out: Vec<u16> = Vec::new();
    // Entries of the dictionary as ranges of `out`: each one is what was written when it was made.
    let mut entries: Vec<(u32, u32)> = vec![(0, 0); 3];
    let mut width = 2;
    let mut enlarge_in = 4_u32;
    let mut previous: Option<(u32, u32)> = None;
    loop {
        let code = if previous.is_none() { bits.take(2)? } else { bits.take(width)? };
        if code == 2 {
            return Some(String::from_utf16_lossy(&out));
        }
        let literal = match code {
            0 => Some(bits.take(8)?),
            1 => Some(bits.take(16)?),
            _ => None,
        };
        let start = out.len() as u32;
        if let Some(unit) = literal {
            out.push(unit as u16);
            entries.push((start, start + 1));
            if previous.is_none() {
                // The first unit: the stream goes on with three bits.
                width = 3;
                previous = Some((start, start + 1));
                continue;
            }
            out.truncate(start as usize);
            enlarge_in -= 1;
            if enlarge_in == 0 {
                enlarge_in = 1 << width;
                width += 1;
            }
        } else if previous.is_none() {
            return None;
        }
        let (from, to) = previous?;
        match literal {
            Some(unit) => out.push(unit as u16),
            None => match entries.get(code as usize) {
                Some(&(a, b)) => copy(&mut out, a, b)?,
                None if code as usize == entries.len() => {
                    copy(&mut out, from, to)?;
                    let first = *out.get(from as usize)?;
                    out.push(first);
                }
                None => return None,
            },
        }
        if out.len() > most || width > 30 {
            return None;
        }
        // The new entry is the previous word and the first unit of this one: they are neighbours.
        entries.push((from, to + 1));
        if to != start {
            return None;
        }
        enlarge_in -= 1;
        if enlarge_in == 0 {
            enlarge_in = 1 << width;
            width += 1;
        }
        previous = Some((start, out.len() as u32));
    }
}

fn copy(out: &mut Vec<u16>, from: u32, to: u32) -> Option<()> {
    let range = from as usize..to as usize;
    if range.end > out.len() || range.start > range.end {
        return None;
    }
    out.extend_from_within(range);
    Some(())
}

/// Reads bits, lowest first into the number, highest first out of each base64 digit.
struct Bits<'a> {
    text: &'a [u8],
    at: usize,
    left: u32,
    value: u32,
}

impl Bits<'_> {
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
        fn reads_what_lz_string_wrote(text in "([a-c]{0,40}|.{0,60}|[\\x00-\\x7f]{0,300})") {
            let packed = lz_str::compress_to_base64(text.as_str());
            let got = decode(packed.as_bytes(), 1 << 20);
            prop_assert_eq!(got.as_deref(), Some(text.as_str()));
        }

        #[test]
        fn survives_garbage(bytes in prop::collection::vec(prop::sample::select(b"ABCDabcd0189+/=".to_vec()), 0..200)) {
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
