//! Identifiers of Uruguay.

use crate::validate::arith::digits;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `uy-ci`: Uruguayan identity card: weights 2, 9, 8, 7, 6, 3, 4, modulus 10.
pub(crate) fn ci(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    // A number of six digits is written without its zero.
    let weights: &[u32] = if body.len() == 6 { &[9, 8, 7, 6, 3, 4] } else { &[2, 9, 8, 7, 6, 3, 4] };
    matches!(body.len(), 6 | 7) && (10 - weighted(body, weights) % 10) % 10 == u32::from(check)
}

/// `uy-rut`: Uruguayan RUT: an office, a number, 001, modulus 11.
pub(crate) fn rut(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(office), Some(serial), Some(mark)) = (pair(&digits, 0), digits.get(2..8), digits.get(8..11))
    else {
        return false;
    };
    let expected = (11 - weighted(&digits, &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    digits.len() == 12
        && (1..=22).contains(&office)
        && serial.iter().any(|&digit| digit != 0)
        && mark == [0, 0, 1]
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
