//! Values that are being typed: each keystroke sends the value so far.
//!
//! A rule matches the whole; what came before it gave most of it away. Two things help. What a
//! later event of the same request completes is masked in the earlier ones ([`Redactor::foresee`]);
//! and a value that reads like the beginning of something personal is masked at once
//! ([`is_beginning`]), because its end may come with another request.

use std::collections::HashMap;

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::mask;
use crate::redact::mask::MaskChar;
use crate::redact::policy::Posture;
use crate::redact::redactor::Place;
use crate::redact::redactor::Redactor;
use crate::redact::surface::Surface;
use crate::redact::tag;
use crate::redact::tag::Why;
use crate::rules::RuleIdx;
use crate::session::tag::InputKind;
use crate::session::tag::Tag;
use crate::text::edit::Edit;
use crate::text::fold;
use crate::text::span::Span;

/// A finding that a text grows into.
pub(crate) struct Grown {
    /// What stands before it.
    before: String,
    /// What was found.
    found: String,
    rule: RuleIdx,
}

/// Values of one request by node, as far as they may grow.
type Values = HashMap<u32, Vec<String>>;

impl Redactor<'_> {
    /// Looks ahead over the events of a request for what its values grow into.
    ///
    /// Costs one scan of each typed value and of each text that changes more than once.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an event says twice what it is.
    pub(crate) fn foresee(&mut self, events: &[Value<'_>]) -> Result<(), DuplicateKey> {
        let (mut typed, mut texts) = (Values::new(), Values::new());
        for event in events {
            let Some(data) = event.get("data")?.filter(|data| data.kind() == Kind::Object) else { continue };
            if event.get("type")?.and_then(Value::as_u32) != Some(3) {
                continue;
            }
            match data.get("source")?.and_then(Value::as_u32) {
                Some(5) => note(data, "text", &mut typed)?,
                Some(0) => self.foresee_texts(data, &mut texts)?,
                _ => {}
            }
        }
        self.page.grown.clear();
        texts.retain(|_, values| values.len() > 1);
        if self.policy.postures.inputs == Posture::Rules {
            texts.extend(typed);
        }
        for (id, values) in texts {
            self.foresee_node(id, &values);
        }
        Ok(())
    }

    fn foresee_texts(&mut self, data: Value<'_>, texts: &mut Values) -> Result<(), DuplicateKey> {
        let Some(value) = data.get("texts")? else { return Ok(()) };
        if value.kind() == Kind::Array {
            return value.items().try_for_each(|item| note(item, "value", texts));
        }
        // Most packed arrays are empty: 22 bytes, some of them escaped.
        const EMPTY: usize = 96;
        if value.raw().len() <= EMPTY {
            return Ok(());
        }
        let budget = self.packed_budget;
        let Some(inner) = self.unpack(value) else { return Ok(()) };
        self.packed_budget = budget;
        if let Some(root) = inner.root() {
            root.items().try_for_each(|item| note(item, "value", texts))?;
        }
        self.give_back(inner);
        Ok(())
    }

    fn foresee_node(&mut self, id: u32, values: &[String]) {
        for value in values {
            let mut found = Vec::new();
            self.plain(value, Place::new(Surface::Input), &mut found);
            for edit in found {
                let Some(rule) = tag::rule(edit.tag) else { continue };
                let grown = Grown {
                    before: value.get(..edit.span.start).unwrap_or("").to_owned(),
                    found: edit.span.of(value).to_owned(),
                    rule,
                };
                self.page.grown.entry(id).or_default().push(grown);
            }
        }
    }

    /// Masks in a node's text what another event of this request completes.
    pub(crate) fn grown(&self, id: Option<u32>, text: &str, surface: Surface, out: &mut Vec<Edit>) {
        let known = id.and_then(|id| self.page.grown.get(&id));
        for grown in known.into_iter().flatten() {
            let Some(rest) = text.strip_prefix(&*grown.before).filter(|rest| !rest.is_empty()) else {
                continue;
            };
            if grown.found.starts_with(rest) || rest.starts_with(&*grown.found) {
                let start = grown.before.len();
                let span = Span::new(start, start + rest.len().min(grown.found.len()));
                let with = mask::mask(span.of(text), MaskChar::Star);
                out.push(Edit { span, with, tag: tag::tag(Why::Rule(grown.rule), surface) });
            }
        }
    }

    /// Takes note that a field was found personal: it stays so. Fields of one line only: a note
    /// that mentions an address is still a note.
    pub(crate) fn remember(&mut self, id: Option<u32>, text: &str, edits: &[Edit]) {
        let Some(id) = id else { return };
        let is_line = self.page.window.node(id).is_some_and(|node| {
            use InputKind::{Checkbox, Hidden, Radio, Search};
            matches!(node.tag, Tag::Input(kind) if !matches!(kind, Checkbox | Hidden | Radio | Search))
        });
        let most =
            edits.iter().find(|edit| edit.span.len() * 2 > text.len()).and_then(|edit| tag::rule(edit.tag));
        if let Some(rule) = most.filter(|_| is_line) {
            self.page.window.remember(id, rule);
        }
    }
}

fn note(item: Value<'_>, key: &str, values: &mut Values) -> Result<(), DuplicateKey> {
    const LONGEST: usize = 4096;
    let id = item.get("id")?.and_then(Value::as_u32);
    let text = item.get(key)?.filter(|value| value.kind() == Kind::String && value.raw().len() <= LONGEST);
    if let (Some(id), Some(text)) = (id, text) {
        values.entry(id).or_default().push(text.text().into_owned());
    }
    Ok(())
}

/// Digits of a number from which on its beginning says too much.
const MIN_DIGITS: usize = 6;

/// Whether a typed value reads like the beginning of a card, account, document or phone number,
/// of an IBAN, or of an e-mail address.
pub(crate) fn is_beginning(text: &str) -> bool {
    let folded = fold::fold(text);
    let text = folded.as_str().trim();
    if let Some((local, _)) = text.split_once('@') {
        return !local.is_empty() && !text.contains(char::is_whitespace);
    }
    let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_separator = |b: u8| matches!(b, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+');
    let bytes = text.as_bytes();
    // A bare run of digits may be anything; only the first digits of cards say more.
    let is_grouped = bytes.iter().any(|&b| is_separator(b)) || matches!(bytes.first(), Some(b'2'..=b'6'));
    let is_number =
        n_digits >= MIN_DIGITS && is_grouped && bytes.iter().all(|&b| b.is_ascii_digit() || is_separator(b));
    let is_iban = n_digits >= MIN_DIGITS
        && bytes.iter().take(2).all(u8::is_ascii_alphabetic)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit)
        && bytes.iter().all(|&b| b.is_ascii_alphanumeric() || b == b' ');
    is_number || is_iban
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_beginnings_from_past_their_minimum() {
        for text in
            ["4111 11", "078-05-1", "+1 (202) 55", "GB82 WEST 1234", "jane@", "jane@exam", "４１１１１１"]
        {
            assert!(is_beginning(text), "{text}");
        }
        for text in [
            "4111 1",
            "blue shoes",
            "2 x 100000 pcs",
            "meet @ noon",
            "a@b and c",
            "ABCDEF123456",
            "00123499",
            "",
        ] {
            assert!(!is_beginning(text), "{text}");
        }
    }
}
