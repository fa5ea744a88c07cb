//! ITIN: area 900–999 and the groups that are given out.

use super::arith::{digits, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let group = pair(&digits, 3);
    let is_given_out = group.is_some_and(|group| matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99));
    digits.len() == 9 && digits.first() == Some(&9) && is_given_out
}
