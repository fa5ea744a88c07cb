//! Identity card of Poland: weights 7, 3, 1, the fourth character checks the others.

use super::arith::{base36, symbols};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let is_shape = symbols.len() == 9
        && symbols.iter().take(3).all(u8::is_ascii_uppercase)
        && symbols.iter().skip(3).all(u8::is_ascii_digit);
    let values = symbols.iter().filter_map(|&byte| base36(byte));
    let sum: u32 = values.zip([7, 3, 1, 9, 7, 3, 1, 7, 3]).map(|(value, weight)| value * weight).sum();
    is_shape && sum.is_multiple_of(10)
}
