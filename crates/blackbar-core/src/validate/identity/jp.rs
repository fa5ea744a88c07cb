//! Identifiers of Japan.

use crate::validate::arith::digits;
use crate::validate::arith::weighted;

/// `jp-cn`: Japanese company number: weights 1 and 2 from the right, modulus 9, in the first place.
pub(crate) fn cn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_first() else { return false };
    let sum: u32 =
        body.iter().rev().zip([1, 2].iter().cycle()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    digits.len() == 13 && 9 - sum % 9 == u32::from(check)
}

/// `jp-driver`: Japanese driving licence: weights over ten digits, the eleventh checks; the last counts reissues.
pub(crate) fn driver(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    // Sources differ in the check digit for the remainders 0 and 1: both are accepted.
    let expected = 11 - sum % 11;
    digits.len() == 12
        && digits.get(10).is_some_and(|&check| {
            let check = u32::from(check);
            expected == check || (expected >= 10 && (check == 0 || check == expected - 10))
        })
}
