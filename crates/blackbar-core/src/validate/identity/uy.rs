//! Identifiers of Uruguay.

use crate::validate::arith::digits;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

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
