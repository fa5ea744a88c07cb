//! Identity card and passport of Germany: the tenth character checks nine by weights 7, 3, 1.

use super::arith::{base36, symbols};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let symbols = if symbols.len() == 11 { symbols.strip_suffix(b"D").unwrap_or(&symbols) } else { &symbols };
    let is_used = |byte: &u8| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte);
    let Some((body, check)) = symbols.split_at_checked(9) else { return false };
    if !body.iter().all(is_used) {
        return false;
    }
    let values = body.iter().filter_map(|&byte| base36(byte));
    let sum: u32 = values.zip([7, 3, 1].iter().cycle()).map(|(value, weight)| value * weight).sum();
    match check {
        // Nine characters are what is printed: there is no check digit to fail.
        [] => body.iter().any(u8::is_ascii_digit) && body.first().is_some_and(u8::is_ascii_alphabetic),
        &[check] => u32::from(check.wrapping_sub(b'0')) == sum % 10,
        _ => false,
    }
}
