//! The types that the selector engine asks for: one kind of name, and no pseudo-classes.

use std::fmt;

use cssparser::ToCss;
use precomputed_hash::PrecomputedHash;
use selectors::parser::NonTSPseudoClass;
use selectors::parser::PseudoElement;
use selectors::parser::SelectorImpl;
use siphasher::sip::SipHasher13;

/// A tag, class, id, attribute name or attribute value of a selector.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Name(Box<str>);

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ToCss for Name {
    fn to_css<W: fmt::Write>(&self, dest: &mut W) -> fmt::Result {
        cssparser::serialize_identifier(&self.0, dest)
    }
}

impl PrecomputedHash for Name {
    fn precomputed_hash(&self) -> u32 {
        hash(&self.0)
    }
}

/// A short hash of a name, the same in every process and version: windows are shared by it.
pub(crate) fn hash(name: &str) -> u32 {
    SipHasher13::new().hash(name.as_bytes()) as u32
}

/// The selectors that are understood.
#[derive(Clone, Debug)]
pub(crate) struct Dialect;

impl SelectorImpl for Dialect {
    type ExtraMatchingData<'a> = ();
    type AttrValue = Name;
    type Identifier = Name;
    type LocalName = Name;
    type NamespaceUrl = Name;
    type NamespacePrefix = Name;
    type BorrowedNamespaceUrl = Name;
    type BorrowedLocalName = Name;
    type NonTSPseudoClass = Never;
    type PseudoElement = Never;
}

/// What does not exist: pseudo-classes and pseudo-elements.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Never {}

impl ToCss for Never {
    fn to_css<W: fmt::Write>(&self, _dest: &mut W) -> fmt::Result {
        match *self {}
    }
}

impl NonTSPseudoClass for Never {
    fn is_active_or_hover(&self) -> bool {
        match *self {}
    }

    fn is_user_action_state(&self) -> bool {
        match *self {}
    }
}

impl PseudoElement for Never {}
