//! Luhn over all digits: IMEI, SIN, SIREN and many others.

use super::arith::{digits, is_uniform, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| luhn(&digits) && !is_uniform(&digits))
}
