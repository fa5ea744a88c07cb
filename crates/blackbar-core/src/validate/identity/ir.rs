//! Identifiers of Iran.

use crate::validate::arith::digits;
use crate::validate::arith::is_uniform;
use crate::validate::arith::weighted;

/// `ir-melli`: Iranian national code: weights 10 to 2, modulus 11.
pub(crate) fn melli(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let rest = weighted(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let expected = if rest < 2 { rest } else { 11 - rest };
    digits.len() == 10
        && !is_uniform(&digits)
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
