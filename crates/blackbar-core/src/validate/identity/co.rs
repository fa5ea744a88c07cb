//! Identifiers of Colombia.

use crate::validate::arith::digits;

const PRIMES: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];

/// `co-nit`: Colombian NIT: primes from the right, modulus 11.
pub(crate) fn nit(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body.iter().rev().zip(PRIMES).map(|(&digit, prime)| u32::from(digit) * prime).sum();
    let expected = match sum % 11 {
        rest @ (0 | 1) => rest,
        rest => 11 - rest,
    };
    matches!(digits.len(), 8..=16) && expected == u32::from(check)
}
