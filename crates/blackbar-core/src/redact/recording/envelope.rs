//! The vendor's envelope around events: who sent it, for which project, and the properties.

use crate::parse::json::JsonKind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::property::is_uuid;
use crate::redact::recording::redactor::Walk;
use crate::redact::recording::windows::WindowName;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::string_kind::StringKind;

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

/// Walks an envelope.
pub(crate) struct EnvelopeWalk<'r, 'p> {
    pub(crate) walk: Walk<'r, 'p>,
    pub(crate) sender: &'r mut Sender,
}

impl EnvelopeWalk<'_, '_> {
    /// Redacts a body: an array of events, a batch, or one event.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(crate) fn body(&mut self, root: Value<'_>) -> Result<(), DuplicateKey> {
        match root.kind() {
            JsonKind::Array => root.items().try_for_each(|event| self.event(event)),
            _ => self.event(root),
        }
    }

    /// Redacts an event, or a batch of them: their keys do not collide.
    fn event(&mut self, event: Value<'_>) -> Result<(), DuplicateKey> {
        if event.kind() != JsonKind::Object {
            self.walk.fields.json(event, TextContext::new(Surface::Property));
            return Ok(());
        }
        let batch = event.get("batch")?.filter(|batch| batch.kind() == JsonKind::Array);
        self.walk.fields.text.report.n_events += u64::from(batch.is_none());
        event.get("properties")?;
        // The project names the window: it must be known before the properties, whatever the order.
        for name in ["token", "api_key", "$token"] {
            if let Some(token) = event.get(name)?.filter(|token| token.kind() == JsonKind::String) {
                self.sender.project(token);
            }
        }
        // The second version of the protocol names the session next to the properties.
        let session = event.get("session_id")?.filter(|session| session.kind() == JsonKind::String);
        if let (None, Some(session)) = (&self.sender.session, session) {
            self.sender.session = Some(session.text().into_owned());
        }
        for (key, value) in event.entries() {
            match &*key.text() {
                "batch" if batch.is_some() => value.items().try_for_each(|event| self.event(event))?,
                "properties" if value.kind() == JsonKind::Object => self.properties(value)?,
                name => self.walk.fields.property(name, key, value),
            }
        }
        Ok(())
    }

    /// Redacts the properties of an event.
    ///
    /// # Errors
    /// As [`EnvelopeWalk::body`].
    pub(crate) fn properties(&mut self, properties: Value<'_>) -> Result<(), DuplicateKey> {
        properties.get("$snapshot_data")?;
        let sender = &mut *self.sender;
        if let Some(token) = properties.get("token")?.filter(|token| token.kind() == JsonKind::String) {
            sender.project(token);
        }
        if sender.sdk.is_none() {
            let text =
                |name| Ok(properties.get(name)?.filter(|v| v.kind() == JsonKind::String).map(Value::text));
            if let (Some(lib), Some(version)) = (text("$lib")?, text("$lib_version")?) {
                sender.sdk = Some(format!("{lib} {version}"));
            }
        }
        let text = |name| Ok(properties.get(name)?.map(Value::text).unwrap_or_default());
        let (session, window) = (text("$session_id")?, text("$window_id")?);
        for (key, value) in properties.entries() {
            match &*key.text() {
                "$snapshot_data" | "$snapshot_items" => {
                    let project = self.sender.project.clone().unwrap_or_default();
                    let name = WindowName { project: &project, session: &session, window: &window };
                    self.walk.enter_window(name);
                    self.walk.snapshots(value)?;
                }
                "$session_id" if value.kind() == JsonKind::String => {
                    if self.sender.session.is_none() {
                        self.sender.session = Some(value.text().into_owned());
                    }
                    if !is_uuid(value.raw()) {
                        self.walk.fields.entry(key, value, TextContext::new(Surface::Property));
                    }
                }
                "$elements_chain" if value.kind() == JsonKind::String => {
                    let context = TextContext::new(Surface::Attribute);
                    self.walk.fields.string(value, context, StringKind::ElementsChain);
                }
                name => self.walk.fields.property(name, key, value),
            }
        }
        Ok(())
    }
}
