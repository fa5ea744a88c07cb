//! VAT number of Germany: MOD 11,10.

use super::arith::{digits_behind, mod_11_10};

pub(super) fn is_valid(text: &str) -> bool {
    digits_behind(text, "DE")
        .is_some_and(|digits| digits.len() == 9 && digits.first() != Some(&0) && mod_11_10(&digits))
}
