//! Mobile wireframes: the tree of views that the mobile SDKs send instead of a DOM.

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;

impl Redactor<'_> {
    /// Judges a list of wireframes.
    ///
    /// # Errors
    /// [`DuplicateKey`] where one says twice what it is.
    pub(crate) fn wireframes(&mut self, list: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        if list.kind() != Kind::Array {
            return self.wireframe(list, out);
        }
        self.cross_wireframes(list, out)?;
        list.items().try_for_each(|wireframe| self.wireframe(wireframe, out))
    }

    /// Findings in the texts of wireframes that stand side by side.
    fn cross_wireframes(&mut self, list: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let mut texts = Vec::new();
        for wireframe in list.items() {
            let number = |key| Ok(wireframe.get(key)?.and_then(Value::as_f64).unwrap_or(0.0));
            if let Some(text) = wireframe.under(Word::Text)?.filter(|text| text.kind() == Kind::String) {
                texts.push((number("y")?, number("x")?, text));
            }
        }
        texts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for row in texts.chunk_by(|a, b| (a.0 - b.0).abs() < 2.0).filter(|row| row.len() > 1) {
            let row: Vec<Value<'_>> = row.iter().map(|(.., text)| *text).collect();
            self.cross_strings(&row, Place::new(Surface::Wireframe), out);
        }
        Ok(())
    }

    /// Judges a wireframe and all below it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where one says twice what it is.
    pub(crate) fn wireframe(&mut self, root: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let mut stack = vec![root];
        while let Some(wireframe) = stack.pop() {
            let place = Place::new(Surface::Wireframe);
            if wireframe.kind() != Kind::Object {
                self.json(wireframe, place, out);
                continue;
            }
            let is_input = wireframe.under(Word::Type)?.is_some_and(|t| t.is_text("input"));
            let is_password = wireframe.get("inputType")?.is_some_and(|t| t.is_text("password"));
            let postures = &self.policy.postures;
            let posture = if is_input { postures.inputs } else { postures.text };
            for (key, value) in wireframe.entries() {
                match &*key.text() {
                    "childWireframes" if value.kind() == Kind::Array => {
                        self.cross_wireframes(value, out)?;
                        stack.extend(value.items());
                    }
                    "text" | "value" if is_password && value.kind() == Kind::String => {
                        self.string(value, place, Treat::Whole(Why::Fixed(Fixed::Password)), out);
                    }
                    "text" | "value" | "options" => self.json(value, place.posture(posture), out),
                    "label" => self.json(value, place.posture(postures.text), out),
                    "base64" | "style" | "url" => {
                        self.walk_entry(key, value, place.keep_numbers(), wireframe_key, out);
                    }
                    "id" | "x" | "y" | "width" | "height" | "max" if value.kind() == Kind::Number => {
                        self.measure(value, out);
                    }
                    "type" | "inputType" | "disabled" | "checked" | "id" | "x" | "y" | "width" | "height"
                    | "max" => {
                        self.json(value, place, out);
                    }
                    _ => self.entry(key, value, place, out),
                }
            }
        }
        Ok(())
    }
}

fn wireframe_key(key: &str) -> Option<Treat> {
    match key {
        "base64" | "backgroundImage" | "iconLeft" | "iconRight" => Some(Treat::Image),
        "url" => Some(Treat::Url),
        _ => None,
    }
}
