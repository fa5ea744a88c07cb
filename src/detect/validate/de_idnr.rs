//! Tax id of Germany: MOD 11,10, and one digit that occurs twice or thrice.

use super::arith::{digits, mod_11_10};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let body = digits.get(..10).unwrap_or(&[]);
    let count = |digit: u8| body.iter().filter(|&&other| other == digit).count();
    let repeated: Vec<usize> = (0..10).map(count).filter(|&n| n > 1).collect();
    digits.len() == 11
        && digits.first() != Some(&0)
        && matches!(repeated.as_slice(), [2 | 3])
        && mod_11_10(&digits)
}
