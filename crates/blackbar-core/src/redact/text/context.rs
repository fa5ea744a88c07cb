//! What a text is redacted by, and where its edits go.
//!
//! [`TextContext`] holds all that the verdict on a text depends on besides the text and the policy.
//! [`Output`] pairs it with the list of edits, so that both travel through encodings together.

use crate::parse::value::Value;
use crate::redact::policy::Policy;
use crate::redact::policy::Posture;
use crate::redact::surface::Surface;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::session::selector_matching::MatchBudget;
use crate::session::window::Window;
use crate::text::edit;
use crate::text::edit::Edit;
use crate::text::json_str;
use crate::text::span::Span;

/// The surface of a text, and what follows from it.
#[derive(Clone, Copy)]
pub(crate) struct TextContext<'a> {
    /// The kind of place.
    pub surface: Surface,
    /// Words next to the text: key, attribute name, label.
    pub words: &'a str,
    /// What happens to text that no selector allows.
    pub posture: Posture,
    /// The character that masks are made of.
    pub mask: MaskChar,
    /// Numbers are measures and ids: only strings are redacted.
    pub keeps_numbers: bool,
    /// The element whose text, value or attribute it is.
    pub element: Option<ElementScope<'a>>,
}

impl<'a> TextContext<'a> {
    /// A context in which only rules decide.
    pub(crate) const fn new(surface: Surface) -> Self {
        Self {
            surface,
            words: "",
            posture: Posture::Rules,
            mask: MaskChar::Star,
            keeps_numbers: false,
            element: None,
        }
    }

    /// The same context with another posture.
    pub(crate) fn with_posture(self, posture: Posture) -> Self {
        Self { posture, ..self }
    }

    /// The same context with other words next to the text.
    pub(crate) fn with_words<'b>(self, words: &'b str) -> TextContext<'b>
    where
        'a: 'b,
    {
        TextContext { words, ..self }
    }

    /// The same context on another surface.
    pub(crate) fn with_surface(self, surface: Surface) -> Self {
        Self { surface, ..self }
    }

    /// The same context inside an element.
    pub(crate) fn with_element<'b>(self, element: Option<ElementScope<'b>>) -> TextContext<'b>
    where
        'a: 'b,
    {
        TextContext { element, ..self }
    }

    /// The same context, with numbers kept.
    pub(crate) fn keeping_numbers(self) -> Self {
        Self { keeps_numbers: true, ..self }
    }
}

/// An element of a window, for suppressions that select elements.
#[derive(Clone, Copy)]
pub(crate) struct ElementScope<'a> {
    pub window: &'a Window,
    pub id: u32,
}

impl ElementScope<'_> {
    /// Numbers of the suppressions whose selector matches the element. Costs a match of selectors.
    pub(crate) fn exemptions(self, policy: &Policy, budget: &MatchBudget) -> Vec<u16> {
        self.window.reader().exemptions(self.id, &policy.selectors, budget)
    }
}

/// The edits of a text, and the context it is redacted in.
pub(crate) struct Output<'o> {
    pub edits: &'o mut Vec<Edit>,
    pub context: TextContext<'o>,
}

impl<'o> Output<'o> {
    pub(crate) fn new(edits: &'o mut Vec<Edit>, context: TextContext<'o>) -> Self {
        Self { edits, context }
    }

    /// The same edits in another context.
    pub(crate) fn with<'b>(&'b mut self, context: TextContext<'b>) -> Output<'b> {
        Output { edits: self.edits, context }
    }

    /// The same edits with other words next to the text.
    pub(crate) fn with_words<'b>(&'b mut self, words: &'b str) -> Output<'b>
    where
        'o: 'b,
    {
        let context = self.context.with_words(words);
        self.with(context)
    }

    /// The same edits on another surface.
    pub(crate) fn on_surface(&mut self, surface: Surface) -> Output<'_> {
        let context = self.context.with_surface(surface);
        self.with(context)
    }

    /// The same edits, with rules alone in force.
    pub(crate) fn by_rules(&mut self) -> Output<'_> {
        let context = self.context.with_posture(Posture::Rules);
        self.with(context)
    }

    /// How many edits there are.
    pub(crate) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Replaces a part of the text.
    pub(crate) fn replace(&mut self, span: Span, with: impl Into<Vec<u8>>, reason: Reason) {
        let tag = reason::tag(reason, self.context.surface);
        self.edits.push(Edit { span, with: with.into(), tag });
    }

    /// Replaces all of the text, unless it reads so already.
    pub(crate) fn replace_all(&mut self, text: &str, with: &str, reason: Reason) {
        if text != with {
            self.replace(Span::new(0, text.len()), with, reason);
        }
    }

    /// Writes an encoding again whose content changed. What changed in it is counted already.
    pub(crate) fn replace_counted(&mut self, span: Span, with: impl Into<Vec<u8>>) {
        self.edits.push(Edit { span, with: with.into(), tag: reason::COUNTED });
    }

    /// Calls `redact` on a part of a text and moves its edits to where the part begins.
    pub(crate) fn within(&mut self, text: &str, part: Span, redact: impl FnOnce(&str, &mut Self)) {
        let from = self.edits.len();
        redact(part.of(text), self);
        for edit in self.edits.iter_mut().skip(from) {
            edit.span = edit.span.shifted(part.start);
        }
    }

    /// Joins overlapping edits from index `from` on.
    pub(crate) fn settle(&mut self, text: &str, from: usize) {
        settle(text, self.context.mask, from, self.edits);
    }
}

/// Joins overlapping edits of `text` from index `from` on.
pub(crate) fn settle(text: &str, mask: MaskChar, from: usize, edits: &mut Vec<Edit>) {
    edit::settle(edits, from, |span| mask::mask(span.of(text), mask), |edit| edit.tag == reason::COUNTED);
}

/// Carries edits of a string's text over to the document.
pub(crate) fn carry(value: Value<'_>, text: &str, mut edits: Vec<Edit>, out: &mut Output<'_>) {
    if edits.is_empty() {
        return;
    }
    settle(text, out.context.mask, 0, &mut edits);
    json_str::carry_back(value.raw(), &mut edits);
    let start = value.span().start;
    out.edits.extend(edits.into_iter().map(|edit| Edit { span: edit.span.shifted(start), ..edit }));
}
