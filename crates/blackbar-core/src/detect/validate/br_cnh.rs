//! Driving licence of Brazil: two check digits by weights 9 to 1 and 1 to 9, modulus 11.

use super::arith::{digits, is_uniform, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let &[ref body @ .., first, second] = &*digits else { return false };
    let one = weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let two = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    let taken = if one >= 10 { 2 } else { 0 };
    let two = if two < taken { two + 11 - taken } else { two - taken };
    let digit = |rest: u32| if rest >= 10 { 0 } else { rest };
    digits.len() == 11
        && !is_uniform(&digits)
        && digit(one) == u32::from(first)
        && digit(two) == u32::from(second)
}
