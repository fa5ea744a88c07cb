//! Business number of Canada: Luhn over the first nine digits; what follows names an account.

use super::arith::{luhn, symbols, values};

pub(super) fn is_valid(text: &str) -> bool {
    let number = symbols(text).and_then(|symbols| symbols.get(..9).and_then(values));
    number.is_some_and(|digits| luhn(&digits))
}
