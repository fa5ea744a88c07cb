//! CIF of Spain: cross sums give a digit, or the letter in its place.

use super::arith::{symbols, values};

pub(super) fn is_valid(text: &str) -> bool {
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
