//! Inserts a serialised node, with everything inside it, into a window.
//!
//! **Cost.** One visit per node, without recursion: open child lists are on a stack of their own.

use crate::parse::known_key::KnownKey;
use crate::parse::value::Items;
use crate::parse::value::Value;
use crate::session::editor::WindowEditor;
use crate::session::element_kind::ElementKind;
use crate::session::form_control::FormControl;
use crate::session::ids::NO_NODE;
use crate::session::node::Flag;
use crate::session::node::Flags;
use crate::session::node::Mark;
use crate::session::node::Scope;
use crate::session::node_json::NodeJson;
use crate::session::table::Slot;
use crate::session::window::Window;

impl WindowEditor<'_> {
    /// Inserts a node and everything inside it. Returns its id, unless the node must stay unknown.
    pub(super) fn insert_subtree(&mut self, node: Value<'_>, slot: Slot) -> Option<u32> {
        let (id, children) = self.insert_node(node, slot)?;
        let mut open: Vec<(u32, Items<'_>)> = children.map(|c| (id, c.items())).into_iter().collect();
        while let Some((parent, children)) = open.last_mut() {
            let Some(child) = children.next() else {
                open.pop();
                continue;
            };
            let slot = Slot { parent: *parent, before: None };
            if let Some((id, Some(children))) = self.insert_node(child, slot) {
                open.push((id, children.items()));
            }
        }
        Some(id)
    }

    /// Inserts one node; returns its id and its children.
    fn insert_node<'a>(&mut self, node: Value<'a>, slot: Slot) -> Option<(u32, Option<Value<'a>>)> {
        let limits = self.policy.limits;
        let Some(read) = NodeJson::read(node, limits).filter(|read| !self.is_ambiguous(read.id)) else {
            self.remove_all_ids_of(node);
            return None;
        };
        let id = read.id;
        self.remove_subtree(id);
        if read.tag == ElementKind::Document {
            self.clear_frame(slot.parent);
        }
        let flags = inherited_flags(self.window, slot.parent, &read);
        if !self.window.table.insert(id, slot, read.tag, flags, limits) {
            // Not stored. Under a known parent, only a limit can be the reason.
            self.window.is_overflowed |=
                slot.parent == NO_NODE || self.window.table.get(slot.parent).is_some();
            return None;
        }
        self.mark_dirty(id);
        self.window.table.mark(id, Mark::Fresh);
        self.changes.added.push(id);
        if read.tag.is_element() && !self.read_element(&read) {
            self.changes.ambiguous.insert(id);
            self.remove_subtree(id);
            return None;
        }
        self.restore_verdicts(id);
        if let (ElementKind::Text, Some(text)) = (read.tag, read.text) {
            let text = text.text();
            self.set_text(id, &text);
            self.changes.recent_texts.insert(id, &text);
        }
        Some((id, read.children))
    }

    /// Removes every node that an unreadable entry may be about: an `id` may occur in it twice.
    pub(super) fn remove_all_ids_of(&mut self, entry: Value<'_>) {
        for (key, value) in entry.entries() {
            if let Some(id) = value.as_u32().filter(|_| key.known_key() == KnownKey::Id) {
                self.remove_subtree(id);
            }
        }
    }

    /// Removes the document that a frame holds: it holds one at a time.
    fn clear_frame(&mut self, frame: u32) {
        let table = &self.window.table;
        let is_document = |&id: &u32| table.get(id).is_some_and(|node| node.tag == ElementKind::Document);
        let documents: Vec<u32> = table.children(frame).filter(is_document).collect();
        for id in documents {
            self.remove_subtree(id);
        }
    }

    /// Gives a moved node its verdicts back.
    fn restore_verdicts(&mut self, id: u32) {
        let Some(kept) = self.changes.removed.remove(&id) else { return };
        if let Some(node) = self.window.table.get_mut(id) {
            node.flags.set_treat(Scope::Moved, kept.treat);
            node.flags.set(Flag::Password, node.flags.has(Flag::Password) || kept.is_password);
        }
        if let Some((control, rule)) = self.window.controls.get_mut(&id).zip(kept.rule) {
            control.remember(rule);
        }
    }

    /// Reads the tag and attributes of a new element. Returns `false` if they are ambiguous.
    fn read_element(&mut self, read: &NodeJson<'_>) -> bool {
        if read.tag.is_control() {
            self.window.controls.insert(read.id, FormControl::default());
        }
        if let Some(fact) = self.policy.selectors.facts().tag(&read.name) {
            self.window.facts.insert(read.id, Box::new([fact]));
            self.window.set_flag(read.id, Flag::Facts, true);
        }
        read.attributes.is_none_or(|attributes| self.set_attributes(read.id, attributes))
    }
}

/// The flags of a new node that depend on its JSON and its parent alone.
fn inherited_flags(window: &Window, parent: u32, read: &NodeJson<'_>) -> Flags {
    let parent = window.table.get(parent);
    let is_in_label = parent.is_some_and(|parent| {
        (parent.tag.is_label() || parent.flags.has(Flag::InLabel)) && !parent.tag.hides_text()
    });
    let mut flags = Flags::default();
    flags.set(Flag::Shadow, read.is_shadow);
    flags.set(Flag::InLabel, is_in_label);
    flags
}
