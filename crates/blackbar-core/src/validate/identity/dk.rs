//! Identifiers of Denmark.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `dk-cpr`: Danish CPR number: a date of birth. Its old checksum no longer holds for all.
pub(crate) fn cpr(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 10 && is_short_date(year, month, day)
}

/// `dk-cvr`: Danish CVR number: weights 2, 7, 6, 5, 4, 3, 2, 1, modulus 11.
pub(crate) fn cvr(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("DK")) else { return false };
    digits.len() == 8
        && digits.first() != Some(&0)
        && weighted(&digits, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
