//! CPF of Brazil: two check digits, modulus 11.

use super::arith::{digits, is_uniform, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let check = |weights: &[u32]| (weighted(&digits, weights) * 10 % 11 % 10) as u8;
    let first = check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let second = check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.len() == 11 && !is_uniform(&digits) && digits.ends_with(&[first, second])
}
