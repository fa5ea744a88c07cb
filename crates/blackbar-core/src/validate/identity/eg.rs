//! Identifiers of Egypt.

use crate::validate::arith::digits;
use crate::validate::arith::is_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `eg-nid`: Egyptian national number: century, birthday; weights 2, 7 to 2 and again, modulus 11.
///
/// The check rule is not published. A number that fails it still counts next to a keyword.
pub(crate) fn nid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 1), pair(&digits, 3), pair(&digits, 5)) else {
        return false;
    };
    let century = match digits.first() {
        Some(2) => 1900,
        Some(3) => 2000,
        _ => return false,
    };
    let expected = (11 - weighted(&digits, &[2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    digits.len() == 14
        && is_date(century + year, month, day)
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
