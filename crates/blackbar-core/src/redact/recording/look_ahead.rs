//! Values that are being typed: each keystroke sends the value so far.
//!
//! Looks ahead over the events of a request for the final values; `prefixes.rs` masks the earlier ones.

use std::collections::HashMap;

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::policy::Posture;
use crate::redact::recording::redactor::Walk;
use crate::redact::recording::windows::CompletedValue;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason;

/// Values of one request by node, as far as they may be completed.
type Values = HashMap<u32, Vec<String>>;

impl Walk<'_, '_> {
    /// Finds the final values that earlier keystrokes in this request are prefixes of.
    ///
    /// Costs one scan of each typed value and of each text that changes more than once.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(super) fn look_ahead(&mut self, events: &[Value<'_>]) -> Result<(), DuplicateKey> {
        let (mut typed, mut texts) = (Values::new(), Values::new());
        for event in events {
            let Some(data) = event.under(KnownKey::Data)?.filter(|data| data.kind() == JsonKind::Object)
            else {
                continue;
            };
            if event.under(KnownKey::Type)?.and_then(Value::as_u32) != Some(3) {
                continue;
            }
            match data.under(KnownKey::Source)?.and_then(Value::as_u32) {
                Some(5) => push_value(data, "text", &mut typed)?,
                Some(0) => self.collect_text_values(data, &mut texts)?,
                _ => {}
            }
        }
        self.windows.current.completed.clear();
        texts.retain(|_, values| values.len() > 1);
        if self.fields.text.policy.postures.inputs == Posture::Rules {
            texts.extend(typed);
        }
        for (id, values) in texts {
            self.complete_node(id, &values);
        }
        Ok(())
    }

    fn collect_text_values(&mut self, data: Value<'_>, texts: &mut Values) -> Result<(), DuplicateKey> {
        let Some(value) = data.under(KnownKey::Texts)? else { return Ok(()) };
        if value.kind() == JsonKind::Array {
            return value.items().try_for_each(|item| push_value(item, "value", texts));
        }
        if self.packed.is_empty_array(value, self.fields.text) {
            return Ok(());
        }
        let Some(inner) = self.packed.open(value, self.fields.text) else { return Ok(()) };
        if let Some(root) = inner.root() {
            root.items().try_for_each(|item| push_value(item, "value", texts))?;
        }
        self.packed.keep(value, inner);
        Ok(())
    }

    fn complete_node(&mut self, id: u32, values: &[String]) {
        for value in values {
            let mut found = Vec::new();
            let mut out = Output::new(&mut found, TextContext::new(Surface::Input));
            self.fields.text.unsuppressed(|text| text.apply_rules(value, &mut out));
            for edit in found {
                let Some(rule) = reason::rule(edit.tag) else { continue };
                let completed = CompletedValue {
                    before: value.get(..edit.span.start).unwrap_or("").to_owned(),
                    found: edit.span.of(value).to_owned(),
                    rule,
                };
                self.windows.current.completed.entry(id).or_default().push(completed);
            }
        }
    }
}

fn push_value(item: Value<'_>, key: &str, values: &mut Values) -> Result<(), DuplicateKey> {
    const MAX_VALUE_BYTES: usize = 4096;
    let id = item.under(KnownKey::Id)?.and_then(Value::as_u32);
    let text = item
        .get(key)?
        .filter(|value| value.kind() == JsonKind::String && value.raw().len() <= MAX_VALUE_BYTES);
    if let (Some(id), Some(text)) = (id, text) {
        values.entry(id).or_default().push(text.text().into_owned());
    }
    Ok(())
}
