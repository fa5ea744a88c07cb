//! LEI: ISO 7064 MOD 97-10. Digits alone after the issuer are rejected.

use crate::validate::arith::mod_97;
use crate::validate::arith::symbols;

/// `lei`: LEI: ISO 7064 MOD 97-10. Digits alone after the issuer are rejected.
pub(super) fn is_valid(text: &str) -> bool {
    symbols(text).is_some_and(|symbols| {
        symbols.len() == 20
            && symbols.iter().skip(4).any(u8::is_ascii_alphabetic)
            && mod_97(symbols.iter().copied()) == Some(1)
    })
}
