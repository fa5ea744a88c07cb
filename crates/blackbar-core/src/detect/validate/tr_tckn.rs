//! Citizen number of Turkey: two check digits over odd and even places.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((body, &[tenth, last])) = digits.split_last_chunk::<2>() else { return false };
    let sum = |from: usize| body.iter().skip(from).step_by(2).map(|&digit| u32::from(digit)).sum::<u32>();
    let (odd, even) = (sum(0), sum(1));
    let expected = (odd * 7 + 1000 - even) % 10;
    digits.len() == 11
        && digits.first() != Some(&0)
        && expected == u32::from(tenth)
        && (odd + even + expected) % 10 == u32::from(last)
}
