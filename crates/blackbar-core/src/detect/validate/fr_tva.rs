//! VAT number of France: two check digits over the SIREN.

use super::arith::{digits_behind, number, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "FR") else { return false };
    let (Some(check), Some(siren)) = (pair(&digits, 0), digits.get(2..)) else { return false };
    siren.len() == 9 && (12 + 3 * (number(siren) % 97)) % 97 == u64::from(check)
}
