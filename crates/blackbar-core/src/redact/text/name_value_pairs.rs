//! Objects in which one entry names the value of another: `{"key": "user.email", "value": …}`.
//!
//! Headers, form fields, attributes and filters are often written so. The name is context for the
//! value as a key would be, whatever the order of the two.

use std::borrow::Cow;

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;

/// Keys whose text names the value next to it, the most specific first.
const NAMES: [KnownKey; 4] = [KnownKey::Key, KnownKey::Name, KnownKey::Field, KnownKey::Label];

/// Keys of the named value.
const VALUES: [KnownKey; 3] = [KnownKey::Value, KnownKey::Values, KnownKey::Val];

/// Names that were read, for keys that are still to come. The next one is the last.
#[derive(Default)]
pub(crate) struct PairNames<'v>(Vec<(usize, Cow<'v, str>)>);

impl<'v> PairNames<'v> {
    /// Reads the name in an object, if it has one. One look at each of its entries.
    pub(crate) fn read(&mut self, object: Value<'v>) {
        if !object.entries().any(|(key, _)| VALUES.contains(&key.known_key())) {
            return;
        }
        let label = NAMES.iter().find_map(|name| {
            let mut texts = object
                .entries()
                .filter(|(key, value)| key.known_key() == *name && value.kind() == JsonKind::String);
            texts.next().map(|(_, value)| value.text())
        });
        let Some(label) = label.filter(|label| !label.trim().is_empty()) else { return };
        let from = self.0.len();
        for (key, _) in object.entries().filter(|(key, _)| VALUES.contains(&key.known_key())) {
            self.0.push((key.idx(), label.clone()));
        }
        if let Some(own) = self.0.get_mut(from..) {
            own.reverse();
        }
    }

    /// The name of the value under a key.
    pub(crate) fn of(&mut self, key: Value<'_>) -> Option<Cow<'v, str>> {
        self.0.pop_if(|(idx, _)| *idx == key.idx()).map(|(_, label)| label)
    }
}

/// Whether a key is only the type of a value, as in OTLP.
pub(crate) fn is_type(key: KnownKey) -> bool {
    use KnownKey::{
        ArrayValue, BoolValue, BytesValue, DoubleValue, IntValue, KvlistValue, StringValue, Values,
    };
    matches!(
        key,
        StringValue | BoolValue | IntValue | DoubleValue | ArrayValue | KvlistValue | BytesValue | Values
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::json::Tape;
    use crate::parse::json::Truncated;
    use crate::parse::value::Doc;

    fn labelled(text: &str) -> Vec<(String, String)> {
        let mut tape = Tape::default();
        tape.read(text, 64, Truncated::Reject).unwrap();
        let mut labels = PairNames::default();
        let mut found = Vec::new();
        for node in Doc::new(text, &tape).root().unwrap().nodes() {
            match node.kind() {
                JsonKind::Object => labels.read(node),
                JsonKind::Key => {
                    found.extend(labels.of(node).map(|l| (l.into_owned(), node.raw().to_owned())));
                }
                _ => {}
            }
        }
        assert!(labels.0.is_empty());
        found
    }

    fn pair(label: &str, key: &str) -> (String, String) {
        (label.to_owned(), key.to_owned())
    }

    #[test]
    fn a_name_applies_to_the_value_next_to_it_in_any_order() {
        assert_eq!(labelled(r#"{"key":"email","value":1}"#), [pair("email", "value")]);
        assert_eq!(labelled(r#"{"value":1,"n\u0061me":"dob"}"#), [pair("dob", "value")]);
        assert_eq!(labelled(r#"{"value":1,"name":7,"other":"x"}"#), []);
    }

    #[test]
    fn names_nest_and_repeat() {
        let inner = r#"{"key":"b","value":{"arrayValue":{"values":[]}}}"#;
        let text = format!(r#"{{"x":{inner},"value":[{inner}],"name":"a","value":2}}"#);
        let expected = [pair("b", "value"), pair("a", "value"), pair("b", "value"), pair("a", "value")];
        assert_eq!(labelled(&text), expected);
    }
}
