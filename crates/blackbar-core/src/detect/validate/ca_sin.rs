//! Social insurance number of Canada: Luhn, and first digits that are given out.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text)
        .is_some_and(|digits| digits.len() == 9 && !matches!(digits.first(), Some(0 | 8)) && luhn(&digits))
}
