//! Identifiers of Cyprus.

use crate::validate::arith::symbols;
use crate::validate::arith::values;

const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];

/// `cy-vat`: Cypriot VAT number: a table for odd positions, modulus 26.
pub(crate) fn vat(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let rest = symbols.strip_prefix(b"CY").unwrap_or(&symbols);
    let Some((&check, body)) = rest.split_last() else { return false };
    let Some(digits) = values(body).filter(|digits| digits.len() == 8) else { return false };
    let counted = digits.iter().enumerate().map(|(idx, &digit)| match idx % 2 {
        0 => ODD.get(usize::from(digit)).copied().unwrap_or(0),
        _ => u32::from(digit),
    });
    u32::from(check.wrapping_sub(b'A')) == counted.sum::<u32>() % 26
}
