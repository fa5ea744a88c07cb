//! Identifiers of Argentina.

use crate::validate::arith::digits;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `ar-cbu`: Argentine CBU: two blocks, weights 3, 1, 7, 9 from the right, modulus 10.
pub(crate) fn cbu(text: &str) -> bool {
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

/// `ar-cuit`: Argentine CUIT: weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulus 11.
pub(crate) fn cuit(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let expected = match 11 - weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        digit => digit,
    };
    let kind = pair(&digits, 0);
    digits.len() == 11
        && matches!(kind, Some(20 | 23 | 24 | 27 | 30 | 33 | 34 | 50 | 51 | 55))
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
