//! Identifiers of the European energy market.

use crate::validate::arith::base36;

/// `eu-eic`: EIC of the energy market: weights 16 to 2, modulus 37. Pure hex is rejected: it is an ID of something else.
pub(crate) fn eic(text: &str) -> bool {
    let value = |byte: u8| if byte == b'-' { Some(36) } else { base36(byte) };
    let bytes = text.as_bytes();
    let Some((&check, body)) = bytes.split_last() else { return false };
    let sum = body
        .iter()
        .zip((2..=16_u32).rev())
        .try_fold(0, |sum, (&byte, weight)| Some(sum + weight * value(byte)?));
    let Some(sum) = sum.filter(|_| bytes.len() == 16 && check != b'-') else { return false };
    value(check) == Some(36 - (sum + 36) % 37) && !bytes.iter().all(u8::is_ascii_hexdigit)
}
