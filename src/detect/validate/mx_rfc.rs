//! RFC of Mexico: a day, and a check character by weights 13 to 2, modulus 11; three characters may be missing.

/// The order in which the tax office counts them; `*` stands for Ñ.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ *";

pub(super) fn is_valid(text: &str) -> bool {
    let mut bytes = [b' '; 13];
    let kept = text.chars().filter(|c| c.is_alphanumeric() || *c == '&');
    let plain = kept.map(|c| if matches!(c, 'Ñ' | 'ñ') { '*' } else { c.to_ascii_uppercase() });
    let mut n = 0;
    let len = text.chars().filter(|c| c.is_alphanumeric() || *c == '&').count();
    for c in plain {
        // Firms have three letters: theirs count behind a blank.
        let at = n + usize::from(len == 12);
        let (Some(slot), Ok(byte)) = (bytes.get_mut(at), u8::try_from(c)) else { return false };
        *slot = byte;
        n += 1;
    }
    let Some((&check, body)) = bytes.split_last() else { return false };
    let value = |byte: u8| ALPHABET.iter().position(|&letter| letter == byte);
    let sum = body
        .iter()
        .zip((2..=13_usize).rev())
        .try_fold(0, |sum, (&byte, weight)| Some(sum + weight * value(byte)?));
    let expected = sum.map(|sum| match 11 - sum % 11 {
        11 => b'0',
        10 => b'A',
        digit => b'0' + digit as u8,
    });
    matches!(len, 12 | 13) && expected == Some(check)
}
