//! Identifiers of China.

use crate::validate::arith::is_date;
use crate::validate::arith::number;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `cn-ric`: Chinese resident ID: a date of birth and ISO 7064 MOD 11-2.
pub(crate) fn ric(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let Some(digits) = values(body).filter(|digits| digits.len() == 17) else { return false };
    let [year, month, day] =
        [6..10, 10..12, 12..14].map(|range| number(digits.get(range).unwrap_or(&[])) as u32);
    let rest = digits.iter().fold(0, |rest, &digit| (rest + u32::from(digit)) * 2 % 11);
    let expected = match (12 - rest) % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    };
    is_date(year, month, day) && expected == check
}
