//! DEA registration: the doubled even places and the odd ones give the last digit.

use super::arith::{symbols, values, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((head, tail)) = symbols.split_at_checked(2) else { return false };
    let Some(digits) = values(tail) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let is_head = matches!(head, [first, second] if first.is_ascii_alphabetic() && (second.is_ascii_alphabetic() || *second == b'9'));
    is_head && digits.len() == 7 && weighted(body, &[1, 2, 1, 2, 1, 2]) % 10 == u32::from(check)
}
