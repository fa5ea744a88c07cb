//! Notes for whoever asks why: what was found in each field, and what nearly was.
//!
//! Taken only on demand, offline: a look for near misses runs every pattern on every text. A note
//! holds a path, ids, offsets and closed words.
//!
//! **Invariant:** of the document's own text only such keys stand in a note as look like names in a
//! program, and in which no rule finds anything.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::detect::Context;
use crate::detect::Finding;
use crate::detect::Miss;
use crate::detect::Scanner;
use crate::detect::Scratch;
use crate::detect::Why as Against;
use crate::parse::value::Step;
use crate::redact::text::mask;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag;
use crate::redact::text::tag::Why;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::rules::Tier;
use crate::text::span::Span;

/// What became of a match, or of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was found: the rule's action is done to it.
    Found,
    /// All of the field goes: by its name, its place, or what could not be understood.
    Whole,
    /// It was found, and the suppression of this number lets it through.
    Suppressed(u16),
    /// A pattern matched, and something spoke against it.
    Missed(Against),
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where: keys and positions, as `batch[0].properties.plan`; empty outside of a document.
    pub path: Arc<str>,
    /// The rule's id, or a cause that is no rule, such as `posture:mask`.
    pub cause: String,
    /// Which part of the text that was looked at, in bytes.
    pub span: Span,
    /// How many bytes that text has: the field's own, or a part of it, or what it decodes to.
    pub text_bytes: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// How often that became of such a match in this field; the span is that of the first.
    pub count: usize,
}

/// Notes on one document.
#[derive(Default)]
pub(crate) struct Notes {
    all: Vec<Note>,
    /// Rules that are asked for; everything if there are none.
    only: Vec<RuleIdx>,
    /// Where the field at hand stands, and those around it; and how many notes came before it.
    places: Vec<(Arc<str>, usize)>,
    /// Whether a key may stand in a path.
    keys: HashMap<String, bool>,
    scan: Scratch,
}

impl Notes {
    /// Notes on these rules; on everything if there are none.
    pub(crate) fn on(only: Vec<RuleIdx>) -> Self {
        Self { only, ..Self::default() }
    }

    pub(crate) fn into_all(self) -> Vec<Note> {
        self.all
    }

    /// Enters a field; gives how many notes there are.
    pub(crate) fn enter(&mut self, scanner: &Scanner, way: Option<&[Step<'_>]>) -> usize {
        let mut path = String::new();
        for step in way.unwrap_or_default() {
            match step {
                Step::Item(idx) => {
                    let _ = write!(path, "[{idx}]");
                }
                Step::Key(key) => {
                    let joint = if path.is_empty() { "" } else { "." };
                    let key = if self.may_be_told(scanner, key) { key } else { "*" };
                    path.push_str(joint);
                    path.push_str(key);
                }
            }
        }
        self.places.push((path.into(), self.all.len()));
        self.all.len()
    }

    /// Leaves it.
    pub(crate) fn leave(&mut self) {
        self.places.pop();
    }

    /// Takes back all but the first `n`.
    pub(crate) fn take_back(&mut self, n: usize) {
        self.all.truncate(n);
    }

    /// Whether a key may stand in a path: it looks like a name in a program and says nothing else.
    fn may_be_told(&mut self, scanner: &Scanner, key: &str) -> bool {
        const LONGEST: usize = 48;
        let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-');
        if key.len() > LONGEST || !key.bytes().all(is_part) {
            return false;
        }
        if let Some(known) = self.keys.get(key) {
            return *known;
        }
        let mut found = Vec::new();
        scanner.scan(key, &Context::default(), &mut self.scan, &mut found);
        self.keys.insert(key.to_owned(), found.is_empty());
        found.is_empty()
    }

    /// Notes what became of a match of a rule.
    pub(crate) fn rule(
        &mut self,
        rules: &RuleSet,
        idx: RuleIdx,
        span: Span,
        text_bytes: usize,
        outcome: Outcome,
    ) {
        let Some(rule) = rules.rule(idx) else { return };
        if self.only.is_empty() || self.only.contains(&idx) {
            self.push(rule.id().to_string(), span, text_bytes, outcome);
        }
    }

    fn push(&mut self, cause: String, span: Span, text_bytes: usize, outcome: Outcome) {
        let (path, from) = self.places.last().cloned().unwrap_or((Arc::default(), self.all.len()));
        let same = |note: &&mut Note| {
            let both = (note.outcome, outcome);
            let is_missed = matches!(both, (Outcome::Missed(a), Outcome::Missed(b)) if a.code() == b.code());
            is_missed && note.cause == cause && note.path == path
        };
        match self.all.iter_mut().skip(from).find(same) {
            Some(known) => known.count += 1,
            None => self.all.push(Note { path, cause, span, text_bytes, outcome, count: 1 }),
        }
    }
}

impl Redactor<'_> {
    /// Notes what rules find in a text, and what they nearly find.
    pub(crate) fn note_looks(&mut self, text: &str, context: &Context<'_>, findings: &[Finding]) {
        let (scanner, rules) = (self.policy.scanner(), self.policy.rules());
        let Some(notes) = &mut self.tools.notes else { return };
        for finding in findings.iter().filter(|finding| !mask::is_masked(finding.span.of(text))) {
            notes.rule(rules, finding.rule, finding.span, text.len(), Outcome::Found);
        }
        for miss in scanner.explain(text, context) {
            if !notes.only.is_empty() || is_near(rules, &miss, text) {
                notes.rule(rules, miss.rule, miss.span, text.len(), Outcome::Missed(miss.why));
            }
        }
    }

    /// Notes what was found in a text that is joined over several fields.
    pub(crate) fn note_crossing(&mut self, tag: u32, span: Span, text_bytes: usize) {
        let rules = self.policy.rules();
        if let (Some(notes), Some(idx)) = (&mut self.tools.notes, tag::rule(tag)) {
            notes.rule(rules, idx, span, text_bytes, Outcome::Found);
        }
    }

    /// Notes that all of a text goes.
    pub(crate) fn note_whole(&mut self, why: Why, text: &str) {
        let rules = self.policy.rules();
        let Some(notes) = &mut self.tools.notes else { return };
        let span = Span::new(0, text.len());
        match why {
            Why::Rule(idx) => notes.rule(rules, idx, span, text.len(), Outcome::Whole),
            Why::Fixed(fixed) if notes.only.is_empty() => {
                notes.push(tag::fixed_label(fixed), span, text.len(), Outcome::Whole);
            }
            Why::Fixed(_) => {}
        }
    }
}

/// Whether a miss is worth telling to who asks about all rules. Patterns that need a keyword match
/// many words and numbers: without one, or amid a longer word, those count whose checksum holds.
fn is_near(rules: &RuleSet, miss: &Miss, text: &str) -> bool {
    let Some(rule) = rules.rule(miss.rule) else { return false };
    let passes = || rule.validator.is_some_and(|validator| validator.accepts(miss.span.of(text)));
    match miss.why {
        Against::NoKeyword => passes(),
        Against::Boundary => rule.tier() <= Tier::B || passes(),
        _ => true,
    }
}
