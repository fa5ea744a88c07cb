//! Health card of Quebec: a birthday, to which 50 months are added for women.

use super::arith::{is_short_date, pair, symbols, values};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some(digits) = symbols.get(4..).and_then(values) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let month = if month > 50 { month - 50 } else { month };
    digits.len() == 8 && is_short_date(year, month, day)
}
