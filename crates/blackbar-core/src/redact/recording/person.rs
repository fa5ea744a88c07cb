//! Properties of persons, and those of them that the policy allows, so that flags can target by them.
//!
//! A bare `name` among them is the name of a person, which elsewhere it is not.
//!
//! An allowed key lifts what tells who or where somebody is; secrets, numbers of state and money,
//! and what rules of your own find become a pseudonym all the same.

use crate::parse::json::Kind;
use crate::parse::value::Value;
use crate::redact::surface::Surface;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag;
use crate::text::edit::Edit;

/// Packs whose findings an allowed key lifts.
const LIFTED_PACKS: &[&str] = &["contact", "network", "personal"];

impl Redactor<'_> {
    /// Judges the properties of a person.
    pub(crate) fn person(&mut self, key: Value<'_>, value: Value<'_>, out: &mut Vec<Edit>) {
        let place = Place::new(Surface::Person);
        if value.kind() != Kind::Object {
            self.entry(key, value, place, out);
            return;
        }
        for (key, value) in value.entries() {
            let is_scalar = !matches!(value.kind(), Kind::Object | Kind::Array);
            let may_stay = is_scalar && self.is_allowed(&key.text()) && !self.holds_a_secret(value);
            if !may_stay {
                self.entry_below("person", key, value, place, out);
            }
        }
    }

    fn is_allowed(&self, key: &str) -> bool {
        self.policy.choices.person_properties_allow.iter().any(|allowed| allowed == key)
    }

    /// Whether a rule finds something in a value that no key may lift. A finding inside an encoding
    /// does not tell its rule any more, and counts as one.
    fn holds_a_secret(&mut self, value: Value<'_>) -> bool {
        let before = self.report.clone();
        let mut found = Vec::new();
        self.unsuppressed(|this| this.see(&value.text(), Place::new(Surface::Property), &mut found));
        self.report = before;
        let rules = self.policy.rules();
        found.iter().any(|edit| {
            let pack = tag::rule(edit.tag).and_then(|idx| rules.rule(idx)).map(crate::rules::Rule::pack);
            pack.is_none_or(|pack| !LIFTED_PACKS.contains(&pack))
        })
    }
}
