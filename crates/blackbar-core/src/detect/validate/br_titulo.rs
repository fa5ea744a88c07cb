//! Voter number of Brazil: two check digits, the second over the state.

use super::arith::{digits, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(body), Some(state), Some(state_digits)) =
        (digits.get(..8), pair(&digits, 8), digits.get(8..10))
    else {
        return false;
    };
    let of = |rest: u32| match rest % 11 {
        10 => 0,
        // São Paulo and Minas Gerais count a remainder of nothing as one.
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
