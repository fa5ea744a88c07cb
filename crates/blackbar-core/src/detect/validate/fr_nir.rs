//! NIR of France: 97 minus the remainder; Corsica's 2A and 2B count as 19 and 18.

use super::arith::{number, pair, symbols, values};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let mut plain = *symbols.first_chunk::<15>().unwrap_or(&[b'x'; 15]);
    let [.., _, _, _, _, _, _, _, _, _, _] = plain;
    if let Some(department) = plain.get_mut(5..7) {
        match &*department {
            b"2A" => department.copy_from_slice(b"19"),
            b"2B" => department.copy_from_slice(b"18"),
            _ => {}
        }
    }
    let Some(digits) = values(&plain) else { return false };
    let (Some(body), Some(check)) = (digits.get(..13), pair(&digits, 13)) else { return false };
    let is_sex = matches!(digits.first(), Some(1 | 2 | 3 | 4 | 7 | 8));
    symbols.len() == 15 && is_sex && 97 - number(body) % 97 == u64::from(check)
}
