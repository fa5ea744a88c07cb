//! How serialised nodes enter a window, and how their attributes are taken in.

use crate::parse::value::Items;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::session::control::Control;
use crate::session::control::Host;
use crate::session::dialect;
use crate::session::knowledge::Knowledge;
use crate::session::reading::Read;
use crate::session::reading::attribute_text;
use crate::session::reading::lower;
use crate::session::table::Flag;
use crate::session::table::Flags;
use crate::session::table::Mark;
use crate::session::table::NONE;
use crate::session::table::Place;
use crate::session::table::Scope;
use crate::session::tag::InputKind;
use crate::session::tag::Tag;
use crate::session::window::Changes;
use crate::session::window::Window;

/// Columns that one cell is believed to cover.
const MAX_SPAN: u8 = 100;

impl Window {
    /// Takes in a node and all in it. Returns its id, if it could be taken in.
    pub(crate) fn plant(
        &mut self,
        node: Value<'_>,
        place: Place,
        k: &Knowledge<'_>,
        changes: &mut Changes<'_>,
    ) -> Option<u32> {
        let (id, children) = self.plant_one(node, place, k, changes)?;
        let mut open: Vec<(u32, Items<'_>)> = children.map(|c| (id, c.items())).into_iter().collect();
        while let Some((parent, children)) = open.last_mut() {
            let Some(child) = children.next() else {
                open.pop();
                continue;
            };
            let place = Place { parent: *parent, before: None };
            if let Some((id, Some(children))) = self.plant_one(child, place, k, changes) {
                open.push((id, children.items()));
            }
        }
        Some(id)
    }

    fn plant_one<'a>(
        &mut self,
        node: Value<'a>,
        place: Place,
        k: &Knowledge<'_>,
        changes: &mut Changes<'_>,
    ) -> Option<(u32, Option<Value<'a>>)> {
        let Some(read) = Read::of(node, k.limits).filter(|r| !self.is_ambiguous(r.id, changes)) else {
            self.forget_all_of(node, k, changes);
            return None;
        };
        let id = read.id;
        self.forget(id, k, changes);
        if read.tag == Tag::Document {
            self.clear_frame(place.parent, k, changes);
        }
        if !self.table.insert(id, place, read.tag, self.inherited(place.parent, &read), k.limits) {
            self.is_overflowed |= place.parent == NONE || self.table.get(place.parent).is_some();
            return None;
        }
        self.touch(id, k, changes);
        self.table.mark(id, Mark::Fresh);
        changes.came.push(id);
        if read.tag.is_element() && !self.dress(&read, k, changes) {
            changes.ambiguous.insert(id);
            self.forget(id, k, changes);
            return None;
        }
        self.restore(id, changes);
        if let (Tag::Text, Some(text)) = (read.tag, read.text) {
            let text = text.text();
            self.set_text(id, &text, k, changes);
            changes.shown.insert(id, &text);
        }
        Some((id, read.children))
    }

    /// Forgets every node that an unreadable entry may be about.
    pub(crate) fn forget_all_of(&mut self, entry: Value<'_>, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        for (key, value) in entry.entries() {
            if let Some(id) = value.as_u32().filter(|_| key.word() == Word::Id) {
                self.forget(id, k, changes);
            }
        }
    }

    fn inherited(&self, parent: u32, read: &Read<'_>) -> Flags {
        let mut flags = Flags::default();
        flags.set(Flag::Shadow, read.is_shadow);
        let in_label = |p: &crate::session::table::Node| {
            (p.tag.is_label() || p.flags.has(Flag::InLabel)) && !p.tag.hides_text()
        };
        flags.set(Flag::InLabel, self.table.get(parent).is_some_and(in_label));
        flags
    }

    /// A frame holds one document: the one before it goes.
    fn clear_frame(&mut self, frame: u32, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        let is_document = |&id: &u32| self.table.get(id).is_some_and(|n| n.tag == Tag::Document);
        let before: Vec<u32> = self.table.children(frame).filter(is_document).collect();
        for id in before {
            self.forget(id, k, changes);
        }
    }

    /// Gives back what a moved node must keep.
    fn restore(&mut self, id: u32, changes: &mut Changes<'_>) {
        let Some(kept) = changes.moved.remove(&id) else { return };
        if let Some(node) = self.table.get_mut(id) {
            node.flags.set_treat(Scope::Moved, kept.treat);
            node.flags.set(Flag::Password, node.flags.has(Flag::Password) || kept.is_password);
        }
        if let Some((control, rule)) = self.controls.get_mut(&id).zip(kept.rule) {
            control.remember(rule);
        }
    }

    /// Takes in tag and attributes of a new element; `false` if they are ambiguous.
    fn dress(&mut self, read: &Read<'_>, k: &Knowledge<'_>, changes: &mut Changes<'_>) -> bool {
        if read.tag.is_control() {
            self.controls.insert(read.id, Control::default());
        }
        if let Some(fact) = k.selectors.facts().tag(&read.name) {
            self.facts.insert(read.id, Box::new([fact]));
            self.set_flag(read.id, Flag::Facts, true);
        }
        read.attributes.is_none_or(|attributes| self.set_attributes(read.id, attributes, k, changes))
    }

    /// Takes in an object of attributes; `false` if one that matters stands in it twice.
    pub(crate) fn set_attributes(
        &mut self,
        id: u32,
        attributes: Value<'_>,
        k: &Knowledge<'_>,
        changes: &mut Changes<'_>,
    ) -> bool {
        let mut read = Vec::new();
        for (key, value) in attributes.entries() {
            if k.selectors.facts().matter(key) {
                read.push((lower(key.text()), attribute_text(value)));
            }
        }
        // Whether it is edited in place decides whether the others are looked at.
        if read.len() > 1 {
            read.sort_by(|(a, _), (b, _)| (a != "contenteditable", a).cmp(&(b != "contenteditable", b)));
        }
        if read.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            return false;
        }
        for (name, value) in read {
            self.set_attribute(id, &name, value.as_deref(), k, changes);
        }
        true
    }

    fn set_attribute(
        &mut self,
        id: u32,
        name: &str,
        value: Option<&str>,
        k: &Knowledge<'_>,
        changes: &mut Changes<'_>,
    ) {
        if k.selectors.facts().reads(name) && self.set_facts(id, name, value, k) {
            self.touch(id, k, changes);
        }
        let Some(node) = self.table.get_mut(id) else { return };
        match name {
            "contenteditable" => {
                let on =
                    value.map(|v| !v.eq_ignore_ascii_case("false") && !v.eq_ignore_ascii_case("inherit"));
                node.flags.set(Flag::EditableOn, on == Some(true));
                node.flags.set(Flag::EditableOff, value.is_some_and(|v| v.eq_ignore_ascii_case("false")));
                self.touch(id, k, changes);
            }
            "data-rr-is-password" if value.is_some() => node.flags.set(Flag::Password, true),
            "colspan" if matches!(node.tag, Tag::Cell | Tag::HeaderCell) => {
                let span = value.and_then(|v| v.trim().parse::<u8>().ok()).unwrap_or(1).clamp(1, MAX_SPAN);
                self.spans.insert(id, span);
            }
            "for" if node.tag == Tag::Label => {
                node.flags.set(Flag::HtmlId, true);
                self.fors.set(id, value.map(dialect::hash));
            }
            "id" => {
                node.flags.set(Flag::HtmlId, true);
                self.ids.set(id, value.map(dialect::hash));
            }
            "type" if matches!(node.tag, Tag::Input(_)) => {
                node.tag = Tag::Input(value.map(InputKind::from_type).unwrap_or_default());
            }
            _ => {}
        }
        self.set_control(id, name, value, k);
    }

    /// Takes in what an attribute says about the value of a control.
    fn set_control(&mut self, id: u32, name: &str, value: Option<&str>, k: &Knowledge<'_>) {
        let Some(host) = self.host(id).filter(|&host| Control::reads(name, host)) else { return };
        let control = match (value, host) {
            (Some(_), Host::Editable | Host::Other) => Some(self.controls.entry(id).or_default()),
            _ => self.controls.get_mut(&id),
        };
        if control.is_some_and(|control| control.set(name, value, host, k.labels)) {
            self.set_flag(id, Flag::Password, true);
        }
    }

    /// What a record about `id` would be kept for.
    fn host(&self, id: u32) -> Option<Host> {
        let node = self.table.get(id)?;
        match node.tag {
            Tag::Input(_) => Some(Host::Input),
            tag if tag.is_control() => Some(Host::Control),
            _ if node.flags.has(Flag::EditableOn) => Some(Host::Editable),
            Tag::Block | Tag::Other | Tag::Cell => Some(Host::Other),
            _ => None,
        }
    }

    /// Takes in what an attribute means to the selectors; returns whether anything changed.
    fn set_facts(&mut self, id: u32, name: &str, value: Option<&str>, k: &Knowledge<'_>) -> bool {
        let facts = k.selectors.facts();
        let has_facts = self.flags(id).has(Flag::Facts);
        let before = if has_facts { self.facts.get(&id).map(AsRef::as_ref) } else { None };
        let before = before.unwrap_or_default();
        let mut now: Vec<_> = before.iter().copied().filter(|&fact| !facts.is_of(fact, name)).collect();
        if let Some(value) = value {
            facts.collect(name, value, &mut now);
        }
        now.sort_unstable();
        now.dedup();
        if now == before {
            return false;
        }
        self.set_flag(id, Flag::Facts, !now.is_empty());
        if now.is_empty() {
            self.facts.remove(&id);
        } else {
            self.facts.insert(id, now.into());
        }
        true
    }
}

/// Whether an attribute is read, whatever the selectors.
pub(crate) fn matters(name: &str) -> bool {
    matches!(name, "contenteditable" | "data-rr-is-password" | "colspan" | "for")
        || Control::reads(name, Host::Input)
}
