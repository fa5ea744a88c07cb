//! What replaces a finding: masks, labels and keyed pseudonyms.

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

use crate::rules::Action;
use crate::text::fold;

/// The character that replaces one UTF-16 unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaskChar {
    /// `*`, as rrweb writes it.
    Star,
    /// `x`: where a star or slash would end a comment or begin one.
    Letter,
}

impl MaskChar {
    const fn byte(self) -> u8 {
        match self {
            Self::Star => b'*',
            Self::Letter => b'x',
        }
    }
}

/// The mask of a password or one-time code: their length would reveal too much.
pub(crate) const FIXED: &str = "********";

/// `text` with each UTF-16 unit masked and whitespace kept, so that the layout and offsets hold.
pub(crate) fn mask(text: &str, with: MaskChar) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            out.extend(std::iter::repeat_n(with.byte(), c.len_utf16()));
        }
    }
    out
}

/// Whether there is nothing to mask: whitespace, stars of an earlier mask, or a pseudonym.
pub(crate) fn is_masked(text: &str) -> bool {
    is_pseudonym(text) || text.chars().all(|c| c == '*' || c.is_whitespace())
}

/// The replacement of `text` by `action`.
pub(crate) fn render(action: &Action, text: &str, with: MaskChar, key: &[u8; 32]) -> Vec<u8> {
    match action {
        Action::Mask => mask(text, with),
        Action::Replace(label) => label.clone().into_bytes(),
        Action::Hash => pseudonym(text, key).into_bytes(),
        Action::Partial { keep_last } => partial(text, usize::from(*keep_last), with),
        Action::Drop => Vec::new(),
    }
}

fn partial(text: &str, keep_last: usize, with: MaskChar) -> Vec<u8> {
    let n_kept_from = text.chars().filter(|c| c.is_alphanumeric()).count().saturating_sub(keep_last);
    let mut n_seen = 0;
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        let keeps = if c.is_alphanumeric() {
            n_seen += 1;
            n_seen > n_kept_from
        } else {
            c.is_whitespace() || n_seen >= n_kept_from && c.is_ascii_punctuation()
        };
        let mut utf8 = [0; 4];
        if keeps {
            out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        } else {
            out.extend(std::iter::repeat_n(with.byte(), c.len_utf16()));
        }
    }
    out
}

/// A keyed pseudonym: the same for the same text however it is written, and no rule matches it.
///
/// HMAC-SHA-256 over the folded, lower-case text, cut to 80 bits and written in letters only, so
/// that no digit run, separator or known prefix can appear in it.
pub(crate) fn pseudonym(text: &str, key: &[u8; 32]) -> String {
    const LETTERS: &[u8; 16] = b"bcdfghjklmnpqrtv";
    let folded = fold::fold(text).as_str().trim().to_lowercase();
    // A key of any length is taken.
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(key) else { return FIXED.to_owned() };
    hmac.update(folded.as_bytes());
    let digest = hmac.finalize().into_bytes();
    let mut out = String::from("anon_");
    for byte in digest.iter().take(10) {
        for half in [byte >> 4, byte & 15] {
            out.push(LETTERS.get(usize::from(half)).map_or('b', |&b| char::from(b)));
        }
    }
    out
}

/// Whether `text` was made by [`pseudonym`].
pub(crate) fn is_pseudonym(text: &str) -> bool {
    text.strip_prefix("anon_")
        .is_some_and(|rest| rest.len() == 20 && rest.bytes().all(|b| b"bcdfghjklmnpqrtv".contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        String::from_utf8(mask(text, MaskChar::Star)).unwrap()
    }

    #[test]
    fn masks_keep_whitespace_and_utf16_length() {
        for text in ["4111 1111\n1", "naïve 👩x", "\u{a0}a\u{2009}b"] {
            assert_eq!(masked(text).encode_utf16().count(), text.encode_utf16().count());
        }
        assert_eq!(masked("ab c👩"), "** ***");
        assert!(is_masked(&masked("ab c👩")));
    }

    #[test]
    fn partial_keeps_the_last_letters_and_digits() {
        let out = partial("4111 1111 1111 1234", 4, MaskChar::Star);
        assert_eq!(String::from_utf8(out).unwrap(), "**** **** **** 1234");
    }

    #[test]
    fn pseudonyms_are_stable_across_spellings_and_differ_across_keys_and_texts() {
        let key = [7; 32];
        assert_eq!(pseudonym("Jane@X.test", &key), pseudonym(" jane@x.test", &key));
        assert_ne!(pseudonym("jane@x.test", &key), pseudonym("jane@x.test", &[8; 32]));
        assert_ne!(pseudonym("jane@x.test", &key), pseudonym("joan@x.test", &key));
        assert_eq!(pseudonym("a", &key).len(), 25);
    }
}
