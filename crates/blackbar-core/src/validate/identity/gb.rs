//! Identifiers of the United Kingdom.

use crate::validate::arith::digits;
use crate::validate::arith::digits_after;
use crate::validate::arith::is_short_date;
use crate::validate::arith::is_uniform;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `gb-chi`: Scottish CHI number: an NHS number that begins with a date of birth.
pub(crate) fn chi(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    is_short_date(year, month, day) && nhs(text)
}

/// `gb-nhs`: NHS number: weights 10 to 2, modulus 11; a check digit of 10 is never issued.
pub(crate) fn nhs(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum = weighted(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.len() == 10 && !is_uniform(&digits) && (11 - sum % 11) % 11 == u32::from(check)
}

/// `gb-nino`: National Insurance number: letters and prefixes that are issued.
pub(crate) fn nino(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let &[first, second, ref digits @ .., suffix] = &*symbols else { return false };
    let is_prefix = !b"DFIQUV".contains(&first) && !b"DFIOQUV".contains(&second);
    let is_banned = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&[first, second]);
    digits.len() == 6
        && digits.iter().all(u8::is_ascii_digit)
        && is_prefix
        && !is_banned
        && matches!(suffix, b'A'..=b'D')
}

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// `gb-upn`: Unique pupil number: the first letter checks the digits, modulus 23.
pub(crate) fn upn(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_first() else { return false };
    let Some(digits) = values(body) else { return false };
    let sum = weighted(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    digits.len() == 12 && LETTERS.get((sum % 23) as usize) == Some(&check)
}

const CHECKS: [u8; 11] = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// `gb-utr`: Unique taxpayer reference: the first digit checks the others, by a table of modulus 11.
pub(crate) fn utr(text: &str) -> bool {
    let Some(digits) = digits(text.trim_end_matches(['K', 'k'])) else { return false };
    let Some((&check, body)) = digits.split_first() else { return false };
    let sum = weighted(body, &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    digits.len() == 10 && CHECKS.get((sum % 11) as usize) == Some(&check)
}

/// `gb-vat`: British VAT number: weights 8 to 2, modulus 97; the new series adds 55.
pub(crate) fn vat(text: &str) -> bool {
    let Some(digits) = digits_after(text, "GB").or_else(|| digits_after(text, "XI")) else { return false };
    let Some(check) = pair(&digits, 7) else { return false };
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + check;
    matches!(digits.len(), 9 | 12) && matches!(sum % 97, 0 | 42 | 55)
}
