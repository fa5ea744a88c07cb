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

/// Bytes that one step of vector code looks at.
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

/// Finds all unbroken runs of at least `min_len` letters and digits. Looks at eight bytes at once where
/// there is none, or for short runs at one byte in `min_len`.
pub(crate) fn find_runs(bytes: &[u8], min_len: usize, out: &mut Vec<(usize, usize)>) {
    const WIDTH: usize = 8;
    // A run of so many bytes holds eight that begin at a multiple of eight.
    if min_len < 2 * WIDTH - 1 {
        return find_runs_of(bytes, min_len, is_letter_or_digit, out);
    }
    out.clear();
    if bytes.len() < min_len {
        return;
    }
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_letter_or_digit(byte));
    // It goes on this far to one side of them at least.
    let half = (min_len - WIDTH).div_ceil(2);
    let may_be =
        |at: usize| is_run(at) && (is_run(at + WIDTH - 1 + half) || at.checked_sub(half).is_some_and(is_run));
    let mut floor = 0;
    for (idx, eight) in bytes.as_chunks::<WIDTH>().0.iter().enumerate() {
        let at = idx * WIDTH;
        if are_high(u64::from_le_bytes(*eight)) && at >= floor && may_be(at) {
            let (start, end) = widened(at, floor, is_run);
            if end - start >= min_len {
                out.push((start, end));
            }
            floor = end;
        }
    }
}

/// Whether eight bytes are all ASCII from the digits on: letters, digits and a few signs.
const fn are_high(eight: u64) -> bool {
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const TO_HIGH: u64 = u64::from_le_bytes([0x80 - b'0'; 8]);
    ((eight & !HIGH) + TO_HIGH) & !eight & HIGH == HIGH
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
    if bytes.len() < min_len {
        return;
    }
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_letter_or_digit(byte));
    let mut floor = 0;
    for cluster in clusters {
        // Inside a cluster a run is of digits alone; with few of them only one that goes on outside counts.
        let (first, last) = (cluster.start.max(floor), cluster.end);
        let (mut at, mut until) = (first, last);
        if cluster.n_digits < min_len {
            let goes_on_before = first > 0 && is_run(first) && is_run(first - 1);
            let goes_on_behind = is_run(last) && last > 0 && is_run(last - 1);
            match (goes_on_before, goes_on_behind) {
                (true, true) => {}
                (true, false) => {
                    let end = (first..last).find(|&at| !is_run(at)).unwrap_or(last);
                    if !end.checked_sub(min_len).is_some_and(is_run) {
                        continue;
                    }
                    until = first + 1;
                }
                (false, true) => {
                    let start = (first..last).rev().find(|&at| !is_run(at)).map_or(first, |at| at + 1);
                    if !is_run(start + min_len - 1) {
                        continue;
                    }
                    at = start;
                }
                (false, false) => continue,
            }
        }
        while at < until {
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
    if n_joints > 2 * AROUND && bytes.len() >= WINDOW {
        find_dense(bytes, min_len - 1, out);
    } else {
        find_runs_of(bytes, min_len - 1, is_hex_or_joint, out);
    }
    out.retain(|&(start, end)| {
        bytes.get(start..end).is_some_and(|run| run.iter().filter(is_joint).count() >= n_joints)
    });
}

/// Bytes on both sides of a joint that are hex digits or joints too, unless it stands at an end of its run.
const AROUND: usize = 2;

const fn is_hex_or_joint(byte: u8) -> bool {
    // The colon follows upon the digits.
    byte.wrapping_sub(b'0') < 11 || (byte | 0x20).wrapping_sub(b'a') < 6 || byte == b'-'
}

/// Joints that one step looks at, and the bytes it looks at for that.
const CENTRES: usize = 64;
const WINDOW: usize = 80;

/// Finds all runs of at least `min_len` hex digits and joints that have a joint which does not stand at one
/// of their ends: one pass of vector code where there is none.
fn find_dense(bytes: &[u8], min_len: usize, out: &mut Vec<(usize, usize)>) {
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_hex_or_joint(byte));
    let mut floor = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let mut last = [0; WINDOW];
        let window = rest.first_chunk().unwrap_or_else(|| {
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            &last
        });
        let mut is_within = [0; CENTRES];
        find_joints(window, &mut is_within);
        if is_within.iter().fold(0, |any, is_within| any | is_within) != 0 {
            let centres = is_within.iter().enumerate().filter(|(_, is_within)| **is_within != 0);
            for centre in centres.map(|(idx, _)| at + idx + AROUND) {
                if centre < floor {
                    continue;
                }
                let (start, end) = widened(centre, floor, is_run);
                if end - start >= min_len {
                    out.push((start, end));
                }
                floor = end;
            }
        }
        at += CENTRES;
    }
}

/// Says of each joint of a window whether the bytes beside it are hex digits or joints too. The first is that
/// of the byte [`AROUND`].
fn find_joints(window: &[u8; WINDOW], is_within: &mut [u8; CENTRES]) {
    let mut is_of = [0; WINDOW];
    for (is_of, &byte) in is_of.iter_mut().zip(window) {
        let is_hex_or_colon =
            u8::from(byte.wrapping_sub(b'0') < 11) | u8::from((byte | 0x20).wrapping_sub(b'a') < 6);
        *is_of = is_hex_or_colon | u8::from(byte == b'-');
    }
    let lanes = |offset: usize| is_of.get(offset..).and_then(<[u8]>::first_chunk::<CENTRES>);
    let centres = window.get(AROUND..).and_then(<[u8]>::first_chunk::<CENTRES>);
    let (Some(a), Some(b), Some(centres), Some(d), Some(e)) =
        (lanes(0), lanes(1), centres, lanes(3), lanes(4))
    else {
        return;
    };
    let beside = a.iter().zip(b).zip(d).zip(e);
    for ((is_within, (((a, b), d), e)), &c) in is_within.iter_mut().zip(beside).zip(centres) {
        *is_within = a & b & d & e & (u8::from(c == b':') | u8::from(c == b'-'));
    }
}

/// The clusters that touch `start..end`; `clusters` is sorted.
pub(crate) fn touching(clusters: &[Cluster], start: usize, end: usize) -> &[Cluster] {
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

    proptest::proptest! {
        #[test]
        fn finds_each_long_run(text in "([a-z0-9]{1,20}|[é:{-]){0,24}", min_len in 12_usize..20) {
            let mut out = Vec::new();
            find_runs(text.as_bytes(), min_len, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
            let all: Vec<&str> = runs.filter(|run| run.len() >= min_len).collect();
            proptest::prop_assert_eq!(found, all);
        }

        #[test]
        fn finds_each_digit_run_of_a_text(text in "([a-c]{1,5}|[0-9]{1,9}|[x .-]){0,24}", min_len in 3_usize..12) {
            let (mut out, mut clusters) = (Vec::new(), Vec::new());
            find_all(text.as_bytes(), 1, &mut clusters);
            find_digit_runs(text.as_bytes(), &clusters, min_len, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
            let has_digit = |run: &str| run.contains(|c: char| c.is_ascii_digit());
            let all: Vec<&str> = runs.filter(|run| run.len() >= min_len && has_digit(run)).collect();
            proptest::prop_assert_eq!(found, all);
        }

        #[test]
        fn finds_all_groups_of_hex_digits(text in "([a-f0-9]{0,4}[:-]|[a-f0-9]{1,9}|[gz. ]{1,9}){0,40}", min in 2_usize..9) {
            let mut out = Vec::new();
            find_hex_groups(text.as_bytes(), min, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let is_joint = |c: &char| matches!(c, ':' | '-');
            let runs = text.split(|c: char| !c.is_ascii_hexdigit() && !is_joint(&c));
            let is_enough = |run: &&str| {
                run.len() >= 2 * min - 1 && run.chars().filter(is_joint).count() >= min - 1
            };
            let all: Vec<&str> = runs.filter(is_enough).collect();
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
