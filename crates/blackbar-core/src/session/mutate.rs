//! Mutations: what is taken out, put in, moved, and what changes on the spot.
//!
//! A move is a removal and an addition of the same id in one event. Additions come in any order;
//! each waits for its parent, and for the sibling it stands before, if that comes too.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::session::knowledge::Knowledge;
use crate::session::shown::Shown;
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
        let node = entry.under(Word::Node).ok()??;
        Some(Self {
            id: node.under(Word::Id).ok()??.as_u32()?,
            parent: entry.under(Word::ParentId).ok()??.as_u32()?,
            next: entry.under(Word::NextId).ok()?.and_then(Value::as_u32),
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
    /// is touched; with sibling selectors, in what stands beside it too. Returns the nodes that came.
    pub fn mutate(
        &mut self,
        removes: Option<Value<'_>>,
        adds: Option<Value<'_>>,
        attributes: Option<Value<'_>>,
        k: &Knowledge<'_>,
        shown: &mut Shown,
    ) -> Vec<u32> {
        let mut changes = Changes::new(shown);
        for entry in removes.into_iter().flat_map(Value::items) {
            self.forget_all_of(entry, k, &mut changes);
        }
        if let Some(adds) = adds {
            self.add(adds, k, &mut changes);
        }
        for entry in attributes.into_iter().flat_map(Value::items) {
            self.change(entry, k, &mut changes);
        }
        self.settle(&changes, k);
        changes.came
    }

    /// Applies the `texts` of a mutation: only labels care. Adds their nodes to `touched`.
    ///
    /// # Errors
    /// [`DuplicateKey`] where an entry says twice what it is.
    pub fn retext(
        &mut self,
        texts: Value<'_>,
        k: &Knowledge<'_>,
        shown: &mut Shown,
        touched: &mut Vec<u32>,
    ) -> Result<(), DuplicateKey> {
        let mut changes = Changes::new(shown);
        for entry in texts.items() {
            let (id, value) = (entry.under(Word::Id)?.and_then(Value::as_u32), entry.under(Word::Value)?);
            let Some(id) = id.filter(|&id| self.tag(id) == Some(Tag::Text)) else { continue };
            let text = value.map(Value::text).unwrap_or_default();
            self.set_text(id, &text, k, &mut changes);
            let is_text = value.is_some_and(|value| value.kind() == Kind::String);
            changes.shown.insert(id, if is_text { &text } else { "" });
            touched.push(id);
        }
        self.settle(&changes, k);
        Ok(())
    }

    fn add(&mut self, adds: Value<'_>, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        let mut batch = Vec::new();
        let mut coming: IdMap<bool> = IdMap::default();
        for entry in adds.items() {
            let Some(add) = Add::of(entry) else {
                for (_, node) in entry.entries().filter(|(key, _)| key.word() == Word::Node) {
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
        changes: &mut Changes<'_>,
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

    fn change(&mut self, entry: Value<'_>, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        let (Ok(id), Ok(attributes)) = (entry.under(Word::Id), entry.under(Word::Attributes)) else {
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
