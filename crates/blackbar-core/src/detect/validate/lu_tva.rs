//! VAT number of Luxembourg: the last two digits are the rest of the others by 89.

use super::arith::{digits_behind, number, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "LU") else { return false };
    let (Some(body), Some(check)) = (digits.get(..6), pair(&digits, 6)) else { return false };
    digits.len() == 8 && number(body) % 89 == u64::from(check)
}
