//! Resolves overlapping findings.
//!
//! The stricter one keeps its span: one with a keyword, then the lower tier, then the longer match, then
//! the earlier rule. What the other one covers besides stays found, as the other one; if both are of one
//! entity, the stricter takes it all.
//!
//! **Invariant:** the findings cover exactly what the candidates cover.

use std::cmp::Reverse;

use crate::rules::RuleIdx;
use crate::rules::Tier;
use crate::text::span::Span;

/// A match that was judged good, before overlaps are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) span: Span,
    pub(crate) rule: RuleIdx,
    /// Overlapping findings of one entity become one.
    pub(crate) entity: u16,
    pub(crate) tier: Tier,
    /// Whether a keyword is near, in the text or its context.
    pub(crate) has_keyword: bool,
}

impl Candidate {
    fn rank(&self) -> (Reverse<bool>, Tier, Reverse<usize>, RuleIdx) {
        (Reverse(self.has_keyword), self.tier, Reverse(self.span.len()), self.rule)
    }
}

/// A larger group becomes one finding of its best candidate's rule: resolving takes time that is
/// quadratic in the group.
const MAX_GROUP_CANDIDATES: usize = 64;

/// Resolves all overlaps; calls `emit` in order of position.
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
        let Some((group, after)) = rest.split_at_mut_checked(len) else { return };
        resolve_group(group, end, &mut emit);
        rest = after;
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
    if group.len() > MAX_GROUP_CANDIDATES {
        if let Some(best) = group.first() {
            emit(best.rule, Span::new(start, end));
        }
        return;
    }
    // The ends of all spans cut the group into pieces. Each belongs to the best candidate that covers it.
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
    fn findings_that_do_not_overlap_stay() {
        let a = candidate(4, 8, 1, Tier::Distinctive, false);
        let b = candidate(0, 4, 2, Tier::Keyword, true);
        check(vec![a, b], &[(2, 0, 4), (1, 4, 8)]);
    }

    #[test]
    fn the_stricter_takes_it_all_if_it_contains_the_other() {
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
    fn the_remainder_of_the_other_stays_found() {
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
    fn a_huge_group_is_covered_as_a_whole() {
        let pile = (0..100).map(|at| candidate(at, at + 5, 7, Tier::Bounded, false)).collect();
        check(pile, &[(7, 0, 104)]);
    }
}
