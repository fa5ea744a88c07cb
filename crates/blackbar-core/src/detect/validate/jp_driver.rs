//! Driving licence of Japan: weights over ten digits, the eleventh checks; the last counts reissues.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    // What stands for the remainders 0 and 1 is disputed: both readings are good.
    let expected = 11 - sum % 11;
    digits.len() == 12
        && digits.get(10).is_some_and(|&check| {
            let check = u32::from(check);
            expected == check || (expected >= 10 && (check == 0 || check == expected - 10))
        })
}
