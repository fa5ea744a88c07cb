//! ISIN: Luhn over letters spelled as numbers.

use crate::validate::arith::base36;
use crate::validate::arith::symbols;

/// `isin`: ISIN: Luhn over letters spelled as numbers.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let mut sum = 0;
    let mut doubles = false;
    for &byte in symbols.iter().rev() {
        let Some(value) = base36(byte) else { return false };
        let digits = if value > 9 { [Some(value % 10), Some(value / 10)] } else { [Some(value), None] };
        for digit in digits.into_iter().flatten() {
            let counted = if doubles { digit * 2 } else { digit };
            sum += counted / 10 + counted % 10;
            doubles = !doubles;
        }
    }
    symbols.len() == 12 && symbols.iter().take(2).all(u8::is_ascii_uppercase) && sum % 10 == 0
}
