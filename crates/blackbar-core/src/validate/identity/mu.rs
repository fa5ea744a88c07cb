//! Identifiers of Mauritius.

use crate::validate::arith::base36;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `mu-nid`: Mauritian identity card: a letter, a date of birth, modulus 17.
pub(crate) fn nid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let (Some((&check, body)), Some(date)) = (symbols.split_last(), symbols.get(1..7).and_then(values))
    else {
        return false;
    };
    let (Some(day), Some(month), Some(year)) = (pair(&date, 0), pair(&date, 2), pair(&date, 4)) else {
        return false;
    };
    let sum = body
        .iter()
        .zip((1..=14_u32).rev())
        .try_fold(0, |sum, (&byte, weight)| Some(sum + weight * base36(byte)?));
    symbols.len() == 14
        && is_short_date(year, month, day)
        && sum.is_some_and(|sum| base36(check) == Some((17 - sum % 17) % 17))
}
