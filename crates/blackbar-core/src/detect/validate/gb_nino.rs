//! National Insurance number: letters and prefixes that are given out.

use super::arith::symbols;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let &[first, second, ref digits @ .., suffix] = &*symbols else { return false };
    let is_prefix = !b"DFIQUV".contains(&first) && !b"DFIOQUV".contains(&second);
    let is_banned = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&[first, second]);
    digits.len() == 6
        && digits.iter().all(u8::is_ascii_digit)
        && is_prefix
        && !is_banned
        && matches!(suffix, b'A'..=b'D')
}
