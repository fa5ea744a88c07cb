//! Test helpers: small documents, a few labels, and JSON parsed to values.

#![expect(clippy::needless_pass_by_value, clippy::unnecessary_wraps, reason = "tests read better so")]

use serde_json::Value as Json;
use serde_json::json;

use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::Value;
use crate::rules::RuleIdx;
use crate::session::editor::WindowEditor;
use crate::session::label_rules::LabelRules;
use crate::session::limits::WindowLimits;
use crate::session::node_context::NodeContext;
use crate::session::recent_texts::RecentTexts;
use crate::session::selector::Selectors;
use crate::session::treatment::Treatment;
use crate::session::window::Window;
use crate::session::window_policy::WindowPolicy;

/// Labels with a rule; its index is the position in this list.
pub(super) const LABELS: [&str; 8] =
    ["full name", "ssn", "date of birth", "email", "password", "cc-number", "passport", "phone"];

pub(super) struct Toy;

impl LabelRules for Toy {
    fn rule_for(&self, label: &str) -> Option<RuleIdx> {
        let label = label.to_lowercase();
        LABELS.iter().position(|known| *known == label).map(|i| RuleIdx(i as u16))
    }
}

/// The rule of a label.
pub(super) fn rule(label: &str) -> Option<RuleIdx> {
    Some(Toy.rule_for(label).expect("a known label"))
}

/// A policy and a window under it.
pub(super) struct Bench {
    pub(super) selectors: Selectors,
    pub(super) limits: WindowLimits,
    pub(super) window: Window,
}

impl Bench {
    pub(super) fn new(selectors: &[(&str, Treatment)]) -> Self {
        let selectors = Selectors::parse(selectors.iter().copied()).unwrap();
        Self { selectors, limits: WindowLimits::default(), window: Window::default() }
    }

    fn editor<'w>(&'w mut self, texts: &'w mut RecentTexts) -> WindowEditor<'w> {
        let policy = WindowPolicy { selectors: &self.selectors, labels: &Toy, limits: self.limits };
        WindowEditor::new(&mut self.window, policy, texts)
    }

    pub(super) fn snapshot(&mut self, node: &Json) {
        self.snapshot_text(&node.to_string());
    }

    pub(super) fn snapshot_text(&mut self, node: &str) {
        read(node, |node| self.editor(&mut RecentTexts::default()).apply_snapshot(node));
    }

    /// A page with these nodes in its body.
    pub(super) fn page(&mut self, nodes: Vec<Json>) {
        self.snapshot(&page(nodes));
    }

    /// Applies the `data` of a mutation.
    pub(super) fn mutate(&mut self, data: &Json) {
        self.mutate_text(&data.to_string());
    }

    pub(super) fn mutate_text(&mut self, data: &str) {
        read(data, |data| {
            let part = |key| data.get(key).unwrap();
            let shown = &mut RecentTexts::default();
            let editor = self.editor(shown);
            let mut touched = editor.apply_mutation(part("removes"), part("adds"), part("attributes"));
            if let Some(texts) = part("texts") {
                self.editor(shown).update_texts(texts, &mut touched).unwrap();
            }
        });
    }

    pub(super) fn node(&self, id: u32) -> Option<NodeContext<'_>> {
        self.window.reader().node(id)
    }

    pub(super) fn treat(&self, id: u32) -> Option<Treatment> {
        self.node(id).expect("a known node").treat
    }

    pub(super) fn field(&self, id: u32) -> Option<RuleIdx> {
        self.node(id).expect("a known node").field
    }

    pub(super) fn words(&self, id: u32) -> &str {
        self.node(id).expect("a known node").words
    }
}

pub(super) fn read<T>(text: &str, f: impl FnOnce(Value<'_>) -> T) -> T {
    let mut tape = Tape::default();
    tape.read(text, 2000, Truncated::Reject).unwrap();
    f(Doc::new(text, &tape).root().unwrap())
}

/// An element; its attributes as an object.
pub(super) fn el(id: u32, name: &str, attributes: Json, children: Vec<Json>) -> Json {
    json!({"type": 2, "tagName": name, "attributes": attributes, "childNodes": children, "id": id})
}

/// An element without attributes.
pub(super) fn tag(id: u32, name: &str, children: Vec<Json>) -> Json {
    el(id, name, json!({}), children)
}

pub(super) fn text(id: u32, text: &str) -> Json {
    json!({"type": 3, "textContent": text, "id": id})
}

/// A document (1) with `<html>` (3) and `<body>` (5).
pub(super) fn page(nodes: Vec<Json>) -> Json {
    json!({"type": 0, "id": 1, "childNodes": [
        {"type": 1, "name": "html", "publicId": "", "systemId": "", "id": 2},
        tag(3, "html", vec![tag(4, "head", vec![]), tag(5, "body", nodes)]),
    ]})
}

/// One entry of `adds`.
pub(super) fn add(parent: u32, next: Option<u32>, node: Json) -> Json {
    json!({"parentId": parent, "nextId": next, "node": node})
}
