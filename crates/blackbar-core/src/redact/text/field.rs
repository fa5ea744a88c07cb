//! The field at hand: where it stands in its document, and which suppressions hold for it.
//!
//! A place costs something to find, so it is looked for only where something was found and a
//! suppression asks for it: the field is judged then once more, with what holds for it. With
//! nothing suppressed and nothing explained all of this is one comparison a field.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use crate::detect::Context;
use crate::detect::Finding;
use crate::parse::json::Kind;
use crate::parse::value::Step;
use crate::parse::value::Trail;
use crate::parse::value::Value;
use crate::redact::report::Report;
use crate::redact::text::mask;
use crate::redact::text::notes::Outcome;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::rules::KeyStrength;
use crate::rules::RuleIdx;
use crate::session::matching::Budget;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::text::view::Encoding;
use crate::text::view::View;

/// Looks at values that finding places may cost in one body; afterwards none is found.
const LOOKS: usize = 1 << 25;

/// What is known of the field at hand.
pub(crate) struct Field {
    /// The way to the document that it stands in; none if nobody knows.
    above: Option<Vec<Step<'static>>>,
    /// The element whose text, value or attribute it is.
    pub(crate) node: Option<u32>,
    /// Numbers of the suppressions that hold for its place.
    here: Vec<u16>,
    /// Whether suppressions are not asked at all: another look will decide.
    is_off: bool,
    /// Fields around it: JSON in strings.
    level: usize,
    /// What was silenced in it, so that each value counts once however often it is looked at.
    silenced: Vec<(u16, RuleIdx, u64)>,
    /// How often anything was silenced so far.
    pub(crate) n_silenced: u64,
    looks: usize,
    trail: Trail,
    budget: Budget,
}

impl Default for Field {
    fn default() -> Self {
        Self {
            above: Some(Vec::new()),
            node: None,
            here: Vec::new(),
            is_off: false,
            level: 0,
            silenced: Vec::new(),
            n_silenced: 0,
            looks: LOOKS,
            trail: Trail::default(),
            budget: Budget::new(),
        }
    }
}

impl Redactor<'_> {
    /// Judges one field of a document by `judge`, which may be called twice: where it finds
    /// something and suppressions hold for the place, what it found and counted is taken back.
    pub(crate) fn at(
        &mut self,
        value: Value<'_>,
        out: &mut Vec<Edit>,
        judge: impl Fn(&mut Self, &mut Vec<Edit>),
    ) {
        let suppressions = self.policy.suppressions();
        if suppressions.is_empty() && self.tools.notes.is_none() {
            judge(self, out);
            return;
        }
        self.begin_field();
        self.field.level += 1;
        if suppressions.has_places() && !self.field.is_off || self.tools.notes.is_some() {
            self.twice(value, out, judge);
        } else {
            judge(self, out);
        }
        self.field.level -= 1;
    }

    /// Begins a field that stands in no document: a header, a pair of the query.
    pub(crate) fn begin_field(&mut self) {
        if self.field.level == 0 {
            self.field.silenced.clear();
        }
    }

    fn twice(&mut self, value: Value<'_>, out: &mut Vec<Edit>, judge: impl Fn(&mut Self, &mut Vec<Edit>)) {
        let from = out.len();
        let n_silenced = self.field.silenced.len();
        let before = std::mem::take(&mut self.report);
        let above = self.field.above.take();
        // Who explains wants to know the way whatever is found.
        let told = self.tools.notes.is_some().then(|| self.way(above.as_deref(), value)).flatten();
        let scanner = self.policy.scanner();
        let n_notes = self.tools.notes.as_mut().map_or(0, |notes| notes.enter(scanner, told.as_deref()));
        self.field.above.clone_from(&told);
        let trail = std::mem::take(&mut self.field.trail);
        judge(self, out);
        self.field.trail = trail;
        if out.len() > from && !self.field.is_off && self.policy.suppressions().has_places() {
            let way = told.or_else(|| self.way(above.as_deref(), value));
            let here = self.suppressions_here(way.as_deref());
            let goes_on = self.policy.suppressions().has_paths() && way.is_some() && may_hold_fields(value);
            if !here.is_empty() || goes_on {
                out.truncate(from);
                self.report = Report::default();
                self.field.silenced.truncate(n_silenced);
                if let Some(notes) = &mut self.tools.notes {
                    notes.take_back(n_notes);
                }
                self.field.above = way;
                let n_around = self.field.here.len();
                self.field.here.extend(here);
                let trail = std::mem::take(&mut self.field.trail);
                judge(self, out);
                self.field.trail = trail;
                self.field.here.truncate(n_around);
            }
        }
        self.field.above = above;
        if let Some(notes) = &mut self.tools.notes {
            notes.leave();
        }
        let own = std::mem::replace(&mut self.report, before);
        self.report.absorb(own);
    }

    /// Calls `judge` on a document that a field of this one holds.
    pub(crate) fn inside<T>(&mut self, holder: Value<'_>, judge: impl FnOnce(&mut Self) -> T) -> T {
        if !self.policy.suppressions().has_paths() && self.tools.notes.is_none() {
            return judge(self);
        }
        let above = self.field.above.take();
        self.field.above = self.way(above.as_deref(), holder);
        let trail = std::mem::take(&mut self.field.trail);
        let result = judge(self);
        self.field.trail = trail;
        self.field.above = above;
        result
    }

    /// Calls `look` with suppressions out of force: what is found is judged again, or crosses fields.
    pub(crate) fn unsuppressed<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let was_off = std::mem::replace(&mut self.field.is_off, true);
        let result = look(self);
        self.field.is_off = was_off;
        result
    }

    /// Whether edits of a text say what would come of it elsewhere: not where suppressions ask for
    /// places, nor where they are not asked at all.
    pub(crate) fn may_keep_edits(&self) -> bool {
        let suppressions = self.policy.suppressions();
        suppressions.is_empty() || !suppressions.has_places() && !self.field.is_off
    }

    /// Calls `judge` on what belongs to an element.
    pub(crate) fn of_node<T>(&mut self, id: Option<u32>, judge: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.field.node, id);
        let result = judge(self);
        self.field.node = outer;
        result
    }

    fn way(&mut self, above: Option<&[Step<'static>]>, value: Value<'_>) -> Option<Vec<Step<'static>>> {
        let steps = value.path(&mut self.field.trail, &mut self.field.looks)?;
        let mut way = above?.to_vec();
        way.extend(steps.into_iter().map(Step::into_owned));
        Some(way)
    }

    /// The suppressions that hold for a path, and for the element at hand.
    fn suppressions_here(&self, way: Option<&[Step<'_>]>) -> Vec<u16> {
        let (suppressions, now) = (self.policy.suppressions(), self.tools.now);
        let mut here: Vec<u16> = way.into_iter().flat_map(|way| suppressions.by_path(way, now)).collect();
        if let Some(id) = self.field.node.filter(|_| suppressions.has_selectors()) {
            let holds = |number: &u16| suppressions.get(*number).is_some_and(|one| one.holds(now));
            let of_node = self.page.window.exemptions(id, &self.policy.selectors, &self.field.budget);
            here.extend(of_node.into_iter().filter(holds));
        }
        here
    }

    /// The number of a suppression that silences what `rule` found in the field at hand.
    fn suppression_of(&self, rule: RuleIdx, value: &str) -> Option<u16> {
        if self.field.is_off {
            return None;
        }
        let suppressions = self.policy.suppressions();
        let covers = |number: &&u16| suppressions.get(**number).is_some_and(|one| one.covers(rule));
        let here = self.field.here.iter().find(covers).copied();
        here.or_else(|| suppressions.by_value(rule, value, &self.policy.hash_key, self.tools.now))
    }

    /// Whether what `rule` found in an earlier look at the element at hand is silenced in this one.
    pub(crate) fn is_silenced_at_node(&self, rule: RuleIdx, value: &str) -> bool {
        let suppressions = self.policy.suppressions();
        !suppressions.is_empty()
            && (self.suppression_of(rule, value).is_some()
                || self
                    .suppressions_here(None)
                    .iter()
                    .any(|&number| suppressions.get(number).is_some_and(|one| one.covers(rule))))
    }

    /// Whether a suppression lifts what the name of a field says by `rule` of all of its text.
    /// Where the name says that it holds a secret, none does.
    pub(crate) fn is_lifted(&mut self, rule: RuleIdx, text: &str) -> bool {
        if self.policy.suppressions().is_empty() || mask::is_masked(text) {
            return false;
        }
        let strength = self.policy.rules().rule(rule).and_then(crate::rules::Rule::key_strength);
        if strength != Some(KeyStrength::Personal) {
            return false;
        }
        let Some(number) = self.suppression_of(rule, text) else { return false };
        self.silence(number, rule, Span::new(0, text.len()), text);
        true
    }

    /// Findings of rules in a text that nothing silences.
    pub(crate) fn find(&mut self, text: &str, place: Place<'_>, findings: &mut Vec<Finding>) {
        let context = Context { words: place.words };
        let scanner = self.policy.scanner();
        if self.policy.suppressions().is_empty() || self.field.is_off {
            scanner.scan(text, &context, &mut self.tools.scan, findings);
        } else {
            let mut scan = std::mem::take(&mut self.tools.scan);
            let mut silenced = Vec::new();
            scanner.scan_but(text, &context, &mut scan, findings, |found| {
                silenced = self.sort_out(text, found);
                silenced.iter().map(|(number, _)| number.is_some()).collect()
            });
            self.tools.scan = scan;
            for (number, finding) in silenced {
                let Some(number) = number.filter(|number| *number != PART) else { continue };
                self.field.n_silenced += 1;
                // What other rules found as well goes all the same.
                let is_covered = |at: usize| findings.iter().any(|other| other.span.range().contains(&at));
                if !finding.span.range().all(is_covered) {
                    self.silence(number, finding.rule, finding.span, text);
                }
            }
        }
        if self.tools.notes.is_some() && !self.field.is_off {
            self.note_looks(text, &context, findings);
        }
    }

    /// For each match the suppression that silences it: by itself, or as a part of a match that one
    /// which covers its rule silences.
    fn sort_out(&self, text: &str, found: &[Finding]) -> Vec<(Option<u16>, Finding)> {
        let direct: Vec<(Option<u16>, Finding)> = found
            .iter()
            .map(|finding| (self.suppression_of(finding.rule, finding.span.of(text)), *finding))
            .collect();
        let is_part = |part: &Finding| {
            direct.iter().any(|(number, whole)| {
                let one = number.and_then(|number| self.policy.suppressions().get(number));
                whole.span.start <= part.span.start
                    && part.span.end <= whole.span.end
                    && one.is_some_and(|one| one.covers(part.rule))
            })
        };
        let part = |finding: &Finding| is_part(finding).then_some(PART);
        direct.iter().map(|(number, finding)| (number.or_else(|| part(finding)), *finding)).collect()
    }

    /// Takes note that something was silenced.
    fn silence(&mut self, number: u16, rule: RuleIdx, span: Span, text: &str) {
        self.field.n_silenced += 1;
        let value = span.of(text);
        if mask::is_masked(value) {
            return;
        }
        let mut hasher = DefaultHasher::new();
        let decoded = View::new(value, Encoding::Percent);
        decoded.as_ref().map_or(value, View::text).hash(&mut hasher);
        let entry = (number, rule, hasher.finish());
        if self.field.silenced.contains(&entry) {
            return;
        }
        self.field.silenced.push(entry);
        let Some(of) = self.policy.rules().rule(rule) else { return };
        self.report.suppress(number, of.id());
        if let Some(notes) = &mut self.tools.notes {
            notes.rule(self.policy.rules(), rule, span, text.len(), Outcome::Suppressed(number));
        }
    }
}

/// Stands for the number of whichever suppression silences the match around a match.
const PART: u16 = 0;

/// Whether a string may hold a document of its own.
fn may_hold_fields(value: Value<'_>) -> bool {
    value.kind() == Kind::String && value.raw().contains(['{', '['])
}
