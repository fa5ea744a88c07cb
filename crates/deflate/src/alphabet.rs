//! The two alphabets of a block and what their symbols mean (RFC 1951, section 3.2.5).
//!
//! The literal/length alphabet has the 256 bytes, the end of the block, and 29 lengths; the distance
//! alphabet has 30 distances. A length or distance symbol is a base and a number of extra bits.

/// Symbols of the literal/length alphabet that a block may use.
pub(crate) const N_LITERAL_LENGTH: usize = 286;

/// The literal/length symbol that ends a block.
pub(crate) const END_OF_BLOCK: usize = 256;

/// The first literal/length symbol that is a length.
pub(crate) const FIRST_LENGTH: usize = 257;

/// Symbols of the distance alphabet.
pub(crate) const N_DISTANCE: usize = 30;

/// Symbols of the alphabet in which a dynamic block writes its code lengths.
pub(crate) const N_CODE_LENGTH: usize = 19;

/// The order in which a dynamic block writes the lengths of its code-length codes.
pub(crate) const CODE_LENGTH_ORDER: [u8; N_CODE_LENGTH] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The code lengths of the literal/length tree of a fixed block.
pub(crate) fn fixed_literal_length_lengths() -> [u8; 288] {
    let mut lengths = [8; 288];
    lengths.iter_mut().take(256).skip(144).for_each(|length| *length = 9);
    lengths.iter_mut().take(280).skip(256).for_each(|length| *length = 7);
    lengths
}

/// The code lengths of the distance tree of a fixed block.
pub(crate) const FIXED_DISTANCE_LENGTHS: [u8; N_DISTANCE] = [5; N_DISTANCE];

/// The base of a length symbol, counted from [`FIRST_LENGTH`], and its number of extra bits.
pub(crate) fn length_base(symbol: u32) -> (u32, u32) {
    match symbol {
        0..8 => (3 + symbol, 0),
        8..28 => {
            let n_extra = symbol / 4 - 1;
            (3 + ((4 + symbol % 4) << n_extra), n_extra)
        }
        28 => (258, 0),
        _ => (0, 0),
    }
}

/// The base of a distance symbol and its number of extra bits.
pub(crate) fn distance_base(symbol: u32) -> (u32, u32) {
    match symbol {
        0..4 => (1 + symbol, 0),
        4..30 => {
            let n_extra = symbol / 2 - 1;
            (1 + ((2 + symbol % 2) << n_extra), n_extra)
        }
        _ => (0, 0),
    }
}

/// The length symbol of every length, from 3 on.
const LENGTH_SYMBOLS: [u8; 256] = {
    let mut symbols = [28; 256];
    let mut over = 0_u8;
    while over < u8::MAX {
        #[expect(clippy::indexing_slicing, reason = "a byte indexes a table of 256, at compile time")]
        {
            let n_extra = if over < 8 { 0 } else { over.ilog2() as u8 - 2 };
            symbols[over as usize] = 4 * n_extra + (over >> n_extra);
        }
        over += 1;
    }
    symbols
};

/// The symbol of a length, counted from [`FIRST_LENGTH`]; its number of extra bits, and their value.
#[inline]
pub(crate) fn length_symbol(len: u32) -> (u32, u32, u32) {
    let over = len.saturating_sub(3).min(255) as u8;
    let symbol = u32::from(LENGTH_SYMBOLS.get(usize::from(over)).copied().unwrap_or(0));
    let n_extra = if (8..28).contains(&symbol) { symbol / 4 - 1 } else { 0 };
    (symbol, n_extra, u32::from(over) & ((1 << n_extra) - 1))
}

/// The symbol of a distance, its number of extra bits, and their value.
#[inline]
pub(crate) fn distance_symbol(distance: u32) -> (u32, u32, u32) {
    let over = distance.saturating_sub(1);
    if over < 4 {
        return (over, 0, 0);
    }
    let n_extra = over.ilog2() - 1;
    (2 * n_extra + (over >> n_extra), n_extra, over & ((1 << n_extra) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_extra_bits_give_the_value_back() {
        for len in 3..=258 {
            let (symbol, n_extra, extra) = length_symbol(len);
            assert_eq!(length_base(symbol), (len - extra, n_extra), "{len}");
        }
        for distance in 1..=32_768 {
            let (symbol, n_extra, extra) = distance_symbol(distance);
            assert_eq!(distance_base(symbol), (distance - extra, n_extra), "{distance}");
        }
    }
}
