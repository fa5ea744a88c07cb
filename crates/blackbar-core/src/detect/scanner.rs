//! The scanner: a text and its context in, findings out.
//!
//! Folds the text, lets the prefilter plan which patterns run where, runs those, judges each match
//! (boundary, keyword, checksum, allowed values) and resolves overlaps. Holds no state from text to
//! text but buffers. **Invariant:** a pattern costs no more than the windows that are planned for it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use regex_automata::meta;

use crate::detect::boundary;
use crate::detect::cluster;
use crate::detect::cluster::Cluster;
use crate::detect::cluster::DigitClusters;
use crate::detect::cluster::MIN_NUMBER_DIGITS;
use crate::detect::finding::Finding;
use crate::detect::finding::KeywordContext;
use crate::detect::miss::Miss;
use crate::detect::miss::Why;
use crate::detect::overlap;
use crate::detect::overlap::Candidate;
use crate::detect::prefilter::CombinedPatterns;
use crate::detect::prefilter::LiteralRole;
use crate::detect::prefilter::Prefilter;
use crate::detect::run::Evidence;
use crate::detect::run::KeywordMatch;
use crate::detect::run::PatternRun;
use crate::detect::run::PlannedSearch;
use crate::detect::run::ReplacingMatch;
use crate::detect::schedule::CombinedSearches;
use crate::detect::schedule::Scheduler;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::text::fold::fold;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Finds what the rules of one set describe. Cheap to share; made once per policy.
pub struct Scanner {
    rules: Arc<RuleSet>,
    prefilter: Prefilter,
    /// The index of each rule's first pattern among all patterns.
    offsets: Vec<usize>,
    /// Distinguishes the buffers of one scanner from those of another.
    id: u64,
}

/// Buffers of one thread. They adapt to whichever scanner they are used with.
#[derive(Default)]
pub struct ScanBuffers {
    owner: u64,
    clusters: Vec<Cluster>,
    number_clusters: Vec<Cluster>,
    keywords: Vec<KeywordMatch>,
    pub(crate) searches: Vec<PlannedSearch>,
    pub(crate) candidates: Vec<Candidate>,
    replacing: Vec<ReplacingMatch>,
    /// One per pattern, created when it first runs: most never do.
    caches: Vec<Option<Box<meta::Cache>>>,
    combined: Option<CombinedSearches>,
    /// The last context, and the rules that it has a keyword of. A value column repeats its header.
    context: String,
    context_rules: Vec<RuleIdx>,
}

impl ScanBuffers {
    /// Releases lists that one long text has made longer than `max_bytes`.
    pub(crate) fn trim(&mut self, max_bytes: usize) {
        trim(&mut self.clusters, max_bytes);
        trim(&mut self.number_clusters, max_bytes);
        trim(&mut self.keywords, max_bytes);
        trim(&mut self.searches, max_bytes);
        trim(&mut self.candidates, max_bytes);
        trim(&mut self.replacing, max_bytes);
        if let Some(combined) = &mut self.combined {
            trim(&mut combined.runs, max_bytes);
        }
    }
}

fn trim<T>(list: &mut Vec<T>, max_bytes: usize) {
    if list.capacity().saturating_mul(size_of::<T>()) > max_bytes {
        *list = Vec::new();
    }
}

/// Which keywords are recorded. One that is too far from the digits that its rule needs matters only
/// for explanations, and for the proof that the prefilter loses nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeywordsKept {
    Relevant,
    All,
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

    /// Appends the findings in `text` to `out`: sorted, not overlapping, as spans of `text`.
    pub fn scan(
        &self,
        text: &str,
        context: &KeywordContext<'_>,
        scratch: &mut ScanBuffers,
        out: &mut Vec<Finding>,
    ) {
        let folded = fold(text);
        if !self.find_candidates(folded.as_str(), context, scratch) {
            return;
        }
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            out.push(Finding { rule, span: folded.original_span(span) });
        });
    }

    /// Like [`scan`](Self::scan), without some matches. `select_out` gets all matches that were judged
    /// good, before overlaps are resolved, and returns for each whether it is left out. A match that is
    /// left out hides no other.
    pub(crate) fn scan_filtered(
        &self,
        text: &str,
        context: &KeywordContext<'_>,
        scratch: &mut ScanBuffers,
        out: &mut Vec<Finding>,
        select_out: impl FnOnce(&[Finding]) -> Vec<bool>,
    ) {
        let folded = fold(text);
        if !self.find_candidates(folded.as_str(), context, scratch) {
            return;
        }
        let found: Vec<Finding> = scratch
            .candidates
            .iter()
            .map(|found| Finding { rule: found.rule, span: folded.original_span(found.span) })
            .collect();
        if !found.is_empty() {
            let mut is_out = select_out(&found).into_iter();
            scratch.candidates.retain(|_| !is_out.next().unwrap_or(false));
        }
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            out.push(Finding { rule, span: folded.original_span(span) });
        });
    }

    /// Finds the candidates of a folded text. False if no pattern had to run: there are none then.
    fn find_candidates(
        &self,
        haystack: &str,
        context: &KeywordContext<'_>,
        scratch: &mut ScanBuffers,
    ) -> bool {
        self.prepare(haystack, context, KeywordsKept::Relevant, scratch);
        self.schedule(haystack, scratch);
        if scratch.searches.is_empty() {
            return false;
        }
        self.run_searches(haystack, scratch, &mut None);
        true
    }

    /// Looks for digits, keywords and anchors. Anchors are scheduled, keywords recorded.
    pub(crate) fn prepare(
        &self,
        text: &str,
        context: &KeywordContext<'_>,
        keywords_kept: KeywordsKept,
        scratch: &mut ScanBuffers,
    ) {
        self.adopt(scratch);
        self.read_context(context, scratch);
        let ScanBuffers { clusters, number_clusters, keywords, searches, candidates, .. } = scratch;
        candidates.clear();
        keywords.clear();
        searches.clear();
        cluster::find_all(text.as_bytes(), self.prefilter.min_digits, clusters);
        number_clusters.clear();
        number_clusters
            .extend(clusters.iter().filter(|cluster| cluster.n_digits >= MIN_NUMBER_DIGITS).copied());
        let clusters = DigitClusters { all: clusters, numbers: number_clusters };
        let most_digits = match keywords_kept {
            KeywordsKept::Relevant => clusters.all.iter().map(|cluster| cluster.n_digits).max().unwrap_or(0),
            KeywordsKept::All => usize::MAX,
        };
        let mut scheduler =
            Scheduler { rules: &self.rules, prefilter: &self.prefilter, text, clusters, searches };
        self.prefilter.for_each_literal(text, most_digits, |role, span| match role {
            LiteralRole::Anchor(rule) => scheduler.schedule_anchor(*rule, span),
            LiteralRole::Keyword(rule, keyword) => {
                let required = self.prefilter.requirement(*rule);
                let is_relevant = || {
                    keywords_kept == KeywordsKept::All
                        || clusters.are_within(required.n_digits, required.reach_bytes, span)
                };
                // The cheapest test first: most keywords in a text are of rules that need more digits.
                if required.n_digits <= most_digits
                    && boundary::is_keyword(text, span, keyword)
                    && is_relevant()
                {
                    keywords.push(KeywordMatch { rule: *rule, start: span.start, end: span.end });
                }
            }
        });
        keywords.sort_unstable();
    }

    /// Plans the searches that digits, runs, keywords and context ask for, next to those of anchors.
    fn schedule(&self, text: &str, scratch: &mut ScanBuffers) {
        let ScanBuffers { clusters, number_clusters, keywords, searches, context_rules, combined, .. } =
            scratch;
        let clusters = DigitClusters { all: clusters, numbers: number_clusters };
        let mut scheduler =
            Scheduler { rules: &self.rules, prefilter: &self.prefilter, text, clusters, searches };
        if let Some(combined) = combined {
            scheduler.schedule_combined(combined);
        }
        scheduler.schedule_keywords(keywords);
        scheduler.schedule_context(context_rules);
        searches.sort_unstable();
    }

    /// Takes over buffers that were used with another scanner.
    fn adopt(&self, scratch: &mut ScanBuffers) {
        if scratch.owner != self.id {
            let n_patterns = self.rules.rules().iter().map(|rule| rule.patterns.len()).sum();
            *scratch = ScanBuffers { owner: self.id, ..ScanBuffers::default() };
            scratch.caches.resize_with(n_patterns, || None);
            let buffers = |sets: &[CombinedPatterns]| sets.iter().map(CombinedPatterns::buffers).collect();
            scratch.combined = Some(CombinedSearches {
                numeric: buffers(&self.prefilter.numeric),
                mixed: buffers(&self.prefilter.mixed),
                digit_runs: buffers(&self.prefilter.digit_runs),
                long_runs: self.prefilter.runs.buffers(),
                hex_groups: self.prefilter.hex_groups.buffers(),
                runs: Vec::new(),
            });
        }
    }

    /// Which rules the context has a keyword of. The last context is remembered.
    fn read_context(&self, context: &KeywordContext<'_>, scratch: &mut ScanBuffers) {
        let is_same_len = scratch.context.len() == context.words.len();
        if is_same_len && (context.words.is_empty() || scratch.context == context.words) {
            return;
        }
        context.words.clone_into(&mut scratch.context);
        scratch.context_rules.clear();
        let folded = fold(context.words);
        let words = folded.as_str();
        self.prefilter.for_each_literal(words, usize::MAX, |role, span| {
            if let LiteralRole::Keyword(rule, keyword) = role
                && boundary::is_keyword(words, span, keyword)
            {
                scratch.context_rules.push(*rule);
            }
        });
        scratch.context_rules.sort_unstable();
        scratch.context_rules.dedup();
    }

    /// Runs all planned searches. They are sorted, so those of one pattern are neighbours.
    pub(crate) fn run_searches(&self, text: &str, scratch: &mut ScanBuffers, misses: &mut Option<Vec<Miss>>) {
        let ScanBuffers { keywords, searches, candidates, replacing, caches, context_rules, .. } = scratch;
        replacing.clear();
        let evidence = Evidence { text, keywords, context_rules };
        let mut rest = searches.as_slice();
        while let Some(first) = rest.first() {
            let key = (first.pattern, first.is_anchored);
            let n = rest.partition_point(|search| (search.pattern, search.is_anchored) == key);
            let Some((same, others)) = rest.split_at_checked(n) else { return };
            rest = others;
            let idx = first.pattern.rule;
            let Some(rule) = self.rules.rule(idx) else { continue };
            let Some(pattern) = rule.patterns.get(usize::from(first.pattern.pattern)) else { continue };
            let slot =
                self.offsets.get(usize::from(idx.0)).map_or(0, |at| at + usize::from(first.pattern.pattern));
            let Some(cache) = caches.get_mut(slot) else { continue };
            let cache = cache.get_or_insert_with(|| Box::new(pattern.regex.create_cache()));
            let evidence = &evidence;
            let mut run = PatternRun { idx, rule, pattern, cache, evidence, candidates, replacing, misses };
            if first.is_anchored { run.at_anchors(same) } else { run.in_windows(same) }
        }
        replacing.sort_unstable_by_key(|found| found.span);
        self.drop_replaced(candidates, replacing, misses);
    }

    /// Drops candidates inside a match of a rule that `replaces` theirs: in `https://user:pw@host` the
    /// credentials replace the e-mail address `pw@host`.
    fn drop_replaced(
        &self,
        candidates: &mut Vec<Candidate>,
        replacing: &[ReplacingMatch],
        misses: &mut Option<Vec<Miss>>,
    ) {
        if replacing.is_empty() {
            return;
        }
        let replaces = |by: RuleIdx, id: &str| {
            self.rules.rule(by).is_some_and(|rule| rule.replaces.iter().any(|other| other == id))
        };
        candidates.retain(|candidate| {
            let Some(rule) = self.rules.rule(candidate.rule) else { return true };
            let at = candidate.span.start;
            // The nearest match before is enough: those of one rule do not overlap, and few rules replace.
            let n_before = replacing.partition_point(|found| found.span.start <= at);
            let nearest = n_before.checked_sub(1).and_then(|idx| replacing.get(idx));
            let by = nearest.filter(|found| at < found.span.end && replaces(found.rule, &rule.id));
            if let (Some(by), Some(misses)) = (by, misses.as_mut()) {
                let Candidate { rule, span, .. } = *candidate;
                misses.push(Miss { rule, span, why: Why::Overlapped { by: by.rule } });
            }
            by.is_none()
        });
    }
}
