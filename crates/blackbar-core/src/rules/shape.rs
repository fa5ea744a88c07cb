//! Properties of a pattern that are known without running it, so that the scanner can skip text.
//!
//! Everything here errs on the safe side: an unknown length is unbounded, an unclear alphabet is any byte.
//!
//! **Invariant:** skipping text because of a [`Shape`] never loses a match.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::rules::anchor_context::AnchorContext;

/// Properties of one pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Longest match in bytes; `None` if there is no bound.
    pub(crate) max_len: Option<usize>,
    /// Shortest match in bytes.
    pub(crate) min_len: usize,
    /// Whether it matches only digits and [separators](is_separator).
    pub(crate) is_numeric: bool,
    /// Least number of digits in a match, if it is numeric.
    pub(crate) min_digits: usize,
    /// Least number of digits in every match with nothing but separators between them.
    pub(crate) min_row: usize,
    /// Whether every match is one run of letters and digits with a digit in it.
    pub(crate) is_run_with_digit: bool,
    /// Whether every match begins with one of the rule's anchors.
    pub(crate) starts_with_anchor: bool,
    /// What is next to an anchor in every match.
    pub(crate) anchor_context: AnchorContext,
}

impl Shape {
    pub(crate) fn of(hir: &Hir, anchors: &[String]) -> Self {
        let is_numeric = is_numeric(hir);
        Self {
            max_len: hir.properties().maximum_len(),
            min_len: hir.properties().minimum_len().unwrap_or(0),
            is_numeric,
            min_digits: if is_numeric { min_digits(hir) } else { 0 },
            min_row: min_row(hir),
            is_run_with_digit: min_digits(hir) > 0 && holds_only(hir, |byte| byte.is_ascii_alphanumeric()),
            starts_with_anchor: starts_with_any(hir, anchors),
            anchor_context: AnchorContext::of(hir, anchors),
        }
    }
}

/// Bytes that may be between the digits of one number.
pub(crate) const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'.' | b'-' | b'/' | b'(' | b')' | b'+' | b',' | b':' | b'\t' | b'\n' | b'\r')
}

fn is_numeric(hir: &Hir) -> bool {
    holds_only(hir, |byte| byte.is_ascii_digit() || is_separator(byte))
}

/// Whether all bytes of every match are ones that `fits`.
fn holds_only(hir: &Hir, fits: impl Fn(u8) -> bool + Copy) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().copied().all(fits),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().all(|range| (range.start()..=range.end()).all(fits))
        }
        HirKind::Class(Class::Unicode(class)) => class.iter().all(|range| {
            range.end().is_ascii() && (range.start()..=range.end()).all(|c| u8::try_from(c).is_ok_and(fits))
        }),
        HirKind::Repetition(repetition) => holds_only(&repetition.sub, fits),
        HirKind::Capture(capture) => holds_only(&capture.sub, fits),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().all(|part| holds_only(part, fits))
        }
    }
}

fn min_digits(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.iter().filter(|byte| byte.is_ascii_digit()).count(),
        HirKind::Class(Class::Bytes(class)) => usize::from(
            class.iter().all(|range| range.start().is_ascii_digit() && range.end().is_ascii_digit()),
        ),
        HirKind::Class(Class::Unicode(class)) => usize::from(
            class.iter().all(|range| range.start().is_ascii_digit() && range.end().is_ascii_digit()),
        ),
        HirKind::Repetition(repetition) => {
            min_digits(&repetition.sub).saturating_mul(repetition.min as usize)
        }
        HirKind::Capture(capture) => min_digits(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(min_digits).sum(),
        HirKind::Alternation(parts) => parts.iter().map(min_digits).min().unwrap_or(0),
    }
}

/// Adjacent numeric parts of a match form one row. A row that continues into a part with other characters is counted
/// without that part: the result may be too low, never too high.
fn min_row(hir: &Hir) -> usize {
    if is_numeric(hir) {
        return min_digits(hir);
    }
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => min_row(&repetition.sub),
        HirKind::Capture(capture) => min_row(&capture.sub),
        HirKind::Concat(parts) => {
            let rows = parts.chunk_by(|a, b| is_numeric(a) && is_numeric(b));
            let of_row = |row: &[Hir]| row.iter().map(min_row).sum();
            rows.map(of_row).max().unwrap_or(0)
        }
        HirKind::Alternation(parts) => parts.iter().map(min_row).min().unwrap_or(0),
        _ => 0,
    }
}

fn starts_with_any(hir: &Hir, anchors: &[String]) -> bool {
    let prefixes = Extractor::new().extract(hir);
    let Some(literals) = prefixes.literals() else { return false };
    !literals.is_empty()
        && literals.iter().all(|literal| {
            anchors.iter().any(|anchor| {
                literal
                    .as_bytes()
                    .get(..anchor.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(anchor.as_bytes()))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(pattern: &str, anchors: &[&str]) -> Shape {
        let hir =
            regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
        Shape::of(&hir, &anchors.iter().map(|&a| a.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn knows_numbers_and_their_digits() {
        let ssn = shape("[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}", &[]);
        assert_eq!((ssn.is_numeric, ssn.min_digits, ssn.max_len), (true, 9, Some(11)));
        assert!(!shape("[0-9]{3}x", &[]).is_numeric);
        assert!(!shape("[^a]", &[]).is_numeric);
        assert_eq!(shape("7[0-9]{2}|[0-9]{2}", &[]).min_digits, 2);
    }

    #[test]
    fn counts_the_digits_in_a_row() {
        for (pattern, row) in [
            ("[A-Z]{2}[0-9]{3}[ -]?[0-9]{4}[A-Z]", 7),
            ("[A-Z](?:[0-9]{6}|[0-9]{4}X)[0-9]", 4),
            ("(?:[0-9]{2}x){3}", 2),
            ("(?:[0-9]{2}){3}x", 6),
            ("(?:[0-9]{6}x)?y", 0),
            ("[0-9a-z]{8}", 0),
            ("x(?P<value>y[0-9]{5})", 5),
            ("[0-9]{2}[0-9a-z]{3}[0-9]{2}", 2),
            ("AB12[0-9]{3}", 3),
        ] {
            assert_eq!(shape(pattern, &[]).min_row, row, "{pattern}");
        }
    }

    #[test]
    fn knows_whether_a_match_begins_with_an_anchor() {
        assert!(
            shape("gh[pousr]_[A-Za-z0-9]{36}", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]).starts_with_anchor
        );
        assert!(!shape("gh[pousr]_[A-Za-z0-9]{36}", &["ghp_"]).starts_with_anchor);
        assert!(!shape("[a-z]+@", &["@"]).starts_with_anchor);
    }

    #[test]
    fn knows_no_bound_where_there_is_none() {
        assert_eq!(shape("eyJ[a-z]+", &["eyJ"]).max_len, None);
    }
}
