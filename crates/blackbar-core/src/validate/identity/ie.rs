//! Identifiers of Ireland.

use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `ie-pps`: Irish PPS number: weights 8 to 2, a second letter counts nine times, modulus 23.
pub(crate) fn pps(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((head, letters)) = symbols.split_at_checked(7) else { return false };
    let Some(digits) = values(head) else { return false };
    let extra = match letters {
        [_] => 0,
        [_, b'W' | b'T'] => 0,
        [_, second @ b'A'..=b'I'] => u32::from(second - b'@') * 9,
        _ => return false,
    };
    let sum = (weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + extra) % 23;
    let check = if sum == 0 { b'W' } else { b'@' + sum as u8 };
    letters.first() == Some(&check)
}
