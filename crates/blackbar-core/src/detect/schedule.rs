//! Plans which pattern runs where.
//!
//! A pattern runs only around what it cannot match without: an anchor, a keyword, enough digits, a run
//! of letters and digits, groups of hex digits. Judges nothing. **Invariant:** every match that would
//! become a finding lies in a window that is planned for its pattern.

use std::ops::Range;

use crate::detect::cluster::Cluster;
use crate::detect::cluster::DigitClusters;
use crate::detect::hex_groups;
use crate::detect::prefilter::CombinedBuffers;
use crate::detect::prefilter::CombinedPatterns;
use crate::detect::prefilter::KEYWORD_AFTER_BYTES;
use crate::detect::prefilter::PatternRef;
use crate::detect::prefilter::Prefilter;
use crate::detect::run::KeywordMatch;
use crate::detect::run::PlannedSearch;
use crate::detect::runs;
use crate::rules::Pattern;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::text::span::Span;

/// Plans the searches of one text.
pub(crate) struct Scheduler<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) prefilter: &'a Prefilter,
    pub(crate) text: &'a str,
    pub(crate) clusters: DigitClusters<'a>,
    pub(crate) searches: &'a mut Vec<PlannedSearch>,
}

/// Buffers for the combined automata, one for each.
pub(crate) struct CombinedSearches {
    pub(crate) numeric: Vec<CombinedBuffers>,
    pub(crate) mixed: Vec<CombinedBuffers>,
    pub(crate) digit_runs: Vec<CombinedBuffers>,
    pub(crate) long_runs: CombinedBuffers,
    pub(crate) hex_groups: CombinedBuffers,
    /// Runs of the current text.
    pub(crate) runs: Vec<(usize, usize)>,
}

impl Scheduler<'_> {
    /// Plans the free patterns of a rule around an anchor.
    pub(crate) fn schedule_anchor(&mut self, idx: RuleIdx, anchor: Span) {
        let Some(rule) = self.rules.rule(idx) else { return };
        let bytes = self.text.as_bytes();
        let is_continued = || bytes.get(anchor.end).is_some_and(u8::is_ascii_alphanumeric);
        if rule.anchors_end_word && is_continued() {
            return;
        }
        let len = bytes.len();
        for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_free) {
            let of = PatternRef { rule: idx, pattern: n as u8 };
            let shape = &pattern.shape;
            // Two bytes decide most anchors: `@media` is no address without a name before the sign.
            if !shape.anchor_context.allows(bytes, anchor.start, anchor.end) {
                continue;
            }
            if shape.starts_with_anchor {
                let end = shape.max_len.map_or(len, |max| (anchor.start + max).min(len));
                self.searches.push(PlannedSearch {
                    pattern: of,
                    is_anchored: true,
                    start: anchor.start,
                    end,
                });
            } else {
                let reach = shape.max_len.map_or(len, |max| max.saturating_sub(anchor.len()));
                let (before, after) = shape.anchor_context.reach;
                let start = anchor.start.saturating_sub(before.unwrap_or(reach).min(reach));
                let end = anchor.end.saturating_add(after.unwrap_or(reach).min(reach)).min(len);
                self.schedule_where_digits(of, rule.need(pattern), pattern, start..end);
            }
        }
    }

    /// Plans the patterns of the rules whose keywords are in the text, around each keyword.
    pub(crate) fn schedule_keywords(&mut self, keywords: &[KeywordMatch]) {
        let text = self.text;
        for keyword in keywords {
            let Some(rule) = self.rules.rule(keyword.rule) else { continue };
            // Combined automata have planned free patterns already, where their boundaries are clean. A
            // label that is glued to its value makes an unclean boundary acceptable, so they run again.
            let next = text.as_bytes().get(keyword.end);
            let is_glued = next.is_some_and(|byte| !matches!(byte, b' ' | b':' | b'=' | b'"' | b'\n'));
            let patterns =
                rule.patterns.iter().enumerate().filter(|(_, pattern)| is_glued || !pattern.is_free);
            for (n, pattern) in patterns {
                let of = PatternRef { rule: keyword.rule, pattern: n as u8 };
                let max = pattern.shape.max_len.unwrap_or(text.len());
                let start = keyword.start.saturating_sub(max + KEYWORD_AFTER_BYTES);
                let end = (keyword.end + rule.distance + max).min(text.len());
                // The window includes the keyword: a pattern may match it, too.
                self.schedule_where_digits(of, rule.need(pattern), pattern, start..end);
            }
        }
    }

    /// Plans the patterns that need a keyword, of the rules whose keywords are in the context.
    pub(crate) fn schedule_context(&mut self, rules: &[RuleIdx]) {
        for &idx in rules {
            let Some(rule) = self.rules.rule(idx) else { continue };
            for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| !pattern.is_free) {
                let of = PatternRef { rule: idx, pattern: n as u8 };
                self.schedule_where_digits(of, rule.need(pattern), pattern, 0..self.text.len());
            }
        }
    }

    /// Plans one pattern on a range, as far as the range has the digits that the pattern requires.
    fn schedule_where_digits(
        &mut self,
        of: PatternRef,
        n_digits: usize,
        pattern: &Pattern,
        range: Range<usize>,
    ) {
        if n_digits == 0 {
            let Range { start, end } = range;
            self.searches.push(PlannedSearch { pattern: of, is_anchored: false, start, end });
            return;
        }
        let near = self.clusters.near(n_digits, &range);
        for cluster in near.iter().filter(|cluster| cluster.n_digits >= n_digits) {
            let (start, end) = if pattern.shape.is_numeric {
                (range.start.max(cluster.start), range.end.min(cluster.end))
            } else {
                let max = pattern.shape.max_len.unwrap_or(range.len());
                (range.start.max(cluster.start.saturating_sub(max)), range.end.min(cluster.end + max))
            };
            self.searches.push(PlannedSearch { pattern: of, is_anchored: false, start, end });
        }
    }

    /// Plans the free patterns without anchors. Combined automata tell in one pass over a window which
    /// of many patterns match in it; only those are planned.
    pub(crate) fn schedule_combined(&mut self, buffers: &mut CombinedSearches) {
        let prefilter = self.prefilter;
        self.schedule_numeric(&mut buffers.numeric);
        for (set, buffers) in prefilter.mixed.iter().zip(&mut buffers.mixed) {
            let enough = self.clusters.all.iter().filter(|cluster| cluster.n_digits >= set.least);
            self.schedule_around(set, enough.map(|cluster| (cluster.start, cluster.end)), buffers);
        }
        let CombinedSearches { digit_runs, long_runs, hex_groups, runs, .. } = buffers;
        self.schedule_digit_runs(digit_runs, runs);
        let bytes = self.text.as_bytes();
        hex_groups::find_hex_groups(bytes, prefilter.hex_groups.least, runs);
        self.schedule_around(&prefilter.hex_groups, runs.iter().copied(), hex_groups);
        runs::find_runs(bytes, prefilter.runs.least, runs);
        self.schedule_around(&prefilter.runs, runs.iter().copied(), long_runs);
    }

    /// Patterns of digits and separators: a match is within one cluster.
    fn schedule_numeric(&mut self, buffers: &mut [CombinedBuffers]) {
        for (set, buffers) in self.prefilter.numeric.iter().zip(buffers) {
            let is_enough = |cluster: &&Cluster| {
                cluster.n_digits >= set.least && cluster.end - cluster.start >= set.min_len
            };
            for cluster in self.clusters.all.iter().filter(is_enough) {
                let &Cluster { start, end, .. } = cluster;
                set.matching(self.text, start..end, buffers, |pattern| {
                    self.searches.push(PlannedSearch { pattern, is_anchored: false, start, end });
                });
            }
        }
    }

    /// Patterns whose match is one run of letters and digits, with a digit.
    fn schedule_digit_runs(&mut self, buffers: &mut [CombinedBuffers], runs: &mut Vec<(usize, usize)>) {
        let sets = &self.prefilter.digit_runs;
        let Some(least) = sets.iter().map(|set| set.least).min() else { return };
        runs::find_digit_runs(self.text.as_bytes(), self.clusters.all, least, runs);
        for (set, buffers) in sets.iter().zip(buffers) {
            for &(start, end) in runs.iter().filter(|(start, end)| set.may_be_run(end - start)) {
                set.matching(self.text, start..end, buffers, |pattern| {
                    self.searches.push(PlannedSearch { pattern, is_anchored: false, start, end });
                });
            }
        }
    }

    /// Patterns whose match contains one of `spots`, which are sorted. Windows that touch become one, so
    /// that no byte is read twice.
    fn schedule_around(
        &mut self,
        set: &CombinedPatterns,
        spots: impl Iterator<Item = (usize, usize)>,
        buffers: &mut CombinedBuffers,
    ) {
        let text = self.text;
        let mut open: Option<Range<usize>> = None;
        let mut run = |window: Range<usize>| {
            if window.len() < set.min_len {
                return;
            }
            set.matching(text, window.clone(), buffers, |pattern| {
                let Range { start, end } = window;
                self.searches.push(PlannedSearch { pattern, is_anchored: false, start, end });
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
}
