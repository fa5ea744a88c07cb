//! Clusters: stretches of digits and separators, where numbers can be.
//!
//! One pass over the bytes, vectorized where there is no digit. A pattern of digits and separators
//! only matches inside one cluster, so the rest of the text need not be searched.

use std::ops::Range;

use crate::rules::shape::is_separator;
use crate::text::span::Span;

/// A maximal stretch of digits and separators with at least one digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) n_digits: usize,
}

/// A cluster with fewer digits is a size, color or count; most clusters of a page are.
pub(crate) const MIN_NUMBER_DIGITS: usize = 6;

/// Bytes that one step of vector code reads.
const LANES: usize = 32;

const OTHER: u8 = 0;
const SEPARATOR: u8 = 1;
const DIGIT: u8 = 2;

/// The class of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0_u8;
    loop {
        if byte.is_ascii_digit() {
            #[expect(clippy::indexing_slicing, reason = "a byte indexes a table of 256, at compile time")]
            {
                classes[byte as usize] = DIGIT;
            }
        } else if is_separator(byte) {
            #[expect(clippy::indexing_slicing, reason = "a byte indexes a table of 256, at compile time")]
            {
                classes[byte as usize] = SEPARATOR;
            }
        }
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

/// Finds all clusters with at least `min_digits` digits.
pub(crate) fn find_all(bytes: &[u8], min_digits: usize, out: &mut Vec<Cluster>) {
    out.clear();
    let mut from = 0;
    while let Some(first) = next_digit(bytes, from) {
        let before = bytes.get(from..first).unwrap_or(&[]);
        let lead = before.iter().rev().take_while(|&&byte| class(byte) == SEPARATOR).count();
        let mut n_digits = 0;
        let rest = bytes.get(first..).unwrap_or(&[]);
        let len = rest
            .iter()
            .position(|&byte| {
                let class = class(byte);
                n_digits += usize::from(class == DIGIT);
                class == OTHER
            })
            .unwrap_or(rest.len());
        let end = first + len;
        if n_digits >= min_digits {
            out.push(Cluster { start: first - lead, end, n_digits });
        }
        from = end;
    }
}

/// The clusters of a text, and those of them with at least [`MIN_NUMBER_DIGITS`] digits: few, so that a
/// look-up for a longer number does not pass hundreds of sizes.
#[derive(Clone, Copy)]
pub(crate) struct DigitClusters<'a> {
    pub(crate) all: &'a [Cluster],
    pub(crate) numbers: &'a [Cluster],
}

impl<'a> DigitClusters<'a> {
    /// Those that touch `range`. Some with fewer than `n_digits` digits may be left out.
    pub(crate) fn near(self, n_digits: usize, range: &Range<usize>) -> &'a [Cluster] {
        let clusters = if n_digits >= MIN_NUMBER_DIGITS { self.numbers } else { self.all };
        touching(clusters, range.start, range.end)
    }

    /// Whether a cluster no farther from `span` than `reach_bytes` has `n_digits` digits.
    pub(crate) fn are_within(self, n_digits: usize, reach_bytes: usize, span: Span) -> bool {
        let range = span.start.saturating_sub(reach_bytes)..span.end.saturating_add(reach_bytes);
        n_digits == 0 || self.near(n_digits, &range).iter().any(|cluster| cluster.n_digits >= n_digits)
    }
}

/// The clusters that touch `start..end`; `clusters` is sorted.
fn touching(clusters: &[Cluster], start: usize, end: usize) -> &[Cluster] {
    let first = clusters.partition_point(|cluster| cluster.end <= start);
    let rest = clusters.get(first..).unwrap_or(&[]);
    let n = rest.partition_point(|cluster| cluster.start < end);
    rest.get(..n).unwrap_or(&[])
}

fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let rest = bytes.get(from..)?;
    let (chunks, tail) = rest.as_chunks::<LANES>();
    for chunk in chunks {
        // No early exit inside a chunk: the compiler turns this into vector code.
        if chunk.iter().fold(false, |any, byte| any | byte.is_ascii_digit()) {
            return chunk.iter().position(u8::is_ascii_digit).map(|idx| at + idx);
        }
        at += LANES;
    }
    tail.iter().position(u8::is_ascii_digit).map(|idx| at + idx)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(text: &str, min: usize) -> Vec<(&str, usize)> {
        let mut out = Vec::new();
        find_all(text.as_bytes(), min, &mut out);
        out.iter().map(|c| (text.get(c.start..c.end).unwrap(), c.n_digits)).collect()
    }

    #[test]
    fn spans_separators_but_not_letters() {
        assert_eq!(clusters("Tel: (202) 555-0143x7", 1), [(": (202) 555-0143", 10), ("7", 1)]);
        assert_eq!(clusters("12px 34px", 1), [("12", 2), (" 34", 2)]);
    }

    #[test]
    fn leaves_out_clusters_with_too_few_digits() {
        assert_eq!(clusters("a1 b22 c333", 3), [("333", 3)]);
    }

    #[test]
    fn finds_a_digit_after_many_other_bytes() {
        let text = format!("{}7{}", "x".repeat(100), "y".repeat(40));
        assert_eq!(clusters(&text, 1), [("7", 1)]);
        assert_eq!(clusters(&"x".repeat(100), 1), []);
    }

    #[test]
    fn gives_the_clusters_of_a_window() {
        let all: Vec<Cluster> =
            [(0, 4), (6, 9), (20, 30)].map(|(start, end)| Cluster { start, end, n_digits: 1 }).to_vec();
        assert_eq!(touching(&all, 4, 20), &all[1..2]);
        assert_eq!(touching(&all, 3, 21), &all[..]);
        assert!(touching(&all, 9, 20).is_empty());
    }
}
