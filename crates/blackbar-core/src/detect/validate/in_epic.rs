//! Voter card of India: three letters, and Luhn over the digits.

use super::arith::{luhn, symbols, values};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    symbols.len() == 10 && symbols.get(3..).and_then(values).is_some_and(|digits| luhn(&digits))
}
