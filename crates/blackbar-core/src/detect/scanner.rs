//! The scanner: a text and what stands beside it in, findings out.
//!
//! Folds the text, asks the prefilter which patterns can match where, runs those, judges each match
//! (boundary, keyword, checksum, allowed values) and settles overlaps. What a pattern costs is
//! bounded by the text it is called up for.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use regex_automata::meta;

use crate::detect::boundary;
use crate::detect::cluster::{self, Cluster, MANY};
use crate::detect::explain::{Miss, Why};
use crate::detect::overlap::{self, Candidate};
use crate::detect::prefilter::{AFTER, Combined, CombinedScratch, PatternRef, Prefilter, Use};
use crate::detect::run::{Evidence, Hit, Job, Run};
use crate::detect::{Context, Finding};
use crate::rules::{Pattern, Rule, RuleIdx, RuleSet};
use crate::text::fold::fold;
use crate::text::span::Span;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Finds what the rules of one set describe. Cheap to share, made once a policy.
pub struct Scanner {
    rules: Arc<RuleSet>,
    prefilter: Prefilter,
    /// Where each rule's patterns begin in the numbering of all patterns.
    offsets: Vec<usize>,
    /// Tells the buffers of one scanner from those of another.
    id: u64,
}

/// Buffers of one thread. Follows whichever scanner it is used with.
#[derive(Default)]
pub struct Scratch {
    owner: u64,
    clusters: Vec<Cluster>,
    many: Vec<Cluster>,
    hits: Vec<Hit>,
    jobs: Vec<Job>,
    candidates: Vec<Candidate>,
    claims: Vec<(RuleIdx, Span)>,
    caches: Vec<Option<Box<meta::Cache>>>,
    numeric: Vec<CombinedScratch>,
    mixed: Vec<CombinedScratch>,
    digit_runs: Vec<CombinedScratch>,
    long: Option<CombinedScratch>,
    hex_groups: Option<CombinedScratch>,
    runs: Vec<(usize, usize)>,
    context: String,
    context_rules: Vec<RuleIdx>,
}

impl Scratch {
    /// Lets go of lists that one long text has made longer than `most` bytes.
    pub(crate) fn trim(&mut self, most: usize) {
        trim(&mut self.clusters, most);
        trim(&mut self.many, most);
        trim(&mut self.hits, most);
        trim(&mut self.jobs, most);
        trim(&mut self.candidates, most);
        trim(&mut self.claims, most);
        trim(&mut self.runs, most);
    }
}

fn trim<T>(list: &mut Vec<T>, most: usize) {
    if list.capacity().saturating_mul(size_of::<T>()) > most {
        *list = Vec::new();
    }
}

impl Scanner {
    /// Builds the prefilters.
    pub fn new(rules: Arc<RuleSet>) -> Self {
        let offsets = rules
            .rules()
            .iter()
            .scan(0, |next, rule| {
                let offset = *next;
                *next += rule.patterns.len();
                Some(offset)
            })
            .collect();
        let prefilter = Prefilter::new(&rules);
        Self { rules, prefilter, offsets, id: NEXT_ID.fetch_add(1, Ordering::Relaxed) }
    }

    /// The rules it looks with.
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.rules
    }

    /// Appends what is found in `text` to `out`: sorted, not overlapping, as spans of `text`.
    pub fn scan(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        let folded = fold(text);
        if !self.look(folded.as_str(), context, scratch) {
            return;
        }
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            out.push(Finding { rule, span: folded.original_span(span) });
        });
    }

    /// The same, but for matches that `is_out` takes out before overlaps are settled: it gets all that
    /// were judged good and says of each whether it goes. What it takes out hides nothing else.
    pub(crate) fn scan_but(
        &self,
        text: &str,
        context: &Context<'_>,
        scratch: &mut Scratch,
        out: &mut Vec<Finding>,
        is_out: impl FnOnce(&[Finding]) -> Vec<bool>,
    ) {
        let folded = fold(text);
        if !self.look(folded.as_str(), context, scratch) {
            return;
        }
        let found: Vec<Finding> = scratch
            .candidates
            .iter()
            .map(|found| Finding { rule: found.rule, span: folded.original_span(found.span) })
            .collect();
        if !found.is_empty() {
            let mut is_out = is_out(&found).into_iter();
            scratch.candidates.retain(|_| !is_out.next().unwrap_or(false));
        }
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            out.push(Finding { rule, span: folded.original_span(span) });
        });
    }

    /// Finds the candidates of a folded text. Says whether any pattern was called up at all.
    fn look(&self, haystack: &str, context: &Context<'_>, scratch: &mut Scratch) -> bool {
        self.prepare(haystack, context, Hits::OfUse, scratch);
        self.call_up(haystack, scratch);
        if scratch.jobs.is_empty() {
            return false;
        }
        self.run_jobs(haystack, scratch, &mut None);
        true
    }

    /// The same without a prefilter, and with what did not match and why. Slow: for people and tests.
    pub(crate) fn scan_everything(
        &self,
        text: &str,
        context: &Context<'_>,
        scratch: &mut Scratch,
    ) -> (Vec<Finding>, Vec<Miss>) {
        let folded = fold(text);
        let haystack = folded.as_str();
        self.prepare(haystack, context, Hits::All, scratch);
        scratch.jobs.clear();
        for (idx, rule) in self.rules.rules().iter().enumerate() {
            for pattern in 0..rule.patterns.len() {
                let pattern = PatternRef { rule: RuleIdx(idx as u16), pattern: pattern as u8 };
                scratch.jobs.push(Job { pattern, is_anchored: false, start: 0, end: haystack.len() });
            }
        }
        let mut misses = Some(Vec::new());
        self.run_jobs(haystack, scratch, &mut misses);
        let mut findings = Vec::new();
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            findings.push(Finding { rule, span: folded.original_span(span) });
        });
        let mut misses = misses.unwrap_or_default();
        for &Candidate { rule, span, .. } in &scratch.candidates {
            let winners = || findings.iter().filter(|f| f.span.overlaps(folded.original_span(span)));
            if winners().all(|winner| winner.rule != rule)
                && let Some(winner) = winners().next()
            {
                misses.push(Miss { rule, span, why: Why::Overlapped { by: winner.rule } });
            }
        }
        for miss in &mut misses {
            miss.span = folded.original_span(miss.span);
        }
        (findings, misses)
    }

    /// Looks for digits, keywords and anchors. Anchors become jobs, keywords hits.
    fn prepare(&self, text: &str, context: &Context<'_>, hits_kept: Hits, scratch: &mut Scratch) {
        self.adopt(scratch);
        self.read_context(context, scratch);
        let Scratch { clusters, many, hits, jobs, candidates, .. } = scratch;
        candidates.clear();
        hits.clear();
        jobs.clear();
        cluster::find_all(text.as_bytes(), self.prefilter.min_digits, clusters);
        many.clear();
        many.extend(clusters.iter().filter(|cluster| cluster.n_digits >= MANY).copied());
        let clusters = Clusters { all: clusters, many };
        let most_digits = match hits_kept {
            Hits::OfUse => clusters.all.iter().map(|cluster| cluster.n_digits).max().unwrap_or(0),
            Hits::All => usize::MAX,
        };
        self.prefilter.literals(text, most_digits, |meaning, span| match meaning {
            Use::Anchor(rule) => self.call_anchor(*rule, text, span, clusters, jobs),
            Use::Keyword(rule, keyword) => {
                let need = self.prefilter.need(*rule);
                let is_of_use =
                    || hits_kept == Hits::All || clusters.are_within(need.n_digits, need.reach, span);
                if need.n_digits <= most_digits && boundary::is_keyword(text, span, keyword) && is_of_use() {
                    hits.push(Hit { rule: *rule, start: span.start, end: span.end });
                }
            }
        });
        hits.sort_unstable();
    }

    /// Takes over buffers that were used with another scanner.
    fn adopt(&self, scratch: &mut Scratch) {
        if scratch.owner != self.id {
            let n_patterns = self.rules.rules().iter().map(|rule| rule.patterns.len()).sum();
            *scratch = Scratch { owner: self.id, ..Scratch::default() };
            scratch.caches.resize_with(n_patterns, || None);
            scratch.numeric = self.prefilter.numeric.iter().map(Combined::scratch).collect();
            scratch.mixed = self.prefilter.mixed.iter().map(Combined::scratch).collect();
            scratch.digit_runs = self.prefilter.digit_runs.iter().map(Combined::scratch).collect();
            scratch.long = Some(self.prefilter.runs.scratch());
            scratch.hex_groups = Some(self.prefilter.hex_groups.scratch());
        }
    }

    /// Which rules the words beside the text speak for. The last words are remembered.
    fn read_context(&self, context: &Context<'_>, scratch: &mut Scratch) {
        let same_len = scratch.context.len() == context.words.len();
        if same_len && (context.words.is_empty() || scratch.context == context.words) {
            return;
        }
        context.words.clone_into(&mut scratch.context);
        scratch.context_rules.clear();
        let folded = fold(context.words);
        let words = folded.as_str();
        self.prefilter.literals(words, usize::MAX, |meaning, span| {
            if let Use::Keyword(rule, keyword) = meaning
                && boundary::is_keyword(words, span, keyword)
            {
                scratch.context_rules.push(*rule);
            }
        });
        scratch.context_rules.sort_unstable();
        scratch.context_rules.dedup();
    }

    fn call_anchor(
        &self,
        idx: RuleIdx,
        text: &str,
        anchor: Span,
        clusters: Clusters<'_>,
        jobs: &mut Vec<Job>,
    ) {
        let Some(rule) = self.rules.rule(idx) else { return };
        let goes_on = || text.as_bytes().get(anchor.end).is_some_and(u8::is_ascii_alphanumeric);
        if rule.anchors_end_word && goes_on() {
            return;
        }
        let len = text.len();
        for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_free) {
            let of = PatternRef { rule: idx, pattern: n as u8 };
            let shape = &pattern.shape;
            if !shape.anchor_context.allows(text.as_bytes(), anchor.start, anchor.end) {
                continue;
            }
            if shape.starts_with_anchor {
                let end = shape.max_len.map_or(len, |max| (anchor.start + max).min(len));
                jobs.push(Job { pattern: of, is_anchored: true, start: anchor.start, end });
            } else {
                let reach = shape.max_len.map_or(len, |max| max.saturating_sub(anchor.len()));
                let (before, behind) = shape.anchor_context.reach;
                let start = anchor.start.saturating_sub(before.unwrap_or(reach).min(reach));
                let window = start..anchor.end.saturating_add(behind.unwrap_or(reach).min(reach)).min(len);
                push_where_digits(of, rule.need(pattern), pattern, window, clusters, jobs);
            }
        }
    }

    /// Turns digits, keywords and context into jobs.
    fn call_up(&self, text: &str, scratch: &mut Scratch) {
        self.call_numbers(text, scratch);
        let Scratch { clusters, many, hits, jobs, context_rules, .. } = scratch;
        let clusters = Clusters { all: clusters, many };
        for hit in hits.iter() {
            let Some(rule) = self.rules.rule(hit.rule) else { continue };
            // The combined automata want clean boundaries; a label glued to its value has none.
            let next = text.as_bytes().get(hit.end);
            let is_glued = next.is_some_and(|byte| !matches!(byte, b' ' | b':' | b'=' | b'"' | b'\n'));
            let patterns =
                rule.patterns.iter().enumerate().filter(|(_, pattern)| is_glued || !pattern.is_free);
            for (n, pattern) in patterns {
                let of = PatternRef { rule: hit.rule, pattern: n as u8 };
                let max = pattern.shape.max_len.unwrap_or(text.len());
                let start = hit.start.saturating_sub(max + AFTER);
                let end = (hit.end + rule.distance + max).min(text.len());
                // A pattern may take its keyword in: the window holds it.
                push_where_digits(of, rule.need(pattern), pattern, start..end, clusters, jobs);
            }
        }
        for &idx in context_rules.iter() {
            let Some(rule) = self.rules.rule(idx) else { continue };
            for (of, pattern) in keyword_patterns(idx, rule) {
                push_where_digits(of, rule.need(pattern), pattern, 0..text.len(), clusters, jobs);
            }
        }
        jobs.sort_unstable();
    }

    /// Free patterns that are called up by digits or long runs.
    fn call_numbers(&self, text: &str, scratch: &mut Scratch) {
        let Scratch { clusters, runs, jobs, numeric, mixed, digit_runs, long, hex_groups, .. } = scratch;
        let (Some(long), Some(hex_groups)) = (long, hex_groups) else { return };
        for (set, scratch) in self.prefilter.numeric.iter().zip(numeric) {
            let is_enough = |cluster: &&Cluster| {
                cluster.n_digits >= set.least && cluster.end - cluster.start >= set.min_len
            };
            for cluster in clusters.iter().filter(is_enough) {
                set.matching(text, cluster.start..cluster.end, scratch, |pattern| {
                    jobs.push(Job { pattern, is_anchored: false, start: cluster.start, end: cluster.end });
                });
            }
        }
        for (set, scratch) in self.prefilter.mixed.iter().zip(mixed) {
            let enough = clusters.iter().filter(|cluster| cluster.n_digits >= set.least);
            call_around(set, text, enough.map(|cluster| (cluster.start, cluster.end)), scratch, jobs);
        }
        if let Some(least) = self.prefilter.digit_runs.iter().map(|set| set.least).min() {
            cluster::find_digit_runs(text.as_bytes(), clusters, least, runs);
            for (set, scratch) in self.prefilter.digit_runs.iter().zip(digit_runs) {
                for &(start, end) in runs.iter().filter(|(start, end)| set.may_be_run(end - start)) {
                    set.matching(text, start..end, scratch, |pattern| {
                        jobs.push(Job { pattern, is_anchored: false, start, end });
                    });
                }
            }
        }
        let set = &self.prefilter.hex_groups;
        cluster::find_hex_groups(text.as_bytes(), set.least, runs);
        call_around(set, text, runs.iter().copied(), hex_groups, jobs);
        let set = &self.prefilter.runs;
        cluster::find_runs(text.as_bytes(), set.least, runs);
        call_around(set, text, runs.iter().copied(), long, jobs);
    }

    /// Runs all jobs; windows of one pattern that touch are one.
    fn run_jobs(&self, text: &str, scratch: &mut Scratch, misses: &mut Option<Vec<Miss>>) {
        let Scratch { hits, jobs, candidates, claims, caches, context_rules, .. } = scratch;
        claims.clear();
        let evidence = Evidence { text, hits, context_rules };
        let mut rest = jobs.as_slice();
        while let Some(first) = rest.first() {
            let n = rest
                .partition_point(|job| (job.pattern, job.is_anchored) == (first.pattern, first.is_anchored));
            let Some((same, others)) = rest.split_at_checked(n) else { return };
            rest = others;
            let idx = first.pattern.rule;
            let Some(rule) = self.rules.rule(idx) else { continue };
            let Some(pattern) = rule.patterns.get(usize::from(first.pattern.pattern)) else { continue };
            let slot =
                self.offsets.get(usize::from(idx.0)).map_or(0, |at| at + usize::from(first.pattern.pattern));
            let Some(cache) = caches.get_mut(slot) else { continue };
            let cache = cache.get_or_insert_with(|| Box::new(pattern.regex.create_cache()));
            let mut run = Run { idx, rule, pattern, cache, evidence: &evidence, candidates, claims, misses };
            if first.is_anchored { run.at_anchors(same) } else { run.in_windows(same) }
        }
        claims.sort_unstable_by_key(|(_, span)| *span);
        self.settle_claims(candidates, claims, misses);
    }

    /// Takes out what a claimed match shows to be a part of something else: the host behind a password
    /// is no domain of an address.
    fn settle_claims(
        &self,
        candidates: &mut Vec<Candidate>,
        claims: &[(RuleIdx, Span)],
        misses: &mut Option<Vec<Miss>>,
    ) {
        if claims.is_empty() {
            return;
        }
        let replaced = |claimer: RuleIdx, id: &str| {
            self.rules.rule(claimer).is_some_and(|rule| rule.replaces.iter().any(|other| other == id))
        };
        candidates.retain(|candidate| {
            // Claims of one rule come in order of position; few rules claim anything.
            let Some(rule) = self.rules.rule(candidate.rule) else { return true };
            let at = candidate.span.start;
            let before = claims.partition_point(|(_, span)| span.start <= at);
            let nearest = before.checked_sub(1).and_then(|idx| claims.get(idx));
            let by = nearest.filter(|(claimer, span)| at < span.end && replaced(*claimer, &rule.id));
            if let (Some(&(by, _)), Some(misses)) = (by, misses.as_mut()) {
                let Candidate { rule, span, .. } = *candidate;
                misses.push(Miss { rule, span, why: Why::Overlapped { by } });
            }
            by.is_none()
        });
    }
}

/// Asks a set of patterns about what lies around `spots`, which are sorted.
fn call_around(
    set: &Combined,
    text: &str,
    spots: impl Iterator<Item = (usize, usize)>,
    scratch: &mut CombinedScratch,
    jobs: &mut Vec<Job>,
) {
    let mut open: Option<Range<usize>> = None;
    let mut run = |window: Range<usize>| {
        if window.len() < set.min_len {
            return;
        }
        set.matching(text, window.clone(), scratch, |pattern| {
            jobs.push(Job { pattern, is_anchored: false, start: window.start, end: window.end });
        });
    };
    for (start, end) in spots {
        let (start, end) = (start.saturating_sub(set.max_len), (end + set.max_len).min(text.len()));
        open = match open {
            Some(window) if start <= window.end => Some(window.start..end),
            other => {
                if let Some(window) = other {
                    run(window);
                }
                Some(start..end)
            }
        };
    }
    if let Some(window) = open {
        run(window);
    }
}

fn keyword_patterns(idx: RuleIdx, rule: &Rule) -> impl Iterator<Item = (PatternRef, &Pattern)> {
    let patterns = rule.patterns.iter().enumerate().filter(|(_, pattern)| !pattern.is_free);
    patterns.map(move |(n, pattern)| (PatternRef { rule: idx, pattern: n as u8 }, pattern))
}

/// Which keywords are kept: those that lie far from all digits that their rule needs are of use only to tell
/// people how far that is, and to check that nothing is missed without them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hits {
    OfUse,
    All,
}

/// The clusters of a text, and of them those of [`MANY`] digits: few, where most are sizes and colours.
#[derive(Clone, Copy)]
struct Clusters<'a> {
    all: &'a [Cluster],
    many: &'a [Cluster],
}

impl<'a> Clusters<'a> {
    /// Those that touch `range`, without some that have fewer digits than `need`.
    fn near(self, need: usize, range: &Range<usize>) -> &'a [Cluster] {
        let of = if need >= MANY { self.many } else { self.all };
        cluster::touching(of, range.start, range.end)
    }

    /// Whether there are `need` digits in a row no farther from `span` than `reach`.
    fn are_within(self, need: usize, reach: usize, span: Span) -> bool {
        let range = span.start.saturating_sub(reach)..span.end.saturating_add(reach);
        need == 0 || self.near(need, &range).iter().any(|cluster| cluster.n_digits >= need)
    }
}

/// Calls a pattern up on `range`, as far as there are the digits it needs.
fn push_where_digits(
    of: PatternRef,
    need: usize,
    pattern: &Pattern,
    range: Range<usize>,
    clusters: Clusters<'_>,
    jobs: &mut Vec<Job>,
) {
    if need == 0 {
        jobs.push(Job { pattern: of, is_anchored: false, start: range.start, end: range.end });
        return;
    }
    let near = clusters.near(need, &range);
    for cluster in near.iter().filter(|cluster| cluster.n_digits >= need) {
        let (start, end) = if pattern.shape.is_numeric {
            (range.start.max(cluster.start), range.end.min(cluster.end))
        } else {
            let max = pattern.shape.max_len.unwrap_or(range.len());
            (range.start.max(cluster.start.saturating_sub(max)), range.end.min(cluster.end + max))
        };
        jobs.push(Job { pattern: of, is_anchored: false, start, end });
    }
}
