//! Identifiers of Australia.

use crate::validate::arith::digits;
use crate::validate::arith::luhn;
use crate::validate::arith::weighted;

/// `au-abn`: Australian ABN: the first digit minus one, weights 10, 1, 3 to 19, modulus 89.
pub(crate) fn abn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    digits.len() == 11 && digits.first() != Some(&0) && sum >= 10 && (sum - 10).is_multiple_of(89)
}

/// `au-ihi`: Australian health identifiers: 80036 and Luhn.
pub(crate) fn ihi(text: &str) -> bool {
    digits(text)
        .is_some_and(|digits| digits.len() == 16 && digits.starts_with(&[8, 0, 0, 3, 6]) && luhn(&digits))
}

/// `au-tfn`: Australian tax file number: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, modulus 11.
pub(crate) fn tfn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    match digits.len() {
        9 => weighted(&digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11),
        // Sources differ in the weights of the short form: both are accepted.
        8 => [[10, 7, 8, 4, 6, 3, 5, 1], [1, 4, 3, 7, 5, 8, 6, 9]]
            .iter()
            .any(|weights| weighted(&digits, weights).is_multiple_of(11)),
        _ => false,
    }
}
