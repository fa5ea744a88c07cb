//! One property of an event or of its envelope, by its name.

use std::net::IpAddr;

use crate::parse::json::JsonKind;
use crate::parse::value::Value;
use crate::redact::recording::fields::Fields;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;

const PROPERTY: TextContext<'_> = TextContext::new(Surface::Property);

impl Fields<'_, '_> {
    /// Redacts a property.
    pub(super) fn property(&mut self, name: &str, key: Value<'_>, value: Value<'_>) {
        let is_string = value.kind() == JsonKind::String;
        match name {
            "token" | "api_key" | "$token" if is_string => {
                // The token of a project is public and routes the request; any other is redacted.
                if !is_token(value.raw()) {
                    self.string(value, PROPERTY, StringKind::Text);
                }
            }
            "distinct_id" | "$distinct_id" | "$anon_distinct_id" | "$device_id" | "device_id"
            | "$user_id" | "alias" | "$group_key"
                if is_string && !is_uuid(value.raw()) =>
            {
                self.string(value, PROPERTY.with_words(name), StringKind::Identity);
            }
            // An id that the SDK made up; one that does not look like it is redacted.
            "distinct_id" | "$distinct_id" | "$anon_distinct_id" | "$device_id" | "device_id"
            | "$user_id" | "alias" | "uuid" | "$window_id" | "session_id" | "window_id" | "$session_id"
            | "$insert_id" | "$pageview_id" | "$prev_pageview_id"
                if is_string && is_uuid(value.raw()) => {}
            "timestamp" | "sent_at" | "created_at" | "$sent_at" | "$time" if is_timestamp(value.raw()) => {}
            "offset" | "$snapshot_bytes" if value.kind() == JsonKind::Number => self.measure(value),
            "$ip" if self.client_ip(value) => {}
            "$set" | "$set_once" | "person_properties" | "traits" => self.person(key, value),
            "$group_set" | "group_properties" | "groups" | "$groups" => {
                self.entry(key, value, TextContext::new(Surface::Person));
            }
            _ => self.entry(key, value, PROPERTY),
        }
    }

    /// Redacts `$ip` of an event. Returns `false`, and does nothing, if it holds no address.
    ///
    /// A dropped address becomes `null`: an empty text would be looked up as an address, and a missing
    /// `$ip` is filled in from the connection.
    fn client_ip(&mut self, value: Value<'_>) -> bool {
        if value.kind() != JsonKind::String {
            return false;
        }
        let Ok(address) = value.text().parse::<IpAddr>() else { return false };
        let passed_on = self.text.policy.choices.client_ip.of(address);
        if passed_on != Some(address) {
            let with = passed_on.map_or_else(|| "null".to_owned(), |address| format!("\"{address}\""));
            self.replace(value, with, (Reason::ClientIp, Surface::Property));
        }
        true
    }
}

/// The shape of a project token, where one belongs.
fn is_token(raw: &str) -> bool {
    raw.len() <= 64 && raw.starts_with("phc_") && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(raw: &str) -> bool {
    raw.len() == 36
        && raw
            .bytes()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// A time as ISO 8601 or as milliseconds.
fn is_timestamp(raw: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'.' | b'T' | b'Z' | b'+');
    let is_iso = raw.len() >= 19 && raw.as_bytes().get(10) == Some(&b'T');
    let (whole, fraction) = raw.split_once('.').unwrap_or((raw, ""));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_millis = whole.len() == 13
        && whole.starts_with(['1', '2'])
        && is_number(whole)
        && fraction.len() <= 6
        && is_number(fraction);
    raw.len() <= 40 && raw.bytes().all(is_part) && (is_iso || is_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_times_are_known_by_their_shape() {
        assert!(is_uuid("019ac0de-4111-7111-8111-411111111111"));
        assert!(!is_uuid("4111-1111-1111-1111"));
        assert!(is_timestamp("2026-07-11T10:00:00.123Z") && is_timestamp("1764000000123"));
        assert!(!is_timestamp("4111111111111111") && !is_timestamp("1987-04-23"));
        assert!(!is_timestamp("203.0.113.77") && !is_timestamp("2025550143"));
    }
}
