//! Mutations: their arrays change the window first, all of them, and are redacted then.

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::crossing::Crossing;
use crate::redact::recording::crossing::CrossingSearch;
use crate::redact::recording::dom::DomWalk;
use crate::redact::recording::fields::UNKNOWN;
use crate::redact::recording::packed::Opened;
use crate::redact::recording::packed::Unpacked;
use crate::redact::recording::redactor::Packed;
use crate::redact::recording::redactor::Walk;
use crate::redact::recording::windows::Page;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::session::editor::WindowEditor;

/// The arrays of a mutation, in the order in which the player applies them.
const MUTATION_FIELDS: [KnownKey; 4] =
    [KnownKey::Removes, KnownKey::Adds, KnownKey::Attributes, KnownKey::Texts];

impl Walk<'_, '_> {
    /// Redacts a mutation.
    pub(super) fn mutation(&mut self, data: Value<'_>, packed: Packed) -> Result<Opened, DuplicateKey> {
        let mut fields = Vec::new();
        for name in MUTATION_FIELDS {
            let Some(value) = data.under(name)? else { continue };
            if packed == Packed::No || value.kind() != JsonKind::String || value.raw().is_empty() {
                fields.push((name, value, None));
            } else if !self.packed.is_empty_array(value, self.fields.text) {
                let Some(inner) = self.packed.open(value, self.fields.text) else { return Ok(Opened::No) };
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
                self.mutation_field(name, value, &mut crossing)?;
                continue;
            };
            self.opened(value, inner, |walk, root| walk.mutation_field(name, root, &mut crossing))?;
        }
        for (key, value) in data.entries() {
            match key.known_key() {
                name if MUTATION_FIELDS.contains(&name) => {}
                KnownKey::Source if value.kind() == JsonKind::Number => self.fields.measure(value),
                KnownKey::Source | KnownKey::IsAttachIframe => self.fields.json(value, UNKNOWN),
                KnownKey::Updates => self.mutation_field(KnownKey::Updates, value, &mut crossing)?,
                _ => self.fields.entry(key, value, UNKNOWN),
            }
        }
        Ok(Opened::Yes)
    }

    /// Applies a mutation to the window and finds what now crosses its nodes.
    fn change_window(&mut self, arrays: [Option<Value<'_>>; 4]) -> Result<Crossing, DuplicateKey> {
        let [removes, adds, attributes, texts] = arrays;
        let knowledge = self.knowledge();
        let page = &mut self.windows.current;
        let Page { window, shown, .. } = page;
        let mut touched =
            WindowEditor::new(window, knowledge, shown).apply_mutation(removes, adds, attributes);
        if let Some(texts) = texts {
            WindowEditor::new(window, knowledge, shown).update_texts(texts, &mut touched)?;
        }
        if touched.is_empty() {
            return Ok(Crossing::default());
        }
        Ok(CrossingSearch { page, text: self.fields.text }.find(Some(&touched)))
    }

    fn mutation_field(
        &mut self,
        name: KnownKey,
        value: Value<'_>,
        crossing: &mut Crossing,
    ) -> Result<(), DuplicateKey> {
        if name == KnownKey::Removes {
            self.fields.structure(value);
        } else if value.kind() == JsonKind::Array {
            value.items().try_for_each(|item| self.mutation_item(item, crossing))?;
        } else {
            self.fields.json(value, UNKNOWN.with_words(name.text()));
        }
        Ok(())
    }

    fn mutation_item(&mut self, item: Value<'_>, crossing: &mut Crossing) -> Result<(), DuplicateKey> {
        if item.kind() != JsonKind::Object {
            self.fields.json(item, UNKNOWN);
        }
        let id = item.under(KnownKey::Id)?.and_then(Value::as_u32);
        for (key, value) in item.entries() {
            match key.known_key() {
                KnownKey::Id | KnownKey::ParentId | KnownKey::NextId | KnownKey::PreviousId
                    if value.kind() == JsonKind::Number =>
                {
                    self.fields.measure(value);
                }
                KnownKey::Value if value.kind() == JsonKind::String => {
                    let crossing = id.and_then(|id| crossing.remove(&id)).unwrap_or_default();
                    let element = self.windows.current.element(id);
                    self.node(id, &element).node_text(value, crossing);
                }
                KnownKey::Attributes => {
                    let element = self.windows.current.element(id);
                    self.node(id, &element).attributes(value);
                }
                KnownKey::Node => {
                    let page = &mut self.windows.current;
                    DomWalk { fields: self.fields.reborrow(), page, crossing }.nodes(value)?;
                }
                KnownKey::Wireframe => self.fields.wireframe(value)?,
                KnownKey::Id
                | KnownKey::ParentId
                | KnownKey::NextId
                | KnownKey::PreviousId
                | KnownKey::Value => {
                    self.fields.json(value, TextContext::new(Surface::Text));
                }
                _ => self.fields.entry(key, value, UNKNOWN),
            }
        }
        Ok(())
    }
}
