//! What the session's context says of an element, and how its texts are treated.

use crate::redact::policy::Posture;
use crate::redact::recording::windows::Page;
use crate::redact::text::reason::Reason;
use crate::rules::RuleIdx;
use crate::session::element_kind::ElementKind;
use crate::session::element_kind::InputKind;
use crate::session::treatment::Treatment;

/// What is known of an element when its attributes, value or text are judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    /// Its kind; `None` if the node is not in the window.
    pub tag: Option<ElementKind>,
    /// It is a password or one-time code.
    pub is_password: bool,
    /// It is edited in place.
    pub is_editable: bool,
    /// Its meaning alone says that its value is personal.
    pub field: Option<RuleIdx>,
    /// What applies to all text in it.
    pub treatment: ElementTreatment,
    /// Words next to its value.
    pub words: String,
}

/// What applies to all text of an element, besides rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ElementTreatment {
    /// The posture of the surface.
    #[default]
    Posture,
    /// Postures are lifted.
    Allowed,
    /// All of it is masked.
    Masked(Reason),
    /// This element is blocked: a placeholder replaces it.
    BlockedHere,
    /// An element around it is blocked: nothing of it stays.
    Blocked,
}

impl Element {
    /// The posture of this element, where its surface has `posture`.
    pub(crate) fn posture(&self, posture: Posture) -> Posture {
        if self.treatment == ElementTreatment::Allowed { Posture::Rules } else { posture }
    }

    /// Why all of its text is masked, if it is.
    pub(crate) fn masked(&self) -> Option<Reason> {
        match self.treatment {
            ElementTreatment::Masked(reason) => Some(reason),
            ElementTreatment::Blocked | ElementTreatment::BlockedHere => Some(Reason::SelectorBlock),
            ElementTreatment::Posture | ElementTreatment::Allowed => None,
        }
    }

    /// Whether its value is typed or chosen; assumed true for unknown elements.
    pub(crate) fn is_control(&self) -> bool {
        matches!(
            self.tag,
            None | Some(
                ElementKind::Input(_) | ElementKind::Textarea | ElementKind::Select | ElementKind::Option
            )
        ) && !self.is_button()
    }

    /// Whether SDKs that mask inputs mask its value; assumed true for unknown elements.
    pub(crate) fn is_masked_at_the_source(&self) -> bool {
        use InputKind::{Checkbox, File, Hidden, Radio};
        self.is_control()
            && !matches!(
                self.tag,
                Some(ElementKind::Option | ElementKind::Input(Checkbox | File | Hidden | Radio))
            )
    }

    /// Whether its value is its caption.
    pub(crate) fn is_button(&self) -> bool {
        use InputKind::{Button, Image, Reset, Submit};
        matches!(self.tag, Some(ElementKind::Button | ElementKind::Input(Button | Image | Reset | Submit)))
    }
}

impl Page {
    /// What is known of a node of the window.
    pub(crate) fn element(&self, id: Option<u32>) -> Element {
        let Some(context) = id.and_then(|id| self.window.reader().node(id)) else {
            let treatment = ElementTreatment::Masked(Reason::UnknownNode);
            return Element { treatment, ..Element::default() };
        };
        let treatment = match context.treat {
            Some(Treatment::Block) if context.is_blocked_here => ElementTreatment::BlockedHere,
            Some(Treatment::Block) => ElementTreatment::Blocked,
            Some(Treatment::Mask) => ElementTreatment::Masked(Reason::SelectorMask),
            Some(Treatment::Allow) => ElementTreatment::Allowed,
            None => ElementTreatment::Posture,
        };
        Element {
            tag: Some(context.tag),
            is_password: context.is_password,
            is_editable: context.is_editable,
            field: context.field,
            treatment,
            // Most have none, and need no memory for it.
            words: if context.words.is_empty() { String::new() } else { context.words.to_owned() },
        }
    }
}
