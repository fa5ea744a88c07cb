//! Prefix codes of deflate: their lengths from how often symbols occur, and what symbols mean.

use crate::decode::deflate::MAX_BITS;

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
    for &length in lengths {
        *counts.get_mut(usize::from(length))? += 1;
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
    let key = |(&times, symbol): (&u32, u32)| times.min(u32::MAX >> 9) << 9 | symbol;
    let mut leaves: Vec<u32> =
        frequencies.iter().zip(0..).filter(|(times, _)| **times > 0).map(key).collect();
    for symbol in 0..2 {
        if leaves.len() < 2 && leaves.iter().all(|leaf| leaf & 0x1FF != symbol) {
            leaves.push(key((&1, symbol)));
        }
    }
    leaves.sort_unstable();
    let mut counts = depths(&leaves, most);
    shorten(&mut counts, most);
    // The rarest first, and they get the longest.
    let longest_first = counts.iter().enumerate().rev();
    let mut given =
        longest_first.flat_map(|(length, &count)| std::iter::repeat_n(length as u8, count as usize));
    for leaf in leaves {
        if let (Some(slot), Some(length)) = (out.get_mut(leaf as usize & 0x1FF), given.next()) {
            *slot = length;
        }
    }
}

/// How many leaves of Huffman's tree lie how deep; those below `most` count as there.
fn depths(leaves: &[u32], most: usize) -> [u32; MAX_BITS + 1] {
    // Nodes come into being in order of weight, so two queues do.
    let mut weights: Vec<u64> = Vec::with_capacity(leaves.len());
    let mut leaf_parents: Vec<usize> = Vec::with_capacity(leaves.len());
    let mut node_parents: Vec<usize> = Vec::with_capacity(leaves.len());
    for parent in 0..leaves.len().saturating_sub(1) {
        let mut weight = 0;
        for _ in 0..2 {
            let leaf = leaves.get(leaf_parents.len()).map(|leaf| u64::from(leaf >> 9));
            let node = weights.get(node_parents.len()).copied();
            match (leaf, node) {
                (Some(leaf), node) if node.is_none_or(|node| leaf <= node) => {
                    leaf_parents.push(parent);
                    weight += leaf;
                }
                (_, Some(node)) => {
                    node_parents.push(parent);
                    weight += node;
                }
                _ => {}
            }
        }
        weights.push(weight);
    }
    let mut node_depths = vec![0_usize; weights.len()];
    for (node, &parent) in node_parents.iter().enumerate().rev() {
        let depth = node_depths.get(parent).copied().unwrap_or(0) + 1;
        if let Some(slot) = node_depths.get_mut(node) {
            *slot = depth;
        }
    }
    let mut counts = [0; MAX_BITS + 1];
    for &parent in &leaf_parents {
        let depth = node_depths.get(parent).copied().unwrap_or(0) + 1;
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
