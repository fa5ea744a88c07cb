//! Groups of hex digits joined by colons or hyphens: where MAC addresses and fingerprints can be.

use crate::detect::runs;

/// Finds where there may be `min_groups` groups of hex digits: runs of hex digits and joiners that are
/// long enough and have at least `min_groups - 1` joiners.
pub(crate) fn find_hex_groups(bytes: &[u8], min_groups: usize, out: &mut Vec<(usize, usize)>) {
    out.clear();
    let (Some(n_joiners), Some(min_len)) = (min_groups.checked_sub(1), min_groups.checked_mul(2)) else {
        return;
    };
    let is_joiner = |byte: &&u8| matches!(**byte, b':' | b'-');
    if n_joiners > 2 * N_AROUND && bytes.len() >= WINDOW_BYTES {
        find_dense(bytes, min_len - 1, out);
    } else {
        runs::find_runs_of(bytes, min_len - 1, is_hex_or_joiner, out);
    }
    out.retain(|&(start, end)| {
        bytes.get(start..end).is_some_and(|run| run.iter().filter(is_joiner).count() >= n_joiners)
    });
}

/// Bytes on each side of a joiner that are hex digits or joiners too, unless it is at an end of its run.
const N_AROUND: usize = 2;

const fn is_hex_or_joiner(byte: u8) -> bool {
    // The colon is the byte after `9`.
    byte.wrapping_sub(b'0') < 11 || (byte | 0x20).wrapping_sub(b'a') < 6 || byte == b'-'
}

/// Positions that one step tests for a joiner, and the bytes it reads for that.
const N_CENTERS: usize = 64;
const WINDOW_BYTES: usize = 80;

/// Finds all runs of at least `min_len` hex digits and joiners that have a joiner which is not at one of
/// their ends: one pass of vector code where there is none.
fn find_dense(bytes: &[u8], min_len: usize, out: &mut Vec<(usize, usize)>) {
    let is_run = |at: usize| bytes.get(at).is_some_and(|&byte| is_hex_or_joiner(byte));
    let mut floor = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let mut last = [0; WINDOW_BYTES];
        let window = rest.first_chunk().unwrap_or_else(|| {
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            &last
        });
        let mut is_within = [0; N_CENTERS];
        find_joiners(window, &mut is_within);
        if is_within.iter().fold(0, |any, is_within| any | is_within) != 0 {
            let centers = is_within.iter().enumerate().filter(|(_, is_within)| **is_within != 0);
            for center in centers.map(|(idx, _)| at + idx + N_AROUND) {
                if center < floor {
                    continue;
                }
                let (start, end) = runs::widened(center, floor, is_run);
                if end - start >= min_len {
                    out.push((start, end));
                }
                floor = end;
            }
        }
        at += N_CENTERS;
    }
}

/// Says of each joiner of a window whether the bytes around it are hex digits or joiners too. The first is that
/// of the byte [`N_AROUND`].
fn find_joiners(window: &[u8; WINDOW_BYTES], is_within: &mut [u8; N_CENTERS]) {
    let mut is_of = [0; WINDOW_BYTES];
    for (is_of, &byte) in is_of.iter_mut().zip(window) {
        let is_hex_or_colon =
            u8::from(byte.wrapping_sub(b'0') < 11) | u8::from((byte | 0x20).wrapping_sub(b'a') < 6);
        *is_of = is_hex_or_colon | u8::from(byte == b'-');
    }
    let lanes = |offset: usize| is_of.get(offset..).and_then(<[u8]>::first_chunk::<N_CENTERS>);
    let centers = window.get(N_AROUND..).and_then(<[u8]>::first_chunk::<N_CENTERS>);
    let (Some(a), Some(b), Some(centers), Some(d), Some(e)) =
        (lanes(0), lanes(1), centers, lanes(3), lanes(4))
    else {
        return;
    };
    let neighbors = a.iter().zip(b).zip(d).zip(e);
    for ((is_within, (((a, b), d), e)), &c) in is_within.iter_mut().zip(neighbors).zip(centers) {
        *is_within = a & b & d & e & (u8::from(c == b':') | u8::from(c == b'-'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_all_groups_of_hex_digits(text in "([a-f0-9]{0,4}[:-]|[a-f0-9]{1,9}|[gz. ]{1,9}){0,40}", min in 2_usize..9) {
            let mut out = Vec::new();
            find_hex_groups(text.as_bytes(), min, &mut out);
            let found: Vec<&str> = out.iter().map(|&(start, end)| text.get(start..end).unwrap()).collect();
            let is_joiner = |c: &char| matches!(c, ':' | '-');
            let runs = text.split(|c: char| !c.is_ascii_hexdigit() && !is_joiner(&c));
            let is_enough = |run: &&str| {
                run.len() >= 2 * min - 1 && run.chars().filter(is_joiner).count() >= min - 1
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
}
