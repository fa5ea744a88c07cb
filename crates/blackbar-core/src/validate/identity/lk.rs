//! Identifiers of Sri Lanka.

use crate::validate::arith::number;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `lk-nic`: Sri Lankan identity card: a year and a day of the year, plus 500 for women.
pub(crate) fn nic(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let (year, day) = match symbols.len() {
        10 => (symbols.get(..2), symbols.get(2..5)),
        12 => (symbols.get(..4), symbols.get(4..7)),
        _ => return false,
    };
    let of = |part: Option<&[u8]>| part.and_then(values).map(|digits| number(&digits));
    let (Some(year), Some(day)) = (of(year), of(day)) else { return false };
    let is_year = symbols.len() == 10 || (1900..2100).contains(&year);
    is_year && matches!(day, 1..=366 | 501..=866)
}
