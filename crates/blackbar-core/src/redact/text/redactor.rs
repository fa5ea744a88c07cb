//! The owner of everything that redacting texts needs: policy, workspace, report, limits.
//!
//! It knows no grammar. `suppressed.rs` searches a field with suppressions in force, `rules.rs`
//! applies rules and masks, `dispatch.rs` decodes, and `json_values.rs` starts the walk over a value;
//! each uses only those named before it.

use crate::parse::json::Tape;
use crate::redact::policy::Policy;
use crate::redact::report::Report;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::settle;
use crate::redact::text::field::Field;
use crate::redact::text::inflate::InflationBudget;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::memo::Name;
use crate::redact::text::memo::PolicyCheck;
use crate::redact::text::memo::Reading;
use crate::redact::text::memo::Setting;
use crate::redact::text::memo::Verdict;
use crate::redact::text::reason;
use crate::redact::text::workspace::TextWorkspace;
use crate::text::edit;
use crate::text::edit::Edit;

/// Redacts the texts of one body.
pub(crate) struct TextRedactor<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) workspace: &'p mut TextWorkspace,
    pub(crate) report: Report,
    /// Bytes that packed fields may still inflate to.
    pub(crate) inflation: InflationBudget,
    /// Number of encodings around the current text.
    pub(super) level: usize,
    /// Bytes that the current text and all that it decodes to may still cost.
    pub(super) effort: usize,
    /// Whether the current text is a URL already.
    pub(super) in_url: bool,
    /// The current field, and what is suppressed in it.
    pub(super) field: Field,
}

impl<'p> TextRedactor<'p> {
    /// A redactor for one body.
    pub(crate) fn new(policy: &'p Policy, workspace: &'p mut TextWorkspace) -> Self {
        let check = workspace.memo.reset_on_policy_change(policy.digest(), &policy.hash_key);
        if check == PolicyCheck::Changed {
            workspace.keys.clear();
        }
        Self {
            policy,
            workspace,
            report: Report::default(),
            inflation: InflationBudget::new(&policy.limits),
            level: 0,
            effort: 0,
            in_url: false,
            field: Field::default(),
        }
    }

    /// Runs `redact`, or reuses the remembered edits for the same text in the same context.
    ///
    /// `redact` depends on nothing but the text, the policy and what [`Setting`] holds; it does
    /// nothing but append edits of the text, settled.
    pub(super) fn memoized(
        &mut self,
        reading: Reading,
        text: &str,
        out: &mut Output<'_>,
        redact: impl FnOnce(&mut Self, &mut Output<'_>),
    ) {
        if self.workspace.notes.is_some() {
            redact(self, out);
            return;
        }
        let may_know_edits = self.may_remember_edits();
        let name = self.memo_name(reading, text, out.context);
        match self.workspace.memo.verdict(name) {
            Some(Verdict::Clean) => return,
            Some(Verdict::Edited(edits)) if may_know_edits => {
                out.edits.extend_from_slice(edits);
                return;
            }
            _ => {}
        }
        let from = (out.len(), self.field.n_suppressed);
        redact(self, out);
        let edits = out.edits.get(from.0..).unwrap_or_default();
        // A suppression may expire, and applies to one place alone: what it let through is not clean.
        let is_suppressed = self.field.n_suppressed != from.1;
        // Deeper texts may be masked for the effort that the text around them has cost.
        let may_remember = edits.is_empty() || self.level <= 1 && may_know_edits;
        if !is_suppressed && may_remember {
            self.workspace.memo.remember(name, edits);
        }
    }

    /// Runs `redact` on a value of a recording, unless it is known to have nothing in it. `redact`
    /// says whether the verdict holds for equal values.
    pub(crate) fn memoized_if_clean(
        &mut self,
        reading: Option<Reading>,
        raw: &str,
        context: TextContext<'_>,
        edits: &mut Vec<Edit>,
        redact: impl FnOnce(&mut Self, &mut Vec<Edit>) -> bool,
    ) {
        let reading = reading.filter(|_| self.workspace.notes.is_none());
        let name = reading.map(|reading| self.memo_name(reading, raw, context));
        if name.is_some_and(|name| matches!(self.workspace.memo.verdict(name), Some(Verdict::Clean))) {
            return;
        }
        let from = (edits.len(), self.field.n_suppressed);
        let holds = redact(self, edits);
        let is_clean = (edits.len(), self.field.n_suppressed) == from;
        if let Some(name) = name.filter(|_| holds && is_clean) {
            self.workspace.memo.remember(name, &[]);
        }
    }

    fn memo_name(&self, reading: Reading, text: &str, context: TextContext<'_>) -> Name {
        let setting = Setting { reading, context, level: self.level, in_url: self.in_url };
        self.workspace.memo.name(text, setting)
    }

    /// Whether edits of a text apply to equal texts elsewhere: not where suppressions depend on the
    /// place, nor where they are out of force.
    fn may_remember_edits(&self) -> bool {
        let suppressions = self.policy.all_suppressions();
        suppressions.is_empty() || !suppressions.has_places() && !self.field.is_off
    }

    /// Counts edits whose text is about to be written.
    pub(crate) fn count(&mut self, edits: &[Edit]) {
        for edit in edits {
            if let Some((cause, surface)) = reason::read(edit.tag, self.policy.rules()) {
                self.report.count(cause, surface);
            }
        }
    }

    /// Applies edits to a text, counts them, and returns the bytes.
    pub(crate) fn apply_edits(&mut self, text: &str, edits: &mut Vec<Edit>) -> Vec<u8> {
        settle(text, MaskChar::Star, 0, edits);
        self.count(edits);
        let mut out = Vec::new();
        edit::apply(text.as_bytes(), edits, &mut out);
        out
    }

    /// Lends an index for a document inside a text.
    pub(super) fn with_tape<T>(&mut self, f: impl FnOnce(&mut Self, &mut Tape) -> T) -> T {
        let mut tape = self.workspace.tapes.pop().unwrap_or_default();
        let result = f(self, &mut tape);
        self.workspace.tapes.push(tape);
        result
    }
}
