//! Tax file number of Australia: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    match digits.len() {
        9 => weighted(&digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11),
        // Sources differ in the weights of the short form: both are good.
        8 => [[10, 7, 8, 4, 6, 3, 5, 1], [1, 4, 3, 7, 5, 8, 6, 9]]
            .iter()
            .any(|weights| weighted(&digits, weights).is_multiple_of(11)),
        _ => false,
    }
}
