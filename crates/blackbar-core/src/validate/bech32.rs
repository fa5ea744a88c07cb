//! Bech32 and Bech32m: the BCH code of segregated-witness addresses.

const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
const BECH32: u32 = 1;
const BECH32M: u32 = 0x2bc8_30a3;

/// `bech32`: Bech32 and Bech32m: the BCH code of segregated-witness addresses.
pub(super) fn is_valid(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((prefix, data)) = lower.rsplit_once('1') else { return false };
    let high = prefix.bytes().map(|byte| u32::from(byte >> 5));
    let low = prefix.bytes().map(|byte| u32::from(byte & 31));
    let values = data.bytes().map(|byte| ALPHABET.iter().position(|&letter| letter == byte));
    let Some(values) = values.collect::<Option<Vec<usize>>>() else { return false };
    let all = high.chain([0]).chain(low).chain(values.iter().map(|&value| value as u32));
    let version_0 = values.first() == Some(&0);
    polymod(all) == if version_0 { BECH32 } else { BECH32M }
}

fn polymod(values: impl Iterator<Item = u32>) -> u32 {
    values.fold(1, |check, value| {
        let top = check >> 25;
        let next = ((check & 0x01ff_ffff) << 5) ^ value;
        let fired = GENERATORS.iter().enumerate().filter(|(bit, _)| (top >> bit) & 1 == 1);
        fired.fold(next, |sum, (_, generator)| sum ^ generator)
    })
}
