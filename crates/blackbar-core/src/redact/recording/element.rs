//! What the session's context says of an element, in the words of the redactor.

use crate::redact::policy::Posture;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::rules::RuleIdx;
use crate::session::knowledge::Knowledge;
use crate::session::selector::Treat;
use crate::session::table::WindowLimits;
use crate::session::tag::InputKind;
use crate::session::tag::Tag;

/// What is known of an element when its attributes, value or text are judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    /// Its kind; `None` if nobody told of it.
    pub tag: Option<Tag>,
    /// It is a password or one-time code.
    pub is_password: bool,
    /// It is edited in place.
    pub is_editable: bool,
    /// Its meaning alone says that its value is personal.
    pub field: Option<RuleIdx>,
    /// What holds for all text in it.
    pub hold: Hold,
    /// Words beside its value.
    pub words: String,
}

/// What holds for all text of an element, besides rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The posture of the surface.
    #[default]
    Posture,
    /// Postures are lifted.
    Allowed,
    /// All of it is masked.
    Masked(Fixed),
    /// This element is blocked: a placeholder stands for it.
    BlockedHere,
    /// It stands in a blocked element: nothing of it stays.
    Blocked,
}

impl Element {
    /// The posture of this element, where its surface has `posture`.
    pub(crate) fn posture(&self, posture: Posture) -> Posture {
        if self.hold == Hold::Allowed { Posture::Rules } else { posture }
    }

    /// Why all of its text is masked, if it is.
    pub(crate) fn masked(&self) -> Option<Why> {
        match self.hold {
            Hold::Masked(fixed) => Some(Why::Fixed(fixed)),
            Hold::Blocked | Hold::BlockedHere => Some(Why::Fixed(Fixed::SelectorBlock)),
            Hold::Posture | Hold::Allowed => None,
        }
    }

    /// Whether its value is typed or chosen; so is that of an element nobody told of.
    pub(crate) fn is_control(&self) -> bool {
        matches!(self.tag, None | Some(Tag::Input(_) | Tag::Textarea | Tag::Select | Tag::Option))
            && !self.is_button()
    }

    /// Whether SDKs that mask inputs mask its value; of an element nobody told of it is assumed.
    pub(crate) fn is_masked_at_the_source(&self) -> bool {
        use InputKind::{Checkbox, File, Hidden, Radio};
        self.is_control()
            && !matches!(self.tag, Some(Tag::Option | Tag::Input(Checkbox | File | Hidden | Radio)))
    }

    /// Whether its value is its caption.
    pub(crate) fn is_button(&self) -> bool {
        use InputKind::{Button, Image, Reset, Submit};
        matches!(self.tag, Some(Tag::Button | Tag::Input(Button | Image | Reset | Submit)))
    }
}

impl<'p> Redactor<'p> {
    /// What the policy tells the context.
    pub(crate) fn knowledge(&self) -> Knowledge<'p> {
        Knowledge {
            selectors: &self.policy.selectors,
            labels: self.policy.rules(),
            limits: WindowLimits::default(),
        }
    }

    /// What is known of a node of the window at hand.
    pub(crate) fn element(&self, id: Option<u32>) -> Element {
        let Some(context) = id.and_then(|id| self.page.window.node(id)) else {
            return Element { hold: Hold::Masked(Fixed::UnknownNode), ..Element::default() };
        };
        let hold = match context.treat {
            Some(Treat::Block) if context.is_blocked_here => Hold::BlockedHere,
            Some(Treat::Block) => Hold::Blocked,
            Some(Treat::Mask) => Hold::Masked(Fixed::SelectorMask),
            Some(Treat::Allow) => Hold::Allowed,
            None => Hold::Posture,
        };
        Element {
            tag: Some(context.tag),
            is_password: context.is_password,
            is_editable: context.is_editable,
            field: context.field,
            hold,
            // Most have none, and need no memory for it.
            words: if context.words.is_empty() { String::new() } else { context.words.to_owned() },
        }
    }
}
