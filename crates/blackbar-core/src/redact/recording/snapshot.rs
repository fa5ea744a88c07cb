//! The grammar of rrweb events: what each type and source holds, and how it is judged.
//!
//! A type, source, plugin or field that is not named here is walked as JSON with every rule.

use std::borrow::Cow;

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::redact::policy::Posture;
use crate::redact::recording::dom::Crossing;
use crate::redact::recording::packed::Opened;
use crate::redact::recording::packed::Unpacked;
use crate::redact::recording::page::Page;
use crate::redact::recording::page::WindowName;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::json::is_measure;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;

/// The one version of packed fields.
const CV: &str = "2024-10";

/// The arrays of a mutation, in the order in which the player applies them.
const MUTATION_FIELDS: [Word; 4] = [Word::Removes, Word::Adds, Word::Attributes, Word::Texts];

const UNKNOWN: Surface = Surface::Unknown;

impl Redactor<'_> {
    /// Judges `$snapshot_data`: an array of events, or one event as old SDKs send it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(crate) fn snapshots(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        if data.kind() != Kind::Array {
            return self.snapshot(data, out);
        }
        let time = |event: &Value<'_>| -> Result<f64, DuplicateKey> {
            Ok(event.under(Word::Timestamp)?.and_then(Value::as_f64).unwrap_or(f64::INFINITY))
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
                if self.memory.is_none() { event.under(Word::WindowId)?.map(Value::text) } else { None };
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
            Kind::Object => {}
            // A whole event packed into a string: no SDK that we serve does it.
            Kind::String if !event.raw().is_empty() => {
                withhold(event, None, out);
                return Ok(());
            }
            _ => {
                self.json(event, Place::new(UNKNOWN), out);
                return Ok(());
            }
        }
        let kind = event.under(Word::Type)?.and_then(Value::as_u32);
        let data = event.under(Word::Data)?;
        let packed = match event.under(Word::Cv)? {
            None => Packed::No,
            Some(cv) if cv.is_text(CV) => Packed::Yes,
            Some(cv) if cv.kind() == Kind::Null => Packed::No,
            Some(_) => {
                withhold(event, event.under(Word::Timestamp)?, out);
                return Ok(());
            }
        };
        let from = out.len();
        for (key, value) in event.entries() {
            match key.word() {
                Word::Data => {}
                Word::Type | Word::Timestamp | Word::Delay | Word::Sid if value.kind() == Kind::Number => {
                    self.measure(value, out);
                }
                Word::Cv => {}
                Word::Type | Word::Timestamp | Word::Delay | Word::Sid | Word::WindowId => {
                    self.json(value, Place::new(UNKNOWN), out);
                }
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        let Some(data) = data else { return Ok(()) };
        if self.data(kind, data, packed, out)? == Opened::No {
            out.truncate(from);
            withhold(event, event.under(Word::Timestamp)?, out);
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
            _ if data.kind() != Kind::Object => self.json(data, Place::new(UNKNOWN), out),
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
        if packed == Packed::Yes && data.kind() == Kind::String {
            return self.packed(data, out, Self::full_snapshot_data);
        }
        self.full_snapshot_data(data, out)?;
        Ok(Opened::Yes)
    }

    fn full_snapshot_data(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        if data.kind() != Kind::Object {
            self.json(data, Place::new(UNKNOWN), out);
        }
        data.under(Word::Node)?;
        for (key, value) in data.entries() {
            match key.word() {
                Word::Node => {
                    self.turn_page();
                    let knowledge = self.knowledge();
                    self.page.window.snapshot(value, &knowledge, &mut self.page.shown);
                    let mut crossing = self.crossing(None);
                    self.dom(value, &mut crossing, out)?;
                }
                Word::Wireframes => self.wireframes(value, out)?,
                Word::InitialOffset => self.structure(value, out),
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
        match data.under(Word::Source)?.and_then(Value::as_u32) {
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
            let is_packed =
                packed == Packed::Yes && (key.word() == Word::Adds || key.word() == Word::Removes);
            if !is_packed || value.kind() != Kind::String || value.raw().is_empty() {
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
            if packed == Packed::No || value.kind() != Kind::String || value.raw().is_empty() {
                fields.push((name, value, None));
            } else if !self.is_packed_empty(value) {
                let Some(inner) = self.unpack(value) else { return Ok(Opened::No) };
                fields.push((name, value, Some(inner)));
            }
        }
        let array = |wanted: Word| {
            let (_, value, inner) = fields.iter().find(|(name, ..)| *name == wanted)?;
            inner.as_ref().map_or(Some(*value), Unpacked::root).filter(|value| value.kind() == Kind::Array)
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
            match key.word() {
                name if MUTATION_FIELDS.contains(&name) => {}
                Word::Source if value.kind() == Kind::Number => self.measure(value, out),
                Word::Source | Word::IsAttachIframe => self.json(value, Place::new(UNKNOWN), out),
                Word::Updates => self.mutation_field(Word::Updates, value, &mut crossing, out)?,
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
        let mut touched = window.mutate(removes, adds, attributes, &knowledge, shown);
        if let Some(texts) = texts {
            window.retext(texts, &knowledge, shown, &mut touched)?;
        }
        if touched.is_empty() { Ok(Crossing::default()) } else { Ok(self.crossing(Some(&touched))) }
    }

    fn mutation_field(
        &mut self,
        name: Word,
        value: Value<'_>,
        crossing: &mut Crossing,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        if name == Word::Removes {
            self.structure(value, out);
        } else if value.kind() == Kind::Array {
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
        if item.kind() != Kind::Object {
            self.json(item, Place::new(UNKNOWN), out);
        }
        let id = item.under(Word::Id)?.and_then(Value::as_u32);
        for (key, value) in item.entries() {
            match key.word() {
                Word::Id | Word::ParentId | Word::NextId | Word::PreviousId
                    if value.kind() == Kind::Number =>
                {
                    self.measure(value, out);
                }
                Word::Value if value.kind() == Kind::String => {
                    let crossing = id.and_then(|id| crossing.remove(&id)).unwrap_or_default();
                    self.node_text(value, id, &self.element(id), crossing, out);
                }
                Word::Attributes => self.attributes(value, id, &self.element(id), out),
                Word::Node => self.dom(value, crossing, out)?,
                Word::Wireframe => self.wireframe(value, out)?,
                Word::Id | Word::ParentId | Word::NextId | Word::PreviousId | Word::Value => {
                    self.json(value, Place::new(Surface::Text), out);
                }
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        Ok(())
    }

    fn input(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let id = data.under(Word::Id)?.and_then(Value::as_u32);
        let element = self.element(id);
        let place = Place::new(Surface::Input).posture(element.posture(self.policy.postures.inputs));
        for (key, value) in data.entries() {
            match key.word() {
                Word::Text if value.kind() == Kind::String => self.value(value, id, &element, out),
                Word::Id | Word::Source if value.kind() == Kind::Number => self.measure(value, out),
                Word::Text | Word::Id | Word::Source | Word::IsChecked | Word::UserTriggered => {
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
            let is_title = key.word() == Word::Title;
            let place = if is_title { place.posture(self.policy.postures.text) } else { place };
            self.walk_entry(key, value, place, |key| (key == "href").then_some(Treat::Url), out);
        }
    }

    fn plugin(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let name = data.under(Word::Plugin)?.map(Value::text);
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
            match key.word() {
                Word::Plugin => self.json(value, Place::new(UNKNOWN), out),
                Word::Payload if is_timed => self.network(value, place, out),
                Word::Payload => self.console(value, place, out),
                _ => self.entry(key, value, Place::new(UNKNOWN), out),
            }
        }
        Ok(())
    }

    /// A console message. Its level says nothing about anyone.
    fn console(&mut self, payload: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        for (key, value) in payload.entries() {
            match key.word() {
                Word::Level if value.raw().len() <= 8 => self.json(value, place.posture(Posture::Rules), out),
                Word::Payload | Word::Trace => self.json(value, place, out),
                _ => {
                    self.key(key, place, out);
                    self.json(value, place, out);
                }
            }
        }
        if payload.kind() != Kind::Object {
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
            let property = command.under(Word::Property)?;
            Ok(property
                .is_some_and(|p| ["fillText", "strokeText", "measureText"].iter().any(|t| p.is_text(t))))
        };
        let posture = self.policy.postures.canvas;
        self.cross_glyphs(data, out)?;
        for (key, value) in data.entries() {
            match key.word() {
                Word::Commands if value.kind() == Kind::Array => {
                    for command in value.items() {
                        let place = if is_text(command)? { place.posture(posture) } else { place };
                        self.by_key(command, place, canvas_key, out);
                    }
                }
                Word::Args if is_text(data)? => self.by_key(value, place.posture(posture), canvas_key, out),
                _ => self.walk_entry(key, value, place, canvas_key, out),
            }
        }
        Ok(())
    }

    /// Findings in texts that are drawn side by side, glyph by glyph.
    fn cross_glyphs(&mut self, data: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let mut glyphs = Vec::new();
        for command in data.under(Word::Commands)?.into_iter().flat_map(Value::items) {
            let is_text = command
                .under(Word::Property)?
                .is_some_and(|p| p.is_text("fillText") || p.is_text("strokeText"));
            let mut args = command.under(Word::Args)?.filter(|_| is_text).into_iter().flat_map(Value::items);
            if let Some(text) = args.next().filter(|text| text.kind() == Kind::String) {
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
                Kind::String => self.string(node, place, Treat::See, out),
                Kind::Number => self.measure(node, out),
                Kind::Key if !is_of_structure(node.word()) => self.key(node, place, out),
                _ => {}
            }
        }
    }
}

/// Whether a key belongs to what holds only numbers, ids and known words.
fn is_of_structure(key: Word) -> bool {
    matches!(
        key,
        Word::CurrentTime
            | Word::Define
            | Word::End
            | Word::EndOffset
            | Word::Height
            | Word::Id
            | Word::Left
            | Word::Loop
            | Word::Muted
            | Word::Name
            | Word::NodeId
            | Word::ParentId
            | Word::PlaybackRate
            | Word::PointerType
            | Word::Positions
            | Word::Ranges
            | Word::Source
            | Word::Start
            | Word::StartOffset
            | Word::StreamId
            | Word::TimeOffset
            | Word::Top
            | Word::Type
            | Word::Volume
            | Word::Width
            | Word::X
            | Word::Y
            | Word::IsShadow
            | Word::Payload
            | Word::Plugin
    )
}

/// Puts an event that says so in the place of one that could not be understood.
fn withhold(event: Value<'_>, timestamp: Option<Value<'_>>, out: &mut Vec<Edit>) {
    let timestamp =
        timestamp.filter(|t| t.kind() == Kind::Number && is_measure(t.raw())).map_or("0", Value::raw);
    let with = format!(
        r#"{{"type":5,"timestamp":{timestamp},"data":{{"tag":"blackbar/withheld","payload":{{"reason":"packed"}}}}}}"#
    );
    // The span of a string lies between its quotes: they go, too.
    let mut span = event.span();
    if event.kind() == Kind::String {
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
