//! Identifiers of Mexico.

use crate::validate::arith::base36;
use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// With Ñ between N and O, which has a value although no CURP contains it.
fn value(byte: u8) -> Option<u32> {
    let value = base36(byte)?;
    Some(if byte > b'N' { value + 1 } else { value })
}

/// `mx-curp`: Mexican CURP: base 37 by weights 18 to 2, modulus 10.
pub(crate) fn curp(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let sum = body
        .iter()
        .zip((2..=18_u32).rev())
        .try_fold(0, |sum, (&byte, weight)| Some(sum + weight * value(byte)?));
    symbols.len() == 18 && sum.is_some_and(|sum| u32::from(check.wrapping_sub(b'0')) == (10 - sum % 10) % 10)
}

/// `mx-nss`: Mexican social security number: Luhn.
pub(crate) fn nss(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 11 && luhn(&digits))
}

/// `mx-rfc`: Mexican RFC: a day. Its check character is left out: numbers in use violate it.
pub(crate) fn rfc(text: &str) -> bool {
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
