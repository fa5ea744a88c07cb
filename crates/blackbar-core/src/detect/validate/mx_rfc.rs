//! RFC of Mexico: a day. Its check character is left out: there are numbers in use that break its rule.

use super::arith::{is_short_date, pair, values};

pub(super) fn is_valid(text: &str) -> bool {
    let mut digits = [0_u8; 6];
    let kept = || text.chars().filter(|c| c.is_alphanumeric() || *c == '&');
    let Some(head) = kept().count().checked_sub(9) else { return false };
    for (slot, c) in digits.iter_mut().zip(kept().skip(head)) {
        *slot = u8::try_from(c).unwrap_or(0);
    }
    let Some(digits) = values(&digits) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    matches!(head, 3 | 4) && is_short_date(year, month, day)
}
