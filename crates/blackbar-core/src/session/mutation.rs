//! Applies events to a window: full snapshots, mutations, and changed texts.
//!
//! A move is a removal and an addition of the same id in one event. Additions come in any order:
//! each waits for its parent, and for its next sibling if the event adds that too.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::session::editor::WindowEditor;
use crate::session::element_kind::ElementKind;
use crate::session::ids::IdMap;
use crate::session::ids::NO_NODE;
use crate::session::node::Flag;
use crate::session::table::Slot;
use crate::session::window::Window;

/// One entry of `adds`.
struct Add<'a> {
    id: u32,
    parent: u32,
    next: Option<u32>,
    node: Value<'a>,
}

impl<'a> Add<'a> {
    fn read(entry: Value<'a>) -> Option<Self> {
        let node = entry.under(KnownKey::Node).ok()??;
        Some(Self {
            id: node.under(KnownKey::Id).ok()??.as_u32()?,
            parent: entry.under(KnownKey::ParentId).ok()??.as_u32()?,
            next: entry.under(KnownKey::NextId).ok()?.and_then(Value::as_u32),
            node,
        })
    }
}

/// Whether an addition waits for its next sibling.
#[derive(Clone, Copy, PartialEq)]
enum Sibling {
    Awaited,
    Ignored,
}

/// Ids that the event adds, and whether each was inserted already.
type Coming = IdMap<bool>;

impl WindowEditor<'_> {
    /// Replaces the whole window by a full snapshot's `data.node`.
    ///
    /// A control that was found sensitive stays so if the snapshot has it under the same id and name.
    pub(crate) fn apply_snapshot(mut self, node: Value<'_>) {
        let old = std::mem::take(self.window);
        let root = self.insert_subtree(node, Slot { parent: NO_NODE, before: None });
        // A later node with the same id may have made the root ambiguous, and so removed it.
        self.window.root = root.filter(|&root| self.window.table.get(root).is_some());
        self.recompute_dirty();
        carry_over_verdicts(&old, self.window);
    }

    /// Applies the arrays of a mutation in the player's order: removes, adds, attributes. Returns
    /// the nodes that were added.
    ///
    /// Entries about unknown nodes, and ambiguous ones, leave their nodes unknown. Linear in the
    /// touched nodes; with sibling selectors, in their siblings too.
    pub(crate) fn apply_mutation(
        mut self,
        removes: Option<Value<'_>>,
        adds: Option<Value<'_>>,
        attributes: Option<Value<'_>>,
    ) -> Vec<u32> {
        for entry in removes.into_iter().flat_map(Value::items) {
            self.remove_all_ids_of(entry);
        }
        if let Some(adds) = adds {
            self.apply_adds(adds);
        }
        for entry in attributes.into_iter().flat_map(Value::items) {
            self.apply_attributes(entry);
        }
        self.recompute_dirty();
        self.changes.added
    }

    /// Applies the `texts` of a mutation, which affect labels only. Appends the ids of their nodes
    /// to `touched`.
    ///
    /// # Errors
    /// [`DuplicateKey`] if an entry has one of its keys twice.
    pub(crate) fn update_texts(
        mut self,
        texts: Value<'_>,
        touched: &mut Vec<u32>,
    ) -> Result<(), DuplicateKey> {
        for entry in texts.items() {
            let (id, value) =
                (entry.under(KnownKey::Id)?.and_then(Value::as_u32), entry.under(KnownKey::Value)?);
            let Some(id) = id.filter(|&id| self.window.tag(id) == Some(ElementKind::Text)) else { continue };
            let text = value.map(Value::text).unwrap_or_default();
            self.set_text(id, &text);
            let is_text = value.is_some_and(|value| value.kind() == JsonKind::String);
            self.changes.recent_texts.insert(id, if is_text { &text } else { "" });
            touched.push(id);
        }
        self.recompute_dirty();
        Ok(())
    }

    fn apply_adds(&mut self, adds: Value<'_>) {
        let mut batch = Vec::new();
        let mut coming = Coming::default();
        for entry in adds.items() {
            let Some(add) = Add::read(entry) else {
                for (_, node) in entry.entries().filter(|(key, _)| key.known_key() == KnownKey::Node) {
                    self.remove_all_ids_of(node);
                }
                continue;
            };
            self.remove_subtree(add.id);
            if coming.insert(add.id, false).is_some() {
                self.changes.ambiguous.insert(add.id);
            }
            batch.push(add);
        }
        // Two additions may name each other as next sibling. The second pass inserts those without
        // waiting, at the end of their parent.
        let all = (0..batch.len()).collect();
        let left = self.insert_in_turn(&batch, all, Sibling::Awaited, &mut coming);
        self.insert_in_turn(&batch, left, Sibling::Ignored, &mut coming);
    }

    /// Inserts every addition of `turn` whose parent, and sibling, is there; returns those that
    /// still wait. Each addition waits for one id at a time, so the whole is linear in the batch.
    fn insert_in_turn(
        &mut self,
        batch: &[Add<'_>],
        mut turn: VecDeque<usize>,
        sibling: Sibling,
        coming: &mut Coming,
    ) -> VecDeque<usize> {
        let mut waiting: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        while let Some(idx) = turn.pop_front() {
            let Some(add) = batch.get(idx) else { continue };
            if let Some(missing) = missing_node(self.window, add, sibling, coming) {
                waiting.entry(missing).or_default().push(idx);
                continue;
            }
            let inserted = self.insert_subtree(add.node, Slot { parent: add.parent, before: add.next });
            coming.insert(add.id, true);
            if waiting.is_empty() {
                continue;
            }
            turn.extend(waiting.remove(&add.id).into_iter().flatten());
            for id in inserted.into_iter().flat_map(|root| self.window.table.subtree(root)) {
                turn.extend(waiting.remove(&id).into_iter().flatten());
            }
        }
        let mut left: Vec<usize> = waiting.into_values().flatten().collect();
        left.sort_unstable();
        left.into()
    }

    fn apply_attributes(&mut self, entry: Value<'_>) {
        let (Ok(id), Ok(attributes)) = (entry.under(KnownKey::Id), entry.under(KnownKey::Attributes)) else {
            self.remove_all_ids_of(entry);
            return;
        };
        let (Some(id), Some(attributes)) = (id.and_then(Value::as_u32), attributes) else { return };
        let is_element = self.window.table.get(id).is_some_and(|node| node.tag.is_element());
        if is_element && !self.set_attributes(id, attributes) {
            self.remove_subtree(id);
        }
    }
}

/// The node that an addition must wait for, if any.
fn missing_node(window: &Window, add: &Add<'_>, sibling: Sibling, coming: &Coming) -> Option<u32> {
    if window.table.get(add.parent).is_none() {
        return Some(add.parent);
    }
    let is_awaited = |next: &u32| {
        sibling == Sibling::Awaited
            && *next != add.id
            && window.table.parent(*next) != Some(add.parent)
            && coming.get(next) == Some(&false)
    };
    add.next.filter(is_awaited)
}

/// Keeps the verdicts of controls that the new snapshot has again.
fn carry_over_verdicts(old: &Window, new: &mut Window) {
    for (&id, before) in &old.controls {
        let same = new.controls.get_mut(&id).filter(|now| now.is_same_control(before));
        let Some(control) = same else { continue };
        if let Some(rule) = before.own_rule() {
            control.remember(rule);
        }
        if old.flags(id).has(Flag::Password) {
            new.set_flag(id, Flag::Password, true);
        }
    }
}
