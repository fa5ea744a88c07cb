//! The owner of everything that redacting a recording needs besides its texts: windows and packed
//! fields. [`Walk`] is what walks one document with it.

use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::policy::Policy;
use crate::redact::recording::element::Element;
use crate::redact::recording::fields::Fields;
use crate::redact::recording::node::NodeRedactor;
use crate::redact::recording::packed::Opened;
use crate::redact::recording::packed::PackedBuffers;
use crate::redact::recording::packed::PackedFields;
use crate::redact::recording::packed::Unpacked;
use crate::redact::recording::windows::Memory;
use crate::redact::recording::windows::WindowName;
use crate::redact::recording::windows::WindowUpdate;
use crate::redact::recording::windows::Windows;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::redactor::TextRedactor;
use crate::redact::text::workspace::TextWorkspace;
use crate::session::limits::WindowLimits;
use crate::session::window_policy::WindowPolicy;
use crate::text::edit::Edit;

/// Buffers of one worker that outlive a body.
#[derive(Default)]
pub(crate) struct RecordingWorkspace {
    pub(crate) text: TextWorkspace,
    packed: PackedBuffers,
}

impl RecordingWorkspace {
    /// Releases what one large body has left.
    pub(crate) fn trim(&mut self) {
        self.text.trim();
        self.packed.trim();
    }
}

/// Redacts one body.
pub(crate) struct RecordingRedactor<'p> {
    pub(crate) text: TextRedactor<'p>,
    pub(crate) windows: Windows<'p>,
    packed: PackedFields<'p>,
}

impl<'p> RecordingRedactor<'p> {
    /// A redactor for one body.
    pub(crate) fn new(
        policy: &'p Policy,
        workspace: &'p mut RecordingWorkspace,
        memory: Option<Memory<'p>>,
    ) -> Self {
        Self {
            text: TextRedactor::new(policy, &mut workspace.text),
            windows: Windows::new(memory),
            packed: PackedFields::new(&mut workspace.packed),
        }
    }

    /// Walks a document, whose edits go to `edits`.
    pub(crate) fn walk<'r>(&'r mut self, edits: &'r mut Vec<Edit>) -> Walk<'r, 'p> {
        let Self { text, windows, packed } = self;
        Walk { fields: Fields { text, edits }, windows, packed }
    }

    /// Puts all windows back, or gives them up where the request is rejected.
    pub(crate) fn leave_windows(&mut self, update: WindowUpdate) {
        self.windows.leave(update);
    }
}

/// Whether an event says that its fields are packed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Packed {
    Yes,
    No,
}

/// One document while it is walked.
pub(crate) struct Walk<'r, 'p> {
    pub(super) fields: Fields<'r, 'p>,
    pub(super) windows: &'r mut Windows<'p>,
    pub(super) packed: &'r mut PackedFields<'p>,
}

impl<'p> Walk<'_, 'p> {
    /// The walk of a document inside this one.
    pub(super) fn with_edits<'b>(&'b mut self, edits: &'b mut Vec<Edit>) -> Walk<'b, 'p> {
        Walk { fields: self.fields.with_edits(edits), windows: self.windows, packed: self.packed }
    }

    /// Redacts all of a value by rules.
    pub(crate) fn json(&mut self, value: Value<'_>, surface: Surface) {
        self.fields.json(value, TextContext::new(surface));
    }

    /// Redacts an entry of an object by rules.
    pub(crate) fn entry(&mut self, key: Value<'_>, value: Value<'_>, surface: Surface) {
        self.fields.entry(key, value, TextContext::new(surface));
    }

    /// Switches to a window.
    pub(crate) fn enter_window(&mut self, name: WindowName<'_>) {
        self.windows.enter(self.fields.text.policy, name);
    }

    /// What redacts the text, value and attributes of a node of the current window.
    pub(super) fn node<'b>(&'b mut self, id: Option<u32>, element: &'b Element) -> NodeRedactor<'b, 'p> {
        NodeRedactor { fields: self.fields.reborrow(), page: &mut self.windows.current, id, element }
    }

    /// Opens a packed string of a document, runs `redact` on its content, and packs it again if it
    /// changed.
    ///
    /// # Errors
    /// Those of `redact`.
    pub(super) fn packed(
        &mut self,
        value: Value<'_>,
        redact: impl FnOnce(&mut Walk<'_, 'p>, Value<'_>) -> Result<(), DuplicateKey>,
    ) -> Result<Opened, DuplicateKey> {
        let Some(inner) = self.packed.open(value, self.fields.text) else { return Ok(Opened::No) };
        self.opened(value, inner, redact)?;
        Ok(Opened::Yes)
    }

    /// Runs `redact` on the content of an opened field, and packs it again if it changed.
    ///
    /// # Errors
    /// Those of `redact`.
    pub(super) fn opened(
        &mut self,
        value: Value<'_>,
        inner: Unpacked,
        redact: impl FnOnce(&mut Walk<'_, 'p>, Value<'_>) -> Result<(), DuplicateKey>,
    ) -> Result<(), DuplicateKey> {
        let mut edits = Vec::new();
        if let Some(root) = inner.root() {
            let outer = self.fields.text.enter_document(value);
            let result = redact(&mut self.with_edits(&mut edits), root);
            self.fields.text.leave_document(outer);
            result?;
        }
        self.packed.close(value, inner, edits, &mut self.fields);
        Ok(())
    }

    /// What the session's context needs of the policy.
    pub(super) fn knowledge(&self) -> WindowPolicy<'p> {
        let policy = self.fields.text.policy;
        WindowPolicy { selectors: &policy.selectors, labels: policy.rules(), limits: WindowLimits::default() }
    }
}
