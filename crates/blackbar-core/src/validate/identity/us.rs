//! Identifiers of the United States.

use crate::validate::arith::digits;
use crate::validate::arith::luhn;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `us-aba`: US routing number: a region, weights 3, 7, 1.
pub(crate) fn aba(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let region = pair(&digits, 0);
    let is_region = region.is_some_and(|region| matches!(region, 0..=12 | 21..=32 | 61..=72 | 80));
    digits.len() == 9 && is_region && weighted(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// `us-dea`: DEA registration: twice the even positions plus the odd ones gives the last digit.
pub(crate) fn dea(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((head, tail)) = symbols.split_at_checked(2) else { return false };
    let Some(digits) = values(tail) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let is_head = matches!(head, [first, second] if first.is_ascii_alphabetic() && (second.is_ascii_alphabetic() || *second == b'9'));
    is_head && digits.len() == 7 && weighted(body, &[1, 2, 1, 2, 1, 2]) % 10 == u32::from(check)
}

/// `us-ein`: US employer number: prefixes that are in use.
pub(crate) fn ein(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_prefix = pair(&digits, 0).is_some_and(
        |prefix| !matches!(prefix, 0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97),
    );
    digits.len() == 9 && is_prefix
}

/// `us-itin`: ITIN: area 900–999 and issued groups.
pub(crate) fn itin(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let group = pair(&digits, 3);
    let is_given_out = group.is_some_and(|group| matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99));
    digits.len() == 9 && digits.first() == Some(&9) && is_given_out
}

/// `us-mbi`: Medicare number: digits and letters at fixed positions, without letters that are not used.
pub(crate) fn mbi(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let is_letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    let fits = |(&byte, kind): (&u8, &u8)| match kind {
        b'1' => matches!(byte, b'1'..=b'9'),
        b'n' => byte.is_ascii_digit(),
        b'a' => is_letter(byte),
        _ => is_letter(byte) || byte.is_ascii_digit(),
    };
    symbols.len() == 11 && symbols.iter().zip(b"1axnaxnaann").all(fits)
}

/// `us-npi`: NPI of health providers: Luhn with 80840 before the number.
pub(crate) fn npi(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let mut whole = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let Some(tail) = whole.last_chunk_mut::<10>() else { return false };
    let Some(number) = digits.first_chunk::<10>() else { return false };
    *tail = *number;
    digits.len() == 10 && matches!(digits.first(), Some(1 | 2)) && luhn(&whole)
}

/// `us-ssn`: Social Security number: without areas, groups and serial numbers that are never issued.
pub(crate) fn ssn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let [area, group, serial] = [0..3, 3..5, 5..9].map(|range| number(digits.get(range).unwrap_or(&[])));
    digits.len() == 9 && !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0
}
