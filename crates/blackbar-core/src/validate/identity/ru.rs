//! Identifiers of Russia.

use crate::validate::arith::digits;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `ru-inn`: Russian INN, of companies (10 digits) and people (12): modulus 11, modulus 10.
pub(crate) fn inn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let fits = |weights: &[u32]| {
        let check = digits.get(weights.len());
        check.is_some_and(|&check| weighted(&digits, weights) % 11 % 10 == u32::from(check))
    };
    match digits.len() {
        10 => fits(&[2, 4, 10, 3, 5, 9, 4, 6, 8]),
        12 => fits(&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) && fits(&[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]),
        _ => false,
    }
}

/// `ru-ogrn`: Russian OGRN: twelve digits modulo 11, or fourteen modulo 13.
pub(crate) fn ogrn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let modulus = match digits.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    number(body) % modulus % 10 == u64::from(check)
}

/// `ru-snils`: Russian SNILS: weights 9 to 1, modulus 101.
pub(crate) fn snils(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    digits.len() == 11 && pair(&digits, 9) == Some(sum % 101 % 100)
}
