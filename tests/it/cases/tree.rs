//! JSON as it is written: numbers with all their digits, keys in their order.

use blackbar_core::internals::{Doc, JsonKind, Tape, Truncated, Value};

/// A JSON value.
pub(super) enum JsonTree {
    Text(String),
    Number(String),
    /// `true`, `false` or `null`.
    Word(String),
    List(Vec<JsonTree>),
    Map(Vec<(String, JsonTree)>),
}

impl JsonTree {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut tape = Tape::default();
        tape.read(text, 2000, Truncated::Reject).ok()?;
        Doc::new(text, &tape).root().map(Self::of)
    }

    fn of(value: Value<'_>) -> Self {
        match value.kind() {
            JsonKind::Object => {
                Self::Map(value.entries().map(|(k, v)| (k.text().into_owned(), Self::of(v))).collect())
            }
            JsonKind::Array => Self::List(value.items().map(Self::of).collect()),
            JsonKind::String | JsonKind::Key => Self::Text(value.text().into_owned()),
            _ => {
                let raw = value.raw().to_owned();
                if matches!(raw.as_str(), "true" | "false" | "null") {
                    Self::Word(raw)
                } else {
                    Self::Number(raw)
                }
            }
        }
    }

    /// What is at a JSON pointer.
    pub(super) fn at(&self, pointer: &str) -> Option<&Self> {
        pointer.trim_matches('/').split('/').try_fold(self, |tree, step| match tree {
            Self::List(items) => items.get(step.parse::<usize>().ok()?),
            Self::Map(entries) => entries.iter().rev().find(|(key, _)| key == step).map(|(_, value)| value),
            _ => None,
        })
    }

    /// The text of a string or number, else nothing.
    pub(super) fn as_text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            _ => "",
        }
    }

    /// Strings and numbers, and keys before their values, in their order.
    pub(super) fn each_text(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            Self::Text(text) | Self::Number(text) => visit(text),
            Self::Word(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.each_text(visit)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                visit(key);
                value.each_text(visit);
            }),
        }
    }

    /// The value as JSON with a space after each colon and comma.
    pub(super) fn spaced(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(raw) | Self::Word(raw) => raw.clone(),
            Self::List(items) => format!("[{}]", joined(items.iter().map(Self::spaced).collect())),
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{}: {}", quoted(key), value.spaced());
                format!("{{{}}}", joined(entries.iter().map(entry).collect()))
            }
        }
    }

    /// The texts of nodes, one after the other: text nodes of snapshots and added nodes, and text mutations.
    pub(super) fn node_texts(&self) -> String {
        match self {
            Self::List(items) => items.iter().map(Self::node_texts).collect(),
            Self::Map(entries) => {
                let is_node = entries.iter().any(|(key, _)| key == "id");
                let text = |(key, value): &(String, Self)| match value {
                    Self::Text(text) if key == "textContent" || (key == "value" && is_node) => text.clone(),
                    _ => value.node_texts(),
                };
                entries.iter().map(text).collect()
            }
            _ => String::new(),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
