//! Social security number of Spain: MOD 97; short serials are counted with the province moved.

use super::arith::{digits, number, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(province), Some(serial), Some(check)) =
        (pair(&digits, 0), digits.get(2..10), pair(&digits, 10))
    else {
        return false;
    };
    let serial = number(serial);
    let factor = if serial < 10_000_000 { 10_000_000 } else { 100_000_000 };
    digits.len() == 12 && (u64::from(province) * factor + serial) % 97 == u64::from(check)
}
