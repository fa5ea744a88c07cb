//! Matches the selectors of a policy against the nodes of a window.
//!
//! The whole recording is one tree: combinators cross shadow roots and frames, so that
//! `#account .iban` matches a cell that a component put into its shadow root. Siblings are those in
//! the same root. Case rules are those of HTML without quirks.
//!
//! Does not decide what a match means for other nodes: `treatment_update` does.
//!
//! **Cost.** At most one walk of the ancestors for each complex selector. An element that lacks the
//! fact a selector requires is skipped before that.

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

use crate::session::css_dialect::CssDialect;
use crate::session::css_dialect::CssName;
use crate::session::css_dialect::Never;
use crate::session::element_kind::ElementKind;
use crate::session::node::Flag;
use crate::session::selector::Selectors;
use crate::session::selector_facts::FactIdx;
use crate::session::table::Table;
use crate::session::treatment::Treatment;

/// The facts of each element that has any.
pub(super) type FactMap = BTreeMap<u32, Box<[FactIdx]>>;

/// Steps through the tree that matching for one event may take.
///
/// A page can make sibling selectors walk quadratically. Once the budget is spent, remaining
/// elements are masked without matching.
pub(crate) struct MatchBudget(Cell<u32>);

impl MatchBudget {
    const MAX_STEPS: u32 = 4_000_000;

    pub(crate) fn new() -> Self {
        Self(Cell::new(Self::MAX_STEPS))
    }

    /// Takes one step; `false` if none is left.
    pub(super) fn take_step(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}

/// The tree that selectors are matched against.
#[derive(Clone, Copy)]
pub(super) struct SelectorTree<'w> {
    pub(super) table: &'w Table,
    pub(super) facts: &'w FactMap,
    pub(super) selectors: &'w Selectors,
    pub(super) budget: &'w MatchBudget,
}

impl SelectorTree<'_> {
    /// The strictest treatment of all selectors that match `id`.
    ///
    /// The caller starts with new `caches` after each change of the tree.
    pub(super) fn treatment_of(self, id: u32, caches: &mut SelectorCaches) -> Option<Treatment> {
        let element = RecordedElement { tree: self, id };
        let facts = element.facts();
        let mut context = html_context(caches);
        let mut strictest = None;
        for entry in self.selectors.treatments() {
            let is_possible = entry.required.is_none_or(|fact| facts.contains(&fact));
            if is_possible
                && strictest < Some(entry.treat)
                && matches_selector(&entry.selector, 0, None, element, &mut context)
            {
                strictest = Some(entry.treat);
            }
        }
        if self.budget.take_step() { strictest } else { strictest.max(Some(Treatment::Mask)) }
    }

    /// Appends the numbers of the exemptions that `id` itself matches; none once the budget is spent.
    pub(super) fn exemptions_of(self, id: u32, caches: &mut SelectorCaches, out: &mut Vec<u16>) {
        let element = RecordedElement { tree: self, id };
        let facts = element.facts();
        let mut context = html_context(caches);
        let from = out.len();
        for exemption in self.selectors.exemptions() {
            let is_possible = exemption.required.is_none_or(|fact| facts.contains(&fact));
            if is_possible && matches_selector(&exemption.selector, 0, None, element, &mut context) {
                out.push(exemption.number);
            }
        }
        if !self.budget.take_step() {
            out.truncate(from);
        }
    }
}

/// Matching by the rules of HTML without quirks.
fn html_context(caches: &mut SelectorCaches) -> MatchingContext<'_, CssDialect> {
    MatchingContext::new(
        MatchingMode::Normal,
        None,
        caches,
        QuirksMode::NoQuirks,
        NeedsSelectorFlags::No,
        MatchingForInvalidation::No,
    )
}

/// One element, as the selector engine sees it.
#[derive(Clone, Copy)]
struct RecordedElement<'w> {
    tree: SelectorTree<'w>,
    id: u32,
}

impl<'w> RecordedElement<'w> {
    fn facts(self) -> &'w [FactIdx] {
        let has_facts = self.tree.table.get(self.id).is_some_and(|n| n.flags.has(Flag::Facts));
        has_facts.then(|| self.tree.facts.get(&self.id)).flatten().map_or(&[], |facts| facts)
    }

    fn has_fact(self, fact: impl FnOnce(&'w Selectors) -> Option<FactIdx>) -> bool {
        let facts = self.facts();
        !facts.is_empty() && fact(self.tree.selectors).is_some_and(|fact| facts.contains(&fact))
    }

    fn at(self, id: u32) -> Self {
        Self { id, ..self }
    }

    fn walk(self, ids: impl Iterator<Item = u32>) -> impl Iterator<Item = Self> {
        ids.take_while(move |_| self.tree.budget.take_step()).map(move |id| self.at(id))
    }

    fn is_element(self) -> bool {
        self.tree.table.get(self.id).is_some_and(|n| n.tag.is_element())
    }

    fn is_in_shadow(self) -> bool {
        self.tree.table.get(self.id).is_some_and(|n| n.flags.has(Flag::Shadow))
    }

    fn is_element_sibling(self, other: &Self) -> bool {
        other.is_element() && other.is_in_shadow() == self.is_in_shadow()
    }
}

impl fmt::Debug for RecordedElement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedElement").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Element for RecordedElement<'_> {
    type Impl = CssDialect;

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
        self.walk(before).find(|other| self.is_element_sibling(other))
    }

    fn next_sibling_element(&self) -> Option<Self> {
        let after = std::iter::successors(self.tree.table.next(self.id), |&id| self.tree.table.next(id));
        self.walk(after).find(|other| self.is_element_sibling(other))
    }

    fn first_element_child(&self) -> Option<Self> {
        self.tree.table.children(self.id).map(|id| self.at(id)).find(|child| child.is_element())
    }

    fn is_html_element_in_html_document(&self) -> bool {
        true
    }

    fn has_local_name(&self, local_name: &CssName) -> bool {
        self.has_fact(|s| s.facts().tag(local_name.as_ref()))
    }

    fn has_namespace(&self, _ns: &CssName) -> bool {
        false
    }

    fn is_same_type(&self, _other: &Self) -> bool {
        false
    }

    fn attr_matches(
        &self,
        _ns: &NamespaceConstraint<&CssName>,
        local_name: &CssName,
        operation: &AttrSelectorOperation<&CssName>,
    ) -> bool {
        self.has_fact(|s| s.facts().test(local_name.as_ref(), operation))
    }

    fn match_non_ts_pseudo_class(&self, pc: &Never, _context: &mut MatchingContext<'_, CssDialect>) -> bool {
        match *pc {}
    }

    fn match_pseudo_element(&self, pe: &Never, _context: &mut MatchingContext<'_, CssDialect>) -> bool {
        match *pe {}
    }

    fn apply_selector_flags(&self, _flags: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        self.tree.table.get(self.id).is_some_and(|n| n.tag == ElementKind::Link)
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &CssName, _case_sensitivity: CaseSensitivity) -> bool {
        self.has_fact(|s| s.facts().id(id.as_ref()))
    }

    fn has_class(&self, name: &CssName, _case_sensitivity: CaseSensitivity) -> bool {
        self.has_fact(|s| s.facts().class(name.as_ref()))
    }

    fn has_custom_state(&self, _name: &CssName) -> bool {
        false
    }

    fn imported_part(&self, _name: &CssName) -> Option<CssName> {
        None
    }

    fn is_part(&self, _name: &CssName) -> bool {
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
