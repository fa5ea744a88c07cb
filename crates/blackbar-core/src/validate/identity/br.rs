//! Identifiers of Brazil.

use crate::validate::arith::digits;
use crate::validate::arith::is_uniform;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::weighted;

/// `br-cnh`: Brazilian driving licence: two check digits by weights 9 to 1 and 1 to 9, modulus 11.
pub(crate) fn cnh(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let &[ref body @ .., first, second] = &*digits else { return false };
    let one = weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let two = weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11;
    let taken = if one >= 10 { 2 } else { 0 };
    let two = if two < taken { two + 11 - taken } else { two - taken };
    let digit = |rest: u32| if rest >= 10 { 0 } else { rest };
    digits.len() == 11
        && !is_uniform(&digits)
        && digit(one) == u32::from(first)
        && digit(two) == u32::from(second)
}

/// `br-cnpj`: Brazilian CNPJ, of digits or with letters: two check digits, modulus 11.
pub(crate) fn cnpj(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let check = |n: usize| {
        let values = symbols.iter().take(n).rev().map(|&byte| u32::from(byte - b'0'));
        let sum: u32 = values.zip((2..=9).cycle()).map(|(value, weight)| value * weight).sum();
        b'0' + (sum * 10 % 11 % 10) as u8
    };
    let is_uniform = symbols.windows(2).all(|pair| pair.first() == pair.last());
    symbols.len() == 14 && !is_uniform && symbols.ends_with(&[check(12), check(13)])
}

/// `br-cpf`: Brazilian CPF: two check digits, modulus 11.
pub(crate) fn cpf(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let check = |weights: &[u32]| (weighted(&digits, weights) * 10 % 11 % 10) as u8;
    let first = check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let second = check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.len() == 11 && !is_uniform(&digits) && digits.ends_with(&[first, second])
}

/// `br-titulo`: Brazilian voter number: two check digits, the second over the state.
pub(crate) fn titulo(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(body), Some(state), Some(state_digits)) =
        (digits.get(..8), pair(&digits, 8), digits.get(8..10))
    else {
        return false;
    };
    let of = |rest: u32| match rest % 11 {
        10 => 0,
        // São Paulo and Minas Gerais count a remainder of 0 as 1.
        0 if state <= 2 => 1,
        digit => digit,
    };
    let one = of(weighted(body, &[2, 3, 4, 5, 6, 7, 8, 9]));
    let two = of(weighted(state_digits, &[7, 8]) + one * 9);
    digits.len() == 12
        && (1..=28).contains(&state)
        && digits.get(10).is_some_and(|&check| one == u32::from(check))
        && digits.get(11).is_some_and(|&check| two == u32::from(check))
}
