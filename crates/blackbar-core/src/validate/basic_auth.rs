//! Basic authentication: base64 of a text that contains a colon.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// `basic-auth`: Basic authentication: base64 of a text that contains a colon.
pub(super) fn is_valid(text: &str) -> bool {
    let decoded = STANDARD_NO_PAD.decode(text.trim_end_matches('='));
    decoded.is_ok_and(|bytes| bytes.contains(&b':') && !bytes.iter().any(u8::is_ascii_control))
}
