//! Business number of Canada: Luhn over the first nine digits; what follows names an account.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    text.get(..9).and_then(digits).is_some_and(|digits| digits.len() == 9 && luhn(&digits))
}
