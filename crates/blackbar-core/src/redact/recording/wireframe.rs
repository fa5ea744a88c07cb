//! Mobile wireframes: the tree of views that the mobile SDKs send instead of a DOM.

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::fields::Fields;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;

impl Fields<'_, '_> {
    /// Redacts a list of wireframes.
    ///
    /// # Errors
    /// [`DuplicateKey`] where one says twice what it is.
    pub(super) fn wireframes(&mut self, list: Value<'_>) -> Result<(), DuplicateKey> {
        if list.kind() != JsonKind::Array {
            return self.wireframe(list);
        }
        self.cross_wireframes(list)?;
        list.items().try_for_each(|wireframe| self.wireframe(wireframe))
    }

    /// Findings in the texts of wireframes next to each other.
    fn cross_wireframes(&mut self, list: Value<'_>) -> Result<(), DuplicateKey> {
        let mut texts = Vec::new();
        for wireframe in list.items() {
            let number = |key| Ok(wireframe.get(key)?.and_then(Value::as_f64).unwrap_or(0.0));
            if let Some(text) =
                wireframe.under(KnownKey::Text)?.filter(|text| text.kind() == JsonKind::String)
            {
                texts.push((number("y")?, number("x")?, text));
            }
        }
        texts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for row in texts.chunk_by(|a, b| (a.0 - b.0).abs() < 2.0).filter(|row| row.len() > 1) {
            let row: Vec<Value<'_>> = row.iter().map(|(.., text)| *text).collect();
            self.cross_strings(&row, TextContext::new(Surface::Wireframe));
        }
        Ok(())
    }

    /// Redacts a wireframe and all below it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where one says twice what it is.
    pub(super) fn wireframe(&mut self, root: Value<'_>) -> Result<(), DuplicateKey> {
        let mut stack = vec![root];
        while let Some(wireframe) = stack.pop() {
            let context = TextContext::new(Surface::Wireframe);
            if wireframe.kind() != JsonKind::Object {
                self.json(wireframe, context);
                continue;
            }
            let is_input = wireframe.under(KnownKey::Type)?.is_some_and(|t| t.is_text("input"));
            let is_password = wireframe.get("inputType")?.is_some_and(|t| t.is_text("password"));
            let postures = &self.text.policy.postures;
            let posture = if is_input { postures.inputs } else { postures.text };
            for (key, value) in wireframe.entries() {
                match &*key.text() {
                    "childWireframes" if value.kind() == JsonKind::Array => {
                        self.cross_wireframes(value)?;
                        stack.extend(value.items());
                    }
                    "text" | "value" if is_password && value.kind() == JsonKind::String => {
                        self.string(value, context, StringKind::Masked(Reason::Password));
                    }
                    "text" | "value" | "options" => self.json(value, context.with_posture(posture)),
                    "label" => self.json(value, context.with_posture(postures.text)),
                    "base64" | "style" | "url" => {
                        self.entry_by(key, value, context.keeping_numbers(), wireframe_key);
                    }
                    "id" | "x" | "y" | "width" | "height" | "max" if value.kind() == JsonKind::Number => {
                        self.measure(value);
                    }
                    "type" | "inputType" | "disabled" | "checked" | "id" | "x" | "y" | "width" | "height"
                    | "max" => {
                        self.json(value, context);
                    }
                    _ => self.entry(key, value, context),
                }
            }
        }
        Ok(())
    }
}

fn wireframe_key(key: &str) -> Option<StringKind> {
    match key {
        "base64" | "backgroundImage" | "iconLeft" | "iconRight" => Some(StringKind::Image),
        "url" => Some(StringKind::Url),
        _ => None,
    }
}
