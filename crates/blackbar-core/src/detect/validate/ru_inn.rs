//! INN of Russia, of companies (10 digits) and people (12): modulus 11, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let fits = |weights: &[u32]| {
        let check = digits.get(weights.len());
        check.is_some_and(|&check| weighted(&digits, weights) % 11 % 10 == u32::from(check))
    };
    match digits.len() {
        10 => fits(&[2, 4, 10, 3, 5, 9, 4, 6, 8]),
        12 => fits(&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) && fits(&[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]),
        _ => false,
    }
}
