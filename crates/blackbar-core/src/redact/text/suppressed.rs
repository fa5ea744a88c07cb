//! Searches the current field with the suppressions in force that apply to it.
//!
//! A path is costly to find, so it is looked up only where something was found and a suppression
//! depends on it: the field is redacted a second time then, with what applies to it. With no
//! suppressions and no explanation all of this is one comparison per field.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::detect::Finding;
use crate::detect::KeywordContext;
use crate::parse::json::JsonKind;
use crate::parse::value::PathStep;
use crate::parse::value::Value;
use crate::redact::report::Report;
use crate::redact::text::context::ElementScope;
use crate::redact::text::context::Output;
use crate::redact::text::mask;
use crate::redact::text::notes::Outcome;
use crate::redact::text::redactor::TextRedactor;
use crate::rules::KeyStrength;
use crate::rules::RuleIdx;
use crate::text::span::Span;
use crate::text::view::Encoding;
use crate::text::view::View;

impl TextRedactor<'_> {
    /// Redacts one field of a document by `redact`, which may be called twice: where it finds
    /// something and suppressions apply to the place, what it found and counted is taken back.
    pub(crate) fn redact_field(
        &mut self,
        value: Value<'_>,
        out: &mut Output<'_>,
        redact: impl Fn(&mut Self, &mut Output<'_>),
    ) {
        let suppressions = self.policy.all_suppressions();
        if suppressions.is_empty() && self.workspace.notes.is_none() {
            redact(self, out);
            return;
        }
        self.begin_field();
        self.field.level += 1;
        if suppressions.has_places() && !self.field.is_off || self.workspace.notes.is_some() {
            self.redact_field_at_its_path(value, out, redact);
        } else {
            redact(self, out);
        }
        self.field.level -= 1;
    }

    /// Begins a field outside of any document: a header, a pair of the query.
    pub(crate) fn begin_field(&mut self) {
        if self.field.level == 0 {
            self.field.suppressed.clear();
        }
    }

    fn redact_field_at_its_path(
        &mut self,
        value: Value<'_>,
        out: &mut Output<'_>,
        redact: impl Fn(&mut Self, &mut Output<'_>),
    ) {
        let from = out.len();
        let n_suppressed = self.field.suppressed.len();
        let before = std::mem::take(&mut self.report);
        let above = self.field.above.take();
        // An explanation names the path whatever is found.
        let is_explained = self.workspace.notes.is_some();
        let explained = is_explained.then(|| self.field.path(above.as_deref(), value)).flatten();
        let scanner = self.policy.scanner();
        let notes = self.workspace.notes.as_mut();
        let n_notes = notes.map_or(0, |notes| notes.enter(scanner, explained.as_deref()));
        self.field.above.clone_from(&explained);
        self.redact_with_own_trail(out, &redact);
        if out.len() > from && !self.field.is_off && self.policy.all_suppressions().has_places() {
            let path = explained.or_else(|| self.field.path(above.as_deref(), value));
            let here = self.suppressions_at(path.as_deref(), out.context.element);
            let goes_on =
                self.policy.all_suppressions().has_paths() && path.is_some() && may_hold_fields(value);
            if !here.is_empty() || goes_on {
                out.edits.truncate(from);
                self.report = Report::default();
                self.field.suppressed.truncate(n_suppressed);
                if let Some(notes) = &mut self.workspace.notes {
                    notes.take_back(n_notes);
                }
                self.field.above = path;
                let n_around = self.field.here.len();
                self.field.here.extend(here);
                self.redact_with_own_trail(out, &redact);
                self.field.here.truncate(n_around);
            }
        }
        self.field.above = above;
        if let Some(notes) = &mut self.workspace.notes {
            notes.leave();
        }
        let own = std::mem::replace(&mut self.report, before);
        self.report.absorb(own);
    }

    /// The trail belongs to one document: what `redact` opens gets another.
    fn redact_with_own_trail(&mut self, out: &mut Output<'_>, redact: impl Fn(&mut Self, &mut Output<'_>)) {
        let trail = std::mem::take(&mut self.field.trail);
        redact(self, out);
        self.field.trail = trail;
    }

    /// Enters a document that a field of this one holds. [`TextRedactor::leave_document`] takes the
    /// result.
    pub(crate) fn enter_document(&mut self, holder: Value<'_>) -> OuterDocument {
        if !self.policy.all_suppressions().has_paths() && self.workspace.notes.is_none() {
            return OuterDocument(None);
        }
        let above = self.field.above.take();
        self.field.above = self.field.path(above.as_deref(), holder);
        let trail = std::mem::take(&mut self.field.trail);
        OuterDocument(Some((above, trail)))
    }

    /// Returns to the document around the current one.
    pub(crate) fn leave_document(&mut self, outer: OuterDocument) {
        if let Some((above, trail)) = outer.0 {
            self.field.trail = trail;
            self.field.above = above;
        }
    }

    /// Calls `look` with suppressions out of force: what is found is redacted elsewhere as well, or
    /// crosses fields.
    pub(crate) fn unsuppressed<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let was_off = std::mem::replace(&mut self.field.is_off, true);
        let result = look(self);
        self.field.is_off = was_off;
        result
    }

    /// The suppressions that apply to a path, and to an element.
    fn suppressions_at(&self, path: Option<&[PathStep<'_>]>, element: Option<ElementScope<'_>>) -> Vec<u16> {
        let (suppressions, now) = (self.policy.all_suppressions(), self.workspace.now);
        let mut here: Vec<u16> = path.into_iter().flat_map(|path| suppressions.by_path(path, now)).collect();
        if let Some(element) = element.filter(|_| suppressions.has_selectors()) {
            let holds = |number: &u16| suppressions.get(*number).is_some_and(|one| one.holds(now));
            let exemptions = element.exemptions(self.policy, &self.field.budget);
            here.extend(exemptions.into_iter().filter(holds));
        }
        here
    }

    /// The number of a suppression that applies to what `rule` found in the current field.
    fn suppression_of(&self, rule: RuleIdx, value: &str) -> Option<u16> {
        if self.field.is_off {
            return None;
        }
        let suppressions = self.policy.all_suppressions();
        let covers = |number: &&u16| suppressions.get(**number).is_some_and(|one| one.covers(rule));
        let here = self.field.here.iter().find(covers).copied();
        here.or_else(|| suppressions.by_value(rule, value, &self.policy.hash_key, self.workspace.now))
    }

    /// Whether what `rule` found in an element at another time is suppressed in this one.
    pub(crate) fn is_suppressed_in(
        &self,
        element: Option<ElementScope<'_>>,
        rule: RuleIdx,
        value: &str,
    ) -> bool {
        let suppressions = self.policy.all_suppressions();
        let covers = |number: &u16| suppressions.get(*number).is_some_and(|one| one.covers(rule));
        !suppressions.is_empty()
            && (self.suppression_of(rule, value).is_some()
                || self.suppressions_at(None, element).iter().any(covers))
    }

    /// Whether a suppression lifts the verdict that the name of a field alone implies on its text.
    /// Where the name says that the field holds a secret, none does.
    pub(super) fn is_lifted(&mut self, rule: RuleIdx, text: &str) -> bool {
        if self.policy.all_suppressions().is_empty() || mask::is_masked(text) {
            return false;
        }
        let strength = self.policy.rules().rule(rule).and_then(crate::rules::Rule::key_strength);
        if strength != Some(KeyStrength::Personal) {
            return false;
        }
        let Some(number) = self.suppression_of(rule, text) else { return false };
        self.suppress(number, rule, Span::new(0, text.len()), text);
        true
    }

    /// Findings of rules in a text that no suppression applies to.
    pub(super) fn find(&mut self, text: &str, words: &str, findings: &mut Vec<Finding>) {
        let context = KeywordContext { words };
        let scanner = self.policy.scanner();
        if self.policy.all_suppressions().is_empty() || self.field.is_off {
            scanner.scan(text, &context, &mut self.workspace.scan, findings);
        } else {
            let mut scan = std::mem::take(&mut self.workspace.scan);
            let mut suppressed = Vec::new();
            scanner.scan_filtered(text, &context, &mut scan, findings, |found| {
                suppressed = self.match_suppressions(text, found);
                suppressed.iter().map(|(number, _)| number.is_some()).collect()
            });
            self.workspace.scan = scan;
            for (number, finding) in suppressed {
                let Some(number) = number.filter(|number| *number != PART) else { continue };
                self.field.n_suppressed += 1;
                // What other rules found as well is masked all the same.
                let is_covered = |at: usize| findings.iter().any(|other| other.span.range().contains(&at));
                if !finding.span.range().all(is_covered) {
                    self.suppress(number, finding.rule, finding.span, text);
                }
            }
        }
        if !self.field.is_off
            && let Some(notes) = &mut self.workspace.notes
        {
            notes.search(scanner, text, &context, findings);
        }
    }

    /// For each match, the suppression that applies to it: directly, or because it lies inside a
    /// suppressed match and that suppression also covers this rule.
    fn match_suppressions(&self, text: &str, found: &[Finding]) -> Vec<(Option<u16>, Finding)> {
        let direct: Vec<(Option<u16>, Finding)> = found
            .iter()
            .map(|finding| (self.suppression_of(finding.rule, finding.span.of(text)), *finding))
            .collect();
        let is_part = |part: &Finding| {
            direct.iter().any(|(number, whole)| {
                let one = number.and_then(|number| self.policy.all_suppressions().get(number));
                whole.span.start <= part.span.start
                    && part.span.end <= whole.span.end
                    && one.is_some_and(|one| one.covers(part.rule))
            })
        };
        let part = |finding: &Finding| is_part(finding).then_some(PART);
        direct.iter().map(|(number, finding)| (number.or_else(|| part(finding)), *finding)).collect()
    }

    /// Records that something was suppressed.
    fn suppress(&mut self, number: u16, rule: RuleIdx, span: Span, text: &str) {
        self.field.n_suppressed += 1;
        let value = span.of(text);
        if mask::is_masked(value) {
            return;
        }
        let mut hasher = DefaultHasher::new();
        let decoded = View::new(value, Encoding::Percent);
        decoded.as_ref().map_or(value, View::text).hash(&mut hasher);
        let entry = (number, rule, hasher.finish());
        if self.field.suppressed.contains(&entry) {
            return;
        }
        self.field.suppressed.push(entry);
        let Some(of) = self.policy.rules().rule(rule) else { return };
        self.report.suppress(number, of.id());
        if let Some(notes) = &mut self.workspace.notes {
            notes.rule(self.policy.rules(), rule, span, text.len(), Outcome::Suppressed(number));
        }
    }
}

/// What [`TextRedactor::leave_document`] restores.
pub(crate) struct OuterDocument(Option<(Option<Vec<PathStep<'static>>>, crate::parse::value::PathTrail)>);

/// The number of a match that is suppressed because the match around it is.
const PART: u16 = 0;

/// Whether a string may hold a document of its own.
fn may_hold_fields(value: Value<'_>) -> bool {
    value.kind() == JsonKind::String && value.raw().contains(['{', '['])
}
