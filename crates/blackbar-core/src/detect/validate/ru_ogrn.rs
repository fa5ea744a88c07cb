//! OGRN of Russia: the remainder by 11 of twelve digits, or by 13 of fourteen.

use super::arith::{digits, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let modulus = match digits.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    number(body) % modulus % 10 == u64::from(check)
}
