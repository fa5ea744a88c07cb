//! The vendor's envelope around events: who sent it, for which project, and the properties.

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::page::WindowName;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// What a body says about itself. Identifiers: never logged as they are.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Sender {
    /// The project token.
    pub project: Option<String>,
    /// Two events name different projects.
    pub is_ambiguous: bool,
    /// The first event's replay session.
    pub session: Option<String>,
    /// Name and version of the SDK.
    pub sdk: Option<String>,
}

impl Sender {
    fn project(&mut self, value: Value<'_>) {
        let token = value.text();
        match &self.project {
            None => self.project = Some(token.into_owned()),
            Some(known) => self.is_ambiguous |= *known != token,
        }
    }
}

impl Redactor<'_> {
    /// Judges a body: an array of events, a batch, or one event.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(crate) fn envelope(
        &mut self,
        root: Value<'_>,
        sender: &mut Sender,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        match root.kind() {
            Kind::Array => root.items().try_for_each(|event| self.event(event, sender, out)),
            _ => self.event(root, sender, out),
        }
    }

    /// Judges an event, or a batch of them: their keys do not collide.
    fn event(
        &mut self,
        event: Value<'_>,
        sender: &mut Sender,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        if event.kind() != Kind::Object {
            self.json(event, Place::new(Surface::Property), out);
            return Ok(());
        }
        let batch = event.get("batch")?.filter(|batch| batch.kind() == Kind::Array);
        self.report.n_events += u64::from(batch.is_none());
        event.get("properties")?;
        // The project names the window: it must be known before the properties, whatever the order.
        for name in ["token", "api_key", "$token"] {
            if let Some(token) = event.get(name)?.filter(|token| token.kind() == Kind::String) {
                sender.project(token);
            }
        }
        // The second version of the protocol names the session beside the properties.
        let session = event.get("session_id")?.filter(|session| session.kind() == Kind::String);
        if let (None, Some(session)) = (&sender.session, session) {
            sender.session = Some(session.text().into_owned());
        }
        for (key, value) in event.entries() {
            match &*key.text() {
                "batch" if batch.is_some() => {
                    value.items().try_for_each(|event| self.event(event, sender, out))?;
                }
                "properties" if value.kind() == Kind::Object => self.properties(value, sender, out)?,
                name => self.property(name, key, value, out),
            }
        }
        Ok(())
    }

    /// Judges the properties of an event.
    ///
    /// # Errors
    /// As [`Redactor::envelope`].
    pub(crate) fn properties(
        &mut self,
        properties: Value<'_>,
        sender: &mut Sender,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        properties.get("$snapshot_data")?;
        if let Some(token) = properties.get("token")?.filter(|token| token.kind() == Kind::String) {
            sender.project(token);
        }
        if sender.sdk.is_none() {
            let text = |name| Ok(properties.get(name)?.filter(|v| v.kind() == Kind::String).map(Value::text));
            if let (Some(lib), Some(version)) = (text("$lib")?, text("$lib_version")?) {
                sender.sdk = Some(format!("{lib} {version}"));
            }
        }
        let text = |name| Ok(properties.get(name)?.map(Value::text).unwrap_or_default());
        let (session, window) = (text("$session_id")?, text("$window_id")?);
        for (key, value) in properties.entries() {
            match &*key.text() {
                "$snapshot_data" | "$snapshot_items" => {
                    let project = sender.project.clone().unwrap_or_default();
                    self.enter_window(WindowName { project: &project, session: &session, window: &window });
                    self.snapshots(value, out)?;
                }
                "$session_id" if value.kind() == Kind::String => {
                    if sender.session.is_none() {
                        sender.session = Some(value.text().into_owned());
                    }
                    self.id(key, value, out);
                }
                "$elements_chain" if value.kind() == Kind::String => {
                    self.string(value, Place::new(Surface::Attribute), Treat::ElementsChain, out);
                }
                name => self.property(name, key, value, out),
            }
        }
        Ok(())
    }

    fn property(&mut self, name: &str, key: Value<'_>, value: Value<'_>, out: &mut Vec<Edit>) {
        let is_string = value.kind() == Kind::String;
        match name {
            "token" | "api_key" | "$token" if is_string => {
                // The token of a project is public and routes the request; anything else is judged.
                if !is_token(value.raw()) {
                    self.string(value, Place::new(Surface::Property), Treat::See, out);
                }
            }
            "distinct_id" | "$distinct_id" | "$anon_distinct_id" | "$device_id" | "device_id"
            | "$user_id" | "alias" | "$group_key"
                if is_string && !is_uuid(value.raw()) =>
            {
                self.string(value, Place::new(Surface::Property).words(name), Treat::Identity, out);
            }
            "distinct_id" | "$distinct_id" | "$anon_distinct_id" | "$device_id" | "device_id"
            | "$user_id" | "alias" | "uuid" | "$window_id" | "session_id" | "window_id" | "$session_id"
            | "$insert_id" | "$pageview_id" | "$prev_pageview_id" => self.id(key, value, out),
            "timestamp" | "sent_at" | "created_at" | "$sent_at" | "$time" if is_timestamp(value.raw()) => {}
            "offset" | "$snapshot_bytes" if value.kind() == Kind::Number => self.measure(value, out),
            "$ip" if self.client_ip(value, out) => {}
            "$set" | "$set_once" | "person_properties" | "traits" => self.person(key, value, out),
            "$group_set" | "group_properties" | "groups" | "$groups" => {
                self.entry(key, value, Place::new(Surface::Person), out);
            }
            _ => self.entry(key, value, Place::new(Surface::Property), out),
        }
    }

    /// An id that the SDK made up; one that does not look like it is judged.
    fn id(&mut self, key: Value<'_>, value: Value<'_>, out: &mut Vec<Edit>) {
        if !(value.kind() == Kind::String && is_uuid(value.raw())) {
            self.entry(key, value, Place::new(Surface::Property), out);
        }
    }

    /// `tag.class:name="value"…;…`: each value by its name, the rest as it stands.
    pub(crate) fn elements_chain(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        self.plain(text, place, out);
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(bytes.get(at..).unwrap_or_default(), b"=\"") {
            let equals = at + found;
            let start = equals + 2;
            let mut end = start;
            while let Some(&b) = bytes.get(end) {
                match b {
                    b'\\' => end += 2,
                    b'"' => break,
                    _ => end += 1,
                }
            }
            let end = end.min(bytes.len());
            let before = text.get(at..equals).unwrap_or("");
            let name = before
                .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
                .next()
                .unwrap_or("");
            let name = name.strip_prefix("attr__").unwrap_or(name);
            let place = if name == "text" { place.surface(Surface::Text) } else { place.words(name) };
            let treat = if matches!(name, "href" | "src" | "action") { Treat::Url } else { Treat::See };
            self.within(text, Span::new(start, end), out, |this, value, out| {
                this.text(value, place, treat, out);
            });
            at = end.max(start);
        }
    }
}

/// What the token of a project looks like, where one belongs.
fn is_token(raw: &str) -> bool {
    raw.len() <= 64 && raw.starts_with("phc_") && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(raw: &str) -> bool {
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
