//! Social Security number: areas, groups and serials that were never given out.

use super::arith::{digits, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let [area, group, serial] = [0..3, 3..5, 5..9].map(|range| number(digits.get(range).unwrap_or(&[])));
    digits.len() == 9 && !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0
}
