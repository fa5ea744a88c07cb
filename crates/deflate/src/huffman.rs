//! Canonical Huffman codes: code lengths from symbol counts, codes from code lengths.
//!
//! RFC 1951, section 3.2.2. Knows no alphabet; symbols are indexes.

/// The longest code of the literal/length and the distance tree.
pub(crate) const MAX_CODE_BITS: usize = 15;

/// At least as many symbols as any alphabet has.
const MAX_SYMBOLS: usize = 288;

/// The first canonical code of each length. `None` if the lengths ask for more codes than there are.
pub(crate) fn first_codes(lengths: &[u8]) -> Option<[u32; MAX_CODE_BITS + 1]> {
    let mut counts = [0_u32; MAX_CODE_BITS + 1];
    // Equal lengths come in rows. Four sets of counters, so that an increment does not wait for the
    // store of the one before it.
    let mut four = [[0_u32; MAX_CODE_BITS + 1]; 4];
    for lengths in lengths.chunks(4) {
        for (counts, &length) in four.iter_mut().zip(lengths) {
            *counts.get_mut(usize::from(length))? += 1;
        }
    }
    for some in four {
        counts.iter_mut().zip(some).for_each(|(count, n)| *count += n);
    }
    let mut codes = [0; MAX_CODE_BITS + 1];
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

/// A code with its first bit lowest, the order in which a stream holds it.
pub(crate) fn reverse_bits(code: u32, length: u32) -> u32 {
    code.reverse_bits().checked_shr(32 - length).unwrap_or(0)
}

/// Writes the code length of every symbol that occurs to `out`, none above `max_bits`. Optimal where the
/// limit does not matter, nearly so where it does. At least two symbols get a code, so that the code
/// is complete: some decoders reject others.
pub(crate) fn code_lengths(counts_of_symbols: &[u32], max_bits: usize, out: &mut [u8]) {
    out.fill(0);
    // Count and symbol in one number, so that sorting compares once.
    let key = |times: u32, symbol: u32| times.min(u32::MAX >> 9) << 9 | symbol;
    let mut leaves = [0; MAX_SYMBOLS];
    let mut n = 0;
    for (&times, symbol) in counts_of_symbols.iter().zip(0..) {
        // No branch: the processor cannot predict which symbols occur.
        if let Some(leaf) = leaves.get_mut(n) {
            *leaf = key(times, symbol);
        }
        n += usize::from(times > 0);
    }
    for symbol in 0..2 {
        let has_code = leaves.iter().take(n).any(|leaf| leaf & 0x1FF == symbol);
        if let Some(leaf) = leaves.get_mut(n).filter(|_| n < 2 && !has_code) {
            *leaf = key(1, symbol);
            n += 1;
        }
    }
    let leaves = leaves.get_mut(..n).unwrap_or_default();
    leaves.sort_unstable();
    let mut counts = leaf_depths(leaves, max_bits);
    limit_lengths(&mut counts, max_bits);
    // Leaves are sorted by count; the rarest get the longest codes.
    let longest_first = counts.iter().enumerate().rev();
    let mut lengths =
        longest_first.flat_map(|(length, &count)| std::iter::repeat_n(length as u8, count as usize));
    for leaf in leaves {
        if let (Some(slot), Some(length)) = (out.get_mut(*leaf as usize & 0x1FF), lengths.next()) {
            *slot = length;
        }
    }
}

/// The number of leaves of the Huffman tree at each depth; deeper ones count at `max_bits`.
///
/// Two queues instead of a heap: linear, since the leaves are sorted and inner nodes are created in
/// order of weight.
fn leaf_depths(leaves: &[u32], max_bits: usize) -> [u32; MAX_CODE_BITS + 1] {
    let mut weights = [0_u64; MAX_SYMBOLS];
    let mut leaf_parents = [0_u16; MAX_SYMBOLS];
    let mut node_parents = [0_u16; MAX_SYMBOLS];
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
    let mut node_depths = [0_u16; MAX_SYMBOLS];
    for node in (0..n_nodes.saturating_sub(1)).rev() {
        let parent = node_parents.get(node).map_or(0, |&parent| usize::from(parent));
        let depth = node_depths.get(parent).map_or(0, |depth| depth + 1);
        if let Some(slot) = node_depths.get_mut(node) {
            *slot = depth;
        }
    }
    let mut counts = [0; MAX_CODE_BITS + 1];
    for &parent in leaf_parents.iter().take(leaves.len()) {
        let depth = node_depths.get(usize::from(parent)).map_or(0, |&depth| usize::from(depth) + 1);
        if let Some(count) = counts.get_mut(depth.min(max_bits)) {
            *count += 1;
        }
    }
    counts
}

/// Lengthens short codes until those that were cut to `max_bits` fit.
fn limit_lengths(counts: &mut [u32; MAX_CODE_BITS + 1], max_bits: usize) {
    let room = 1_u32 << max_bits;
    let taken =
        |counts: &[u32]| counts.iter().enumerate().skip(1).map(|(length, n)| n << (max_bits - length)).sum();
    let mut used: u32 = taken(counts.get(..=max_bits).unwrap_or_default());
    while used > room {
        // A shorter code becomes a bit longer; its new sibling takes in one of the longest.
        let shorter = (1..max_bits).rev().find(|&length| counts.get(length).is_some_and(|&n| n > 0));
        let Some(shorter) = shorter else { return };
        for (length, change) in [(shorter, -1), (shorter + 1, 2), (max_bits, -1)] {
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
        fn codes_are_complete_and_within_the_limit(
            times in prop::collection::vec(prop_oneof![Just(0_u32), 1_u32..5, 0_u32..8_000_000], 2..286),
            max_bits in 9_usize..=15,
        ) {
            let mut given = vec![0; times.len()];
            code_lengths(&times, max_bits, &mut given);
            prop_assert!(times.iter().zip(&given).all(|(&n, &length)| n == 0 || length > 0));
            prop_assert!(given.iter().all(|&length| usize::from(length) <= max_bits));
            let complete: u32 = given.iter().filter(|&&length| length > 0).map(|&length| 1 << (max_bits - usize::from(length))).sum();
            prop_assert_eq!(complete, 1 << max_bits);
        }
    }

    #[test]
    fn steep_counts_are_limited() {
        let mut times = [1_u32; 30];
        for n in 2..30 {
            times[n] = times[n - 1] + times[n - 2];
        }
        let mut given = [0; 30];
        code_lengths(&times, 15, &mut given);
        assert_eq!(given.iter().map(|&length| 1_u32 << (15 - length)).sum::<u32>(), 1 << 15);
        assert_eq!(given.iter().max(), Some(&15));
        let mut few = [0; 19];
        code_lengths(&[0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 7, &mut few);
        assert_eq!((few.iter().sum::<u8>(), few[5]), (2, 1));
    }
}
