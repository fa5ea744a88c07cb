//! Health number of New Zealand: three letters, then digits (modulus 11) or digits and letters (modulus 23).

use super::arith::symbols;

/// Without I and O.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let &[ref body @ .., check] = &*symbols else { return false };
    let letter = |byte: u8| LETTERS.iter().position(|&letter| letter == byte).map(|idx| idx as u32 + 1);
    let value = |byte: u8| if byte.is_ascii_digit() { Some(u32::from(byte - b'0')) } else { letter(byte) };
    let sum = body
        .iter()
        .zip([7, 6, 5, 4, 3, 2])
        .try_fold(0, |sum, (&byte, weight)| Some(sum + value(byte)? * weight));
    let Some(sum) = sum.filter(|_| body.len() == 6) else { return false };
    if check.is_ascii_digit() {
        let rest = sum % 11;
        return rest != 0 && (11 - rest) % 10 == u32::from(check - b'0');
    }
    letter(check) == Some(23 - sum % 23)
}
