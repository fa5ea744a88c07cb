//! Runs of letters and digits: where keys, tokens and serial numbers can be.
//!
//! **Invariant:** every run that is long enough is found, once and whole. What is skipped is skipped
//! because a run that is long enough would cover a byte that is no letter or digit.

use crate::detect::cluster::Cluster;

/// Whether a byte is an ASCII letter or digit: a bit test, without a branch per range.
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

/// Finds all unbroken runs of at least `min_len` letters and digits.
///
/// Reads eight bytes at a time where there is none. For short runs, reads one byte in `min_len`.
pub(crate) fn find_runs(bytes: &[u8], min_len: usize, out: &mut Vec<(usize, usize)>) {
    const WIDTH: usize = 8;
    // Only a run of 15 bytes or more surely has eight that begin at a multiple of eight.
    if min_len < 2 * WIDTH - 1 {
        return find_runs_of(bytes, min_len, is_letter_or_digit, out);
    }
    out.clear();
    if bytes.len() < min_len {
        return;
    }
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_letter_or_digit(byte));
    // A run that is long enough extends this far to one side of those eight at least.
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

/// Whether eight bytes are all ASCII from `0` on: letters, digits and a few signs. Adding makes the high
/// bit of each byte say so; one comparison tests all eight.
const fn are_high(eight: u64) -> bool {
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const TO_HIGH: u64 = u64::from_le_bytes([0x80 - b'0'; 8]);
    ((eight & !HIGH) + TO_HIGH) & !eight & HIGH == HIGH
}

/// Finds all runs of at least `min_len` bytes that `is_of` accepts.
pub(crate) fn find_runs_of(
    bytes: &[u8],
    min_len: usize,
    is_of: impl Fn(u8) -> bool,
    out: &mut Vec<(usize, usize)>,
) {
    out.clear();
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_of(byte));
    let Some(mut at) = min_len.checked_sub(1) else { return };
    // A run that is long enough extends this far to one side at least.
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
pub(crate) fn widened(at: usize, floor: usize, is_run: impl Fn(usize) -> bool) -> (usize, usize) {
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

/// Finds the unbroken runs of at least `min_len` letters and digits that have a digit, given the clusters
/// of the text.
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
        // Inside a cluster a run is digits alone. If the cluster has too few, only a run that extends out of
        // it on the left or the right can be long enough.
        let (first, last) = (cluster.start.max(floor), cluster.end);
        let (mut at, mut until) = (first, last);
        if cluster.n_digits < min_len {
            let goes_on_before = first > 0 && is_run(first) && is_run(first - 1);
            let goes_on_after = is_run(last) && last > 0 && is_run(last - 1);
            match (goes_on_before, goes_on_after) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::cluster;

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
            cluster::find_all(text.as_bytes(), 1, &mut clusters);
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
            cluster::find_all(text.as_bytes(), 1, &mut clusters);
            find_digit_runs(text.as_bytes(), &clusters, min_len, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
            let has_digit = |run: &str| run.contains(|c: char| c.is_ascii_digit());
            let all: Vec<&str> = runs.filter(|run| run.len() >= min_len && has_digit(run)).collect();
            proptest::prop_assert_eq!(found, all);
        }
    }
}
