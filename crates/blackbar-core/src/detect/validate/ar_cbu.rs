//! CBU of Argentina: two blocks, weights 3, 1, 7, 9 from the right, modulus 10.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let fits = |block: &[u8]| {
        let Some((&check, body)) = block.split_last() else { return false };
        let sum: u32 =
            body.iter().rev().zip([3, 1, 7, 9].iter().cycle()).map(|(&d, w)| u32::from(d) * w).sum();
        (10 - sum % 10) % 10 == u32::from(check)
    };
    digits.len() == 22
        && digits.split_at_checked(8).is_some_and(|(bank, account)| fits(bank) && fits(account))
}
