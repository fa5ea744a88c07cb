//! Base58 with lower case, upper case and digits: not a word and not a number.

/// `base58`: Base58 with lower case, upper case and digits: not a word and not a number.
pub(super) fn is_valid(text: &str) -> bool {
    let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}
