//! Machine-readable zone of a passport or card: the check digit after the date of birth, weights 7, 3, 1.

use crate::validate::arith::base36;

/// `mrz`: Machine-readable zone of a passport or card: the check digit after the date of birth, weights 7, 3, 1.
pub(super) fn is_valid(text: &str) -> bool {
    let lines: Vec<&[u8]> =
        text.lines().map(|line| line.trim().as_bytes()).filter(|line| !line.is_empty()).collect();
    match lines.as_slice() {
        [_, second] => field(second, 13, 6) || field(second, 0, 9),
        [first, second, _] => field(second, 0, 6) || field(first, 5, 9),
        _ => false,
    }
}

/// Whether the byte after the field is its check digit.
fn field(line: &[u8], at: usize, len: usize) -> bool {
    let (Some(field), Some(&check)) = (line.get(at..at + len), line.get(at + len)) else { return false };
    let values = field.iter().map(|&byte| if byte == b'<' { Some(0) } else { base36(byte) });
    let sum =
        values.zip([7, 3, 1].iter().cycle()).try_fold(0, |sum, (value, weight)| Some(sum + value? * weight));
    sum.is_some_and(|sum| check.is_ascii_digit() && sum % 10 == u32::from(check - b'0'))
}
