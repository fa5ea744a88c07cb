//! Identifiers of Ukraine.

use crate::validate::arith::digits;
use crate::validate::arith::weighted;

/// `ua-edrpou`: Ukrainian company number: weights by range, modulus 11, a second set of weights if the result is 10.
pub(crate) fn edrpou(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_middle = matches!(digits.first(), Some(3..=5));
    let weights: [u32; 7] = if is_middle { [7, 1, 2, 3, 4, 5, 6] } else { [1, 2, 3, 4, 5, 6, 7] };
    let rest = match weighted(&digits, &weights) % 11 {
        10 => weighted(&digits, &weights.map(|weight| weight + 2)) % 11 % 10,
        rest => rest,
    };
    digits.len() == 8 && digits.last().is_some_and(|&check| rest == u32::from(check))
}
