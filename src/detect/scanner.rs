//! The scanner: a text and what stands beside it in, findings out.
//!
//! Folds the text, asks the prefilter which patterns can match where, runs those, judges each match
//! (boundary, keyword, checksum, allowed values) and settles overlaps. What a pattern costs is
//! bounded by the text it is called up for; a failed match is retried behind its run of word characters,
//! never inside it, so that no shorter suffix of a longer number is taken for a match.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use regex_automata::{Anchored, Input, meta};

use crate::detect::boundary;
use crate::detect::cluster::{self, Cluster};
use crate::detect::explain::{Miss, Why};
use crate::detect::overlap::{self, Candidate};
use crate::detect::prefilter::{AFTER, CombinedScratch, PatternRef, Prefilter, Use};
use crate::detect::{Context, Finding};
use crate::rules::{OnFailedCheck, Pattern, Rule, RuleIdx, RuleSet};
use crate::text::fold::fold;
use crate::text::span::Span;

/// A keyword this close before a match speaks for it even if its checksum fails, in bytes.
const BESIDE: usize = 16;
/// Failed matches up to this length are retried from inside, longer ones from their end.
const RETRY_LEN: usize = 256;
/// How many shorter ends of a failed match are tried.
const SHORTER_ENDS: usize = 4;
/// After so many failures at anchors of one pattern the rest is searched in one go.
const ANCHOR_FAILURES: usize = 64;

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
    hits: Vec<Hit>,
    jobs: Vec<Job>,
    candidates: Vec<Candidate>,
    caches: Vec<Option<Box<meta::Cache>>>,
    numeric: Option<CombinedScratch>,
    mixed: Option<CombinedScratch>,
    context: String,
    context_rules: Vec<RuleIdx>,
}

/// A keyword of a rule, found in the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    rule: RuleIdx,
    start: usize,
    end: usize,
}

/// A pattern to be run on a window, or at one place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Job {
    pattern: PatternRef,
    is_anchored: bool,
    start: usize,
    end: usize,
}

/// What a match is judged by.
struct Evidence<'a> {
    text: &'a str,
    hits: &'a [Hit],
    context_rules: &'a [RuleIdx],
}

/// How near a keyword is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    None,
    Far,
    Near,
    Beside,
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

    /// Whether a scan without context could find anything: `false` is certain, `true` is not.
    pub fn may_match(&self, text: &str) -> bool {
        let folded = fold(text);
        cluster::has_digit(folded.as_str().as_bytes()) || self.prefilter.has_literal(folded.as_str())
    }

    /// Appends what is found in `text` to `out`: sorted, not overlapping, as spans of `text`.
    pub fn scan(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        let folded = fold(text);
        let haystack = folded.as_str();
        self.prepare(haystack, context, scratch);
        self.call_up(haystack, scratch);
        if scratch.jobs.is_empty() {
            return;
        }
        self.run_jobs(haystack, scratch, &mut None);
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            out.push(Finding { rule, span: folded.original_span(span) });
        });
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
        self.prepare(haystack, context, scratch);
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
        for candidate in &scratch.candidates {
            let wins = findings
                .iter()
                .any(|f| f.rule == candidate.rule && f.span.overlaps(folded.original_span(candidate.span)));
            if !wins {
                misses.push(Miss { rule: candidate.rule, span: candidate.span, why: Why::Overlapped });
            }
        }
        for miss in &mut misses {
            miss.span = folded.original_span(miss.span);
        }
        (findings, misses)
    }

    /// Looks for digits, keywords and anchors. Anchors become jobs, keywords hits.
    fn prepare(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch) {
        self.adopt(scratch);
        self.read_context(context, scratch);
        let Scratch { clusters, hits, jobs, candidates, .. } = scratch;
        candidates.clear();
        hits.clear();
        jobs.clear();
        cluster::find_all(text.as_bytes(), self.prefilter.min_digits, clusters);
        let most_digits = clusters.iter().map(|cluster| cluster.n_digits).max().unwrap_or(0);
        self.prefilter.literals(text, |meaning, start, end| match meaning {
            Use::Anchor(rule) => self.call_anchor(*rule, text, Span::new(start, end), jobs),
            Use::Keyword(rule, keyword) => {
                if self.prefilter.need(*rule) <= most_digits
                    && boundary::is_keyword(text, Span::new(start, end), keyword)
                {
                    hits.push(Hit { rule: *rule, start, end });
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
            scratch.numeric = Some(self.prefilter.numeric.scratch());
            scratch.mixed = Some(self.prefilter.mixed.scratch());
        }
    }

    /// Which rules the words beside the text speak for. The last words are remembered.
    fn read_context(&self, context: &Context<'_>, scratch: &mut Scratch) {
        if scratch.context == context.words {
            return;
        }
        context.words.clone_into(&mut scratch.context);
        scratch.context_rules.clear();
        let folded = fold(context.words);
        let words = folded.as_str();
        self.prefilter.literals(words, |meaning, start, end| {
            if let Use::Keyword(rule, keyword) = meaning
                && boundary::is_keyword(words, Span::new(start, end), keyword)
            {
                scratch.context_rules.push(*rule);
            }
        });
        scratch.context_rules.sort_unstable();
        scratch.context_rules.dedup();
    }

    fn call_anchor(&self, idx: RuleIdx, text: &str, anchor: Span, jobs: &mut Vec<Job>) {
        let Some(rule) = self.rules.rule(idx) else { return };
        for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_free) {
            let of = PatternRef { rule: idx, pattern: n as u8 };
            let shape = pattern.shape;
            if shape.starts_with_anchor {
                let end = shape.max_len.map_or(text.len(), |max| (anchor.start + max).min(text.len()));
                jobs.push(Job { pattern: of, is_anchored: true, start: anchor.start, end });
            } else {
                let reach = shape.max_len.map(|max| max.saturating_sub(anchor.len()));
                jobs.push(window(of, anchor, reach.unwrap_or(text.len()), text.len()));
            }
        }
    }

    /// Turns digits, keywords and context into jobs.
    fn call_up(&self, text: &str, scratch: &mut Scratch) {
        self.call_numbers(text, scratch);
        let Scratch { clusters, hits, jobs, context_rules, .. } = scratch;
        for hit in hits.iter() {
            let Some(rule) = self.rules.rule(hit.rule) else { continue };
            for (of, pattern) in keyword_patterns(hit.rule, rule) {
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

    /// Free patterns that are called up by digits.
    fn call_numbers(&self, text: &str, scratch: &mut Scratch) {
        let Scratch { clusters, jobs, numeric, mixed, .. } = scratch;
        let (Some(numeric), Some(mixed)) = (numeric, mixed) else { return };
        let set = &self.prefilter.numeric;
        for cluster in clusters.iter().filter(|cluster| cluster.n_digits >= set.min_digits) {
            set.matching(text, cluster.start..cluster.end, numeric, |pattern| {
                jobs.push(Job { pattern, is_anchored: false, start: cluster.start, end: cluster.end });
            });
        }
        let set = &self.prefilter.mixed;
        let mut open: Option<Range<usize>> = None;
        let mut run = |window: Range<usize>| {
            set.matching(text, window.clone(), mixed, |pattern| {
                jobs.push(Job { pattern, is_anchored: false, start: window.start, end: window.end });
            });
        };
        for cluster in clusters.iter().filter(|cluster| cluster.n_digits >= set.min_digits) {
            let start = cluster.start.saturating_sub(set.max_len);
            let end = (cluster.end + set.max_len).min(text.len());
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

    /// Runs all jobs; windows of one pattern that touch are one.
    fn run_jobs(&self, text: &str, scratch: &mut Scratch, misses: &mut Option<Vec<Miss>>) {
        let Scratch { hits, jobs, candidates, caches, context_rules, .. } = scratch;
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
            let mut run = Run { idx, rule, pattern, cache, evidence: &evidence, candidates, misses };
            if first.is_anchored { run.at_anchors(same) } else { run.in_windows(same) }
        }
    }
}

fn keyword_patterns(idx: RuleIdx, rule: &Rule) -> impl Iterator<Item = (PatternRef, &Pattern)> {
    let patterns = rule.patterns.iter().enumerate().filter(|(_, pattern)| !pattern.is_free);
    patterns.map(move |(n, pattern)| (PatternRef { rule: idx, pattern: n as u8 }, pattern))
}

fn window(pattern: PatternRef, around: Span, reach: usize, len: usize) -> Job {
    let start = around.start.saturating_sub(reach);
    Job { pattern, is_anchored: false, start, end: around.end.saturating_add(reach).min(len) }
}

/// Calls a pattern up on `range`, as far as there are the digits it needs.
fn push_where_digits(
    of: PatternRef,
    need: usize,
    pattern: &Pattern,
    range: Range<usize>,
    clusters: &[Cluster],
    jobs: &mut Vec<Job>,
) {
    if need == 0 {
        jobs.push(Job { pattern: of, is_anchored: false, start: range.start, end: range.end });
        return;
    }
    let near = cluster::touching(clusters, range.start, range.end);
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

/// One pattern at work.
struct Run<'r> {
    idx: RuleIdx,
    rule: &'r Rule,
    pattern: &'r Pattern,
    cache: &'r mut meta::Cache,
    evidence: &'r Evidence<'r>,
    candidates: &'r mut Vec<Candidate>,
    misses: &'r mut Option<Vec<Miss>>,
}

impl Run<'_> {
    fn in_windows(&mut self, jobs: &[Job]) {
        let mut cursor = 0;
        let mut open: Option<(usize, usize)> = None;
        for job in jobs {
            open = match open {
                Some((start, end)) if job.start <= end => Some((start, end.max(job.end))),
                other => {
                    if let Some((start, end)) = other {
                        cursor = self.in_window(start.max(cursor), end);
                    }
                    Some((job.start, job.end))
                }
            };
        }
        if let Some((start, end)) = open {
            self.in_window(start.max(cursor), end);
        }
    }

    /// Searches one window; gives where the search of the next may begin.
    fn in_window(&mut self, start: usize, end: usize) -> usize {
        let mut cursor = start;
        while cursor < end {
            let input = Input::new(self.evidence.text).range(cursor..end);
            let Some(found) = self.pattern.regex.search_with(self.cache, &input) else { break };
            cursor = self.settle(Span::new(found.start(), found.end()));
        }
        cursor
    }

    fn at_anchors(&mut self, jobs: &[Job]) {
        let mut cursor = 0;
        let mut failures = 0;
        for job in jobs {
            if job.start < cursor {
                continue;
            }
            if failures >= ANCHOR_FAILURES && self.pattern.shape.max_len.is_none() {
                self.in_window(job.start, self.evidence.text.len());
                return;
            }
            let clean =
                boundary::is_clean(self.evidence.text, Span::new(job.start, job.start), self.rule.boundary);
            if !clean.0 && self.misses.is_none() && !self.follows_keyword(job.start) {
                continue;
            }
            match self.search_at(job.start, job.end) {
                Some(span) => cursor = self.settle(span),
                None => failures += 1,
            }
        }
    }

    fn search_at(&mut self, start: usize, end: usize) -> Option<Span> {
        let input = Input::new(self.evidence.text).range(start..end).anchored(Anchored::Yes);
        let found = self.pattern.regex.search_with(self.cache, &input)?;
        Some(Span::new(found.start(), found.end()))
    }

    /// Judges a match, or shorter forms of it; gives where the search goes on.
    fn settle(&mut self, found: Span) -> usize {
        let why = match self.judge(found) {
            Ok(value) => {
                self.accept(value);
                return value.end.max(found.start + 1);
            }
            Err(why) => why,
        };
        if matches!(why, Why::Boundary | Why::FailedCheck)
            && let Some(value) = self.shorter(found)
        {
            self.accept(value);
            return value.end.max(found.start + 1);
        }
        if let Some(misses) = self.misses {
            misses.push(Miss { rule: self.idx, span: found, why });
        }
        if found.len() > RETRY_LEN {
            return found.end;
        }
        boundary::next_start(self.evidence.text.as_bytes(), found.start, self.rule.boundary)
    }

    /// `4111 1111 1111 1111 12/28`: the longest match took too much; tries it cut at its separators.
    fn shorter(&mut self, found: Span) -> Option<Span> {
        if found.len() > RETRY_LEN {
            return None;
        }
        let bytes = found.of(self.evidence.text).as_bytes();
        let is_cut = |at: &usize| {
            let pair = bytes.get(at.wrapping_sub(1)).zip(bytes.get(*at));
            pair.is_some_and(|(before, after)| {
                before.is_ascii_alphanumeric() && !after.is_ascii_alphanumeric()
            })
        };
        (1..bytes.len()).rev().filter(is_cut).take(SHORTER_ENDS).find_map(|at| {
            let shorter = self.search_at(found.start, found.start + at)?;
            self.judge(shorter).ok()
        })
    }

    fn accept(&mut self, value: Span) {
        let has_keyword = self.nearness(value) >= Nearness::Near;
        let Rule { tier, entity_idx, .. } = *self.rule;
        self.candidates.push(Candidate {
            span: value,
            rule: self.idx,
            entity: entity_idx,
            tier,
            has_keyword,
        });
    }

    /// The span to be masked, or why there is none.
    fn judge(&mut self, found: Span) -> Result<Span, Why> {
        let text = self.evidence.text;
        let (left, right) = boundary::is_clean(text, found, self.rule.boundary);
        if !right || !(left || self.follows_keyword(found.start)) {
            return Err(Why::Boundary);
        }
        let value = self.value(found);
        let nearness = self.nearness(value);
        if !self.pattern.is_free && nearness < Nearness::Near {
            return Err(if nearness == Nearness::None { Why::NoKeyword } else { Why::KeywordTooFar });
        }
        if self.rule.allow.iter().any(|allowed| value.of(text).eq_ignore_ascii_case(allowed)) {
            return Err(Why::Allowed);
        }
        let passes = self.rule.validator.is_none_or(|validator| validator.accepts(value.of(text)));
        let speaks = self.rule.on_failed_check == OnFailedCheck::NeedsKeyword && nearness == Nearness::Beside;
        if passes || speaks { Ok(value) } else { Err(Why::FailedCheck) }
    }

    /// The group `value`, on character boundaries.
    fn value(&mut self, found: Span) -> Span {
        let text = self.evidence.text;
        let mut span = found;
        if let Some(group) = self.pattern.value {
            let mut captures = self.pattern.regex.create_captures();
            let input = Input::new(text).range(found.range()).anchored(Anchored::Yes);
            self.pattern.regex.search_captures_with(self.cache, &input, &mut captures);
            if let Some(value) = captures.get_group(group) {
                span = Span::new(value.start, value.end);
            }
        }
        while !text.is_char_boundary(span.start) {
            span.start -= 1;
        }
        while !text.is_char_boundary(span.end) {
            span.end += 1;
        }
        span
    }

    fn hits(&self) -> &[Hit] {
        let hits = self.evidence.hits;
        let first = hits.partition_point(|hit| hit.rule < self.idx);
        let rest = hits.get(first..).unwrap_or(&[]);
        rest.get(..rest.partition_point(|hit| hit.rule == self.idx)).unwrap_or(&[])
    }

    /// `SSN078-05-1120`: a label glued to its value is no unclean neighbour.
    fn follows_keyword(&self, at: usize) -> bool {
        let hits = self.hits();
        let before = hits.partition_point(|hit| hit.start < at);
        hits.get(..before).unwrap_or(&[]).iter().rev().take(4).any(|hit| hit.end == at)
    }

    fn nearness(&self, span: Span) -> Nearness {
        if self.evidence.context_rules.binary_search(&self.idx).is_ok() {
            return Nearness::Beside;
        }
        let hits = self.hits();
        let split = hits.partition_point(|hit| hit.start <= span.start);
        let before = hits.get(..split).unwrap_or(&[]).iter().rev().take(4);
        let gap = before.map(|hit| span.start.saturating_sub(hit.end)).min();
        let behind = hits.get(split).map(|hit| hit.start.saturating_sub(span.end));
        match (gap, behind) {
            (Some(gap), _) if gap <= BESIDE.min(self.rule.distance) => Nearness::Beside,
            (Some(gap), _) if gap <= self.rule.distance => Nearness::Near,
            (_, Some(behind)) if behind <= AFTER => Nearness::Near,
            (None, None) => Nearness::None,
            _ => Nearness::Far,
        }
    }
}
