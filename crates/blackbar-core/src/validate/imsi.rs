//! IMSI: a country code that may be in use.

use crate::validate::arith::digits;
use crate::validate::arith::number;

/// `imsi`: IMSI: a country code that may be in use.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let country = digits.get(..3).map_or(0, number);
    matches!(digits.len(), 14 | 15) && matches!(country, 1 | 200..)
}
