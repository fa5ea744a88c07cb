//! VAT number of the United Kingdom: weights 8 to 2, modulus 97; the new series counts 55 more or less.

use super::arith::{digits_behind, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "GB").or_else(|| digits_behind(text, "XI")) else { return false };
    let Some(check) = pair(&digits, 7) else { return false };
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + check;
    matches!(digits.len(), 9 | 12) && matches!(sum % 97, 0 | 42 | 55)
}
