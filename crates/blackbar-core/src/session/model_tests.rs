//! Random histories of a page, against a model that knows the whole page at all times.
//!
//! The model keeps every tag, attribute and text, and computes treatments naively. After each event
//! the window must know exactly the nodes of the page, and treatments must be those of the model.
//! Everything else must be as in a window that was built from one snapshot of the current page.
//!
//! This file is long because the model is a second implementation, kept apart from the first.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value as Json;
use serde_json::json;

use crate::session::test_support::Bench;
use crate::session::treatment::Treatment;
use crate::session::window::Window;

#[derive(Clone, Default)]
struct ModelNode {
    parent: u32,
    children: Vec<u32>,
    name: &'static str,
    attributes: BTreeMap<&'static str, &'static str>,
    text: &'static str,
    moved: Option<Treatment>,
    is_password: bool,
}

#[derive(Clone, Default)]
struct ModelPage {
    nodes: BTreeMap<u32, ModelNode>,
    last_id: u32,
}

type Test = fn(&ModelPage, u32) -> bool;

const SELECTORS: [(&str, Treatment, Test); 9] = [
    (".b", Treatment::Block, |p, id| p.has_class(id, "b")),
    (".m", Treatment::Mask, |p, id| p.has_class(id, "m")),
    ("span.p, #a .p", Treatment::Allow, |p, id| {
        p.has_class(id, "p") && (p.nodes[&id].name == "span" || p.up(id).any(|up| p.is(up, "id", "a")))
    }),
    ("#a > .k", Treatment::Mask, |p, id| p.has_class(id, "k") && p.is(p.nodes[&id].parent, "id", "a")),
    ("[data-x^=se] td", Treatment::Mask, |p, id| {
        p.nodes[&id].name == "td"
            && p.up(id).any(|up| p.attribute(up, "data-x").is_some_and(|v| v.starts_with("se")))
    }),
    ("li:not(.k)", Treatment::Mask, |p, id| p.nodes[&id].name == "li" && !p.has_class(id, "k")),
    (".k ~ div", Treatment::Mask, |p, id| {
        p.nodes[&id].name == "div" && p.before(id).any(|s| p.has_class(s, "k"))
    }),
    ("p + .k", Treatment::Block, |p, id| {
        p.has_class(id, "k") && p.before(id).next().is_some_and(|s| p.nodes[&s].name == "p")
    }),
    ("span:last-child", Treatment::Mask, |p, id| {
        let siblings = &p.nodes[&p.nodes[&id].parent].children;
        p.nodes[&id].name == "span" && siblings.iter().rfind(|s| p.is_element(**s)) == Some(&id)
    }),
];

const NAMES: [&str; 16] = [
    "div", "p", "span", "td", "tr", "table", "th", "li", "label", "input", "textarea", "b", "dt", "dd",
    "style", "#text",
];
const TEXTS: [&str; 6] = ["SSN", "Email:", "x", " ", "Full name", "words of no meaning"];
const ATTRIBUTES: [(&str, &[&str]); 7] = [
    ("class", &["b", "m", "k p", "k", "p m", "other"]),
    ("id", &["a", "c", "d"]),
    ("for", &["a", "c"]),
    ("data-x", &["secret", "see", "no"]),
    ("type", &["text", "password"]),
    ("contenteditable", &["", "false"]),
    ("colspan", &["1", "2"]),
];

impl ModelPage {
    fn new() -> Self {
        let mut page = Self { nodes: BTreeMap::new(), last_id: 1 };
        page.nodes.insert(1, ModelNode { name: "#document", ..ModelNode::default() });
        page.nodes.insert(2, ModelNode { name: "div", parent: 1, ..ModelNode::default() });
        page.nodes.get_mut(&1).unwrap().children.push(2);
        page.last_id = 2;
        page
    }

    fn attribute(&self, id: u32, name: &str) -> Option<&'static str> {
        self.nodes.get(&id)?.attributes.get(name).copied()
    }

    fn is(&self, id: u32, name: &str, value: &str) -> bool {
        self.attribute(id, name) == Some(value)
    }

    fn has_class(&self, id: u32, class: &str) -> bool {
        self.attribute(id, "class").is_some_and(|v| v.split(' ').any(|c| c == class))
    }

    fn is_element(&self, id: u32) -> bool {
        !self.nodes[&id].name.starts_with('#')
    }

    fn up(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.nodes.get(&id).map(|n| n.parent), |up| {
            self.nodes.get(up).map(|n| n.parent)
        })
        .take_while(|id| *id != 0)
    }

    /// Element siblings before `id`, the nearest first.
    fn before(&self, id: u32) -> impl Iterator<Item = u32> {
        let siblings = self.nodes[&self.nodes[&id].parent].children.iter().rev();
        siblings.copied().skip_while(move |s| *s != id).skip(1).filter(|s| self.is_element(*s))
    }

    fn subtree(&self, id: u32) -> Vec<u32> {
        let inside = self.nodes[&id].children.iter().flat_map(|c| self.subtree(*c));
        std::iter::once(id).chain(inside).collect()
    }

    fn own(&self, id: u32, selectors: &[usize]) -> Option<Treatment> {
        let matching =
            selectors.iter().map(|&i| &SELECTORS[i]).filter(|s| self.is_element(id) && (s.2)(self, id));
        matching.map(|s| s.1).max()
    }

    fn treat(&self, id: u32, selectors: &[usize]) -> Option<Treatment> {
        let own = self.own(id, selectors).max(self.nodes[&id].moved);
        self.up(id).map(|up| self.own(up, selectors).max(self.nodes[&up].moved)).fold(own, Option::max)
    }

    fn is_editable(&self, id: u32) -> bool {
        let said =
            std::iter::once(id).chain(self.up(id)).find_map(|id| self.attribute(id, "contenteditable"));
        said == Some("")
    }

    fn json(&self, id: u32, children: bool) -> Json {
        let node = &self.nodes[&id];
        let inside: Vec<Json> =
            node.children.iter().filter(|_| children).map(|c| self.json(*c, true)).collect();
        match node.name {
            "#document" => json!({"childNodes": inside, "type": 0, "id": id}),
            "#text" => json!({"textContent": node.text, "type": 3, "id": id}),
            name => {
                json!({"childNodes": inside, "attributes": node.attributes, "tagName": name, "type": 2, "id": id})
            }
        }
    }

    fn pick(&self, seed: u16, fits: impl Fn(u32) -> bool) -> Option<u32> {
        let ids: Vec<u32> = self.nodes.keys().copied().filter(|id| fits(*id)).collect();
        (!ids.is_empty()).then(|| ids[usize::from(seed) % ids.len()])
    }

    fn attach(&mut self, id: u32, parent: u32, seed: u16) {
        let children = &mut self.nodes.get_mut(&parent).unwrap().children;
        children.insert(usize::from(seed) % (children.len() + 1), id);
        self.nodes.get_mut(&id).unwrap().parent = parent;
    }

    fn detach(&mut self, id: u32) {
        let parent = self.nodes[&id].parent;
        self.nodes.get_mut(&parent).unwrap().children.retain(|c| *c != id);
    }

    fn note_passwords(&mut self) {
        for node in self.nodes.values_mut() {
            node.is_password |= node.name == "input" && node.attributes.get("type") == Some(&"password");
        }
    }
}

/// One change of the page; its numbers select from the current page.
#[derive(Clone, Debug)]
struct Op(u8, u16, u16, u16);

/// Applies `op`; `touched` are ids that must be sent again.
fn apply(
    page: &mut ModelPage,
    op: &Op,
    touched: &mut BTreeSet<u32>,
    changed: &mut BTreeMap<u32, BTreeSet<&'static str>>,
) {
    let &Op(kind, a, b, c) = op;
    match kind % 8 {
        0..=2 => {
            let Some(parent) = page.pick(a, |id| page.is_element(id)) else { return };
            page.last_id += 1;
            let id = page.last_id;
            let name = NAMES[usize::from(b) % NAMES.len()];
            let mut node = ModelNode { name, ..ModelNode::default() };
            if name == "#text" {
                node.text = TEXTS[usize::from(c) % TEXTS.len()];
            } else {
                let (attribute, values) = ATTRIBUTES[usize::from(c) % ATTRIBUTES.len()];
                node.attributes.insert(attribute, values[usize::from(a) % values.len()]);
            }
            page.nodes.insert(id, node);
            page.attach(id, parent, c);
            touched.insert(id);
        }
        3 => {
            let Some(id) = page.pick(a, |id| id > 2) else { return };
            page.detach(id);
            for gone in page.subtree(id) {
                page.nodes.remove(&gone);
            }
        }
        4 | 5 => {
            let Some(id) = page.pick(a, |id| id > 2) else { return };
            let inside = page.subtree(id);
            let Some(to) = page.pick(b, |to| page.is_element(to) && !inside.contains(&to)) else { return };
            page.detach(id);
            page.attach(id, to, c);
            touched.insert(id);
        }
        _ => {
            let Some(id) = page.pick(a, |id| page.is_element(id)) else { return };
            let (attribute, values) = ATTRIBUTES[usize::from(b) % ATTRIBUTES.len()];
            let attributes = &mut page.nodes.get_mut(&id).unwrap().attributes;
            match usize::from(c) % (values.len() + 1) {
                0 => attributes.remove(attribute),
                i => attributes.insert(attribute, values[i - 1]),
            };
            changed.entry(id).or_default().insert(attribute);
        }
    }
}

/// The mutation event that leads from `old` to `page`, its additions in an order of `seed`.
fn event(
    old: &ModelPage,
    page: &ModelPage,
    touched: &BTreeSet<u32>,
    changed: &BTreeMap<u32, BTreeSet<&'static str>>,
    seed: u16,
) -> Json {
    let removes: Vec<Json> = old
        .nodes
        .iter()
        .filter(|(id, _)| touched.contains(id) || !page.nodes.contains_key(id))
        .map(|(id, node)| json!({"parentId": node.parent, "id": id}))
        .collect();
    let mut order: Vec<u32> = touched.iter().copied().collect();
    if !order.is_empty() {
        let n = order.len();
        order.rotate_left(usize::from(seed) % n);
        if seed % 2 == 1 {
            order.reverse();
        }
    }
    let adds: Vec<Json> = order
        .iter()
        .map(|id| {
            let parent = page.nodes[id].parent;
            let next = page.nodes[&parent].children.iter().skip_while(|c| *c != id).nth(1);
            json!({"nextId": next, "node": page.json(*id, false), "parentId": parent})
        })
        .collect();
    let attributes: Vec<Json> = changed
        .iter()
        .filter(|(id, _)| page.nodes.contains_key(id) && !touched.contains(id))
        .map(|(id, names)| {
            let now: BTreeMap<_, _> = names.iter().map(|name| (*name, page.attribute(*id, name))).collect();
            json!({"attributes": now, "id": id})
        })
        .collect();
    json!({"removes": removes, "adds": adds, "attributes": attributes})
}

fn step(bench: &mut Bench, page: &mut ModelPage, ops: &[Op], seed: u16, selectors: &[usize]) {
    let old = page.clone();
    let (mut touched, mut changed) = (BTreeSet::new(), BTreeMap::new());
    for op in ops {
        apply(page, op, &mut touched, &mut changed);
    }
    touched.retain(|id| page.nodes.contains_key(id));
    let inside: Vec<u32> = touched.iter().flat_map(|id| page.subtree(*id)).collect();
    touched.extend(inside);
    if seed.is_multiple_of(5) {
        // The same page again, as a full snapshot: nothing is moved then.
        for (id, node) in &mut page.nodes {
            node.moved = None;
            let before = old.nodes.get(id).filter(|_| node.name == "input");
            node.is_password &= before.is_some_and(|b| b.attributes.get("id") == node.attributes.get("id"));
        }
        page.note_passwords();
        bench.snapshot(&page.json(1, true));
        return;
    }
    for id in touched.iter().filter(|id| old.nodes.contains_key(id)) {
        page.nodes.get_mut(id).unwrap().moved = old.treat(*id, selectors).filter(|t| *t > Treatment::Allow);
    }
    page.note_passwords();
    bench.mutate(&event(&old, page, &touched, &changed, seed));
}

fn runs(window: &Window) -> Vec<Vec<u32>> {
    let mut runs = Vec::new();
    window.reader().visit_runs(|run| runs.push(run.to_vec()));
    runs
}

fn compare(bench: &Bench, page: &ModelPage, selectors: &[usize]) -> Result<(), TestCaseError> {
    let mut fresh = Bench::new(&[]);
    fresh.snapshot(&page.json(1, true));
    prop_assert_eq!(bench.window.len(), page.nodes.len());
    prop_assert_eq!(runs(&bench.window), runs(&fresh.window));
    for (&id, node) in &page.nodes {
        let got = bench.node(id);
        prop_assert!(got.is_some(), "{} is unknown", id);
        let (got, want) = (got.unwrap(), fresh.node(id).unwrap());
        let children: Vec<u32> = bench.window.table.children(id).collect();
        prop_assert_eq!(&children, &node.children, "children of {}", id);
        prop_assert_eq!(got.treat, page.treat(id, selectors), "treatment of {}", id);
        prop_assert_eq!(got.is_editable, page.is_editable(id), "{}", id);
        if page.is_element(id) {
            prop_assert_eq!(got.is_password, node.is_password, "password {}", id);
            let above = page.treat(node.parent, selectors);
            let is_root = got.treat == Some(Treatment::Block) && above != got.treat;
            prop_assert_eq!(got.is_blocked_here, is_root, "{}", id);
        }
        prop_assert_eq!((got.tag, got.input), (want.tag, want.input), "{}", id);
        let parent_is_password = page.nodes.get(&node.parent).is_some_and(|p| p.is_password);
        let is_sticky = std::iter::once(id).chain(page.up(id)).any(|id| page.nodes[&id].is_password);
        if !is_sticky && !parent_is_password {
            prop_assert_eq!(
                (got.field, got.words),
                (want.field, want.words),
                "{} in {}",
                id,
                page.json(1, true)
            );
        }
    }
    Ok(())
}

fn ops() -> impl Strategy<Value = Vec<(Vec<Op>, u16)>> {
    let op = (any::<u8>(), any::<u16>(), any::<u16>(), any::<u16>()).prop_map(|(a, b, c, d)| Op(a, b, c, d));
    prop::collection::vec((prop::collection::vec(op, 1..8), any::<u16>()), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_window_agrees_with_the_page_after_any_history(history in ops(), wanted in 0_u16..1 << SELECTORS.len()) {
        let selectors: Vec<usize> = (0..SELECTORS.len()).filter(|i| wanted >> i & 1 == 1).collect();
        let list: Vec<_> = selectors.iter().map(|&i| (SELECTORS[i].0, SELECTORS[i].1)).collect();
        let mut bench = Bench::new(&list);
        let mut page = ModelPage::new();
        bench.snapshot(&page.json(1, true));
        for (ops, seed) in &history {
            if seed & 1 == 1 {
                // The next request finds it in a store outside this process.
                bench.window = Window::from_bytes(&bench.window.to_bytes()).unwrap();
            }
            step(&mut bench, &mut page, ops, *seed, &selectors);
            compare(&bench, &page, &selectors)?;
        }
    }
}

/// Ids that collide, do not exist, or are absurd.
fn hostile_id() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0_u64..12, 1 => Just(4_194_305), 1 => Just(4_294_967_295), 1 => Just(1 << 40)]
}

fn hostile_node(depth: u32) -> BoxedStrategy<Json> {
    let children = if depth == 0 {
        Just(vec![]).boxed()
    } else {
        prop::collection::vec(hostile_node(depth - 1), 0..4).boxed()
    };
    let attributes = prop::sample::select(vec![
        json!({"class": "b"}),
        json!({"id": "a", "contenteditable": true, "colspan": 1e9}),
        json!({"for": "a", "type": ["password"], "class": {"x": 1}}),
        json!("none"),
    ]);
    let name = prop::sample::select(NAMES.to_vec());
    (hostile_id(), 0_u8..7, name, attributes, children)
        .prop_map(|(id, kind, name, attributes, children)| {
            json!({"id": id, "type": kind, "tagName": name, "attributes": attributes, "childNodes": children,
                "textContent": "SSN"})
        })
        .boxed()
}

fn hostile_event() -> impl Strategy<Value = (bool, Json)> {
    let add = (hostile_id(), hostile_id(), hostile_node(2))
        .prop_map(|(parent, next, node)| json!({"parentId": parent, "nextId": next, "node": node}));
    let remove = hostile_id().prop_map(|id| json!({"id": id}));
    let change = (hostile_id(), hostile_node(0))
        .prop_map(|(id, node)| json!({"id": id, "attributes": node["attributes"].clone()}));
    let parts = (
        prop::collection::vec(remove, 0..3),
        prop::collection::vec(add, 0..6),
        prop::collection::vec(change, 0..3),
    );
    let mutation = parts.prop_map(|(removes, adds, changes)| {
        (false, json!({"removes": removes, "adds": adds, "attributes": changes}))
    });
    prop_oneof![1 => hostile_node(4).prop_map(|node| (true, node)), 4 => mutation]
}

/// The links of a window agree, and nothing is kept for a node that is not there.
fn check_links(window: &Window) -> Result<(), TestCaseError> {
    let all: Vec<u32> =
        window.root.into_iter().flat_map(|root| window.table.subtree(root)).take(10_000).collect();
    prop_assert_eq!(all.len(), window.len());
    for &id in &all {
        let children: Vec<u32> = window.table.children(id).collect();
        prop_assert!(children.iter().all(|&child| window.table.parent(child) == Some(id)));
        let back = std::iter::successors(window.table.last_child(id), |&child| window.table.prev(child));
        prop_assert_eq!(back.collect::<Vec<_>>(), children.into_iter().rev().collect::<Vec<_>>());
        prop_assert!(window.reader().node(id).is_some());
    }
    let known: BTreeSet<u32> = all.into_iter().collect();
    let kept = window
        .controls
        .keys()
        .chain(window.label_texts.keys())
        .chain(window.facts.keys())
        .chain(window.column_spans.keys());
    for id in kept {
        prop_assert!(known.contains(id), "something is kept for {}", id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn hostile_events_keep_a_window_consistent(events in prop::collection::vec(hostile_event(), 1..8)) {
        let mut bench = Bench::new(&[(".b ~ div", Treatment::Mask)]);
        bench.limits.max_nodes = 20;
        for (is_snapshot, event) in &events {
            if *is_snapshot { bench.snapshot(event) } else { bench.mutate(event) }
            prop_assert!(bench.window.len() <= 20);
            check_links(&bench.window)?;
            let copy = Window::from_bytes(&bench.window.to_bytes()).unwrap();
            check_links(&copy)?;
            prop_assert_eq!(copy.to_bytes(), bench.window.to_bytes());
            let mut seen = BTreeSet::new();
            bench.window.reader().visit_runs(|run| assert!(run.iter().all(|id| seen.insert(*id))));
        }
    }
}
