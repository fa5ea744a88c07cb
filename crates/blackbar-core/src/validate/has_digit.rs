//! At least one digit: for shapes so loose that a word of capital letters fits them.

/// `has-digit`: At least one digit: for shapes so loose that a word of capital letters fits them.
pub(super) fn is_valid(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}
