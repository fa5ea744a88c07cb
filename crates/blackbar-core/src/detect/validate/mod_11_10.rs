//! ISO 7064 MOD 11,10 over all digits: OIB of Croatia, PIB of Serbia.

use super::arith::{digits, is_uniform, mod_11_10};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() >= 9 && !is_uniform(&digits) && mod_11_10(&digits))
}
