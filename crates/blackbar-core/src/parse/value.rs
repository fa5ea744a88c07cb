//! Reads values from the tape: objects, arrays and scalars, and the path to each.
//!
//! Does not copy text: a value is a position on the tape, and strings are decoded when asked for.
//!
//! This file is long because a value, its iterators and its path share the private layout of the tape.

use std::borrow::Cow;

use crate::parse::json::JsonKind;
use crate::parse::json::Tape;
use crate::parse::json::TapeNode;
use crate::parse::known_key::KnownKey;
use crate::text::json_str;
use crate::text::span::Span;

/// A text and its tape.
#[derive(Clone, Copy)]
pub struct Doc<'a> {
    /// The text that was indexed.
    pub text: &'a str,
    nodes: &'a [TapeNode],
}

/// An object has a key twice that decides its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object has a key twice that decides its meaning")]
pub struct DuplicateKey;

impl<'a> Doc<'a> {
    /// Pairs a text with its tape.
    #[inline]
    pub fn new(text: &'a str, tape: &'a Tape) -> Self {
        Self { text, nodes: tape.nodes() }
    }

    /// The outermost value.
    #[inline]
    pub fn root(self) -> Option<Value<'a>> {
        Value::at(self, 0)
    }
}

/// One value of a [`Doc`].
#[derive(Clone, Copy)]
pub struct Value<'a> {
    doc: Doc<'a>,
    idx: usize,
    node: TapeNode,
}

impl<'a> Value<'a> {
    #[inline]
    fn at(doc: Doc<'a>, idx: usize) -> Option<Self> {
        doc.nodes.get(idx).map(|&node| Self { doc, idx, node })
    }

    /// The kind of the value.
    #[inline]
    pub fn kind(self) -> JsonKind {
        self.node.kind
    }

    /// Its bytes in the text; for strings and keys, those between the quotes.
    #[inline]
    pub fn span(self) -> Span {
        self.node.span()
    }

    /// The bytes as written; for strings and keys, those between the quotes.
    #[inline]
    pub fn raw(self) -> &'a str {
        self.node.span().of(self.doc.text)
    }

    /// The text of a string or key; the bytes of anything else.
    #[inline]
    pub fn text(self) -> Cow<'a, str> {
        if self.node.escaped { json_str::unescape(self.raw()) } else { Cow::Borrowed(self.raw()) }
    }

    /// Whether a string or key holds an escape.
    #[inline]
    pub fn is_escaped(self) -> bool {
        self.node.escaped
    }

    /// Whether it is a string or key with the text `want`.
    #[inline]
    pub fn is_text(self, want: &str) -> bool {
        matches!(self.node.kind, JsonKind::String | JsonKind::Key)
            && if self.node.escaped { self.text() == want } else { self.raw() == want }
    }

    /// A small whole number.
    #[inline]
    pub fn as_u32(self) -> Option<u32> {
        const MAX_DIGITS: usize = 9;
        if self.node.kind != JsonKind::Number {
            return None;
        }
        let raw = self.raw();
        if raw.len() > MAX_DIGITS {
            return raw.parse().ok();
        }
        // Nine digits always fit, so the loop needs no overflow check.
        raw.bytes().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    }

    /// A number.
    pub fn as_f64(self) -> Option<f64> {
        (self.node.kind == JsonKind::Number).then(|| self.raw().parse().ok()).flatten()
    }

    /// The entries of an object, in order; nothing for other values.
    #[inline]
    pub fn entries(self) -> Entries<'a> {
        let is_object = self.node.kind == JsonKind::Object;
        Entries { doc: self.doc, at: self.idx + 1, end: if is_object { self.node.next() } else { 0 } }
    }

    /// The items of an array, in order; nothing for other values.
    #[inline]
    pub fn items(self) -> Items<'a> {
        let is_array = self.node.kind == JsonKind::Array;
        Items { doc: self.doc, at: self.idx + 1, end: if is_array { self.node.next() } else { 0 } }
    }

    /// Which well-known key a key is.
    #[inline]
    pub(crate) fn known_key(self) -> KnownKey {
        self.node.word
    }

    /// The value under `key`.
    ///
    /// # Errors
    /// [`DuplicateKey`] if the object has `key` more than once, escaped or not.
    pub fn get(self, key: &str) -> Result<Option<Value<'a>>, DuplicateKey> {
        match KnownKey::of(key) {
            KnownKey::Other => self.find_key(|name| {
                name.word == KnownKey::Other
                    && Value { doc: self.doc, idx: self.idx, node: *name }.is_text(key)
            }),
            word => self.under(word),
        }
    }

    /// The value under a well-known key.
    ///
    /// # Errors
    /// As [`Value::get`].
    #[inline]
    pub(crate) fn under(self, word: KnownKey) -> Result<Option<Value<'a>>, DuplicateKey> {
        self.find_key(|name| name.word == word)
    }

    #[inline]
    fn find_key(self, is_key: impl Fn(&TapeNode) -> bool) -> Result<Option<Value<'a>>, DuplicateKey> {
        let mut found = None;
        let mut at = if self.node.kind == JsonKind::Object { self.idx + 1 } else { self.node.next() };
        while at < self.node.next()
            && let Some([name, value]) = self.doc.nodes.get(at..at + 2)
        {
            if is_key(name) && found.replace(at + 1).is_some() {
                return Err(DuplicateKey);
            }
            at = value.next();
        }
        Ok(found.and_then(|v| Value::at(self.doc, v)))
    }

    /// This value and all nodes inside it, in document order.
    #[inline]
    pub fn nodes(self) -> impl Iterator<Item = Value<'a>> {
        let doc = self.doc;
        (self.idx..self.node.next()).filter_map(move |idx| Value::at(doc, idx))
    }

    /// Position of the first node after the value of this key.
    #[inline]
    pub fn value_end(self) -> usize {
        self.doc.nodes.get(self.idx + 1).map_or(self.idx + 1, TapeNode::next)
    }

    /// Position in document order; unique within the document.
    #[inline]
    pub fn idx(self) -> usize {
        self.idx
    }

    /// The value at a position of the same document.
    #[inline]
    pub fn in_document(self, idx: usize) -> Option<Value<'a>> {
        Value::at(self.doc, idx)
    }

    /// Position of the first node after this value.
    #[inline]
    pub fn next_idx(self) -> usize {
        self.node.next()
    }

    /// The path from the outermost value to this one; a key is the last step to itself.
    ///
    /// Visits each sibling before a value on the way, and subtracts the visits from `looks`. `trail`
    /// remembers the last path, so that paths of values in document order visit each sibling once.
    /// `None` if `looks` runs out, or if the value is deeper than [`MAX_STEPS`].
    pub(crate) fn path(self, trail: &mut PathTrail, looks: &mut usize) -> Option<Vec<PathStep<'a>>> {
        trail.follow(self.doc);
        let before = std::mem::take(&mut trail.children);
        let mut steps = Vec::new();
        let mut at = Self::at(self.doc, 0)?;
        while at.idx < self.idx && steps.len() < MAX_STEPS {
            let known = before.get(steps.len()).filter(|known| known.of == at.idx && known.idx <= self.idx);
            let (mut idx, mut n) = known.map_or((at.idx + 1, 0), |known| (known.idx, known.n));
            let is_object = at.kind() == JsonKind::Object;
            let holder = loop {
                if idx >= at.next_idx() || !matches!(at.kind(), JsonKind::Object | JsonKind::Array) {
                    return None;
                }
                *looks = looks.checked_sub(1)?;
                let child = Self::at(self.doc, idx)?;
                let value = if is_object { Self::at(self.doc, idx + 1)? } else { child };
                if self.idx < value.next_idx() {
                    steps.push(if is_object { PathStep::Key(child.text()) } else { PathStep::Item(n) });
                    break if self.idx == child.idx { child } else { value };
                }
                (idx, n) = (value.next_idx(), n + 1);
            };
            trail.children.push(Child { of: at.idx, idx, n });
            at = holder;
        }
        (at.idx == self.idx).then_some(steps)
    }
}

/// The longest path.
pub(crate) const MAX_STEPS: usize = 96;

/// The path that was computed last, to continue from.
#[derive(Default)]
pub(crate) struct PathTrail {
    /// The document it belongs to: address and length of the text and of the tape.
    doc: [usize; 4],
    children: Vec<Child>,
}

/// A value on the path, or its key.
#[derive(Clone, Copy)]
struct Child {
    /// Index of the object or array around it.
    of: usize,
    /// Its own index.
    idx: usize,
    /// Number of siblings before it.
    n: usize,
}

impl PathTrail {
    /// Forgets the path if it belongs to another document.
    ///
    /// Documents are compared by address and length, which is two loads instead of a hash of the text.
    /// The caller starts a new trail when it reuses the buffers of a document for another one.
    fn follow(&mut self, doc: Doc<'_>) {
        let address = |at: *const u8, len| [at as usize, len];
        let [text, n_bytes] = address(doc.text.as_ptr(), doc.text.len());
        let [nodes, n_nodes] = address(doc.nodes.as_ptr().cast(), doc.nodes.len());
        let doc = [text, n_bytes, nodes, n_nodes];
        if self.doc != doc {
            self.doc = doc;
            self.children.clear();
        }
    }
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PathStep<'a> {
    /// Into the value of this key.
    Key(Cow<'a, str>),
    /// Into this item of an array, from 0.
    Item(usize),
}

impl PathStep<'_> {
    /// The step with text of its own.
    pub(crate) fn into_owned(self) -> PathStep<'static> {
        match self {
            Self::Key(key) => PathStep::Key(Cow::Owned(key.into_owned())),
            Self::Item(idx) => PathStep::Item(idx),
        }
    }
}

impl std::fmt::Debug for PathStep<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => write!(f, "Key({} bytes)", key.len()),
            Self::Item(idx) => write!(f, "Item({idx})"),
        }
    }
}

/// Entries of an object.
pub struct Entries<'a> {
    doc: Doc<'a>,
    at: usize,
    end: usize,
}

impl Entries<'_> {
    /// Positions of the next key and value.
    fn next_idx(&mut self) -> Option<(usize, usize)> {
        if self.at >= self.end {
            return None;
        }
        let (key, value) = (self.at, self.at + 1);
        self.at = self.doc.nodes.get(value)?.next();
        Some((key, value))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Value<'a>, Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.next_idx()?;
        Some((Value::at(self.doc, key)?, Value::at(self.doc, value)?))
    }
}

/// Items of an array.
pub struct Items<'a> {
    doc: Doc<'a>,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let value = Value::at(self.doc, self.at)?;
        self.at = value.node.next();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse::json::Truncated;

    fn with_root<T>(text: &str, f: impl FnOnce(Value<'_>) -> T) -> T {
        let mut tape = Tape::default();
        tape.read(text, 64, Truncated::Reject).unwrap();
        f(Doc::new(text, &tape).root().unwrap())
    }

    #[test]
    fn finds_a_key_after_nested_values_and_under_escapes() {
        with_root(r#"{"data":{"type":9},"t\u0079pe":3}"#, |root| {
            assert_eq!(root.get("type").unwrap().unwrap().as_u32(), Some(3));
            assert!(root.get("nope").unwrap().is_none());
        });
    }

    #[test]
    fn finds_the_path_to_every_value() {
        with_root(r#"{"a":[1,{"b\u0063":"x"}],"d":{"e":2}}"#, |root| {
            let mut trail = PathTrail::default();
            let mut way = |value: Value<'_>, mut looks: usize| {
                let steps = value.path(&mut trail, &mut looks)?;
                let step = |step: PathStep<'_>| match step {
                    PathStep::Key(key) => key.into_owned(),
                    PathStep::Item(idx) => idx.to_string(),
                };
                Some(steps.into_iter().map(step).collect::<Vec<_>>().join("."))
            };
            let ways: Vec<_> = root.nodes().map(|value| way(value, 9).unwrap()).collect();
            let expected = ["", "a", "a", "a.0", "a.1", "a.1.bc", "a.1.bc", "d", "d", "d.e", "d.e"];
            assert_eq!(ways, expected);
            let backwards: Vec<_> = root.nodes().collect();
            let backwards = backwards.into_iter().rev().map(|value| way(value, 9).unwrap());
            assert!(backwards.eq(expected.into_iter().rev()));
            let last = root.nodes().last().unwrap();
            let path = |looks: &mut usize| last.path(&mut PathTrail::default(), looks);
            assert!(path(&mut 2).is_none() && path(&mut 3).is_some());
        });
    }

    #[test]
    fn paths_in_document_order_visit_each_sibling_once() {
        let text = format!(r#"{{"a":[{}]}}"#, vec![r#"{"b":[1,2]}"#; 1000].join(","));
        with_root(&text, |root| {
            let (mut trail, mut looks) = (PathTrail::default(), 1 << 20);
            assert!(root.nodes().all(|value| value.path(&mut trail, &mut looks).is_some()));
            assert!((1 << 20) - looks < 25_000, "{looks}");
        });
    }

    #[test]
    fn rejects_duplicate_keys() {
        with_root(r#"{"type":2,"t\u0079pe":3}"#, |root| assert!(root.get("type").is_err()));
    }

    /// Rebuilds the document through the accessors.
    fn rebuild(value: Value<'_>) -> serde_json::Value {
        match value.kind() {
            JsonKind::Object => value.entries().map(|(k, v)| (k.text().into_owned(), rebuild(v))).collect(),
            JsonKind::Array => value.items().map(rebuild).collect(),
            JsonKind::String | JsonKind::Key => value.text().into_owned().into(),
            _ => serde_json::from_str(value.raw()).unwrap(),
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".{0,30}".prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map(".{0,5}", inner, 0..6)
                    .prop_map(|m| serde_json::Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_back_what_serde_json_wrote(json in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.unwrap();
            prop_assert_eq!(with_root(&text, rebuild), json);
        }
    }
}
