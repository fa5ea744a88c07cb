//! Prefix codes of deflate: their lengths from how often symbols occur, and what symbols mean.

use crate::decode::deflate::MAX_BITS;

/// More symbols than any code has.
const MOST_SYMBOLS: usize = 288;

/// In which order the lengths of codes for lengths of codes are written.
pub(super) const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The lengths of the codes that are agreed on.
pub(super) fn fixed_literals() -> [u8; 288] {
    let mut lengths = [8; 288];
    lengths.iter_mut().take(256).skip(144).for_each(|length| *length = 9);
    lengths.iter_mut().take(280).skip(256).for_each(|length| *length = 7);
    lengths
}

/// The shortest match that a symbol for lengths stands for, and its number of extra bits.
pub(super) fn length_of(symbol: u32) -> (u32, u32) {
    match symbol {
        0..8 => (3 + symbol, 0),
        8..28 => {
            let extra = symbol / 4 - 1;
            (3 + ((4 + symbol % 4) << extra), extra)
        }
        28 => (258, 0),
        _ => (0, 0),
    }
}

/// The shortest distance that a symbol stands for, and its number of extra bits.
pub(super) fn distance_of(symbol: u32) -> (u32, u32) {
    match symbol {
        0..4 => (1 + symbol, 0),
        4..30 => {
            let extra = symbol / 2 - 1;
            (1 + ((2 + symbol % 2) << extra), extra)
        }
        _ => (0, 0),
    }
}

/// The symbols of all lengths from 3 on.
const SYMBOLS: [u8; 256] = {
    let mut symbols = [28; 256];
    let mut over = 0_u8;
    while over < u8::MAX {
        #[expect(clippy::indexing_slicing, reason = "a byte indexes a table of 256, at compile time")]
        {
            let extra = if over < 8 { 0 } else { over.ilog2() as u8 - 2 };
            symbols[over as usize] = 4 * extra + (over >> extra);
        }
        over += 1;
    }
    symbols
};

/// The symbol of a length, its number of extra bits and what they say.
#[inline]
pub(super) fn symbol_of_length(len: u32) -> (u32, u32, u32) {
    let over = len.saturating_sub(3).min(255) as u8;
    let symbol = u32::from(SYMBOLS.get(usize::from(over)).copied().unwrap_or(0));
    let extra = if (8..28).contains(&symbol) { symbol / 4 - 1 } else { 0 };
    (symbol, extra, u32::from(over) & ((1 << extra) - 1))
}

/// The symbol of a distance, its number of extra bits and what they say.
#[inline]
pub(super) fn symbol_of_distance(distance: u32) -> (u32, u32, u32) {
    let over = distance.saturating_sub(1);
    if over < 4 {
        return (over, 0, 0);
    }
    let extra = over.ilog2() - 1;
    (2 * extra + (over >> extra), extra, over & ((1 << extra) - 1))
}

/// The first code of each length, as canonical codes are numbered. `None` if there are more codes
/// than fit.
pub(super) fn first_codes(lengths: &[u8]) -> Option<[u32; MAX_BITS + 1]> {
    let mut counts = [0_u32; MAX_BITS + 1];
    // Many are alike in a row: four counts, so that none waits for the one before it.
    let mut four = [[0_u32; MAX_BITS + 1]; 4];
    for lengths in lengths.chunks(4) {
        for (counts, &length) in four.iter_mut().zip(lengths) {
            *counts.get_mut(usize::from(length))? += 1;
        }
    }
    for some in four {
        counts.iter_mut().zip(some).for_each(|(count, n)| *count += n);
    }
    let mut codes = [0; MAX_BITS + 1];
    let mut next = 0;
    for ((bits, code), count) in codes.iter_mut().enumerate().zip(counts).skip(1) {
        *code = next;
        next += count;
        if next > 1 << bits {
            return None;
        }
        next <<= 1;
    }
    Some(codes)
}

/// A code with its first bit lowest, as streams hold it.
pub(super) fn reversed(code: u32, length: u32) -> u32 {
    code.reverse_bits().checked_shr(32 - length).unwrap_or(0)
}

/// Gives symbols that occur the lengths of codes, none longer than `most`: as short as can be, or
/// nearly where `most` stands in the way. At least two symbols get one, so that the code is whole.
pub(super) fn lengths(frequencies: &[u32], most: usize, out: &mut [u8]) {
    out.fill(0);
    // How often and which in one number, so that sorting compares only once.
    let key = |times: u32, symbol: u32| times.min(u32::MAX >> 9) << 9 | symbol;
    let mut leaves = [0; MOST_SYMBOLS];
    let mut n = 0;
    for (&times, symbol) in frequencies.iter().zip(0..) {
        // No branch: which symbols occur is hard to foretell.
        if let Some(leaf) = leaves.get_mut(n) {
            *leaf = key(times, symbol);
        }
        n += usize::from(times > 0);
    }
    for symbol in 0..2 {
        let is_given = leaves.iter().take(n).any(|leaf| leaf & 0x1FF == symbol);
        if let Some(leaf) = leaves.get_mut(n).filter(|_| n < 2 && !is_given) {
            *leaf = key(1, symbol);
            n += 1;
        }
    }
    let leaves = leaves.get_mut(..n).unwrap_or_default();
    leaves.sort_unstable();
    let mut counts = depths(leaves, most);
    shorten(&mut counts, most);
    // The rarest first, and they get the longest.
    let longest_first = counts.iter().enumerate().rev();
    let mut given =
        longest_first.flat_map(|(length, &count)| std::iter::repeat_n(length as u8, count as usize));
    for leaf in leaves {
        if let (Some(slot), Some(length)) = (out.get_mut(*leaf as usize & 0x1FF), given.next()) {
            *slot = length;
        }
    }
}

/// How many leaves of Huffman's tree lie how deep; those below `most` count as there.
fn depths(leaves: &[u32], most: usize) -> [u32; MAX_BITS + 1] {
    // Nodes come into being in order of weight, so two queues do.
    let mut weights = [0_u64; MOST_SYMBOLS];
    let mut leaf_parents = [0_u16; MOST_SYMBOLS];
    let mut node_parents = [0_u16; MOST_SYMBOLS];
    let (mut leaf, mut node) = (0, 0);
    let n_nodes = leaves.len().saturating_sub(1);
    for parent in 0..n_nodes {
        let mut weight = 0;
        for _ in 0..2 {
            let of_leaf = leaves.get(leaf).map_or(u64::MAX, |leaf| u64::from(leaf >> 9));
            let of_node = weights.get(node).copied().filter(|_| node < parent).unwrap_or(u64::MAX);
            let is_leaf = of_leaf <= of_node;
            let slot = if is_leaf { leaf_parents.get_mut(leaf) } else { node_parents.get_mut(node) };
            if let Some(slot) = slot {
                *slot = parent as u16;
            }
            weight += of_leaf.min(of_node);
            leaf += usize::from(is_leaf);
            node += usize::from(!is_leaf);
        }
        if let Some(slot) = weights.get_mut(parent) {
            *slot = weight;
        }
    }
    let mut node_depths = [0_u16; MOST_SYMBOLS];
    for node in (0..n_nodes.saturating_sub(1)).rev() {
        let parent = node_parents.get(node).map_or(0, |&parent| usize::from(parent));
        let depth = node_depths.get(parent).map_or(0, |depth| depth + 1);
        if let Some(slot) = node_depths.get_mut(node) {
            *slot = depth;
        }
    }
    let mut counts = [0; MAX_BITS + 1];
    for &parent in leaf_parents.iter().take(leaves.len()) {
        let depth = node_depths.get(usize::from(parent)).map_or(0, |&depth| usize::from(depth) + 1);
        if let Some(count) = counts.get_mut(depth.min(most)) {
            *count += 1;
        }
    }
    counts
}

/// Lengthens codes until all fit where some were cut to `most` bits.
fn shorten(counts: &mut [u32; MAX_BITS + 1], most: usize) {
    let room = 1_u32 << most;
    let taken =
        |counts: &[u32]| counts.iter().enumerate().skip(1).map(|(length, n)| n << (most - length)).sum();
    let mut used: u32 = taken(counts.get(..=most).unwrap_or_default());
    while used > room {
        // One of the longest goes beside one that was shorter and is now a bit longer.
        let shorter = (1..most).rev().find(|&length| counts.get(length).is_some_and(|&n| n > 0));
        let Some(shorter) = shorter else { return };
        for (length, change) in [(shorter, -1), (shorter + 1, 2), (most, -1)] {
            if let Some(count) = counts.get_mut(length) {
                *count = count.saturating_add_signed(change);
            }
        }
        used -= 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn codes_are_whole_and_no_longer_than_allowed(
            times in prop::collection::vec(prop_oneof![Just(0_u32), 1_u32..5, 0_u32..8_000_000], 2..286),
            most in 9_usize..=15,
        ) {
            let mut given = vec![0; times.len()];
            lengths(&times, most, &mut given);
            prop_assert!(times.iter().zip(&given).all(|(&n, &length)| n == 0 || length > 0));
            prop_assert!(given.iter().all(|&length| usize::from(length) <= most));
            let whole: u32 = given.iter().filter(|&&length| length > 0).map(|&length| 1 << (most - usize::from(length))).sum();
            prop_assert_eq!(whole, 1 << most);
        }
    }

    #[test]
    fn codes_of_steep_frequencies_are_cut_short() {
        let mut times = [1_u32; 30];
        for n in 2..30 {
            times[n] = times[n - 1] + times[n - 2];
        }
        let mut given = [0; 30];
        lengths(&times, 15, &mut given);
        assert_eq!(given.iter().map(|&length| 1_u32 << (15 - length)).sum::<u32>(), 1 << 15);
        assert_eq!(given.iter().max(), Some(&15));
        let mut few = [0; 19];
        lengths(&[0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 7, &mut few);
        assert_eq!((few.iter().sum::<u8>(), few[5]), (2, 1));
    }
}
