//! Identifiers of the Netherlands.

use crate::validate::arith::digits;
use crate::validate::arith::is_uniform;
use crate::validate::arith::mod_97;
use crate::validate::arith::symbols;
use crate::validate::arith::weighted;

/// `nl-bsn`: Dutch citizen number: weights 9 to 2 and -1, modulus 11.
pub(crate) fn bsn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&last, body)) = digits.split_last() else { return false };
    let weights: &[u32] = if digits.len() == 8 { &[8, 7, 6, 5, 4, 3, 2] } else { &[9, 8, 7, 6, 5, 4, 3, 2] };
    let sum = weighted(body, weights);
    matches!(digits.len(), 8 | 9) && !is_uniform(&digits) && sum % 11 == u32::from(last)
}

/// `nl-btw`: Dutch VAT number: MOD 97 over all of it, or a citizen number inside.
pub(crate) fn btw(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some(rest) = symbols.strip_prefix(b"NL") else { return false };
    let Some((number, suffix)) = rest.split_at_checked(9) else { return false };
    let inner: String = number.iter().map(|&byte| char::from(byte)).collect();
    let is_shape = matches!(suffix, [b'B', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit());
    is_shape && (mod_97(symbols.iter().copied()) == Some(1) || bsn(&inner))
}
