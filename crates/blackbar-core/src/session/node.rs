//! One node of a window: 20 bytes, with links by id and packed flags.

use crate::session::element_kind::ElementKind;
use crate::session::treatment::Treatment;

/// One node, linked by id; `NO_NODE` ends a chain.
///
/// `prev` of a first child is the last child, so that appending to a long list takes one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) first_child: u32,
    pub(super) prev: u32,
    pub(super) next: u32,
    pub(super) tag: ElementKind,
    pub(super) flags: Flags,
}

/// Flags and treatments of a node, packed: three treatments of two bits, then a bit per [`Flag`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u16);

/// One bit of [`Flags`].
#[derive(Clone, Copy)]
pub(super) enum Flag {
    /// Its text can be edited in place: own or inherited.
    Editable = 6,
    /// Its own `contenteditable` is on.
    EditableOn = 7,
    /// Its own `contenteditable` is off.
    EditableOff = 8,
    /// It is, or was once, a password or one-time code.
    Password = 9,
    /// The window keeps selector facts for it.
    Facts = 10,
    /// It is in the shadow root of its parent.
    Shadow = 11,
    /// A text of whitespace only.
    Blank = 12,
    /// It is inside the label of something.
    InLabel = 13,
    /// The window keeps a label text for it.
    LabelText = 14,
    /// The window keeps its HTML id, or the id it is a label for.
    HtmlId = 15,
}

/// The three treatments kept for a node.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    /// From selectors that match the element itself.
    Own = 0,
    /// What applied where it was moved from.
    Moved = 2,
    /// The strictest of own, moved and the parent's.
    Effective = 4,
}

impl Flags {
    #[inline]
    pub(super) fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u16) != 0
    }

    #[inline]
    pub(super) fn set(&mut self, flag: Flag, on: bool) {
        let bit = 1 << flag as u16;
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }

    #[inline]
    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    #[inline]
    pub(super) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    #[inline]
    pub(super) fn treat(self, scope: Scope) -> Option<Treatment> {
        match self.0 >> scope as u16 & 3 {
            1 => Some(Treatment::Allow),
            2 => Some(Treatment::Mask),
            3 => Some(Treatment::Block),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn set_treat(&mut self, scope: Scope, treat: Option<Treatment>) {
        let bits = match treat {
            None => 0,
            Some(Treatment::Allow) => 1,
            Some(Treatment::Mask) => 2,
            Some(Treatment::Block) => 3,
        };
        self.0 = self.0 & !(3 << scope as u16) | bits << scope as u16;
    }
}

/// One bit per node that is kept outside [`Node`] and not written to the wire.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// It was added by the current event.
    Fresh,
    /// A label text with a rule is, or was, inside it and not too deep.
    HasRuleLabel,
    /// It is, or is inside, a label or an element that may have one by its position.
    MayHaveNearbyLabel,
}

impl Mark {
    pub(super) const N: usize = 3;
}
