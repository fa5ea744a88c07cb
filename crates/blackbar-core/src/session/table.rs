//! All nodes of one window, by id.
//!
//! A peer chooses the ids. They index pages of 64 nodes, so a high id costs one page and an entry
//! in the list of pages. Ids above the limit and nodes beyond the count are not stored, and so
//! stay unknown.

use crate::session::element_kind::ElementKind;
use crate::session::ids::NO_NODE;
use crate::session::limits::WindowLimits;
use crate::session::node::Flags;
use crate::session::node::Mark;
use crate::session::node::Node;

/// Nodes of one page. Also the bits of one word of marks.
const NODES_PER_PAGE: u32 = 64;

/// Where a node is inserted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// [`NO_NODE`] for the document of the page.
    pub(super) parent: u32,
    /// The child to insert before; `None` to append.
    pub(super) before: Option<u32>,
}

/// Nodes with adjacent ids.
#[derive(Debug)]
struct NodePage {
    n_used: u32,
    /// One bit per node, for each kind of mark.
    marks: [u64; Mark::N],
    nodes: [Option<Node>; NODES_PER_PAGE as usize],
}

/// All nodes.
#[derive(Default, Debug)]
pub(super) struct Table {
    pages: Vec<Option<Box<NodePage>>>,
    len: u32,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let pages = self.pages.iter().flatten().count();
        self.pages.capacity() * size_of::<Option<Box<NodePage>>>() + pages * size_of::<NodePage>()
    }

    #[inline]
    pub(super) fn get(&self, id: u32) -> Option<&Node> {
        let page = self.pages.get((id / NODES_PER_PAGE) as usize)?.as_deref()?;
        page.nodes.get((id % NODES_PER_PAGE) as usize)?.as_ref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut Node> {
        let page = self.pages.get_mut((id / NODES_PER_PAGE) as usize)?.as_deref_mut()?;
        page.nodes.get_mut((id % NODES_PER_PAGE) as usize)?.as_mut()
    }

    #[inline]
    pub(super) fn parent(&self, id: u32) -> Option<u32> {
        self.get(id).map(|n| n.parent).filter(|&p| p != NO_NODE)
    }

    #[inline]
    pub(super) fn first_child(&self, id: u32) -> Option<u32> {
        self.get(id).map(|n| n.first_child).filter(|&c| c != NO_NODE)
    }

    #[inline]
    pub(super) fn last_child(&self, id: u32) -> Option<u32> {
        self.get(self.first_child(id)?).map(|n| n.prev)
    }

    #[inline]
    pub(super) fn next(&self, id: u32) -> Option<u32> {
        self.get(id).map(|n| n.next).filter(|&n| n != NO_NODE)
    }

    #[inline]
    pub(super) fn prev(&self, id: u32) -> Option<u32> {
        let node = self.get(id)?;
        let is_first = self.first_child(node.parent).is_none_or(|first| first == id);
        (!is_first && node.prev != NO_NODE).then_some(node.prev)
    }

    #[inline]
    pub(super) fn children(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first_child(id), |&child| self.next(child))
    }

    #[inline]
    pub(super) fn ancestors(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.parent(id), |&id| self.parent(id))
    }

    /// Whether a node is marked.
    #[inline]
    pub(super) fn has(&self, id: u32, mark: Mark) -> bool {
        let page = self.pages.get((id / NODES_PER_PAGE) as usize).and_then(Option::as_deref);
        let marks = page.and_then(|page| page.marks.get(mark as usize));
        marks.is_some_and(|marks| marks & 1 << (id % NODES_PER_PAGE) != 0)
    }

    /// Marks a node. Has no effect on one that is not stored.
    #[inline]
    pub(super) fn mark(&mut self, id: u32, mark: Mark) {
        let is_stored = self.get(id).is_some();
        if let Some(marks) = self.marks(id, mark).filter(|_| is_stored) {
            *marks |= 1 << (id % NODES_PER_PAGE);
        }
    }

    /// Removes a mark.
    #[inline]
    pub(super) fn unmark(&mut self, id: u32, mark: Mark) {
        if let Some(marks) = self.marks(id, mark) {
            *marks &= !(1 << (id % NODES_PER_PAGE));
        }
    }

    fn marks(&mut self, id: u32, mark: Mark) -> Option<&mut u64> {
        let page = self.pages.get_mut((id / NODES_PER_PAGE) as usize)?.as_deref_mut()?;
        page.marks.get_mut(mark as usize)
    }

    /// Nodes without a parent.
    pub(super) fn roots(&self) -> impl Iterator<Item = u32> {
        let pages = self.pages.iter().zip(0_u32..).filter_map(|(page, at)| Some((page.as_deref()?, at)));
        let nodes = pages.flat_map(|(page, at)| page.nodes.iter().zip(at * NODES_PER_PAGE..));
        nodes.filter(|(node, _)| node.is_some_and(|node| node.parent == NO_NODE)).map(|(_, id)| id)
    }

    /// The node after `id` in document order, within the subtree of `root`.
    pub(super) fn after(&self, id: u32, root: u32) -> Option<u32> {
        self.first_child(id).or_else(|| self.after_subtree(id, root))
    }

    /// The node after `id` and everything inside it, within the subtree of `root`.
    pub(super) fn after_subtree(&self, mut id: u32, root: u32) -> Option<u32> {
        while id != root {
            if let Some(next) = self.next(id) {
                return Some(next);
            }
            id = self.parent(id)?;
        }
        None
    }

    /// The whole subtree in document order, `root` first. Needs no stack: it follows the links.
    pub(super) fn subtree(&self, root: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(self.get(root).map(|_| root), move |&id| self.after(id, root))
    }

    /// Stores a node under a known parent: before `slot.before` if that is a child of it, else last.
    ///
    /// Returns `false` and stores nothing if the id is taken, the parent unknown or a limit exceeded.
    pub(super) fn insert(
        &mut self,
        id: u32,
        slot: Slot,
        tag: ElementKind,
        flags: Flags,
        limits: WindowLimits,
    ) -> bool {
        let Slot { parent, before } = slot;
        let has_parent = parent == NO_NODE || self.get(parent).is_some();
        let fits = id <= limits.max_id && id != NO_NODE && self.len < limits.max_nodes;
        if !has_parent || !fits || self.get(id).is_some() {
            return false;
        }
        let before = before.filter(|&b| parent != NO_NODE && self.parent(b) == Some(parent));
        let node = Node { parent, first_child: NO_NODE, prev: id, next: NO_NODE, tag, flags };
        self.store(id, node);
        if parent != NO_NODE {
            self.link(id, parent, before);
        }
        let is_placed = match tag {
            ElementKind::Cell
            | ElementKind::HeaderCell
            | ElementKind::Description
            | ElementKind::Label
            | ElementKind::Legend
            | ElementKind::Term => true,
            ElementKind::Table | ElementKind::Document => false,
            _ => parent != NO_NODE && self.has(parent, Mark::MayHaveNearbyLabel),
        };
        if is_placed {
            self.mark(id, Mark::MayHaveNearbyLabel);
        }
        true
    }

    fn store(&mut self, id: u32, node: Node) {
        let idx = (id / NODES_PER_PAGE) as usize;
        if self.pages.len() <= idx {
            self.pages.resize_with(idx + 1, || None);
        }
        if let Some(page) = self.pages.get_mut(idx) {
            let page = page.get_or_insert_with(|| {
                Box::new(NodePage { n_used: 0, marks: [0; Mark::N], nodes: [None; NODES_PER_PAGE as usize] })
            });
            if let Some(cell) = page.nodes.get_mut((id % NODES_PER_PAGE) as usize) {
                *cell = Some(node);
                page.n_used += 1;
                self.len += 1;
            }
        }
    }

    fn link(&mut self, id: u32, parent: u32, before: Option<u32>) {
        let first = self.first_child(parent);
        let next = before.unwrap_or(NO_NODE);
        let prev = match (before, first) {
            (_, None) => id,
            (None, Some(first)) => self.get(first).map_or(id, |n| n.prev),
            (Some(before), Some(_)) => self.get(before).map_or(id, |n| n.prev),
        };
        self.update(id, |n| (n.prev, n.next) = (prev, next));
        if first.is_none() || first == before {
            self.update(parent, |n| n.first_child = id);
        } else {
            self.update(prev, |n| n.next = id);
        }
        // The first child holds the link to the last.
        match before {
            Some(before) => self.update(before, |n| n.prev = id),
            None => self.update(first.unwrap_or(id), |n| n.prev = id),
        }
    }

    /// Detaches a node from its parent. The node and its subtree stay stored.
    pub(super) fn unlink(&mut self, id: u32) {
        let Some(&Node { parent, prev, next, .. }) = self.get(id) else { return };
        let Some(first) = self.first_child(parent) else { return };
        if first == id {
            self.update(parent, |n| n.first_child = next);
            self.update(next, |n| n.prev = prev);
        } else {
            self.update(prev, |n| n.next = next);
            // Without a next sibling it was the last child, whose id the first child holds.
            let holder = if next == NO_NODE { first } else { next };
            self.update(holder, |n| n.prev = prev);
        }
        self.update(id, |n| (n.parent, n.prev, n.next) = (NO_NODE, id, NO_NODE));
    }

    /// Removes one node. The caller has detached it and removes its children as well.
    pub(super) fn free(&mut self, id: u32) {
        let Some(entry) = self.pages.get_mut((id / NODES_PER_PAGE) as usize) else { return };
        let Some(page) = entry else { return };
        if page.nodes.get_mut((id % NODES_PER_PAGE) as usize).and_then(Option::take).is_some() {
            page.marks.iter_mut().for_each(|marks| *marks &= !(1 << (id % NODES_PER_PAGE)));
            page.n_used -= 1;
            self.len -= 1;
        }
        if page.n_used == 0 {
            *entry = None;
        }
    }

    fn update(&mut self, id: u32, f: impl FnOnce(&mut Node)) {
        if let Some(node) = self.get_mut(id) {
            f(node);
        }
    }
}
