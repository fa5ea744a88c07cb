//! Partita IVA of Italy: Luhn, and an office that exists.

use super::arith::{digits, luhn, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("IT")) else { return false };
    let Some((serial, office)) = digits.get(..7).zip(digits.get(7..10)) else { return false };
    let is_office = matches!(number(office), 1..=100 | 120 | 121 | 888 | 999);
    digits.len() == 11 && number(serial) > 0 && is_office && luhn(&digits)
}
