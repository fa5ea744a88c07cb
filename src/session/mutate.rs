//! Mutations: what is taken out, put in, moved, and what changes on the spot.
//!
//! A move is a removal and an addition of the same id in one event. Additions come in any order;
//! each waits for its parent, and for the sibling it stands before, if that comes too.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::parse::value::Value;
use crate::session::knowledge::Knowledge;
use crate::session::table::IdMap;
use crate::session::table::Place;
use crate::session::tag::Tag;
use crate::session::window::Changes;
use crate::session::window::Window;

/// One entry of `adds`.
struct Add<'a> {
    id: u32,
    parent: u32,
    next: Option<u32>,
    node: Value<'a>,
}

impl<'a> Add<'a> {
    fn of(entry: Value<'a>) -> Option<Self> {
        let node = entry.get("node").ok()??;
        Some(Self {
            id: node.get("id").ok()??.as_u32()?,
            parent: entry.get("parentId").ok()??.as_u32()?,
            next: entry.get("nextId").ok()?.and_then(Value::as_u32),
            node,
        })
    }
}

/// Whether an addition waits for the sibling it stands before.
#[derive(Clone, Copy, PartialEq)]
enum Sibling {
    Awaited,
    Ignored,
}

impl Window {
    /// Applies the arrays of a mutation, in the player's order: out, in, attributes.
    ///
    /// Entries about unknown nodes, and ambiguous ones, leave their nodes unknown. Linear in what
    /// is touched; with sibling selectors, in what stands beside it too.
    pub fn mutate(
        &mut self,
        removes: Option<Value<'_>>,
        adds: Option<Value<'_>>,
        attributes: Option<Value<'_>>,
        k: &Knowledge<'_>,
    ) {
        let mut changes = Changes::default();
        for entry in removes.into_iter().flat_map(Value::items) {
            self.forget_all_of(entry, k, &mut changes);
        }
        if let Some(adds) = adds {
            self.add(adds, k, &mut changes);
        }
        for entry in attributes.into_iter().flat_map(Value::items) {
            self.change(entry, k, &mut changes);
        }
        self.settle(changes, k);
    }

    /// Applies the `texts` of a mutation: only labels care.
    pub fn retext(&mut self, texts: Value<'_>, k: &Knowledge<'_>) {
        let mut changes = Changes::default();
        for entry in texts.items() {
            let id = entry.get("id").ok().flatten().and_then(Value::as_u32);
            let Some(id) = id.filter(|&id| self.table.get(id).is_some_and(|n| n.tag == Tag::Text)) else {
                continue;
            };
            let text = entry.get("value").ok().flatten().map(Value::text).unwrap_or_default();
            self.set_text(id, &text, k, &mut changes);
        }
        self.settle(changes, k);
    }

    fn add(&mut self, adds: Value<'_>, k: &Knowledge<'_>, changes: &mut Changes) {
        let mut batch = Vec::new();
        let mut coming: IdMap<bool> = IdMap::default();
        for entry in adds.items() {
            let Some(add) = Add::of(entry) else {
                for (_, node) in entry.entries().filter(|(key, _)| key.is_text("node")) {
                    self.forget_all_of(node, k, changes);
                }
                continue;
            };
            self.forget(add.id, k, changes);
            if coming.insert(add.id, false).is_some() {
                changes.ambiguous.insert(add.id);
            }
            batch.push(add);
        }
        let left =
            self.add_in_turn(&batch, (0..batch.len()).collect(), Sibling::Awaited, &mut coming, k, changes);
        self.add_in_turn(&batch, left, Sibling::Ignored, &mut coming, k, changes);
    }

    /// Puts in what can be put in; returns what still waits.
    fn add_in_turn(
        &mut self,
        batch: &[Add<'_>],
        mut turn: VecDeque<usize>,
        sibling: Sibling,
        coming: &mut IdMap<bool>,
        k: &Knowledge<'_>,
        changes: &mut Changes,
    ) -> VecDeque<usize> {
        let mut waiting: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        while let Some(idx) = turn.pop_front() {
            let Some(add) = batch.get(idx) else { continue };
            if let Some(missing) = self.missing(add, sibling, coming) {
                waiting.entry(missing).or_default().push(idx);
                continue;
            }
            let place = Place { parent: add.parent, before: add.next };
            let planted = self.plant(add.node, place, k, changes);
            coming.insert(add.id, true);
            if waiting.is_empty() {
                continue;
            }
            turn.extend(waiting.remove(&add.id).into_iter().flatten());
            for id in planted.into_iter().flat_map(|root| self.table.subtree(root)) {
                turn.extend(waiting.remove(&id).into_iter().flatten());
            }
        }
        let mut left: Vec<usize> = waiting.into_values().flatten().collect();
        left.sort_unstable();
        left.into()
    }

    /// The node that an addition must wait for.
    fn missing(&self, add: &Add<'_>, sibling: Sibling, coming: &IdMap<bool>) -> Option<u32> {
        if self.table.get(add.parent).is_none() {
            return Some(add.parent);
        }
        let is_awaited = |next: &u32| {
            sibling == Sibling::Awaited
                && *next != add.id
                && self.table.parent(*next) != Some(add.parent)
                && coming.get(next) == Some(&false)
        };
        add.next.filter(is_awaited)
    }

    fn change(&mut self, entry: Value<'_>, k: &Knowledge<'_>, changes: &mut Changes) {
        let (Ok(id), Ok(attributes)) = (entry.get("id"), entry.get("attributes")) else {
            self.forget_all_of(entry, k, changes);
            return;
        };
        let (Some(id), Some(attributes)) = (id.and_then(Value::as_u32), attributes) else { return };
        let is_element = self.table.get(id).is_some_and(|n| n.tag.is_element());
        if is_element && !self.set_attributes(id, attributes, k, changes) {
            self.forget(id, k, changes);
        }
    }
}
