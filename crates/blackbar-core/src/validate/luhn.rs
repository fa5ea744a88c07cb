//! Luhn over all digits: IMEI, SIN, SIREN and many others.

use crate::validate::arith::digits;
use crate::validate::arith::is_uniform;
use crate::validate::arith::luhn;

/// `luhn`: Luhn over all digits: IMEI, SIN, SIREN and many others.
pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| luhn(&digits) && !is_uniform(&digits))
}
