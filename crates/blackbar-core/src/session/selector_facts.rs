//! Selector facts: the simple selectors of a policy, numbered.
//!
//! A window keeps the numbers that apply to an element and forgets the names and values. Whether a
//! whole selector matches is decided from these numbers alone.

use std::collections::BTreeMap;

use selectors::attr::AttrSelectorOperation;

use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;
use crate::session::attribute::is_always_read;
use crate::session::attribute::lowercase_name;
use crate::session::css_dialect::CssName;

/// Number of a simple selector in its policy.
pub(super) type FactIdx = u16;

/// The numbers of all simple selectors of a policy.
#[derive(Default)]
pub(super) struct SelectorFacts {
    len: FactIdx,
    tags: BTreeMap<Box<str>, FactIdx>,
    ids: BTreeMap<Box<str>, FactIdx>,
    classes: BTreeMap<Box<str>, FactIdx>,
    attributes: BTreeMap<Box<str>, Vec<(FactIdx, AttrSelectorOperation<CssName>)>>,
    /// For each known key, whether a window reads the attribute of that name; empty until
    /// [`Self::finish`]. Saves the lookup by name for nearly all attributes of a page.
    is_read: Vec<bool>,
}

impl SelectorFacts {
    pub(super) fn tag(&self, name: &str) -> Option<FactIdx> {
        self.tags.get(name).copied()
    }

    pub(super) fn id(&self, id: &str) -> Option<FactIdx> {
        self.ids.get(id).copied()
    }

    pub(super) fn class(&self, class: &str) -> Option<FactIdx> {
        self.classes.get(class).copied()
    }

    /// The number of one test of an attribute.
    pub(super) fn test(&self, name: &str, operation: &AttrSelectorOperation<&CssName>) -> Option<FactIdx> {
        let same = |test: &AttrSelectorOperation<CssName>| match (test, operation) {
            (AttrSelectorOperation::Exists, AttrSelectorOperation::Exists) => true,
            (
                AttrSelectorOperation::WithValue { operator: a, case_sensitivity: b, value: c },
                AttrSelectorOperation::WithValue { operator, case_sensitivity, value },
            ) => a == operator && b == case_sensitivity && c == *value,
            _ => false,
        };
        let tests = self.attributes.get(name)?;
        tests.iter().find_map(|(fact, test)| same(test).then_some(*fact))
    }

    /// Whether a selector tests this attribute.
    pub(super) fn has_test_of(&self, name: &str) -> bool {
        match name {
            "id" if !self.ids.is_empty() => true,
            "class" if !self.classes.is_empty() => true,
            _ => self.attributes.contains_key(name),
        }
    }

    /// Whether a window reads an attribute, for selectors or for itself.
    pub(super) fn reads(&self, name: Value<'_>) -> bool {
        match self.is_read.get(name.known_key() as usize) {
            Some(is_read) if name.known_key() != KnownKey::Other => *is_read,
            _ => self.reads_name(&lowercase_name(name.text())),
        }
    }

    fn reads_name(&self, name: &str) -> bool {
        self.has_test_of(name) || is_always_read(name)
    }

    /// Decides once for all known keys whether they are read. Call after the last selector was added.
    pub(super) fn finish(&mut self) {
        self.is_read = KnownKey::all().map(|(_, text)| self.reads_name(&text.to_ascii_lowercase())).collect();
    }

    /// Appends the facts that the attribute `name` with this `value` makes true.
    pub(super) fn collect(&self, name: &str, value: &str, out: &mut Vec<FactIdx>) {
        match name {
            "id" => out.extend(self.id(value)),
            "class" if !self.classes.is_empty() => {
                out.extend(value.split_ascii_whitespace().filter_map(|class| self.class(class)));
            }
            _ => {}
        }
        let tests = self.attributes.get(name).map(Vec::as_slice).unwrap_or_default();
        out.extend(tests.iter().filter(|(_, test)| test.eval_str(value)).map(|(fact, _)| *fact));
    }

    /// Whether `fact` depends on the attribute `name`.
    pub(super) fn depends_on(&self, fact: FactIdx, name: &str) -> bool {
        let tests = self.attributes.get(name).map(Vec::as_slice).unwrap_or_default();
        tests.iter().any(|(idx, _)| *idx == fact)
            || (name == "id" && self.ids.values().any(|idx| *idx == fact))
            || (name == "class" && self.classes.values().any(|idx| *idx == fact))
    }

    /// `None` once all numbers are used.
    fn next_idx(&mut self) -> Option<FactIdx> {
        let idx = self.len;
        self.len = self.len.checked_add(1)?;
        Some(idx)
    }

    pub(super) fn add_attribute(&mut self, name: &str, test: AttrSelectorOperation<CssName>) -> Option<()> {
        let idx = self.next_idx()?;
        self.attributes.entry(name.into()).or_default().push((idx, test));
        Some(())
    }

    pub(super) fn add_tag(&mut self, name: &str) -> Option<()> {
        self.add_name(|facts| &mut facts.tags, name)
    }

    pub(super) fn add_id(&mut self, id: &str) -> Option<()> {
        self.add_name(|facts| &mut facts.ids, id)
    }

    pub(super) fn add_class(&mut self, class: &str) -> Option<()> {
        self.add_name(|facts| &mut facts.classes, class)
    }

    fn add_name(&mut self, of: fn(&mut Self) -> &mut BTreeMap<Box<str>, FactIdx>, name: &str) -> Option<()> {
        if !of(self).contains_key(name) {
            let idx = self.next_idx()?;
            of(self).insert(name.into(), idx);
        }
        Some(())
    }
}
