//! National number of Belgium: 97 minus the remainder, a 2 in front for those born from 2000 on.

use super::arith::{digits, number, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(body), Some(check), Some(month)) = (digits.get(..9), pair(&digits, 9), pair(&digits, 2)) else {
        return false;
    };
    let check = u64::from(check);
    let fits = |body: u64| 97 - body % 97 == check;
    digits.len() == 11
        && month % 20 <= 12
        && month < 60
        && (fits(number(body)) || fits(2_000_000_000 + number(body)))
}
