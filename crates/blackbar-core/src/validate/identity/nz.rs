//! Identifiers of New Zealand.

use crate::validate::arith::digits;
use crate::validate::arith::number;
use crate::validate::arith::symbols;
use crate::validate::arith::weighted;

/// `nz-ird`: New Zealand IRD number: two sets of weights, modulus 11.
pub(crate) fn ird(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let skip = 8 - body.len().min(8);
    let rest = |weights: &[u32]| (11 - weighted(body, weights.get(skip..).unwrap_or(&[])) % 11) % 11;
    let expected = match rest(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => rest(&[7, 4, 3, 2, 5, 2, 7, 6]),
        first => first,
    };
    let is_range = (10_000_000..150_000_000).contains(&number(&digits));
    matches!(digits.len(), 8 | 9) && is_range && expected == u32::from(check)
}

/// Without I and O.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";

/// `nz-nhi`: New Zealand health number: three letters, then digits (modulus 11) or digits and letters (modulus 23).
pub(crate) fn nhi(text: &str) -> bool {
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
