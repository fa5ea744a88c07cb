//! The nodes of one window: 20 bytes each, linked by id.
//!
//! Ids are chosen by a peer. They index pages of 64 nodes, so that a high id costs a page and no
//! more; ids above the limit and nodes above the count are not stored, and so stay unknown.

use std::collections::HashMap;
use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::session::selector::Treat;
use crate::session::tag::Tag;

/// A set of ids. They are chosen by a peer: the hash has a seed of this process.
pub type IdSet = HashSet<u32, RandomState>;

/// A map from ids.
pub type IdMap<T> = HashMap<u32, T, RandomState>;

/// No node.
pub(crate) const NONE: u32 = u32::MAX;
const PAGE: u32 = 64;

/// How large one window may grow. What does not fit is unknown, and treated strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowLimits {
    /// Nodes in one window.
    ///
    /// # Default
    /// 200,000
    pub max_nodes: u32,
    /// The highest id.
    ///
    /// # Default
    /// 4,194,304
    pub max_id: u32,
}

impl Default for WindowLimits {
    fn default() -> Self {
        Self { max_nodes: 200_000, max_id: 1 << 22 }
    }
}

/// One node. `prev` of a first child is the last child, so that appending is one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) parent: u32,
    pub(crate) first_child: u32,
    prev: u32,
    next: u32,
    pub(crate) tag: Tag,
    pub(crate) flags: Flags,
}

/// What holds for a node, packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

/// One bit of [`Flags`].
#[derive(Clone, Copy)]
pub(crate) enum Flag {
    /// Its text can be edited in place: own or inherited.
    Editable = 6,
    /// It says itself that it can be edited.
    EditableOn = 7,
    /// It says itself that it cannot.
    EditableOff = 8,
    /// Was a password or one-time code once.
    Password = 9,
    /// Selector facts are kept for it.
    Facts = 10,
    /// Stands in the shadow root of its parent.
    Shadow = 11,
    /// A text of blanks only.
    Blank = 12,
    /// Stands in the label of something.
    InLabel = 13,
    /// Words are kept for it.
    Words = 14,
    /// Its HTML id, or what it is a label for, is kept.
    HtmlId = 15,
}

/// The three treatments kept for a node.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    /// What selectors say about the element itself.
    Own = 0,
    /// What it had where it was moved from.
    Moved = 2,
    /// The strictest of own, moved and the parent's.
    Effective = 4,
}

impl Flags {
    #[inline]
    pub(crate) fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u16) != 0
    }

    #[inline]
    pub(crate) fn set(&mut self, flag: Flag, on: bool) {
        let bit = 1 << flag as u16;
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }

    #[inline]
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    #[inline]
    pub(crate) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    #[inline]
    pub(crate) fn treat(self, scope: Scope) -> Option<Treat> {
        match self.0 >> scope as u16 & 3 {
            1 => Some(Treat::Allow),
            2 => Some(Treat::Mask),
            3 => Some(Treat::Block),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn set_treat(&mut self, scope: Scope, treat: Option<Treat>) {
        let bits = match treat {
            None => 0,
            Some(Treat::Allow) => 1,
            Some(Treat::Mask) => 2,
            Some(Treat::Block) => 3,
        };
        self.0 = self.0 & !(3 << scope as u16) | bits << scope as u16;
    }
}

/// What is kept beside a node, and not on the wire.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    /// It came with the event at hand.
    Fresh,
    /// Words that decide stand in it, not too deep, or once did.
    Named,
    /// It is, or stands in, what may have a label by its place, or is one.
    Placed,
}

impl Mark {
    const N: usize = 3;
}

#[derive(Debug)]
struct Page {
    used: u32,
    /// Marks of its nodes, a bit each.
    marks: [u64; Mark::N],
    nodes: [Option<Node>; PAGE as usize],
}

/// All nodes.
#[derive(Default, Debug)]
pub(crate) struct Table {
    pages: Vec<Option<Box<Page>>>,
    len: u32,
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let pages = self.pages.iter().flatten().count();
        self.pages.capacity() * size_of::<Option<Box<Page>>>() + pages * size_of::<Page>()
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<&Node> {
        let page = self.pages.get((id / PAGE) as usize)?.as_deref()?;
        page.nodes.get((id % PAGE) as usize)?.as_ref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Node> {
        let page = self.pages.get_mut((id / PAGE) as usize)?.as_deref_mut()?;
        page.nodes.get_mut((id % PAGE) as usize)?.as_mut()
    }

    #[inline]
    pub(crate) fn parent(&self, id: u32) -> Option<u32> {
        self.get(id).map(|n| n.parent).filter(|&p| p != NONE)
    }

    #[inline]
    pub(crate) fn first_child(&self, id: u32) -> Option<u32> {
        self.get(id).map(|n| n.first_child).filter(|&c| c != NONE)
    }

    #[inline]
    pub(crate) fn last_child(&self, id: u32) -> Option<u32> {
        self.get(self.first_child(id)?).map(|n| n.prev)
    }

    #[inline]
    pub(crate) fn next(&self, id: u32) -> Option<u32> {
        self.get(id).map(|n| n.next).filter(|&n| n != NONE)
    }

    #[inline]
    pub(crate) fn prev(&self, id: u32) -> Option<u32> {
        let node = self.get(id)?;
        let is_first = self.first_child(node.parent).is_none_or(|first| first == id);
        (!is_first && node.prev != NONE).then_some(node.prev)
    }

    #[inline]
    pub(crate) fn children(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first_child(id), |&child| self.next(child))
    }

    #[inline]
    pub(crate) fn ancestors(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.parent(id), |&id| self.parent(id))
    }

    /// Whether a node is marked.
    #[inline]
    pub(crate) fn has(&self, id: u32, mark: Mark) -> bool {
        let page = self.pages.get((id / PAGE) as usize).and_then(Option::as_deref);
        let marks = page.and_then(|page| page.marks.get(mark as usize));
        marks.is_some_and(|marks| marks & 1 << (id % PAGE) != 0)
    }

    /// Marks a node. Nothing is done to one that is not stored.
    #[inline]
    pub(crate) fn mark(&mut self, id: u32, mark: Mark) {
        let is_stored = self.get(id).is_some();
        if let Some(marks) = self.marks(id, mark).filter(|_| is_stored) {
            *marks |= 1 << (id % PAGE);
        }
    }

    /// Takes a mark off.
    #[inline]
    pub(crate) fn unmark(&mut self, id: u32, mark: Mark) {
        if let Some(marks) = self.marks(id, mark) {
            *marks &= !(1 << (id % PAGE));
        }
    }

    fn marks(&mut self, id: u32, mark: Mark) -> Option<&mut u64> {
        let page = self.pages.get_mut((id / PAGE) as usize)?.as_deref_mut()?;
        page.marks.get_mut(mark as usize)
    }

    /// Nodes without a parent.
    pub(crate) fn roots(&self) -> impl Iterator<Item = u32> {
        let pages = self.pages.iter().zip(0_u32..).filter_map(|(page, at)| Some((page.as_deref()?, at)));
        let nodes = pages.flat_map(|(page, at)| page.nodes.iter().zip(at * PAGE..));
        nodes.filter(|(node, _)| node.is_some_and(|node| node.parent == NONE)).map(|(_, id)| id)
    }

    /// The node after `id` in document order, within the subtree of `root`.
    pub(crate) fn after(&self, id: u32, root: u32) -> Option<u32> {
        self.first_child(id).or_else(|| self.after_subtree(id, root))
    }

    /// The node after `id` and all in it, within the subtree of `root`.
    pub(crate) fn after_subtree(&self, mut id: u32, root: u32) -> Option<u32> {
        while id != root {
            if let Some(next) = self.next(id) {
                return Some(next);
            }
            id = self.parent(id)?;
        }
        None
    }

    /// All of the subtree, `root` first, in document order.
    pub(crate) fn subtree(&self, root: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.get(root).map(|_| root), move |&id| self.after(id, root))
    }

    /// Stores a node under a known parent, before `before` if that is a child of it, else last.
    ///
    /// `false` if the id is taken, the parent unknown or a limit passed: nothing is stored then.
    pub(crate) fn insert(
        &mut self,
        id: u32,
        at: Place,
        tag: Tag,
        flags: Flags,
        limits: WindowLimits,
    ) -> bool {
        let Place { parent, before } = at;
        let has_parent = parent == NONE || self.get(parent).is_some();
        let fits = id <= limits.max_id && id != NONE && self.len < limits.max_nodes;
        if !has_parent || !fits || self.get(id).is_some() {
            return false;
        }
        let before = before.filter(|&b| parent != NONE && self.parent(b) == Some(parent));
        let node = Node { parent, first_child: NONE, prev: id, next: NONE, tag, flags };
        self.store(id, node);
        if parent != NONE {
            self.link(id, parent, before);
        }
        let is_placed = match tag {
            Tag::Cell | Tag::HeaderCell | Tag::Description | Tag::Label | Tag::Legend | Tag::Term => true,
            Tag::Table | Tag::Document => false,
            _ => parent != NONE && self.has(parent, Mark::Placed),
        };
        if is_placed {
            self.mark(id, Mark::Placed);
        }
        true
    }

    fn store(&mut self, id: u32, node: Node) {
        let idx = (id / PAGE) as usize;
        if self.pages.len() <= idx {
            self.pages.resize_with(idx + 1, || None);
        }
        if let Some(slot) = self.pages.get_mut(idx) {
            let page = slot.get_or_insert_with(|| {
                Box::new(Page { used: 0, marks: [0; Mark::N], nodes: [None; PAGE as usize] })
            });
            if let Some(cell) = page.nodes.get_mut((id % PAGE) as usize) {
                *cell = Some(node);
                page.used += 1;
                self.len += 1;
            }
        }
    }

    fn link(&mut self, id: u32, parent: u32, before: Option<u32>) {
        let first = self.first_child(parent);
        let next = before.unwrap_or(NONE);
        let prev = match (before, first) {
            (_, None) => id,
            (None, Some(first)) => self.get(first).map_or(id, |n| n.prev),
            (Some(before), Some(_)) => self.get(before).map_or(id, |n| n.prev),
        };
        self.change(id, |n| (n.prev, n.next) = (prev, next));
        if first.is_none() || first == before {
            self.change(parent, |n| n.first_child = id);
        } else {
            self.change(prev, |n| n.next = id);
        }
        // The first child knows the last.
        match before {
            Some(before) => self.change(before, |n| n.prev = id),
            None => self.change(first.unwrap_or(id), |n| n.prev = id),
        }
    }

    /// Takes a node out of its parent; it and its subtree stay stored.
    pub(crate) fn unlink(&mut self, id: u32) {
        let Some(&Node { parent, prev, next, .. }) = self.get(id) else { return };
        let Some(first) = self.first_child(parent) else { return };
        if first == id {
            self.change(parent, |n| n.first_child = next);
            self.change(next, |n| n.prev = prev);
        } else {
            self.change(prev, |n| n.next = next);
            // After the last child comes none: the first child gets a new last.
            let holder = if next == NONE { first } else { next };
            self.change(holder, |n| n.prev = prev);
        }
        self.change(id, |n| (n.parent, n.prev, n.next) = (NONE, id, NONE));
    }

    /// Forgets one node. Its links must be gone, and its children forgotten too.
    pub(crate) fn free(&mut self, id: u32) {
        let Some(slot) = self.pages.get_mut((id / PAGE) as usize) else { return };
        let Some(page) = slot else { return };
        if page.nodes.get_mut((id % PAGE) as usize).and_then(Option::take).is_some() {
            page.marks.iter_mut().for_each(|marks| *marks &= !(1 << (id % PAGE)));
            page.used -= 1;
            self.len -= 1;
        }
        if page.used == 0 {
            *slot = None;
        }
    }

    fn change(&mut self, id: u32, f: impl FnOnce(&mut Node)) {
        if let Some(node) = self.get_mut(id) {
            f(node);
        }
    }
}

/// Where a node goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// [`NONE`] for the document of the page.
    pub(crate) parent: u32,
    pub(crate) before: Option<u32>,
}
