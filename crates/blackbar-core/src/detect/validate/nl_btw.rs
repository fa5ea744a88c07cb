//! VAT number of the Netherlands: MOD 97 over all of it, or a citizen number inside.

use super::arith::{mod_97, symbols};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some(rest) = symbols.strip_prefix(b"NL") else { return false };
    let Some((number, suffix)) = rest.split_at_checked(9) else { return false };
    let inner: String = number.iter().map(|&byte| char::from(byte)).collect();
    let is_shape = matches!(suffix, [b'B', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit());
    is_shape && (mod_97(symbols.iter().copied()) == Some(1) || super::nl_bsn::is_valid(&inner))
}
