//! Stretches of digits and separators: where numbers can be.
//!
//! One pass over the bytes, vectorised where there is no digit. A pattern that matches digits and
//! separators only matches inside one cluster, so the rest of the text need not be searched.

use crate::rules::shape::is_separator;

/// A longest stretch of digits and separators with at least one digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) n_digits: usize,
}

/// So many digits in a cluster are no size, colour or count any more.
pub(crate) const MANY: usize = 6;

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

/// The same question by one look into a table.
const fn is_letter_or_digit(byte: u8) -> bool {
    const LOW: u64 = 0x3FF << b'0';
    const LETTERS: u64 = 0x7FF_FFFE;
    const HIGH: u64 = LETTERS | LETTERS << 32;
    match byte {
        0..64 => LOW >> byte & 1 != 0,
        64..128 => HIGH >> (byte - 64) & 1 != 0,
        _ => false,
    }
}

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

/// Finds all unbroken runs of at least `min_len` letters and digits. Looks at one byte in `min_len`
/// where there is none.
pub(crate) fn find_runs(bytes: &[u8], min_len: usize, out: &mut Vec<(usize, usize)>) {
    find_runs_of(bytes, min_len, is_letter_or_digit, out);
}

fn find_runs_of(bytes: &[u8], min_len: usize, is_of: impl Fn(u8) -> bool, out: &mut Vec<(usize, usize)>) {
    out.clear();
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_of(byte));
    let Some(mut at) = min_len.checked_sub(1) else { return };
    // A run that is long enough goes on this far to one side at least.
    let half = at / 2;
    let may_be = |at: usize| {
        is_run(at)
            && (is_run(at + half) && is_run(at + half / 2) || is_run(at - half) && is_run(at - half / 2))
    };
    let mut floor = 0;
    while at < bytes.len() {
        if !may_be(at) {
            floor = at + 1;
            at += min_len;
            continue;
        }
        let (start, end) = widened(at, floor, is_run);
        if end - start >= min_len {
            out.push((start, end));
        }
        floor = end;
        at = end.saturating_add(min_len);
    }
}

/// The run around `at`, not before `floor`.
fn widened(at: usize, floor: usize, is_run: impl Fn(usize) -> bool) -> (usize, usize) {
    let mut start = at;
    while start > floor && is_run(start - 1) {
        start -= 1;
    }
    let mut end = at + 1;
    while is_run(end) {
        end += 1;
    }
    (start, end)
}

/// Finds the unbroken runs of at least `min_len` letters and digits that have a digit in `clusters`.
pub(crate) fn find_digit_runs(
    bytes: &[u8],
    clusters: &[Cluster],
    min_len: usize,
    out: &mut Vec<(usize, usize)>,
) {
    out.clear();
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_letter_or_digit(byte));
    let mut floor = 0;
    for cluster in clusters {
        let mut at = cluster.start.max(floor);
        while at < cluster.end {
            if !is_run(at) {
                at += 1;
                continue;
            }
            let (start, end) = widened(at, floor, is_run);
            if end - start >= min_len {
                out.push((start, end));
            }
            (floor, at) = (end, end);
        }
    }
}

/// Finds where there may be at least `min_groups` groups of hex digits joined by colons or hyphens: runs
/// of both, as long as that, with so many joints.
pub(crate) fn find_hex_groups(bytes: &[u8], min_groups: usize, out: &mut Vec<(usize, usize)>) {
    out.clear();
    let (Some(n_joints), Some(min_len)) = (min_groups.checked_sub(1), min_groups.checked_mul(2)) else {
        return;
    };
    let is_joint = |byte: &&u8| matches!(**byte, b':' | b'-');
    find_runs_of(bytes, min_len - 1, |byte| byte.is_ascii_hexdigit() || is_joint(&&byte), out);
    out.retain(|&(start, end)| {
        bytes.get(start..end).is_some_and(|run| run.iter().filter(is_joint).count() >= n_joints)
    });
}

/// The clusters that touch `start..end`; `clusters` is sorted.
pub(crate) fn touching(clusters: &[Cluster], start: usize, end: usize) -> &[Cluster] {
    let first = clusters.partition_point(|cluster| cluster.end <= start);
    let rest = clusters.get(first..).unwrap_or(&[]);
    let n = rest.partition_point(|cluster| cluster.start < end);
    rest.get(..n).unwrap_or(&[])
}

fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    const LANES: usize = 32;
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
    fn stretches_over_separators_but_not_over_letters() {
        assert_eq!(clusters("Tel: (202) 555-0143x7", 1), [(": (202) 555-0143", 10), ("7", 1)]);
        assert_eq!(clusters("12px 34px", 1), [("12", 2), (" 34", 2)]);
    }

    #[test]
    fn leaves_out_what_is_too_short() {
        assert_eq!(clusters("a1 b22 c333", 3), [("333", 3)]);
    }

    #[test]
    fn finds_a_digit_behind_many_other_bytes() {
        let text = format!("{}7{}", "x".repeat(100), "y".repeat(40));
        assert_eq!(clusters(&text, 1), [("7", 1)]);
        assert_eq!(clusters(&"x".repeat(100), 1), []);
    }

    #[test]
    fn finds_long_runs_only() {
        let mut out = Vec::new();
        find_runs(b"ab abcdef, abc.abcdefg abcd", 5, &mut out);
        assert_eq!(out, [(3, 9), (15, 22)]);
        find_runs(b"abcde", 5, &mut out);
        assert_eq!(out, [(0, 5)]);
        find_runs(b"a-abcde-a", 5, &mut out);
        assert_eq!(out, [(2, 7)]);
    }

    proptest::proptest! {
        #[test]
        fn finds_each_run_that_is_long_enough(text in "[a-c0-]{0,60}", min_len in 1_usize..12) {
            let mut out = Vec::new();
            find_runs(text.as_bytes(), min_len, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let all: Vec<&str> = text.split('-').filter(|run| run.len() >= min_len).collect();
            proptest::prop_assert_eq!(found, all);
            let mut clusters = Vec::new();
            find_all(text.as_bytes(), 1, &mut clusters);
            find_digit_runs(text.as_bytes(), &clusters, min_len, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let all: Vec<&str> =
                text.split('-').filter(|run| run.len() >= min_len && run.contains('0')).collect();
            proptest::prop_assert_eq!(found, all);
        }
    }

    #[test]
    fn finds_groups_of_hex_digits() {
        let found = |text: &str, min: usize| {
            let mut out = Vec::new();
            find_hex_groups(text.as_bytes(), min, &mut out);
            out.len()
        };
        for text in ["00:1b:44:11:3a:b7", "x 2a-bb-9d-cf-8b-c5", "id:00:1b:44:11:3a:b7", "1:2:3:4:5:6"] {
            assert_eq!(found(text, 6), 1, "{text}");
        }
        for text in ["a:b;c:d", "color:#abc;top:0;left:0", "10:20:30", "::::::", "12345:1:2:3:4"] {
            assert_eq!(found(text, 6), 0, "{text}");
        }
        assert_eq!(found("1:2:3 4:5:6", 3), 2);
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
