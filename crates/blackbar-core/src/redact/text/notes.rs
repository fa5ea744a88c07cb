//! Explanation notes: what was found in each field, and what nearly was.
//!
//! Taken only on demand, offline: the search for near misses runs every pattern on every text. A
//! note holds a path, ids, offsets and words of a closed set.
//!
//! **Invariant:** the only text of the document in a note are keys that look like identifiers of a
//! program and in which no rule finds anything.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::detect::Finding;
use crate::detect::KeywordContext;
use crate::detect::Miss;
use crate::detect::ScanBuffers;
use crate::detect::Scanner;
use crate::detect::Why as Against;
use crate::parse::value::PathStep;
use crate::redact::text::mask;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::rules::Tier;
use crate::text::span::Span;

/// What became of a match, or of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was found: the rule's action is done to it.
    Found,
    /// All of the field is masked: by its name, its place, or because it could not be parsed.
    Whole,
    /// It was found, and the suppression of this number lets it through.
    Suppressed(u16),
    /// A pattern matched, and something spoke against it.
    Missed(Against),
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its path: keys and positions, as `batch[0].properties.plan`; empty outside of a document.
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
    /// The paths of the current field and of those around it, and how many notes came before each.
    places: Vec<(Arc<str>, usize)>,
    /// Whether a key may occur in a path.
    keys: HashMap<String, bool>,
    scan: ScanBuffers,
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
    pub(crate) fn enter(&mut self, scanner: &Scanner, way: Option<&[PathStep<'_>]>) -> usize {
        let mut path = String::new();
        for step in way.unwrap_or_default() {
            match step {
                PathStep::Item(idx) => {
                    let _ = write!(path, "[{idx}]");
                }
                PathStep::Key(key) => {
                    let joint = if path.is_empty() { "" } else { "." };
                    let key = if self.may_be_named(scanner, key) { key } else { "*" };
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

    /// Whether a key may occur in a path: it looks like a name in a program and says nothing else.
    fn may_be_named(&mut self, scanner: &Scanner, key: &str) -> bool {
        const MAX_KEY_BYTES: usize = 48;
        let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-');
        if key.len() > MAX_KEY_BYTES || !key.bytes().all(is_part) {
            return false;
        }
        if let Some(known) = self.keys.get(key) {
            return *known;
        }
        let mut found = Vec::new();
        scanner.scan(key, &KeywordContext::default(), &mut self.scan, &mut found);
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

    /// Notes a finding of a rule.
    pub(crate) fn found(&mut self, rules: &RuleSet, idx: RuleIdx, span: Span, text_bytes: usize) {
        self.rule(rules, idx, span, text_bytes, Outcome::Found);
    }

    /// Notes what rules found in a text, and what they nearly found.
    pub(crate) fn search(
        &mut self,
        scanner: &Scanner,
        text: &str,
        context: &KeywordContext<'_>,
        found: &[Finding],
    ) {
        let rules = scanner.rules();
        for finding in found.iter().filter(|finding| !mask::is_masked(finding.span.of(text))) {
            self.found(rules, finding.rule, finding.span, text.len());
        }
        for miss in scanner.explain(text, context) {
            if !self.only.is_empty() || is_near(rules, &miss, text) {
                self.rule(rules, miss.rule, miss.span, text.len(), Outcome::Missed(miss.why));
            }
        }
    }

    /// Notes that all of a text is masked.
    pub(crate) fn masked(&mut self, rules: &RuleSet, reason: Reason, text: &str) {
        let span = Span::new(0, text.len());
        match reason {
            Reason::Rule(idx) => self.rule(rules, idx, span, text.len(), Outcome::Whole),
            other if self.only.is_empty() => {
                self.push(reason::label(other), span, text.len(), Outcome::Whole);
            }
            _ => {}
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

/// Whether a near miss is worth reporting when all rules are explained. Keyword-only patterns match
/// many ordinary words, so without a keyword (or inside a longer word) only matches with a valid
/// checksum are reported.
fn is_near(rules: &RuleSet, miss: &Miss, text: &str) -> bool {
    let Some(rule) = rules.rule(miss.rule) else { return false };
    let passes = || rule.passes_check(miss.span.of(text)) == Some(true);
    match miss.why {
        Against::NoKeyword => passes(),
        Against::Boundary => rule.tier() <= Tier::Bounded || passes(),
        _ => true,
    }
}
