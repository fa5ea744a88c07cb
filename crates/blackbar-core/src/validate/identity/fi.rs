//! Identifiers of Finland.

use crate::validate::arith::is_short_date;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::values;

const CHECKS: &[u8] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// `fi-hetu`: Finnish identity code: a date of birth, a century sign, and a check character, modulus 31.
pub(crate) fn hetu(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(date), Some(sign), Some(serial), Some(check)) =
        (bytes.get(..6).and_then(values), bytes.get(6), bytes.get(7..10).and_then(values), bytes.get(10))
    else {
        return false;
    };
    let (Some(day), Some(month), Some(year)) = (pair(&date, 0), pair(&date, 2), pair(&date, 4)) else {
        return false;
    };
    let rest = (number(&date) * 1000 + number(&serial)) % 31;
    bytes.len() == 11
        && is_short_date(year, month, day)
        && b"+-ABCDEFUVWXYabcdefuvwxy".contains(sign)
        && CHECKS.get(rest as usize) == Some(&check.to_ascii_uppercase())
}
