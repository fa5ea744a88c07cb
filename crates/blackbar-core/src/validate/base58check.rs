//! Base58Check: the last four bytes are the first of a double SHA-256.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Version, hash, checksum.
const LEN: usize = 25;

/// `base58check`: Base58Check: the last four bytes are the first of a double SHA-256.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(bytes) = decode(text) else { return false };
    let Some((body, check)) = bytes.split_last_chunk::<4>() else { return false };
    let hash = Sha256::digest(Sha256::digest(body));
    hash.starts_with(check)
}

fn decode(text: &str) -> Option<[u8; LEN]> {
    let mut bytes = [0_u8; LEN];
    for byte in text.bytes() {
        let mut carry = ALPHABET.iter().position(|&letter| letter == byte)?;
        for slot in bytes.iter_mut().rev() {
            carry += usize::from(*slot) * 58;
            *slot = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(bytes)
}
