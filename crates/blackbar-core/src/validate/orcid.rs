//! ORCID and ISNI: ISO 7064 MOD 11-2.

use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `orcid`: ORCID and ISNI: ISO 7064 MOD 11-2.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let Some(digits) = values(body).filter(|digits| digits.len() == 15) else { return false };
    let rest = digits.iter().fold(0, |rest, &digit| (rest + u32::from(digit)) * 2 % 11);
    let expected = match (12 - rest) % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    };
    expected == check
}
