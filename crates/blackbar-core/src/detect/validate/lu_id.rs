//! Number of a person in Luxembourg: a birthday, Luhn and Verhoeff.

use super::arith::{digits, is_date, luhn, number, pair, verhoeff};

pub(super) fn is_valid(text: &str) -> bool {
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
