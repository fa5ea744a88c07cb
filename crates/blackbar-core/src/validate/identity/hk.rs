//! Identifiers of Hong Kong.

use crate::validate::arith::base36;
use crate::validate::arith::symbols;

/// `hk-id`: HKID: weights 9 to 2, a missing first letter counts as 36, modulus 11, A for ten.
pub(crate) fn id(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let pad = if body.len() == 7 { Some(36) } else { None };
    let values = body.iter().filter_map(|&byte| base36(byte));
    let sum: u32 =
        pad.into_iter().chain(values).zip((2..=9).rev()).map(|(value, weight)| value * weight).sum();
    let Some(check) = base36(check) else { return false };
    matches!(body.len(), 7 | 8) && check <= 10 && (sum + check).is_multiple_of(11)
}
