//! SNOMED CT: Verhoeff, and a partition in the two digits before the last.

use crate::validate::arith::digits;
use crate::validate::arith::verhoeff;

/// `snomed`: SNOMED CT: Verhoeff, and a partition in the two digits before the last.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let kind = digits.len().checked_sub(3).and_then(|at| digits.get(at));
    (6..=18).contains(&digits.len()) && matches!(kind, Some(0 | 1)) && verhoeff(&digits)
}
