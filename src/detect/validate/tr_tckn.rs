//! Citizen number of Turkey: two check digits over odd and even places.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let &[a, b, c, d, e, f, g, h, i, tenth, last] = &*digits else { return false };
    let sum = |places: &[u8]| places.iter().map(|&digit| u32::from(digit)).sum::<u32>();
    let (odd, even) = (sum(&[a, c, e, g, i]), sum(&[b, d, f, h]));
    let expected = (odd * 7 + 1000 - even) % 10;
    a != 0 && expected == u32::from(tenth) && (odd + even + expected) % 10 == u32::from(last)
}
