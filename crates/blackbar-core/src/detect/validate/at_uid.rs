//! VAT number of Austria: Luhn-like cross sums with four added.

use super::arith::{digits_behind, values};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "ATU").or_else(|| values(text.as_bytes())) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(idx, &digit)| {
            let value = u32::from(digit) * if idx % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    digits.len() == 8 && (10 - (sum + 4) % 10) % 10 == u32::from(check)
}
