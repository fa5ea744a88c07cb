//! Who wins where findings overlap.
//!
//! The stricter one keeps its span: a keyword beside it, then the lower tier, then the longer match,
//! then the earlier rule. What the loser covers beyond that stays found, under the loser's name; if both
//! find the same kind of thing, the winner takes it all.
//! **Invariant:** the union of what comes out is the union of what went in.

use std::cmp::Reverse;

use crate::rules::{RuleIdx, Tier};
use crate::text::span::Span;

/// A match that was judged good, before overlaps were settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) span: Span,
    pub(crate) rule: RuleIdx,
    /// Findings of one entity that overlap are one finding.
    pub(crate) entity: u16,
    pub(crate) tier: Tier,
    /// Whether a keyword or the context speaks for it.
    pub(crate) has_keyword: bool,
}

impl Candidate {
    fn rank(&self) -> (Reverse<bool>, Tier, Reverse<usize>, RuleIdx) {
        (Reverse(self.has_keyword), self.tier, Reverse(self.span.len()), self.rule)
    }
}

/// Groups larger than this are covered by their best candidate's rule as a whole.
const GROUP_LIMIT: usize = 64;

/// Settles all overlaps; calls `emit` in order of position.
pub(crate) fn resolve(candidates: &mut [Candidate], mut emit: impl FnMut(RuleIdx, Span)) {
    candidates.sort_unstable_by_key(|candidate| (candidate.span.start, candidate.rank()));
    let mut rest = &mut *candidates;
    while let Some(first) = rest.first() {
        let mut end = first.span.end;
        let len = 1 + rest
            .iter()
            .skip(1)
            .take_while(|candidate| {
                let joins = candidate.span.start < end;
                if joins {
                    end = end.max(candidate.span.end);
                }
                joins
            })
            .count();
        let Some((group, behind)) = rest.split_at_mut_checked(len) else { return };
        resolve_group(group, end, &mut emit);
        rest = behind;
    }
}

fn resolve_group(group: &mut [Candidate], end: usize, emit: &mut impl FnMut(RuleIdx, Span)) {
    let Some(first) = group.first().copied() else { return };
    if group.len() == 1 {
        emit(first.rule, first.span);
        return;
    }
    let start = first.span.start;
    group.sort_unstable_by_key(Candidate::rank);
    if group.len() > GROUP_LIMIT {
        if let Some(best) = group.first() {
            emit(best.rule, Span::new(start, end));
        }
        return;
    }
    // Between two neighbouring ends of spans one candidate rules: the best that covers the piece.
    let mut cuts: Vec<usize> = group.iter().flat_map(|c| [c.span.start, c.span.end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut open: Option<(Candidate, Span)> = None;
    for pair in cuts.windows(2) {
        let &[from, to] = pair else { continue };
        let Some(owner) = group.iter().find(|c| c.span.start <= from && c.span.end >= to) else { continue };
        open = match open {
            Some((best, span)) if best.entity == owner.entity => {
                let best = if owner.rank() < best.rank() { *owner } else { best };
                Some((best, Span::new(span.start, to)))
            }
            other => {
                if let Some((best, span)) = other {
                    emit(best.rule, span);
                }
                Some((*owner, Span::new(from, to)))
            }
        };
    }
    if let Some((best, span)) = open {
        emit(best.rule, span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(start: usize, end: usize, rule: u16, tier: Tier, has_keyword: bool) -> Candidate {
        Candidate { span: Span::new(start, end), rule: RuleIdx(rule), entity: rule, tier, has_keyword }
    }

    #[track_caller]
    fn check(mut candidates: Vec<Candidate>, expected: &[(u16, usize, usize)]) {
        let mut out = Vec::new();
        resolve(&mut candidates, |rule, span| out.push((rule.0, span.start, span.end)));
        assert_eq!(out, expected);
    }

    #[test]
    fn what_does_not_overlap_stays() {
        let a = candidate(4, 8, 1, Tier::Distinctive, false);
        let b = candidate(0, 4, 2, Tier::Keyword, true);
        check(vec![a, b], &[(2, 0, 4), (1, 4, 8)]);
    }

    #[test]
    fn the_stricter_wins_the_whole_where_it_contains_the_other() {
        check(
            vec![candidate(0, 9, 1, Tier::Distinctive, false), candidate(2, 5, 0, Tier::Bounded, false)],
            &[(1, 0, 9)],
        );
        check(
            vec![candidate(0, 9, 1, Tier::Distinctive, false), candidate(0, 9, 0, Tier::Bounded, true)],
            &[(0, 0, 9)],
        );
        check(
            vec![candidate(0, 9, 1, Tier::Bounded, false), candidate(0, 9, 0, Tier::Bounded, false)],
            &[(0, 0, 9)],
        );
    }

    #[test]
    fn the_losers_remainder_stays_found() {
        check(
            vec![candidate(0, 9, 1, Tier::Bounded, false), candidate(6, 12, 0, Tier::Distinctive, false)],
            &[(1, 0, 6), (0, 6, 12)],
        );
        check(
            vec![candidate(0, 12, 1, Tier::Bounded, false), candidate(4, 6, 0, Tier::Distinctive, false)],
            &[(1, 0, 4), (0, 4, 6), (1, 6, 12)],
        );
    }

    #[test]
    fn findings_of_one_entity_become_one() {
        let plus = candidate(0, 9, 1, Tier::Bounded, false);
        let keyed = Candidate { entity: 1, ..candidate(1, 9, 2, Tier::Keyword, true) };
        check(vec![plus, keyed], &[(2, 0, 9)]);
    }

    #[test]
    fn a_huge_pile_is_covered_as_a_whole() {
        let pile = (0..100).map(|at| candidate(at, at + 5, 7, Tier::Bounded, false)).collect();
        check(pile, &[(7, 0, 104)]);
    }
}
