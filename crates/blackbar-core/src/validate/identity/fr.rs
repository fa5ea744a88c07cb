//! Identifiers of France.

use crate::validate::arith::digits;
use crate::validate::arith::digits_after;
use crate::validate::arith::luhn;
use crate::validate::arith::number;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `fr-nif`: French tax number: the last three digits are the rest modulo 511.
pub(crate) fn nif(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((body, check)) = digits.split_at_checked(10) else { return false };
    digits.len() == 13 && matches!(digits.first(), Some(0..=3)) && number(body) % 511 == number(check)
}

/// `fr-nir`: French NIR: 97 minus the remainder; Corsica's 2A and 2B count as 19 and 18.
pub(crate) fn nir(text: &str) -> bool {
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

/// `fr-siret`: French SIRET: Luhn over all and over the SIREN; post offices by the digit sum.
pub(crate) fn siret(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some(siren) = digits.get(..9) else { return false };
    let sum: u32 = digits.iter().map(|&digit| u32::from(digit)).sum();
    let is_post = siren == [3, 5, 6, 0, 0, 0, 0, 0, 0] && sum.is_multiple_of(5);
    digits.len() == 14 && luhn(siren) && (luhn(&digits) || is_post)
}

/// `fr-tva`: French VAT number: two check digits over the SIREN.
pub(crate) fn tva(text: &str) -> bool {
    let Some(digits) = digits_after(text, "FR") else { return false };
    let (Some(check), Some(siren)) = (pair(&digits, 0), digits.get(2..)) else { return false };
    siren.len() == 9 && (12 + 3 * (number(siren) % 97)) % 97 == u64::from(check)
}
