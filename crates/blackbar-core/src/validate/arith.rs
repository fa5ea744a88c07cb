//! The arithmetic that checksums share, and functions that read a number from a match.
//!
//! Digits are values 0–9, characters are upper-case ASCII; separators are dropped. Nothing here
//! allocates or panics; what does not fit is `None` or `false`.

use std::ops::Deref;

/// The digits or characters of a match, without its separators.
#[derive(Clone, Copy)]
pub(super) struct Symbols {
    values: [u8; Symbols::CAPACITY],
    len: usize,
}

impl Deref for Symbols {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or(&[])
    }
}

impl Symbols {
    /// Longest match that is checked.
    pub(super) const CAPACITY: usize = 64;

    fn collect(bytes: impl Iterator<Item = u8>) -> Option<Self> {
        let mut all = Self { values: [0; Self::CAPACITY], len: 0 };
        for byte in bytes {
            *all.values.get_mut(all.len)? = byte;
            all.len += 1;
        }
        Some(all)
    }
}

const fn is_separator(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && byte.is_ascii()
}

/// The digits of `text`; `None` if it holds a letter, or more than fits.
pub(super) fn digits(text: &str) -> Option<Symbols> {
    let kept = || text.bytes().filter(|&byte| !is_separator(byte));
    if !kept().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Symbols::collect(kept().map(|byte| byte - b'0'))
}

/// The letters and digits of `text` in upper case; `None` if it holds other characters, or more than fit.
pub(super) fn symbols(text: &str) -> Option<Symbols> {
    if !text.is_ascii() {
        return None;
    }
    Symbols::collect(text.bytes().filter(|&byte| !is_separator(byte)).map(|byte| byte.to_ascii_uppercase()))
}

/// The digits of `text` after an optional prefix such as `DE`.
pub(super) fn digits_after(text: &str, prefix: &str) -> Option<Symbols> {
    let all = symbols(text)?;
    let rest = all.strip_prefix(prefix.as_bytes()).unwrap_or(&all);
    values(rest)
}

/// ASCII digits as values.
pub(super) fn values(ascii: &[u8]) -> Option<Symbols> {
    if !ascii.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Symbols::collect(ascii.iter().map(|byte| byte - b'0'))
}

/// `0`–`9` as 0–9, `A`–`Z` as 10–35.
pub(super) fn base36(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36)
}

/// The number that digits spell.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum: u64, &digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit)))
}

/// Digit times weight, summed; as far as both lists go.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum()
}

/// Whether all are the same.
pub(super) fn is_uniform(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair.first() == pair.last())
}

/// Luhn: every second digit from the right doubled, digit sums, a multiple of 10.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(idx, &digit)| {
            let digit = u32::from(digit);
            if idx % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// ISO 7064 MOD 11,10.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((&check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10_u32, |product, &digit| {
        let sum = (product + u32::from(digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(check)
}

/// ISO 7064 MOD 97-10 over letters and digits: the remainder.
pub(super) fn mod_97(symbols: impl Iterator<Item = u8>) -> Option<u32> {
    let mut rest = 0;
    for byte in symbols {
        let value = base36(byte)?;
        rest = if value < 10 { rest * 10 + value } else { rest * 100 + value } % 97;
    }
    Some(rest)
}

/// Verhoeff: the dihedral group D5 with its permutation.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const START: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let multiply = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a - 5 + 5 - (b - 5)) % 5,
    };
    let check = digits.iter().rev().enumerate().try_fold(0_u8, |check, (idx, &digit)| {
        let mut permuted = digit;
        for _ in 0..idx % 8 {
            permuted = *START.get(usize::from(permuted))?;
        }
        Some(multiply(check, permuted))
    });
    !digits.is_empty() && check == Some(0)
}

/// Whether the date exists; `year` has four digits.
pub(super) fn is_date(year: u32, month: u32, day: u32) -> bool {
    let is_leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Two digits as a number.
pub(super) fn pair(digits: &[u8], at: usize) -> Option<u32> {
    let high = *digits.get(at)?;
    let low = *digits.get(at + 1)?;
    Some(u32::from(high) * 10 + u32::from(low))
}

/// Whether day, month and two-digit year are a date in the 20th or 21st century.
pub(super) fn is_short_date(year: u32, month: u32, day: u32) -> bool {
    is_date(1900 + year, month, day) || is_date(2000 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_digits_over_separators() {
        assert_eq!(&*digits("4-1 1.2").unwrap(), [4, 1, 1, 2]);
        assert!(digits("41x").is_none());
        assert!(digits(&"1".repeat(65)).is_none());
        assert_eq!(&*digits_after("DE 12", "DE").unwrap(), [1, 2]);
    }

    #[test]
    fn knows_the_published_check_values() {
        assert!(luhn(&digits("79927398713").unwrap()));
        assert!(!luhn(&digits("79927398710").unwrap()));
        assert!(verhoeff(&digits("2363").unwrap()));
        assert!(!verhoeff(&digits("2364").unwrap()));
        assert!(mod_11_10(&digits("07945").unwrap()) && !mod_11_10(&digits("07946").unwrap()));
    }

    #[test]
    fn knows_the_calendar() {
        assert!(is_date(2000, 2, 29) && !is_date(1900, 2, 29) && !is_date(2001, 13, 1));
    }
}
