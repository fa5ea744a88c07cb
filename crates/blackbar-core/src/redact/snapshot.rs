//! The grammar of rrweb events: what each type and source holds, and how it is judged.
//!
//! A type, source, plugin or field that is not named here is walked as JSON with every rule.

use std::borrow::Cow;

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::dom::Crossing;
use crate::redact::json::Treat;
use crate::redact::json::is_measure;
use crate::redact::packed::Opened;
use crate::redact::packed::Unpacked;
use crate::redact::page::Page;
use crate::redact::page::WindowName;
use crate::redact::policy::Posture;
use crate::redact::redactor::Place;
use crate::redact::redactor::Redactor;
use crate::redact::surface::Surface;
use crate::redact::tag;
use crate::redact::tag::Fixed;
use crate::redact::tag::Why;
use crate::session::editor::WindowEditor;
use crate::text::edit::Edit;

/// The one version of packed fields.
const CV: &str = "2024-10";

/// The arrays of a mutation, in the order in which the player applies them.
const MUTATION_FIELDS: [KnownKey; 4] =
    [KnownKey::Removes, KnownKey::Adds, KnownKey::Attributes, KnownKey::Texts];

const UNKNOWN: Surface = Surface::Unknown;

impl Redactor<'_> {
    /// Judges `$snapshot_data`: an array of events, or one event as old SDKs send it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(crate) fn snapshots(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        if data.kind() != JsonKind::Array {
            return self.snapshot(data, out);
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
            let named =
                if self.memory.is_none() { event.under(KnownKey::WindowId)?.map(Value::text) } else { None };
            match windows.iter_mut().find(|(name, _)| *name == named) {
                Some((_, events)) => events.push(event),
                None => windows.push((named, vec![event])),
            }
        }
        for (name, events) in windows {
            if let Some(window) = name {
                self.enter_window(WindowName { project: "", session: "", window: &window });
            }
            self.foresee(&events)?;
            events.into_iter().try_for_each(|event| self.snapshot(event, out))?;
            self.unpacked.clear();
        }
        Ok(())
    }

    /// Judges one rrweb event.
    ///
    /// # Errors
    /// [`DuplicateKey`] where it says twice what it is.
    pub(crate) fn snapshot(&mut self, event: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        self.report.n_snapshots += 1;
        match event.kind() {
            JsonKind::Object => {}
            // A whole event packed into a string: no SDK that we serve does it.
            JsonKind::String if !event.raw().is_empty() => {
                withhold(event, None, out);
                return Ok(());
            }
            _ => {
                self.json(event, Place::new(UNKNOWN), out);
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
                withhold(event, event.under(KnownKey::Timestamp)?, out);
                return Ok(());
            }
        };
        let from = out.len();
        for (key, value) in event.entries() {
            match key.known_key() {
                KnownKey::Data => {}
                KnownKey::Type | KnownKey::Timestamp | KnownKey::Delay | KnownKey::Sid
                    if value.kind() == JsonKind::Number =>
                {
                    self.measure(value, out);
                }
                KnownKey::Cv => {}
                KnownKey::Type
                | KnownKey::Timestamp
                | KnownKey::Delay
                | KnownKey::Sid
                | KnownKey::WindowId => {
                    self.json(value, Place::new(UNKNOWN), out);
                }
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        let Some(data) = data else { return Ok(()) };
        if self.data(kind, data, packed, out)? == Opened::No {
            out.truncate(from);
            withhold(event, event.under(KnownKey::Timestamp)?, out);
        }
        Ok(())
    }

    fn data(
        &mut self,
        kind: Option<u32>,
        data: Value<'_>,
        packed: Packed,
        out: &mut Vec<Edit>,
    ) -> Result<Opened, DuplicateKey> {
        match kind {
            Some(2) => return self.full_snapshot(data, packed, out),
            // The grammars below know objects only.
            _ if data.kind() != JsonKind::Object => self.json(data, Place::new(UNKNOWN), out),
            Some(3) => return self.incremental(data, packed, out),
            Some(4) => self.meta(data, out),
            Some(5) => self.json(data, Place::new(Surface::Custom), out),
            Some(6) => self.plugin(data, out)?,
            Some(7) => self.by_key(data, Place::new(UNKNOWN), asset_key, out),
            _ => self.json(data, Place::new(UNKNOWN), out),
        }
        Ok(Opened::Yes)
    }

    fn full_snapshot(
        &mut self,
        data: Value<'_>,
        packed: Packed,
        out: &mut Vec<Edit>,
    ) -> Result<Opened, DuplicateKey> {
        if packed == Packed::Yes && data.kind() == JsonKind::String {
            return self.packed(data, out, Self::full_snapshot_data);
        }
        self.full_snapshot_data(data, out)?;
        Ok(Opened::Yes)
    }

    fn full_snapshot_data(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        if data.kind() != JsonKind::Object {
            self.json(data, Place::new(UNKNOWN), out);
        }
        data.under(KnownKey::Node)?;
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Node => {
                    self.turn_page();
                    let knowledge = self.knowledge();
                    let Page { window, shown, .. } = &mut self.page;
                    WindowEditor::new(window, knowledge, shown).apply_snapshot(value);
                    let mut crossing = self.crossing(None);
                    self.dom(value, &mut crossing, out)?;
                }
                KnownKey::Wireframes => self.wireframes(value, out)?,
                KnownKey::InitialOffset => self.structure(value, out),
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        Ok(())
    }

    fn incremental(
        &mut self,
        data: Value<'_>,
        packed: Packed,
        out: &mut Vec<Edit>,
    ) -> Result<Opened, DuplicateKey> {
        match data.under(KnownKey::Source)?.and_then(Value::as_u32) {
            Some(0) => return self.mutation(data, packed, out),
            Some(1..=4 | 6 | 7 | 12 | 14 | 16) => self.structure(data, out),
            Some(5) => self.input(data, out)?,
            Some(8) => return self.style_rules(data, packed, out),
            Some(13 | 15) => self.by_key(data, Place::new(Surface::Css), css_key, out),
            Some(9) => self.canvas(data, out)?,
            Some(10) => self.by_key(data, Place::new(UNKNOWN), font_key, out),
            Some(11) => {
                self.json(data, Place::new(Surface::Console).posture(self.policy.postures.console), out);
            }
            _ => self.json(data, Place::new(UNKNOWN), out),
        }
        Ok(Opened::Yes)
    }

    fn style_rules(
        &mut self,
        data: Value<'_>,
        packed: Packed,
        out: &mut Vec<Edit>,
    ) -> Result<Opened, DuplicateKey> {
        let place = Place::new(Surface::Css);
        for (key, value) in data.entries() {
            let is_packed = packed == Packed::Yes
                && (key.known_key() == KnownKey::Adds || key.known_key() == KnownKey::Removes);
            if !is_packed || value.kind() != JsonKind::String || value.raw().is_empty() {
                self.walk_entry(key, value, place, css_key, out);
                continue;
            }
            let opened = self.packed(value, out, |this, root, out| {
                this.by_key(root, place, css_key, out);
                Ok(())
            })?;
            if opened == Opened::No {
                return Ok(Opened::No);
            }
        }
        Ok(Opened::Yes)
    }

    /// A mutation: its arrays change the window first, all of them, and are judged then.
    fn mutation(
        &mut self,
        data: Value<'_>,
        packed: Packed,
        out: &mut Vec<Edit>,
    ) -> Result<Opened, DuplicateKey> {
        let mut fields = Vec::new();
        for name in MUTATION_FIELDS {
            let Some(value) = data.under(name)? else { continue };
            if packed == Packed::No || value.kind() != JsonKind::String || value.raw().is_empty() {
                fields.push((name, value, None));
            } else if !self.is_packed_empty(value) {
                let Some(inner) = self.unpack(value) else { return Ok(Opened::No) };
                fields.push((name, value, Some(inner)));
            }
        }
        let array = |wanted: KnownKey| {
            let (_, value, inner) = fields.iter().find(|(name, ..)| *name == wanted)?;
            inner
                .as_ref()
                .map_or(Some(*value), Unpacked::root)
                .filter(|value| value.kind() == JsonKind::Array)
        };
        let arrays = MUTATION_FIELDS.map(array);
        let mut crossing = self.change_window(arrays)?;
        for (name, value, inner) in fields {
            let Some(inner) = inner else {
                self.mutation_field(name, value, &mut crossing, out)?;
                continue;
            };
            let mut edits = Vec::new();
            if let Some(root) = inner.root() {
                self.inside(value, |this| this.mutation_field(name, root, &mut crossing, &mut edits))?;
            }
            self.repack(value, inner, edits, out);
        }
        for (key, value) in data.entries() {
            match key.known_key() {
                name if MUTATION_FIELDS.contains(&name) => {}
                KnownKey::Source if value.kind() == JsonKind::Number => self.measure(value, out),
                KnownKey::Source | KnownKey::IsAttachIframe => self.json(value, Place::new(UNKNOWN), out),
                KnownKey::Updates => self.mutation_field(KnownKey::Updates, value, &mut crossing, out)?,
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        Ok(Opened::Yes)
    }

    /// Applies a mutation to the window and finds what now crosses its nodes.
    fn change_window(&mut self, arrays: [Option<Value<'_>>; 4]) -> Result<Crossing, DuplicateKey> {
        let [removes, adds, attributes, texts] = arrays;
        let knowledge = self.knowledge();
        let Page { window, shown, .. } = &mut self.page;
        let editor = WindowEditor::new(window, knowledge, shown);
        let mut touched = editor.apply_mutation(removes, adds, attributes);
        if let Some(texts) = texts {
            WindowEditor::new(window, knowledge, shown).update_texts(texts, &mut touched)?;
        }
        if touched.is_empty() { Ok(Crossing::default()) } else { Ok(self.crossing(Some(&touched))) }
    }

    fn mutation_field(
        &mut self,
        name: KnownKey,
        value: Value<'_>,
        crossing: &mut Crossing,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        if name == KnownKey::Removes {
            self.structure(value, out);
        } else if value.kind() == JsonKind::Array {
            value.items().try_for_each(|item| self.mutation_item(item, crossing, out))?;
        } else {
            self.json(value, Place::new(UNKNOWN).words(name.text()), out);
        }
        Ok(())
    }

    fn mutation_item(
        &mut self,
        item: Value<'_>,
        crossing: &mut Crossing,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        if item.kind() != JsonKind::Object {
            self.json(item, Place::new(UNKNOWN), out);
        }
        let id = item.under(KnownKey::Id)?.and_then(Value::as_u32);
        for (key, value) in item.entries() {
            match key.known_key() {
                KnownKey::Id | KnownKey::ParentId | KnownKey::NextId | KnownKey::PreviousId
                    if value.kind() == JsonKind::Number =>
                {
                    self.measure(value, out);
                }
                KnownKey::Value if value.kind() == JsonKind::String => {
                    let crossing = id.and_then(|id| crossing.remove(&id)).unwrap_or_default();
                    self.node_text(value, id, &self.element(id), crossing, out);
                }
                KnownKey::Attributes => self.attributes(value, id, &self.element(id), out),
                KnownKey::Node => self.dom(value, crossing, out)?,
                KnownKey::Wireframe => self.wireframe(value, out)?,
                KnownKey::Id
                | KnownKey::ParentId
                | KnownKey::NextId
                | KnownKey::PreviousId
                | KnownKey::Value => {
                    self.json(value, Place::new(Surface::Text), out);
                }
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        Ok(())
    }

    fn input(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let id = data.under(KnownKey::Id)?.and_then(Value::as_u32);
        let element = self.element(id);
        let place = Place::new(Surface::Input).posture(element.posture(self.policy.postures.inputs));
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Text if value.kind() == JsonKind::String => self.value(value, id, &element, out),
                KnownKey::Id | KnownKey::Source if value.kind() == JsonKind::Number => {
                    self.measure(value, out);
                }
                KnownKey::Text
                | KnownKey::Id
                | KnownKey::Source
                | KnownKey::IsChecked
                | KnownKey::UserTriggered => {
                    self.json(value, place, out);
                }
                _ => self.entry(key, value, place, out),
            }
        }
        Ok(())
    }

    fn meta(&mut self, data: Value<'_>, out: &mut Vec<Edit>) {
        let place = Place::new(Surface::Meta);
        for (key, value) in data.entries() {
            // The title is text of the page, seen from outside.
            let is_title = key.known_key() == KnownKey::Title;
            let place = if is_title { place.posture(self.policy.postures.text) } else { place };
            self.walk_entry(key, value, place, |key| (key == "href").then_some(Treat::Url), out);
        }
    }

    fn plugin(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let name = data.under(KnownKey::Plugin)?.map(Value::text);
        let postures = &self.policy.postures;
        let (place, is_timed) = match name.as_deref() {
            Some("rrweb/console@1") => (Place::new(Surface::Console).posture(postures.console), false),
            Some("rrweb/network@1" | "posthog/network@1") => {
                (Place::new(Surface::Network).posture(postures.network), true)
            }
            Some("rrweb/canvas-webrtc@1" | "rrweb/sequential-id@1") => {
                self.structure(data, out);
                return Ok(());
            }
            _ => (Place::new(UNKNOWN), false),
        };
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Plugin => self.json(value, Place::new(UNKNOWN), out),
                KnownKey::Payload if is_timed => self.network(value, place, out),
                KnownKey::Payload => self.console(value, place, out),
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        Ok(())
    }

    /// A console message. Its level says nothing about anyone.
    fn console(&mut self, payload: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        for (key, value) in payload.entries() {
            match key.known_key() {
                KnownKey::Level if value.raw().len() <= 8 => {
                    self.json(value, place.posture(Posture::Rules), out);
                }
                KnownKey::Payload | KnownKey::Trace => self.json(value, place, out),
                _ => {
                    self.key(key, place, out);
                    self.json(value, place, out);
                }
            }
        }
        if payload.kind() != JsonKind::Object {
            self.json(payload, place, out);
        }
    }

    /// Captured requests. Under a strict posture bodies and header values go whole; names and
    /// timings are judged by rules, or the list of requests would be of no use.
    fn network(&mut self, payload: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        let by_rules = place.posture(Posture::Rules).keep_numbers();
        if place.posture == Posture::Rules {
            self.by_key(payload, by_rules, network_key, out);
            return;
        }
        self.by_key(payload, by_rules, network_key_strict, out);
    }

    /// Drawing commands: text by the posture of canvas, pixels by the posture of images.
    fn canvas(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let place = Place::new(Surface::Canvas).keep_numbers();
        let is_text = |command: Value<'_>| -> Result<bool, DuplicateKey> {
            let property = command.under(KnownKey::Property)?;
            Ok(property
                .is_some_and(|p| ["fillText", "strokeText", "measureText"].iter().any(|t| p.is_text(t))))
        };
        let posture = self.policy.postures.canvas;
        self.cross_glyphs(data, out)?;
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Commands if value.kind() == JsonKind::Array => {
                    for command in value.items() {
                        let place = if is_text(command)? { place.posture(posture) } else { place };
                        self.by_key(command, place, canvas_key, out);
                    }
                }
                KnownKey::Args if is_text(data)? => {
                    self.by_key(value, place.posture(posture), canvas_key, out);
                }
                _ => self.walk_entry(key, value, place, canvas_key, out),
            }
        }
        Ok(())
    }

    /// Findings in texts that are drawn side by side, glyph by glyph.
    fn cross_glyphs(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let mut glyphs = Vec::new();
        for command in data.under(KnownKey::Commands)?.into_iter().flat_map(Value::items) {
            let is_text = command
                .under(KnownKey::Property)?
                .is_some_and(|p| p.is_text("fillText") || p.is_text("strokeText"));
            let mut args =
                command.under(KnownKey::Args)?.filter(|_| is_text).into_iter().flat_map(Value::items);
            if let Some(text) = args.next().filter(|text| text.kind() == JsonKind::String) {
                let x = args.next().and_then(Value::as_f64).unwrap_or(0.0);
                let y = args.next().and_then(Value::as_f64).unwrap_or(0.0);
                glyphs.push((y, x, text));
            }
        }
        glyphs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for row in glyphs.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).filter(|row| row.len() > 1) {
            let row: Vec<Value<'_>> = row.iter().map(|(.., text)| *text).collect();
            self.cross_strings(&row, Place::new(Surface::Canvas), out);
        }
        Ok(())
    }

    /// What only numbers, ids and known words belong in: numbers stay, strings are judged.
    fn structure(&mut self, value: Value<'_>, out: &mut Vec<Edit>) {
        let place = Place::new(UNKNOWN);
        for node in value.nodes() {
            match node.kind() {
                JsonKind::String => self.string(node, place, Treat::See, out),
                JsonKind::Number => self.measure(node, out),
                JsonKind::Key if !is_of_structure(node.known_key()) => self.key(node, place, out),
                _ => {}
            }
        }
    }
}

/// Whether a key belongs to what holds only numbers, ids and known words.
fn is_of_structure(key: KnownKey) -> bool {
    matches!(
        key,
        KnownKey::CurrentTime
            | KnownKey::Define
            | KnownKey::End
            | KnownKey::EndOffset
            | KnownKey::Height
            | KnownKey::Id
            | KnownKey::Left
            | KnownKey::Loop
            | KnownKey::Muted
            | KnownKey::Name
            | KnownKey::NodeId
            | KnownKey::ParentId
            | KnownKey::PlaybackRate
            | KnownKey::PointerType
            | KnownKey::Positions
            | KnownKey::Ranges
            | KnownKey::Source
            | KnownKey::Start
            | KnownKey::StartOffset
            | KnownKey::StreamId
            | KnownKey::TimeOffset
            | KnownKey::Top
            | KnownKey::Type
            | KnownKey::Volume
            | KnownKey::Width
            | KnownKey::X
            | KnownKey::Y
            | KnownKey::IsShadow
            | KnownKey::Payload
            | KnownKey::Plugin
    )
}

/// Puts an event that says so in the place of one that could not be understood.
fn withhold(event: Value<'_>, timestamp: Option<Value<'_>>, out: &mut Vec<Edit>) {
    let timestamp =
        timestamp.filter(|t| t.kind() == JsonKind::Number && is_measure(t.raw())).map_or("0", Value::raw);
    let with = format!(
        r#"{{"type":5,"timestamp":{timestamp},"data":{{"tag":"blackbar/withheld","payload":{{"reason":"packed"}}}}}}"#
    );
    // The span of a string lies between its quotes: they go, too.
    let mut span = event.span();
    if event.kind() == JsonKind::String {
        span.start -= 1;
        span.end += 1;
    }
    out.push(Edit { span, with: with.into_bytes(), tag: tag::tag(Why::Fixed(Fixed::Packed), UNKNOWN) });
}

/// Whether an event says that its fields are packed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packed {
    Yes,
    No,
}

fn css_key(key: &str) -> Option<Treat> {
    matches!(key, "rule" | "replace" | "replaceSync" | "value").then_some(Treat::Css)
}

fn font_key(key: &str) -> Option<Treat> {
    (key == "fontSource").then_some(Treat::Url)
}

fn asset_key(key: &str) -> Option<Treat> {
    match key {
        "url" => Some(Treat::Url),
        "cssTexts" => Some(Treat::Css),
        "base64" => Some(Treat::Image),
        _ => None,
    }
}

fn canvas_key(key: &str) -> Option<Treat> {
    match key {
        "base64" | "rr_dataURL" | "src" => Some(Treat::Image),
        "property" | "rr_type" | "type" => Some(Treat::ByRules),
        _ => None,
    }
}

fn network_key(key: &str) -> Option<Treat> {
    matches!(key, "name" | "url").then_some(Treat::Url)
}

fn network_key_strict(key: &str) -> Option<Treat> {
    match key {
        "requestBody" | "responseBody" | "requestHeaders" | "responseHeaders" | "description" => {
            Some(Treat::Whole(Why::Fixed(Fixed::Posture)))
        }
        _ => network_key(key),
    }
}
