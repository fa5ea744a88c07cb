//! Bank account of Spain: two check digits, modulus 11.

use super::arith::{digits, weighted};

const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];

pub(super) fn is_valid(text: &str) -> bool {
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
