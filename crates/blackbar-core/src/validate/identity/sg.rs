//! Identifiers of Singapore.

use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `sg-nric`: Singapore NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2 and letter tables.
pub(crate) fn nric(text: &str) -> bool {
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

/// `sg-uen`: Singapore company number: three forms, each with weights and a table of letters.
pub(crate) fn uen(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let digits = values(body);
    match (body.len(), digits) {
        (8, Some(digits)) => {
            let sum = weighted(&digits, &[10, 4, 9, 3, 8, 2, 7, 1]);
            b"XMKECAWLJDB".get((sum % 11) as usize) == Some(&check)
        }
        (9, Some(digits)) => {
            let sum = weighted(&digits, &[10, 8, 6, 4, 9, 7, 5, 3, 1]);
            b"ZKCMDNERGWH".get((sum % 11) as usize) == Some(&check)
        }
        (9, None) => is_other(body, check),
        _ => false,
    }
}

/// `T08LL0001B`: a century, a year, a kind, a number.
fn is_other(body: &[u8], check: u8) -> bool {
    const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
    let value = |byte: u8| ALPHABET.iter().position(|&letter| letter == byte);
    let sum = body
        .iter()
        .zip([4, 3, 5, 3, 10, 2, 2, 5, 7])
        .try_fold(0, |sum, (&byte, weight)| Some(sum + value(byte)? * weight));
    let is_formed = matches!(body.first(), Some(b'R' | b'S' | b'T'))
        && body.get(1..3).and_then(values).is_some()
        && body.get(5..9).and_then(values).is_some();
    is_formed && sum.is_some_and(|sum| ALPHABET.get((sum + 6) % 11) == Some(&check))
}
