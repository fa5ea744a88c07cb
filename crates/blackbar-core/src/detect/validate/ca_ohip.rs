//! Health card of Ontario: Luhn over ten digits; the version letters are not checked.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    digits(number).is_some_and(|digits| digits.len() == 10 && luhn(&digits))
}
