//! At least one digit: for patterns so loose that an upper-case word matches them.

/// `has-digit`: At least one digit: for patterns so loose that an upper-case word matches them.
pub(super) fn is_valid(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}
