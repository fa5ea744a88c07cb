//! Mutations: their arrays change the window first, all of them, and are redacted then.

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::parse::word::Word;
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

/// The arrays of a mutation, in the order in which the player applies them.
const MUTATION_FIELDS: [Word; 4] = [Word::Removes, Word::Adds, Word::Attributes, Word::Texts];

impl Walk<'_, '_> {
    /// Redacts a mutation.
    pub(super) fn mutation(&mut self, data: Value<'_>, packed: Packed) -> Result<Opened, DuplicateKey> {
        let mut fields = Vec::new();
        for name in MUTATION_FIELDS {
            let Some(value) = data.under(name)? else { continue };
            if packed == Packed::No || value.kind() != Kind::String || value.raw().is_empty() {
                fields.push((name, value, None));
            } else if !self.packed.is_empty_array(value, self.fields.text) {
                let Some(inner) = self.packed.open(value, self.fields.text) else { return Ok(Opened::No) };
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
                self.mutation_field(name, value, &mut crossing)?;
                continue;
            };
            self.opened(value, inner, |walk, root| walk.mutation_field(name, root, &mut crossing))?;
        }
        for (key, value) in data.entries() {
            match key.word() {
                name if MUTATION_FIELDS.contains(&name) => {}
                Word::Source if value.kind() == Kind::Number => self.fields.measure(value),
                Word::Source | Word::IsAttachIframe => self.fields.json(value, UNKNOWN),
                Word::Updates => self.mutation_field(Word::Updates, value, &mut crossing)?,
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
        let mut touched = window.mutate(removes, adds, attributes, &knowledge, shown);
        if let Some(texts) = texts {
            window.retext(texts, &knowledge, shown, &mut touched)?;
        }
        if touched.is_empty() {
            return Ok(Crossing::default());
        }
        Ok(CrossingSearch { page, text: self.fields.text }.find(Some(&touched)))
    }

    fn mutation_field(
        &mut self,
        name: Word,
        value: Value<'_>,
        crossing: &mut Crossing,
    ) -> Result<(), DuplicateKey> {
        if name == Word::Removes {
            self.fields.structure(value);
        } else if value.kind() == Kind::Array {
            value.items().try_for_each(|item| self.mutation_item(item, crossing))?;
        } else {
            self.fields.json(value, UNKNOWN.with_words(name.text()));
        }
        Ok(())
    }

    fn mutation_item(&mut self, item: Value<'_>, crossing: &mut Crossing) -> Result<(), DuplicateKey> {
        if item.kind() != Kind::Object {
            self.fields.json(item, UNKNOWN);
        }
        let id = item.under(Word::Id)?.and_then(Value::as_u32);
        for (key, value) in item.entries() {
            match key.word() {
                Word::Id | Word::ParentId | Word::NextId | Word::PreviousId
                    if value.kind() == Kind::Number =>
                {
                    self.fields.measure(value);
                }
                Word::Value if value.kind() == Kind::String => {
                    let crossing = id.and_then(|id| crossing.remove(&id)).unwrap_or_default();
                    let element = self.windows.current.element(id);
                    self.node(id, &element).node_text(value, crossing);
                }
                Word::Attributes => {
                    let element = self.windows.current.element(id);
                    self.node(id, &element).attributes(value);
                }
                Word::Node => {
                    let page = &mut self.windows.current;
                    DomWalk { fields: self.fields.reborrow(), page, crossing }.nodes(value)?;
                }
                Word::Wireframe => self.fields.wireframe(value)?,
                Word::Id | Word::ParentId | Word::NextId | Word::PreviousId | Word::Value => {
                    self.fields.json(value, TextContext::new(Surface::Text));
                }
                _ => self.fields.entry(key, value, UNKNOWN),
            }
        }
        Ok(())
    }
}
