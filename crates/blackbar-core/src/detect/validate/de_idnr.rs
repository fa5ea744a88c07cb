//! Tax id of Germany: MOD 11,10, and one digit that occurs twice or thrice.

use super::arith::{digits, mod_11_10};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let body = digits.get(..10).unwrap_or(&[]);
    let mut counts = [0_u8; 10];
    for &digit in body {
        if let Some(count) = counts.get_mut(usize::from(digit)) {
            *count += 1;
        }
    }
    let repeated: Vec<u8> = counts.into_iter().filter(|&count| count > 1).collect();
    digits.len() == 11
        && digits.first() != Some(&0)
        && matches!(repeated.as_slice(), [2 | 3])
        && mod_11_10(&digits)
}
