//! Identifiers of Slovenia.

use crate::validate::arith::digits;
use crate::validate::arith::is_date;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `si-emso`: EMŠO and JMBG of the former Yugoslavia: a date of birth and weights 765432765432, modulus 11.
pub(crate) fn emso(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), digits.get(4..7)) else {
        return false;
    };
    let year = number(year) as u32;
    let year = if year < 800 { 2000 + year } else { 1000 + year };
    let expected = (11 - weighted(&digits, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    digits.len() == 13
        && is_date(year, month, day)
        && digits.last().is_some_and(|&check| expected % 10 == u32::from(check))
}
