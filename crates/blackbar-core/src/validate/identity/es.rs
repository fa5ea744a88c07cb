//! Identifiers of Spain.

use crate::validate::arith::digits;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];

/// `es-ccc`: Spanish bank account: two check digits, modulus 11.
pub(crate) fn ccc(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(bank), Some(checks), Some(account)) = (digits.get(..8), digits.get(8..10), digits.get(10..))
    else {
        return false;
    };
    let check = |sum: u32| match 11 - sum % 11 {
        11 => 0,
        10 => 1,
        digit => digit as u8,
    };
    let expected =
        [check(weighted(bank, WEIGHTS.get(2..).unwrap_or(&[]))), check(weighted(account, &WEIGHTS))];
    digits.len() == 20 && checks == expected
}

/// `es-cif`: Spanish CIF: digit sums give a check digit, or a letter for it.
pub(crate) fn cif(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let &[kind, ref body @ .., check] = &*symbols else { return false };
    let Some(digits) = values(body).filter(|digits| digits.len() == 7) else { return false };
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(idx, &digit)| {
            let value = u32::from(digit) * if idx % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    let expected = ((10 - sum % 10) % 10) as u8;
    let fits_letter = b"JABCDEFGHI".get(usize::from(expected)) == Some(&check);
    b"ABCDEFGHJNPQRSUVW".contains(&kind) && (check == b'0' + expected || fits_letter)
}

const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// `es-dni`: Spanish DNI and NIE: the letter is the remainder modulo 23.
pub(crate) fn dni(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&letter, body)) = symbols.split_last() else { return false };
    let mut plain = *body.first_chunk::<8>().unwrap_or(&[b'?'; 8]);
    if let Some(first) = plain.first_mut() {
        *first = match *first {
            foreign @ b'X'..=b'Z' => foreign - b'X' + b'0',
            other => other,
        };
    }
    let Some(digits) = values(&plain) else { return false };
    symbols.len() == 9 && LETTERS.get((number(&digits) % 23) as usize) == Some(&letter)
}

/// `es-nuss`: Spanish social security number: MOD 97; short serial numbers shift the province.
pub(crate) fn nuss(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(province), Some(serial), Some(check)) =
        (pair(&digits, 0), digits.get(2..10), pair(&digits, 10))
    else {
        return false;
    };
    let serial = number(serial);
    let factor = if serial < 10_000_000 { 10_000_000 } else { 100_000_000 };
    digits.len() == 12 && (u64::from(province) * factor + serial) % 97 == u64::from(check)
}
