//! Calls of the vendor's interface that SDKs make: chat, early access, push notifications.
//!
//! Their bodies are flat objects with the names of the envelope, redacted as such.

use crate::parse::json::JsonKind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::envelope::EnvelopeWalk;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;

impl EnvelopeWalk<'_, '_> {
    /// Redacts the body of a call to `path`, as the table of endpoints writes it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where it says twice whose it is.
    pub(crate) fn api_call(&mut self, path: &str, root: Value<'_>) -> Result<(), DuplicateKey> {
        let from = self.walk.fields.edits.len();
        self.body(root)?;
        let fields = &mut self.walk.fields;
        fields.text.report.n_events = 0;
        if path == "/api/push_subscriptions" && root.kind() == JsonKind::Object {
            // The address of a device is the purpose of the endpoint: without it nothing can be pushed.
            if let Some(device) = root.get("device_token")?.filter(|device| is_device(device.raw())) {
                let found = fields.edits.split_off(from);
                fields.edits.extend(found.into_iter().filter(|edit| !edit.span.overlaps(device.span())));
            }
            if let Some(proof) = root.get("identity_token")?.filter(|proof| proof.kind() == JsonKind::String)
            {
                let context = TextContext::new(Surface::Property);
                fields.string(proof, context, StringKind::Masked(Reason::Password));
            }
        }
        Ok(())
    }
}

/// Whether a text has the shape of an address that Apple or Google gave to an installation.
fn is_device(raw: &str) -> bool {
    let is_apple = (64..=200).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_hexdigit());
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"_:-".contains(&b);
    let is_google = (100..=400).contains(&raw.len())
        && raw.bytes().all(is_part)
        && raw.bytes().filter(|&b| b == b':').count() == 1;
    is_apple || is_google
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_address_of_a_device_by_its_shape() {
        assert!(is_device(&"0a".repeat(32)));
        assert!(is_device(&format!("cXyZ_1-2:APA91b{}", "aB3-".repeat(30))));
        assert!(!is_device("4111111111111111") && !is_device("jane@example.test"));
        assert!(!is_device(&"z".repeat(120)) && !is_device(&format!("{}.x", "a:b".repeat(50))));
    }
}
