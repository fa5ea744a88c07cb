//! Query strings and form bodies: pairs of names and values, percent-decoded.
//!
//! Knows no field. **Invariant:** raw names and values are slices of the text; only decoding copies.

use std::borrow::Cow;

/// Splits `text` at `&` into raw names and values. A pair without `=` has an empty value.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The decoded value of the first pair with this decoded name.
pub(crate) fn value<'a>(text: &'a str, name: &str) -> Option<Cow<'a, [u8]>> {
    pairs(text).find(|(n, _)| *decode(n) == *name.as_bytes()).map(|(_, v)| decode(v))
}

/// Percent-decodes, with a plus sign as a space. A malformed escape stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, [u8]> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Cow::Owned(percent_encoding::percent_decode_str(&spaced).collect());
    }
    percent_encoding::percent_decode_str(text).into()
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
    fn keeps_malformed_escapes() {
        assert_eq!(&*decode("100%&%4"), b"100%&%4");
    }
}
