//! Identity code of Finland: a birthday, a sign of the century, and a character by modulus 31.

use super::arith::{is_short_date, number, pair, values};

const CHECKS: &[u8] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

pub(super) fn is_valid(text: &str) -> bool {
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
