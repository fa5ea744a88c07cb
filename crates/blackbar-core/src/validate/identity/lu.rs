//! Identifiers of Luxembourg.

use crate::validate::arith::digits;
use crate::validate::arith::digits_after;
use crate::validate::arith::is_date;
use crate::validate::arith::luhn;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::verhoeff;

/// `lu-id`: Luxembourg personal number: a date of birth, Luhn and Verhoeff.
pub(crate) fn id(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day), Some(body), Some(&second)) =
        (digits.get(..4), pair(&digits, 4), pair(&digits, 6), digits.get(..11), digits.get(12))
    else {
        return false;
    };
    // Both check digits are over the same eleven.
    let mut other = [0; 12];
    let Some((head, tail)) = other.split_at_mut_checked(11) else { return false };
    head.copy_from_slice(body);
    tail.fill(second);
    digits.len() == 13
        && is_date(number(year) as u32, month, day)
        && digits.get(..12).is_some_and(luhn)
        && verhoeff(&other)
}

/// `lu-tva`: Luxembourg VAT number: the last two digits are the rest modulo 89.
pub(crate) fn tva(text: &str) -> bool {
    let Some(digits) = digits_after(text, "LU") else { return false };
    let (Some(body), Some(check)) = (digits.get(..6), pair(&digits, 6)) else { return false };
    digits.len() == 8 && number(body) % 89 == u64::from(check)
}
