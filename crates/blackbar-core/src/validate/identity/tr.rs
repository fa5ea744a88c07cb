//! Identifiers of Turkey.

use crate::validate::arith::digits;

/// `tr-tckn`: Turkish citizen number: two check digits over odd and even positions.
pub(crate) fn tckn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((body, &[tenth, last])) = digits.split_last_chunk::<2>() else { return false };
    let sum = |from: usize| body.iter().skip(from).step_by(2).map(|&digit| u32::from(digit)).sum::<u32>();
    let (odd, even) = (sum(0), sum(1));
    let expected = (odd * 7 + 1000 - even) % 10;
    digits.len() == 11
        && digits.first() != Some(&0)
        && expected == u32::from(tenth)
        && (odd + even + expected) % 10 == u32::from(last)
}

/// `tr-vkn`: Turkish tax number: each digit shifted by its position and multiplied by a power of two, modulus 9.
pub(crate) fn vkn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .rev()
        .zip(1..)
        .map(|(&digit, place)| match (u32::from(digit) + place) % 10 {
            0 => 0,
            moved => match (moved << place) % 9 {
                0 => 9,
                rest => rest,
            },
        })
        .sum();
    digits.len() == 10 && (10 - sum % 10) % 10 == u32::from(check)
}
