//! ISO 7064 MOD 11,10 over all digits: OIB of Croatia, PIB of Serbia.

use crate::validate::arith::digits;
use crate::validate::arith::is_uniform;
use crate::validate::arith::mod_11_10;

/// `mod-11-10`: ISO 7064 MOD 11,10 over all digits: OIB of Croatia, PIB of Serbia.
pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() >= 9 && !is_uniform(&digits) && mod_11_10(&digits))
}
