//! NRIC and FIN of Singapore: weights 2, 7, 6, 5, 4, 3, 2 and letter tables.

use super::arith::{symbols, values, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let &[series, ref body @ .., check] = &*symbols else { return false };
    let Some(digits) = values(body).filter(|digits| digits.len() == 7) else { return false };
    let sum = weighted(&digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, letters): (u32, &[u8]) = match series {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let rest = ((sum + offset) % 11) as usize;
    let idx = if series == b'M' { 10 - rest } else { rest };
    letters.get(idx) == Some(&check)
}
