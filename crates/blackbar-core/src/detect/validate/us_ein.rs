//! Employer number of the United States: prefixes that campuses use.

use super::arith::{digits, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_prefix = pair(&digits, 0).is_some_and(
        |prefix| !matches!(prefix, 0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97),
    );
    digits.len() == 9 && is_prefix
}
