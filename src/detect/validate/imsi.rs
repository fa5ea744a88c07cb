//! IMSI: a country code that is in use.

use super::arith::{digits, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let country = digits.get(..3).map_or(0, number);
    matches!(digits.len(), 14 | 15)
        && matches!(country, 1 | 200..=297 | 302..=376 | 400..=472 | 502..=555 | 602..=659 | 702..=750 | 901 | 999)
}
