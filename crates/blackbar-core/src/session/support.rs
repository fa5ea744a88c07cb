//! Helpers of the tests: small documents, a few labels, and the way from JSON to values.

#![expect(clippy::needless_pass_by_value, clippy::unnecessary_wraps, reason = "tests read better so")]

use serde_json::Value as Json;
use serde_json::json;

use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::Value;
use crate::rules::RuleIdx;
use crate::session::knowledge::Knowledge;
use crate::session::knowledge::Labels;
use crate::session::selector::Selectors;
use crate::session::selector::Treat;
use crate::session::shown::Shown;
use crate::session::table::WindowLimits;
use crate::session::window::Window;

/// Labels that mean a rule: its index is the place in this list.
pub(crate) const LABELS: [&str; 8] =
    ["full name", "ssn", "date of birth", "email", "password", "cc-number", "passport", "phone"];

pub(crate) struct Toy;

impl Labels for Toy {
    fn rule_for(&self, label: &str) -> Option<RuleIdx> {
        let label = label.to_lowercase();
        LABELS.iter().position(|known| *known == label).map(|i| RuleIdx(i as u16))
    }
}

/// The rule of a label.
pub(crate) fn rule(label: &str) -> Option<RuleIdx> {
    Some(Toy.rule_for(label).expect("a known label"))
}

/// A policy and a window under it.
pub(crate) struct Bench {
    pub(crate) selectors: Selectors,
    pub(crate) limits: WindowLimits,
    pub(crate) window: Window,
}

impl Bench {
    pub(crate) fn new(selectors: &[(&str, Treat)]) -> Self {
        let selectors = Selectors::parse(selectors.iter().copied()).unwrap();
        Self { selectors, limits: WindowLimits::default(), window: Window::default() }
    }

    fn with(&mut self, f: impl FnOnce(&mut Window, &Knowledge<'_>)) {
        let k = Knowledge { selectors: &self.selectors, labels: &Toy, limits: self.limits };
        f(&mut self.window, &k);
    }

    pub(crate) fn snapshot(&mut self, node: &Json) {
        self.snapshot_text(&node.to_string());
    }

    pub(crate) fn snapshot_text(&mut self, node: &str) {
        self.with(|window, k| read(node, |node| window.snapshot(node, k, &mut Shown::default())));
    }

    /// A page with these nodes in its body.
    pub(crate) fn page(&mut self, nodes: Vec<Json>) {
        self.snapshot(&page(nodes));
    }

    /// Applies the `data` of a mutation.
    pub(crate) fn mutate(&mut self, data: &Json) {
        self.mutate_text(&data.to_string());
    }

    pub(crate) fn mutate_text(&mut self, data: &str) {
        self.with(|window, k| {
            read(data, |data| {
                let part = |key| data.get(key).unwrap();
                let shown = &mut Shown::default();
                let mut came = window.mutate(part("removes"), part("adds"), part("attributes"), k, shown);
                if let Some(texts) = part("texts") {
                    window.retext(texts, k, shown, &mut came).unwrap();
                }
            });
        });
    }

    pub(crate) fn treat(&self, id: u32) -> Option<Treat> {
        self.window.node(id).expect("a known node").treat
    }

    pub(crate) fn field(&self, id: u32) -> Option<RuleIdx> {
        self.window.node(id).expect("a known node").field
    }

    pub(crate) fn words(&self, id: u32) -> &str {
        self.window.node(id).expect("a known node").words
    }
}

pub(crate) fn read<T>(text: &str, f: impl FnOnce(Value<'_>) -> T) -> T {
    let mut tape = Tape::default();
    tape.read(text, 2000, Truncated::Reject).unwrap();
    f(Doc::new(text, &tape).root().unwrap())
}

/// An element; its attributes as an object.
pub(crate) fn el(id: u32, name: &str, attributes: Json, children: Vec<Json>) -> Json {
    json!({"type": 2, "tagName": name, "attributes": attributes, "childNodes": children, "id": id})
}

/// An element without attributes.
pub(crate) fn tag(id: u32, name: &str, children: Vec<Json>) -> Json {
    el(id, name, json!({}), children)
}

pub(crate) fn text(id: u32, text: &str) -> Json {
    json!({"type": 3, "textContent": text, "id": id})
}

/// A document (1) with `<html>` (3) and `<body>` (5).
pub(crate) fn page(nodes: Vec<Json>) -> Json {
    json!({"type": 0, "id": 1, "childNodes": [
        {"type": 1, "name": "html", "publicId": "", "systemId": "", "id": 2},
        tag(3, "html", vec![tag(4, "head", vec![]), tag(5, "body", nodes)]),
    ]})
}

/// One entry of `adds`.
pub(crate) fn add(parent: u32, next: Option<u32>, node: Json) -> Json {
    json!({"parentId": parent, "nextId": next, "node": node})
}
