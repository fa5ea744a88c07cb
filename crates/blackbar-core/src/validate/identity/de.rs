//! Identifiers of Germany.

use crate::validate::arith::base36;
use crate::validate::arith::digits;
use crate::validate::arith::digits_after;
use crate::validate::arith::mod_11_10;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `de-ausweis`: German identity card and passport: the tenth character checks nine by weights 7, 3, 1.
pub(crate) fn ausweis(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let symbols = if symbols.len() == 11 { symbols.strip_suffix(b"D").unwrap_or(&symbols) } else { &symbols };
    let is_used = |byte: &u8| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte);
    let Some((body, check)) = symbols.split_at_checked(9) else { return false };
    if !body.iter().all(is_used) {
        return false;
    }
    let values = body.iter().filter_map(|&byte| base36(byte));
    let sum: u32 = values.zip([7, 3, 1].iter().cycle()).map(|(value, weight)| value * weight).sum();
    match check {
        // Printed without its check digit: there is nothing to verify.
        [] => body.iter().any(u8::is_ascii_digit) && body.first().is_some_and(u8::is_ascii_alphabetic),
        &[check] => u32::from(check.wrapping_sub(b'0')) == sum % 10,
        _ => false,
    }
}

/// `de-idnr`: German tax ID: MOD 11,10, and one digit that occurs two or three times.
pub(crate) fn idnr(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let body = digits.get(..10).unwrap_or(&[]);
    let mut counts = [0_u8; 10];
    for &digit in body {
        if let Some(count) = counts.get_mut(usize::from(digit)) {
            *count += 1;
        }
    }
    let repeated: Vec<u8> = counts.into_iter().filter(|&count| count > 1).collect();
    digits.len() == 11
        && digits.first() != Some(&0)
        && matches!(repeated.as_slice(), [2 | 3])
        && mod_11_10(&digits)
}

/// `de-kvnr`: German health insurance number: Luhn from the left, the letter as two digits.
pub(crate) fn kvnr(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&letter, rest)) = symbols.split_first() else { return false };
    let Some(digits) = values(rest).filter(|digits| digits.len() == 9) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    if !letter.is_ascii_uppercase() {
        return false;
    }
    let order = u32::from(letter - b'@');
    let all = [order / 10, order % 10].into_iter().chain(body.iter().map(|&digit| u32::from(digit)));
    let products = all.zip([1, 2].iter().cycle()).map(|(digit, weight)| digit * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum % 10 == u32::from(check)
}

const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];

/// `de-rvnr`: German pension number: weighted digit sums, the letter as two digits.
pub(crate) fn rvnr(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&letter, check)) = symbols.get(8).zip(symbols.get(11)) else { return false };
    if symbols.len() != 12 || !letter.is_ascii_uppercase() {
        return false;
    }
    let order = u32::from(letter - b'@');
    let spelled: String =
        symbols.iter().take(8).chain(symbols.iter().skip(9).take(2)).map(|&b| char::from(b)).collect();
    let Some(plain) = digits(&spelled).filter(|plain| plain.len() == 10) else { return false };
    let head = plain.iter().take(8).map(|&digit| u32::from(digit));
    let tail = plain.iter().skip(8).map(|&digit| u32::from(digit));
    let all = head.chain([order / 10, order % 10]).chain(tail);
    let sum: u32 = all.zip(WEIGHTS).map(|(digit, weight)| digit * weight / 10 + digit * weight % 10).sum();
    u32::from(check.wrapping_sub(b'0')) == sum % 10
}

/// `de-vat`: German VAT number: MOD 11,10.
pub(crate) fn vat(text: &str) -> bool {
    digits_after(text, "DE")
        .is_some_and(|digits| digits.len() == 9 && digits.first() != Some(&0) && mod_11_10(&digits))
}
