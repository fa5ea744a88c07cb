//! Properties of persons, and those of them that the policy allows, so that flags can target by them.
//!
//! A bare `name` among them is the name of a person, which elsewhere it is not.
//!
//! An allowed key lifts findings that say who or where a person is; secrets, identity and payment
//! numbers, and findings of custom rules become a pseudonym all the same.

use crate::parse::json::JsonKind;
use crate::parse::value::Value;
use crate::redact::recording::fields::Fields;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason;

/// Packs whose findings an allowed key lifts.
const LIFTED_PACKS: &[&str] = &["contact", "network", "personal"];

impl Fields<'_, '_> {
    /// Redacts the properties of a person.
    pub(super) fn person(&mut self, key: Value<'_>, value: Value<'_>) {
        let context = TextContext::new(Surface::Person);
        if value.kind() != JsonKind::Object {
            self.entry(key, value, context);
            return;
        }
        for (key, value) in value.entries() {
            let is_scalar = !matches!(value.kind(), JsonKind::Object | JsonKind::Array);
            let may_stay = is_scalar && self.is_allowed(&key.text()) && !self.holds_a_secret(value);
            if !may_stay {
                self.text.redact_entry_below("person", key, value, &mut Output::new(self.edits, context));
            }
        }
    }

    fn is_allowed(&self, key: &str) -> bool {
        self.text.policy.choices.person_properties_allow.iter().any(|allowed| allowed == key)
    }

    /// Whether a rule finds something in a value that no key may lift. A finding inside an encoding no
    /// longer names its rule, and counts as one.
    fn holds_a_secret(&mut self, value: Value<'_>) -> bool {
        let before = self.text.report.clone();
        let mut found = Vec::new();
        let mut out = Output::new(&mut found, TextContext::new(Surface::Property));
        self.text.unsuppressed(|text| text.redact_text(&value.text(), &mut out));
        self.text.report = before;
        let rules = self.text.policy.rules();
        found.iter().any(|edit| {
            let pack = reason::rule(edit.tag).and_then(|idx| rules.rule(idx)).map(crate::rules::Rule::pack);
            pack.is_none_or(|pack| !LIFTED_PACKS.contains(&pack))
        })
    }
}
