//! Health identifiers of Australia: 80036 and Luhn.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text)
        .is_some_and(|digits| digits.len() == 16 && digits.starts_with(&[8, 0, 0, 3, 6]) && luhn(&digits))
}
