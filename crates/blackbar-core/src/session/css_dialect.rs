//! The dialect of CSS that selectors may use, as types for the `selectors` crate: one kind of name,
//! no pseudo-classes and no pseudo-elements.

use std::fmt;

use cssparser::ToCss;
use precomputed_hash::PrecomputedHash;
use selectors::parser::NonTSPseudoClass;
use selectors::parser::PseudoElement;
use selectors::parser::SelectorImpl;

use crate::session::html_id::hash_name;

/// A tag, class, id, attribute name or attribute value of a selector.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct CssName(Box<str>);

impl From<&str> for CssName {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl AsRef<str> for CssName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ToCss for CssName {
    fn to_css<W: fmt::Write>(&self, dest: &mut W) -> fmt::Result {
        cssparser::serialize_identifier(&self.0, dest)
    }
}

impl PrecomputedHash for CssName {
    fn precomputed_hash(&self) -> u32 {
        hash_name(&self.0)
    }
}

/// The supported selectors.
#[derive(Clone, Debug)]
pub(super) struct CssDialect;

impl SelectorImpl for CssDialect {
    type ExtraMatchingData<'a> = ();
    type AttrValue = CssName;
    type Identifier = CssName;
    type LocalName = CssName;
    type NamespaceUrl = CssName;
    type NamespacePrefix = CssName;
    type BorrowedNamespaceUrl = CssName;
    type BorrowedLocalName = CssName;
    type NonTSPseudoClass = Never;
    type PseudoElement = Never;
}

/// Pseudo-classes and pseudo-elements: none is supported, so the type has no values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Never {}

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
