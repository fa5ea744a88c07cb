//! Selectors against the nodes of a window.
//!
//! The recorded tree is seen as one: combinators look through shadow roots and out of frames, so
//! that `#account .iban` holds for a cell that a component put into its shadow root. Siblings are
//! those of the same root. Case rules are those of HTML without quirks.
//!
//! Cost: one walk of the ancestors a complex selector; elements that lack the fact a selector asks
//! of them are passed over first.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use selectors::Element;
use selectors::OpaqueElement;
use selectors::attr::AttrSelectorOperation;
use selectors::attr::CaseSensitivity;
use selectors::attr::NamespaceConstraint;
use selectors::bloom::BloomFilter;
use selectors::context::MatchingContext;
use selectors::context::MatchingForInvalidation;
use selectors::context::MatchingMode;
use selectors::context::NeedsSelectorFlags;
use selectors::context::QuirksMode;
use selectors::context::SelectorCaches;
use selectors::matching::ElementSelectorFlags;
use selectors::matching::matches_selector;

use crate::session::dialect::Dialect;
use crate::session::dialect::Name;
use crate::session::dialect::Never;
use crate::session::selector::FactIdx;
use crate::session::selector::Selectors;
use crate::session::selector::Treat;
use crate::session::table::Flag;
use crate::session::table::Table;
use crate::session::tag::Tag;

/// Facts of those elements that have any.
pub(crate) type FactMap = BTreeMap<u32, Box<[FactIdx]>>;

/// Steps through the tree that the judging of one event may take.
///
/// A page can make sibling selectors walk without end. When the steps are used up, elements are
/// not matched any more but masked.
pub(crate) struct Budget(Cell<u32>);

impl Budget {
    const STEPS: u32 = 4_000_000;

    pub(crate) fn new() -> Self {
        Self(Cell::new(Self::STEPS))
    }

    /// Takes one step; `false` if none is left.
    pub(crate) fn step(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}

/// The tree that selectors are matched against.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'w> {
    pub(crate) table: &'w Table,
    pub(crate) facts: &'w FactMap,
    pub(crate) selectors: &'w Selectors,
    pub(crate) budget: &'w Budget,
}

impl Tree<'_> {
    /// The strictest treatment of all selectors that match `id`.
    ///
    /// `caches` must be new after each change of the tree.
    pub(crate) fn treat_of(self, id: u32, caches: &mut SelectorCaches) -> Option<Treat> {
        let element = Recorded { tree: self, id };
        let facts = element.facts();
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            caches,
            QuirksMode::NoQuirks,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        let mut strictest = None;
        for entry in self.selectors.entries() {
            let is_possible = entry.required.is_none_or(|fact| facts.contains(&fact));
            if is_possible
                && strictest < Some(entry.treat)
                && matches_selector(&entry.selector, 0, None, element, &mut context)
            {
                strictest = Some(entry.treat);
            }
        }
        if self.budget.step() { strictest } else { strictest.max(Some(Treat::Mask)) }
    }

    /// Appends the numbers of the exemptions that `id` itself matches; none once the steps are used up.
    pub(crate) fn exemptions_of(self, id: u32, caches: &mut SelectorCaches, out: &mut Vec<u16>) {
        let element = Recorded { tree: self, id };
        let facts = element.facts();
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            caches,
            QuirksMode::NoQuirks,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        let from = out.len();
        for exempt in self.selectors.exempts() {
            let is_possible = exempt.required.is_none_or(|fact| facts.contains(&fact));
            if is_possible && matches_selector(&exempt.selector, 0, None, element, &mut context) {
                out.push(exempt.number);
            }
        }
        if !self.budget.step() {
            out.truncate(from);
        }
    }
}

/// One element, as the selector engine sees it.
#[derive(Clone, Copy)]
struct Recorded<'w> {
    tree: Tree<'w>,
    id: u32,
}

impl<'w> Recorded<'w> {
    fn facts(self) -> &'w [FactIdx] {
        let has_facts = self.tree.table.get(self.id).is_some_and(|n| n.flags.has(Flag::Facts));
        has_facts.then(|| self.tree.facts.get(&self.id)).flatten().map_or(&[], |facts| facts)
    }

    fn holds(self, fact: impl FnOnce(&'w Selectors) -> Option<FactIdx>) -> bool {
        let facts = self.facts();
        !facts.is_empty() && fact(self.tree.selectors).is_some_and(|fact| facts.contains(&fact))
    }

    fn at(self, id: u32) -> Self {
        Self { id, ..self }
    }

    fn walk(self, ids: impl Iterator<Item = u32>) -> impl Iterator<Item = Self> {
        ids.take_while(move |_| self.tree.budget.step()).map(move |id| self.at(id))
    }

    fn is_element(self) -> bool {
        self.tree.table.get(self.id).is_some_and(|n| n.tag.is_element())
    }

    fn is_in_shadow(self) -> bool {
        self.tree.table.get(self.id).is_some_and(|n| n.flags.has(Flag::Shadow))
    }

    fn is_beside(self, other: &Self) -> bool {
        other.is_element() && other.is_in_shadow() == self.is_in_shadow()
    }
}

impl fmt::Debug for Recorded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Element for Recorded<'_> {
    type Impl = Dialect;

    fn opaque(&self) -> OpaqueElement {
        match self.tree.table.get(self.id) {
            Some(node) => OpaqueElement::new(node),
            None => OpaqueElement::new(self.tree.table),
        }
    }

    fn parent_element(&self) -> Option<Self> {
        self.walk(self.tree.table.ancestors(self.id)).find(|up| up.is_element())
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        let before = std::iter::successors(self.tree.table.prev(self.id), |&id| self.tree.table.prev(id));
        self.walk(before).find(|other| self.is_beside(other))
    }

    fn next_sibling_element(&self) -> Option<Self> {
        let behind = std::iter::successors(self.tree.table.next(self.id), |&id| self.tree.table.next(id));
        self.walk(behind).find(|other| self.is_beside(other))
    }

    fn first_element_child(&self) -> Option<Self> {
        self.tree.table.children(self.id).map(|id| self.at(id)).find(|child| child.is_element())
    }

    fn is_html_element_in_html_document(&self) -> bool {
        true
    }

    fn has_local_name(&self, local_name: &Name) -> bool {
        self.holds(|s| s.facts().tag(local_name.as_ref()))
    }

    fn has_namespace(&self, _ns: &Name) -> bool {
        false
    }

    fn is_same_type(&self, _other: &Self) -> bool {
        false
    }

    fn attr_matches(
        &self,
        _ns: &NamespaceConstraint<&Name>,
        local_name: &Name,
        operation: &AttrSelectorOperation<&Name>,
    ) -> bool {
        self.holds(|s| s.facts().test(local_name.as_ref(), operation))
    }

    fn match_non_ts_pseudo_class(&self, pc: &Never, _context: &mut MatchingContext<'_, Dialect>) -> bool {
        match *pc {}
    }

    fn match_pseudo_element(&self, pe: &Never, _context: &mut MatchingContext<'_, Dialect>) -> bool {
        match *pe {}
    }

    fn apply_selector_flags(&self, _flags: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        self.tree.table.get(self.id).is_some_and(|n| n.tag == Tag::Link)
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &Name, _case_sensitivity: CaseSensitivity) -> bool {
        self.holds(|s| s.facts().id(id.as_ref()))
    }

    fn has_class(&self, name: &Name, _case_sensitivity: CaseSensitivity) -> bool {
        self.holds(|s| s.facts().class(name.as_ref()))
    }

    fn has_custom_state(&self, _name: &Name) -> bool {
        false
    }

    fn imported_part(&self, _name: &Name) -> Option<Name> {
        None
    }

    fn is_part(&self, _name: &Name) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        false
    }

    fn is_root(&self) -> bool {
        self.tree.table.parent(self.id).is_none_or(|up| !self.at(up).is_element())
    }

    fn add_element_unique_hashes(&self, _filter: &mut BloomFilter) -> bool {
        false
    }
}
