//! Applies posture and rules to a text as it is written, and masks it whole. Decodes nothing.

use crate::parse::value::Value;
use crate::redact::policy::Posture;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::json_walk::is_measure;
use crate::redact::text::mask;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::redact::text::redactor::TextRedactor;
use crate::rules::Action;
use crate::rules::RuleIdx;
use crate::text::edit::Edit;
use crate::text::span::Span;

impl TextRedactor<'_> {
    /// Redacts a text as it is written: by posture, else by rules.
    pub(crate) fn apply_rules(&mut self, text: &str, out: &mut Output<'_>) {
        match out.context.posture {
            Posture::Rules => {}
            Posture::Mask if is_left_alone(text, Reason::Posture) => return,
            Posture::Mask => return self.mask_all(text, Reason::Posture, out),
            Posture::Drop => {
                self.note_masked(Reason::Posture, text);
                return out.replace_all(text, "", Reason::Posture);
            }
        }
        let mut findings = std::mem::take(&mut self.workspace.findings);
        findings.clear();
        self.find(text, out.context.words, &mut findings);
        for finding in &findings {
            let matched = finding.span.of(text);
            if mask::is_masked(matched) {
                continue;
            }
            let with = match self.policy.rules().rule(finding.rule).map(crate::rules::Rule::action) {
                Some(action) => mask::render(action, matched, out.context.mask, &self.policy.hash_key),
                None => mask::mask(matched, out.context.mask),
            };
            out.replace(finding.span, with, Reason::Rule(finding.rule));
        }
        self.workspace.findings = findings;
    }

    /// Masks all of a text; the action of a rule that decides on the whole value applies.
    pub(super) fn mask_all(&mut self, text: &str, reason: Reason, out: &mut Output<'_>) {
        self.note_masked(reason, text);
        let action = match reason {
            Reason::Rule(idx) => {
                self.policy.rules().rule(idx).map_or(&Action::Mask, crate::rules::Rule::action)
            }
            Reason::Password => return out.replace_all(text, mask::FIXED, reason),
            _ => &Action::Mask,
        };
        let with = mask::render(action, text, out.context.mask, &self.policy.hash_key);
        if with != text.as_bytes() {
            out.replace(Span::new(0, text.len()), with, reason);
        }
    }

    /// Replaces all of a text by its pseudonym.
    pub(super) fn pseudonymize(&mut self, text: &str, tag: u32, out: &mut Output<'_>) {
        if !text.is_empty() && !mask::is_pseudonym(text) {
            let with = mask::pseudonym(text, &self.policy.hash_key).into_bytes();
            out.edits.push(Edit { span: Span::new(0, text.len()), with, tag });
        }
    }

    /// Redacts a number as it is written. One that is masked becomes a zero, which any consumer of
    /// a number takes.
    fn redact_digits(&mut self, raw: &str, rule: Option<RuleIdx>, out: &mut Output<'_>) {
        const MIN_DIGITS: usize = 4;
        if let Some(idx) = rule.filter(|&idx| !self.is_lifted(idx, raw)) {
            self.note_masked(Reason::Rule(idx), raw);
            out.replace_all(raw, "0", Reason::Rule(idx));
        } else if raw.len() >= MIN_DIGITS && !raw.bytes().any(|b| matches!(b, b'.' | b'e' | b'E')) {
            // A fraction is a measure, and a short number means nothing without a key that decides.
            let context = out.context.with_posture(Posture::Rules);
            self.apply_rules(raw, &mut out.with(context));
        }
    }

    /// Redacts a number of a document; one that is masked becomes a zero.
    pub(crate) fn redact_number(&mut self, value: Value<'_>, rule: Option<RuleIdx>, out: &mut Output<'_>) {
        let raw = value.raw();
        if raw == "0" {
            return;
        }
        let mut found = Vec::new();
        let mut own = Output::new(&mut found, out.context);
        self.redact_field(value, &mut own, |this, out| this.redact_digits(raw, rule, out));
        if let Some(edit) = found.first() {
            out.edits.push(Edit { span: value.span(), with: b"0".to_vec(), tag: edit.tag });
        }
    }

    /// Redacts a number that is an id, a time or a size by its place: it stays as it is unless it is
    /// too long to be one.
    pub(crate) fn redact_measure(&mut self, value: Value<'_>, out: &mut Output<'_>) {
        if !is_measure(value.raw()) {
            let context = TextContext::new(Surface::Unknown).with_element(out.context.element);
            self.redact_number(value, None, &mut out.with(context));
        }
    }

    /// Notes that all of a text is masked.
    pub(super) fn note_masked(&mut self, reason: Reason, text: &str) {
        if let Some(notes) = &mut self.workspace.notes {
            notes.masked(self.policy.rules(), reason, text);
        }
    }

    /// Notes a finding in a text that is joined from several fields.
    pub(crate) fn note_crossing(&mut self, tag: u32, span: Span, text_bytes: usize) {
        if let (Some(notes), Some(idx)) = (&mut self.workspace.notes, reason::rule(tag)) {
            notes.found(self.policy.rules(), idx, span, text_bytes);
        }
    }
}

/// Whether masking changes nothing, or the text is the token of a project. It is public: SDKs write
/// it under keys that otherwise hold secrets.
pub(super) fn is_left_alone(text: &str, reason: Reason) -> bool {
    mask::is_masked(text) || matches!(reason, Reason::Rule(_)) && is_project_token(text)
}

/// Whether a text is the public token of a project, and nothing else.
fn is_project_token(text: &str) -> bool {
    const MIN_TOKEN_CHARS: usize = 20;
    const MAX_TOKEN_CHARS: usize = 60;
    text.strip_prefix("phc_").is_some_and(|rest| {
        (MIN_TOKEN_CHARS..=MAX_TOKEN_CHARS).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}
