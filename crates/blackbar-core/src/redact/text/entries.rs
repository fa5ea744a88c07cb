//! Redacts entries of JSON objects, and JSON that has a name outside of JSON. Recordings call these.

use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;
use crate::redact::text::context::Output;
use crate::redact::text::json_walk::JsonWalk;
use crate::redact::text::json_walk::rule_of_key;
use crate::redact::text::redactor::TextRedactor;
use crate::redact::text::string_kind::KindByKey;

impl TextRedactor<'_> {
    /// Redacts an entry of an object: its key, and all of its value.
    pub(crate) fn redact_entry_by(
        &mut self,
        key: Value<'_>,
        value: Value<'_>,
        kind: KindByKey,
        out: &mut Output<'_>,
    ) {
        self.redact_nodes(JsonWalk::default(), std::iter::once(key).chain(value.nodes()), kind, out);
    }

    /// Redacts an entry of an object, with `above` as the key that leads to the object.
    pub(crate) fn redact_entry_below(
        &mut self,
        above: &str,
        key: Value<'_>,
        value: Value<'_>,
        out: &mut Output<'_>,
    ) {
        let nodes = std::iter::once(key).chain(value.nodes());
        self.redact_nodes(JsonWalk::below(above, None), nodes, |_| None, out);
    }

    /// Redacts all of a value that has a name outside of JSON.
    pub(crate) fn redact_named_json(&mut self, name: &str, value: Value<'_>, out: &mut Output<'_>) {
        let rules = self.policy.rules();
        let rule = rule_of_key(&mut self.workspace.keys, rules, KnownKey::of(name), (name, ""));
        self.redact_nodes(JsonWalk::below(name, rule), value.nodes(), |_| None, out);
    }
}
