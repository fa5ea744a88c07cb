//! The grammar of rrweb events: what each type and source holds, and how it is redacted.
//!
//! A type, source, plugin or field that is not named here is walked as JSON with every rule.

use std::borrow::Cow;

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::crossing::CrossingSearch;
use crate::redact::recording::dom::DomWalk;
use crate::redact::recording::fields::UNKNOWN;
use crate::redact::recording::packed::Opened;
use crate::redact::recording::redactor::Packed;
use crate::redact::recording::redactor::Walk;
use crate::redact::recording::windows::WindowName;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::json_walk::is_measure;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;
use crate::session::editor::WindowEditor;

/// The one version of packed fields.
const CV: &str = "2024-10";

impl Walk<'_, '_> {
    /// Redacts `$snapshot_data`: an array of events, or one event as old SDKs send it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(crate) fn snapshots(&mut self, data: Value<'_>) -> Result<(), DuplicateKey> {
        if data.kind() != JsonKind::Array {
            return self.snapshot(data);
        }
        let time = |event: &Value<'_>| -> Result<f64, DuplicateKey> {
            Ok(event.under(KnownKey::Timestamp)?.and_then(Value::as_f64).unwrap_or(f64::INFINITY))
        };
        let mut events = Vec::new();
        for event in data.items() {
            events.push((time(&event)?, event));
        }
        // The player plays them by time, and so does the context.
        events.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut windows: Vec<(Option<Cow<'_, str>>, Vec<Value<'_>>)> = Vec::new();
        for (_, event) in events {
            // Exports name the window in each event. On the wire the envelope does, and only it: a
            // name in an event would lead to a context that belongs to no project and no session.
            let named = if self.windows.are_kept() {
                None
            } else {
                event.under(KnownKey::WindowId)?.map(Value::text)
            };
            match windows.iter_mut().find(|(name, _)| *name == named) {
                Some((_, events)) => events.push(event),
                None => windows.push((named, vec![event])),
            }
        }
        for (name, events) in windows {
            if let Some(window) = name {
                self.enter_window(WindowName { project: "", session: "", window: &window });
            }
            self.look_ahead(&events)?;
            events.into_iter().try_for_each(|event| self.snapshot(event))?;
            self.packed.forget_kept();
        }
        Ok(())
    }

    /// Redacts one rrweb event.
    ///
    /// # Errors
    /// [`DuplicateKey`] where it says twice what it is.
    pub(crate) fn snapshot(&mut self, event: Value<'_>) -> Result<(), DuplicateKey> {
        self.fields.text.report.n_snapshots += 1;
        match event.kind() {
            JsonKind::Object => {}
            // A whole event packed into a string: no SDK that we serve does it.
            JsonKind::String if !event.raw().is_empty() => {
                self.withhold(event, None);
                return Ok(());
            }
            _ => {
                self.fields.json(event, UNKNOWN);
                return Ok(());
            }
        }
        let kind = event.under(KnownKey::Type)?.and_then(Value::as_u32);
        let data = event.under(KnownKey::Data)?;
        let packed = match event.under(KnownKey::Cv)? {
            None => Packed::No,
            Some(cv) if cv.is_text(CV) => Packed::Yes,
            Some(cv) if cv.kind() == JsonKind::Null => Packed::No,
            Some(_) => {
                self.withhold(event, event.under(KnownKey::Timestamp)?);
                return Ok(());
            }
        };
        let from = self.fields.edits.len();
        for (key, value) in event.entries() {
            match key.known_key() {
                KnownKey::Data => {}
                KnownKey::Type | KnownKey::Timestamp | KnownKey::Delay | KnownKey::Sid
                    if value.kind() == JsonKind::Number =>
                {
                    self.fields.measure(value);
                }
                KnownKey::Cv => {}
                KnownKey::Type
                | KnownKey::Timestamp
                | KnownKey::Delay
                | KnownKey::Sid
                | KnownKey::WindowId => {
                    self.fields.json(value, UNKNOWN);
                }
                _ => self.fields.entry(key, value, UNKNOWN),
            }
        }
        let Some(data) = data else { return Ok(()) };
        if self.data(kind, data, packed)? == Opened::No {
            self.fields.edits.truncate(from);
            self.withhold(event, event.under(KnownKey::Timestamp)?);
        }
        Ok(())
    }

    fn data(&mut self, kind: Option<u32>, data: Value<'_>, packed: Packed) -> Result<Opened, DuplicateKey> {
        match kind {
            Some(2) => return self.full_snapshot(data, packed),
            // The grammars below know objects only.
            _ if data.kind() != JsonKind::Object => self.fields.json(data, UNKNOWN),
            Some(3) => return self.incremental(data, packed),
            Some(4) => self.meta(data),
            Some(5) => self.fields.json(data, TextContext::new(Surface::Custom)),
            Some(6) => self.fields.plugin(data)?,
            Some(7) => self.fields.json_by(data, UNKNOWN, asset_key),
            Some(0 | 1) => self.fields.json(data, UNKNOWN),
            _ => {
                let posture = self.fields.text.policy.postures.attributes;
                self.fields.json(data, UNKNOWN.with_posture(posture));
            }
        }
        Ok(Opened::Yes)
    }

    fn full_snapshot(&mut self, data: Value<'_>, packed: Packed) -> Result<Opened, DuplicateKey> {
        if packed == Packed::Yes && data.kind() == JsonKind::String {
            return self.packed(data, |walk, root| {
                walk.full_snapshot_data(root)?;
                Ok(())
            });
        }
        self.full_snapshot_data(data)?;
        Ok(Opened::Yes)
    }

    fn full_snapshot_data(&mut self, data: Value<'_>) -> Result<(), DuplicateKey> {
        if data.kind() != JsonKind::Object {
            self.fields.json(data, UNKNOWN);
        }
        data.under(KnownKey::Node)?;
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Node => self.document(value)?,
                KnownKey::Wireframes => self.fields.wireframes(value)?,
                KnownKey::InitialOffset => self.fields.structure(value),
                _ => self.fields.entry(key, value, UNKNOWN),
            }
        }
        Ok(())
    }

    /// The whole document: it replaces the page before, texts included.
    fn document(&mut self, node: Value<'_>) -> Result<(), DuplicateKey> {
        let knowledge = self.knowledge();
        let page = &mut self.windows.current;
        page.shown.clear();
        WindowEditor::new(&mut page.window, knowledge, &mut page.shown).apply_snapshot(node);
        let mut crossing = CrossingSearch { page, text: self.fields.text }.find(None);
        DomWalk { fields: self.fields.reborrow(), page, crossing: &mut crossing }.nodes(node)
    }

    fn incremental(&mut self, data: Value<'_>, packed: Packed) -> Result<Opened, DuplicateKey> {
        let postures = &self.fields.text.policy.postures;
        match data.under(KnownKey::Source)?.and_then(Value::as_u32) {
            Some(0) => return self.mutation(data, packed),
            Some(1..=4 | 6 | 7 | 12 | 14 | 16) => self.fields.structure(data),
            Some(5) => self.input(data)?,
            Some(8) => return self.style_rules(data, packed),
            Some(13 | 15) => self.fields.json_by(data, TextContext::new(Surface::Css), css_key),
            Some(9) => self.fields.canvas(data)?,
            Some(10) => self.fields.json_by(data, UNKNOWN, font_key),
            Some(11) => {
                self.fields.json(data, TextContext::new(Surface::Console).with_posture(postures.console));
            }
            _ => self.fields.json(data, UNKNOWN.with_posture(postures.attributes)),
        }
        Ok(Opened::Yes)
    }

    fn style_rules(&mut self, data: Value<'_>, packed: Packed) -> Result<Opened, DuplicateKey> {
        const CONTEXT: TextContext<'_> = TextContext::new(Surface::Css);
        for (key, value) in data.entries() {
            let is_packed = packed == Packed::Yes
                && (key.known_key() == KnownKey::Adds || key.known_key() == KnownKey::Removes);
            if !is_packed || value.kind() != JsonKind::String || value.raw().is_empty() {
                self.fields.entry_by(key, value, CONTEXT, css_key);
                continue;
            }
            let opened = self.packed(value, |walk, root| {
                walk.fields.json_by(root, CONTEXT, css_key);
                Ok(())
            })?;
            if opened == Opened::No {
                return Ok(Opened::No);
            }
        }
        Ok(Opened::Yes)
    }

    fn input(&mut self, data: Value<'_>) -> Result<(), DuplicateKey> {
        let id = data.under(KnownKey::Id)?.and_then(Value::as_u32);
        let element = self.windows.current.element(id);
        let posture = element.posture(self.fields.text.policy.postures.inputs);
        let context = TextContext::new(Surface::Input).with_posture(posture);
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Text if value.kind() == JsonKind::String => self.node(id, &element).value(value),
                KnownKey::Id | KnownKey::Source if value.kind() == JsonKind::Number => {
                    self.fields.measure(value);
                }
                KnownKey::Text
                | KnownKey::Id
                | KnownKey::Source
                | KnownKey::IsChecked
                | KnownKey::UserTriggered => {
                    self.fields.json(value, context);
                }
                _ => self.fields.entry(key, value, context),
            }
        }
        Ok(())
    }

    fn meta(&mut self, data: Value<'_>) {
        let context = TextContext::new(Surface::Meta);
        let title = context.with_posture(self.fields.text.policy.postures.text);
        for (key, value) in data.entries() {
            // The title is text of the page, seen from outside.
            let context = if key.known_key() == KnownKey::Title { title } else { context };
            self.fields.entry_by(key, value, context, |key| (key == "href").then_some(StringKind::Url));
        }
    }

    /// Replaces an event that could not be parsed by one that says so.
    fn withhold(&mut self, event: Value<'_>, timestamp: Option<Value<'_>>) {
        let timestamp =
            timestamp.filter(|t| t.kind() == JsonKind::Number && is_measure(t.raw())).map_or("0", Value::raw);
        let with = format!(
            r#"{{"type":5,"timestamp":{timestamp},"data":{{"tag":"blackbar/withheld","payload":{{"reason":"packed"}}}}}}"#
        );
        self.fields.replace(event, with, (Reason::Packed, Surface::Unknown));
    }
}

fn css_key(key: &str) -> Option<StringKind> {
    matches!(key, "rule" | "replace" | "replaceSync" | "value").then_some(StringKind::Css)
}

fn font_key(key: &str) -> Option<StringKind> {
    (key == "fontSource").then_some(StringKind::Url)
}

fn asset_key(key: &str) -> Option<StringKind> {
    match key {
        "url" => Some(StringKind::Url),
        "cssTexts" => Some(StringKind::Css),
        "base64" => Some(StringKind::Image),
        _ => None,
    }
}
