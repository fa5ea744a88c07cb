//! Query strings and form bodies: pairs of names and values, percent-decoded.

use std::borrow::Cow;

/// Cuts `text` at `&` into raw names and values. A pair without `=` has an empty value.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The decoded value of the first pair with this decoded name.
pub fn value<'a>(text: &'a str, name: &str) -> Option<Cow<'a, [u8]>> {
    pairs(text)
        .find(|(n, _)| *decode(n, Plus::IsSpace) == *name.as_bytes())
        .map(|(_, v)| decode(v, Plus::IsSpace))
}

/// What a plus sign stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plus {
    /// A blank, as in forms.
    IsSpace,
    /// Itself, as in paths.
    IsPlus,
}

/// Percent-decodes; an escape that is not one stays as it is.
pub fn decode(text: &str, plus: Plus) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|&b| b == b'%' || b == b'+') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let escaped = (b == b'%').then(|| hex_pair(bytes, at + 1)).flatten();
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if b == b'+' && plus == Plus::IsSpace { b' ' } else { b });
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// The byte that two hexadecimal digits at `at` stand for.
pub fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |i: usize| bytes.get(i).and_then(|&b| char::from(b).to_digit(16));
    Some((digit(at)? << 4 | digit(at + 1)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_names_and_values() {
        assert_eq!(value("a=1&d%61ta=x%3D+y&z", "data").unwrap(), Cow::Borrowed(b"x= y".as_slice()));
        assert_eq!(value("z", "z").unwrap(), Cow::Borrowed(b"".as_slice()));
        assert!(value("a=1", "b").is_none());
    }

    #[test]
    fn leaves_broken_escapes_alone() {
        assert_eq!(&*decode("100%&%4", Plus::IsPlus), b"100%&%4");
    }
}
