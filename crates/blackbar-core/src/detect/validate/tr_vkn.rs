//! Tax number of Turkey: each digit moved by its place and multiplied by a power of two, modulus 9.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .rev()
        .zip(1..)
        .map(|(&digit, place)| match (u32::from(digit) + place) % 10 {
            0 => 0,
            moved => match (moved << place) % 9 {
                0 => 9,
                rest => rest,
            },
        })
        .sum();
    digits.len() == 10 && (10 - sum % 10) % 10 == u32::from(check)
}
