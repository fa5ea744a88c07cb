//! Company number of the Czech and Slovak republics: weights 8 to 2, modulus 11.

use super::arith::{digits_behind, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "CZ") else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let expected = (11 - weighted(body, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    digits.len() == 8 && expected == u32::from(check)
}
