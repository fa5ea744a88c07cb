//! A checksum that rules write in TOML: characters times weights, summed, by a modulus.
//!
//! Covers checksums that need nothing else. Two check digits, birthdays and digit sums of products (Luhn) need a
//! validator in Rust.
//!
//! **Invariant:** a [`WeightedSum`] accepts any text without panicking, and its sum cannot overflow: a match has at
//! most [`MAX_CHARACTERS`] characters, and weights and values are bounded.

use crate::validate::arith::Symbols;
use crate::validate::arith::is_uniform;
use crate::validate::arith::symbols;

/// Longest number that a weighted sum can check.
const MAX_CHARACTERS: usize = 64;
/// Largest weight and modulus.
const MAX_FACTOR: u32 = 10_000;
/// The values of characters unless the rule says otherwise.
const DIGITS: &str = "0123456789";
/// In `map`: this remainder is never issued.
const NEVER: u8 = b'-';

/// From which end of the number weights are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CountFrom {
    /// The first weight belongs to the first character.
    #[default]
    Left,
    /// The first weight belongs to the last character before the check character.
    Right,
}

/// The parameters as a rule gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) weights: Vec<u32>,
    pub(crate) modulus: u32,
    pub(crate) remainder: u32,
    pub(crate) map: Option<String>,
    pub(crate) from: CountFrom,
    pub(crate) lengths: Vec<usize>,
    pub(crate) prefix: String,
    pub(crate) alphabet: Option<String>,
    pub(crate) reject_repeated: bool,
}

/// A checked weighted sum.
#[derive(Clone, Debug)]
pub(crate) struct WeightedSum {
    name: String,
    weights: Vec<u32>,
    modulus: u32,
    remainder: u32,
    /// The check character of each remainder; empty if the check character has a weight, too.
    map: Vec<u8>,
    from: CountFrom,
    /// Allowed numbers of characters, the check character included.
    lengths: Vec<usize>,
    prefix: Vec<u8>,
    /// Value of each ASCII character; `None` where it does not occur in a number.
    values: [Option<u8>; 128],
    reject_repeated: bool,
}

impl WeightedSum {
    /// Checks the parameters.
    ///
    /// # Errors
    /// What to change, in a sentence.
    pub(crate) fn new(parameters: Parameters) -> Result<Self, String> {
        let Parameters {
            weights,
            modulus,
            remainder,
            map,
            from,
            mut lengths,
            prefix,
            alphabet,
            reject_repeated,
        } = parameters;
        if weights.is_empty() || weights.len() > MAX_CHARACTERS {
            return Err(format!("check.weights needs 1 to {MAX_CHARACTERS} numbers"));
        }
        if !(2..=MAX_FACTOR).contains(&modulus) || weights.iter().any(|&weight| weight > MAX_FACTOR) {
            return Err(format!("check.modulus must be 2 to {MAX_FACTOR}, and weights at most {MAX_FACTOR}"));
        }
        if remainder >= modulus {
            return Err("check.remainder must be less than check.modulus".to_owned());
        }
        if map.is_some() && remainder != 0 {
            return Err("check has a map and a remainder; give it one of them".to_owned());
        }
        let map = map.unwrap_or_default().into_bytes();
        if !map.is_empty() && (map.len() != modulus as usize || !map.iter().all(|&byte| is_map_byte(byte))) {
            return Err(format!(
                "check.map needs {modulus} characters, one for each remainder: digits, capital letters, or - for a \
                 remainder that is never issued"
            ));
        }
        if lengths.is_empty() {
            lengths.push(weights.len() + usize::from(!map.is_empty()));
        }
        if lengths.iter().any(|length| !(2..=MAX_CHARACTERS).contains(length)) {
            return Err(format!("check.length must be 2 to {MAX_CHARACTERS}"));
        }
        let values = values(alphabet.as_deref().unwrap_or(DIGITS))?;
        let prefix = prefix.to_ascii_uppercase().into_bytes();
        let name = format!("weighted sum mod {modulus}");
        Ok(Self { name, weights, modulus, remainder, map, from, lengths, prefix, values, reject_repeated })
    }

    /// Whether `text` passes. Separators do not count, nor does letter case.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        let Some(all) = symbols(text) else { return false };
        let number = all.strip_prefix(self.prefix.as_slice()).unwrap_or(&all);
        if !self.lengths.contains(&number.len()) || (self.reject_repeated && is_uniform(number)) {
            return false;
        }
        let (body, check) = if self.map.is_empty() {
            (number, None)
        } else {
            let Some((&check, body)) = number.split_last() else { return false };
            (body, Some(check))
        };
        let Some(rest) = self.sum(body).map(|sum| sum % self.modulus) else { return false };
        match check {
            None => rest == self.remainder,
            Some(check) => check != NEVER && self.map.get(rest as usize) == Some(&check),
        }
    }

    /// `None` if a character has no value.
    fn sum(&self, body: &[u8]) -> Option<u32> {
        let mut sum = 0;
        let mut weights = self.weights.iter().cycle();
        let mut add = |&byte: &u8| {
            let value = (*self.values.get(usize::from(byte))?)?;
            sum += u32::from(value) * weights.next()?;
            Some(())
        };
        match self.from {
            CountFrom::Left => body.iter().try_for_each(&mut add)?,
            CountFrom::Right => body.iter().rev().try_for_each(&mut add)?,
        }
        Some(sum)
    }

    /// In a few words: `weighted sum mod 11`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

fn is_map_byte(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == NEVER
}

/// The value of each character is its position in `alphabet`.
fn values(alphabet: &str) -> Result<[Option<u8>; 128], String> {
    let mut values = [None; 128];
    for (value, byte) in alphabet.bytes().enumerate() {
        let slot = values.get_mut(usize::from(byte)).filter(|_| byte.is_ascii_graphic());
        match (slot, u8::try_from(value)) {
            (Some(slot @ None), Ok(value)) => *slot = Some(value),
            _ => return Err("check.alphabet needs ASCII characters, each once".to_owned()),
        }
    }
    Ok(values)
}

/// Length limits agree with those of the other validators.
const _: () = assert!(MAX_CHARACTERS == Symbols::CAPACITY);

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(weights: &[u32], modulus: u32, map: &str) -> Parameters {
        let map = (!map.is_empty()).then(|| map.to_owned());
        Parameters { weights: weights.to_vec(), modulus, map, ..Parameters::default() }
    }

    #[test]
    fn without_a_map_the_whole_sum_counts() {
        let cvr = WeightedSum::new(sum(&[2, 7, 6, 5, 4, 3, 2, 1], 11, "")).unwrap();
        assert!(cvr.accepts("13585628") && cvr.accepts("13 58 56 28"));
        assert!(!cvr.accepts("13585627") && !cvr.accepts("1358562") && !cvr.accepts("1358562A"));
    }

    #[test]
    fn a_map_gives_the_check_character_of_each_remainder() {
        let rut = Parameters {
            from: CountFrom::Right,
            lengths: vec![8, 9],
            ..sum(&[2, 3, 4, 5, 6, 7], 11, "0K987654321")
        };
        let rut = WeightedSum::new(rut).unwrap();
        assert!(rut.accepts("12.531.909-2") && rut.accepts("1.000.005-k"));
        assert!(!rut.accepts("12.531.909-3") && !rut.accepts("1.000.005-0"));
    }

    #[test]
    fn a_prefix_is_optional_and_repeated_digits_can_be_rejected() {
        let parameters =
            Parameters { prefix: "AB".to_owned(), reject_repeated: true, ..sum(&[1], 10, "0123456789") };
        let toy = WeightedSum::new(Parameters { lengths: vec![3], ..parameters }).unwrap();
        assert!(toy.accepts("AB123") && toy.accepts("ab-12-3") && toy.accepts("123"));
        assert!(!toy.accepts("CD123") && !toy.accepts("000") && !toy.accepts(""));
    }

    #[test]
    fn characters_have_the_values_of_the_alphabet() {
        let parameters = Parameters { alphabet: Some("ABC".to_owned()), ..sum(&[1, 1], 3, "XYZ") };
        let toy = WeightedSum::new(parameters).unwrap();
        assert!(toy.accepts("BBZ") && toy.accepts("CBX") && !toy.accepts("BBX") && !toy.accepts("B1Z"));
    }

    #[test]
    fn parameters_that_cannot_work_are_errors() {
        for (wrong, part) in [
            (sum(&[], 11, ""), "weights"),
            (sum(&[1], 1, ""), "modulus"),
            (sum(&[1, 20_000], 11, ""), "weights"),
            (sum(&[1, 2], 11, "0123"), "11 characters"),
            (sum(&[1, 2], 2, "0?"), "map"),
            (Parameters { remainder: 11, ..sum(&[1, 2], 11, "") }, "remainder"),
            (Parameters { remainder: 1, ..sum(&[1, 2], 2, "01") }, "one of them"),
            (Parameters { lengths: vec![65], ..sum(&[1, 2], 11, "") }, "length"),
            (Parameters { alphabet: Some("AA".to_owned()), ..sum(&[1, 2], 11, "") }, "alphabet"),
        ] {
            let error = WeightedSum::new(wrong).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
