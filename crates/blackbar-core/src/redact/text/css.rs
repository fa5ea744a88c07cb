//! The grammar of CSS: strings and `url(…)` in it, and marks of comments that masks must keep.

use crate::text::edit::Edit;
use crate::text::span::Span;

/// Excludes the star of a comment mark from an edit: rules may take it for part of a name.
pub(super) fn keep_comment_marks(text: &str, edit: &mut Edit) {
    let bytes = text.as_bytes();
    let is_slash = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'/');
    let inside = edit.span.of(text);
    let stars = |n: usize, is_mark: bool| if is_mark && n < inside.len() { n } else { 0 };
    let n_leading = inside.len() - inside.trim_start_matches('*').len();
    let n_leading = stars(n_leading, is_slash(edit.span.start.checked_sub(1)));
    let n_trailing = inside.len() - inside.trim_end_matches('*').len();
    let n_trailing = stars(n_trailing, is_slash(Some(edit.span.end)));
    if edit.with.len() == inside.len() {
        edit.with.drain(..n_leading);
        edit.with.truncate(edit.with.len().saturating_sub(n_trailing));
    }
    edit.span = Span::new(edit.span.start + n_leading, edit.span.end - n_trailing);
}

/// A part of CSS that can hold any text.
#[derive(Debug, PartialEq)]
pub(super) enum CssPart {
    /// Between quotes, or in a comment.
    Literal(Span),
    /// Inside `url(…)`, quotes excluded.
    Url(Span),
}

/// Finds strings, comments and URLs. Costs one search for the bytes they begin with.
pub(super) fn parts(text: &str) -> Vec<CssPart> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'"', b'\'', b'(', bytes.get(at..).unwrap_or_default()) {
        let here = at + next;
        let quote = bytes.get(here).copied().unwrap_or(0);
        if quote != b'(' {
            let end = string_end(bytes, here + 1, quote);
            found.push(CssPart::Literal(Span::new(here + 1, end)));
            at = end + 1;
            continue;
        }
        at = here + 1;
        let is_url = bytes.get(here.saturating_sub(3)..here).is_some_and(|b| b.eq_ignore_ascii_case(b"url"));
        if !is_url {
            continue;
        }
        let start = at + bytes.iter().skip(at).take_while(|b| b.is_ascii_whitespace()).count();
        let span = if let Some(&q @ (b'"' | b'\'')) = bytes.get(start) {
            Span::new(start + 1, string_end(bytes, start + 1, q))
        } else {
            let len = memchr::memchr(b')', bytes.get(start..).unwrap_or_default());
            Span::new(start, len.map_or(bytes.len(), |len| start + len))
        };
        at = span.end + 1;
        found.push(CssPart::Url(span));
    }
    found
}

/// Where a string that began before `from` ends: its quote, a line end, or the end of the text.
pub(super) fn string_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(&b) = bytes.get(at) {
        match b {
            b'\\' => at += 1,
            b if b == quote || b == b'\n' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_strings_and_urls_and_nothing_else() {
        let css = r#"a{content:"x\"y";b:url( 'u v' );c:url(w);d:calc(1)}"#;
        let got: Vec<_> = parts(css)
            .into_iter()
            .map(|p| match p {
                CssPart::Literal(s) => ("literal", s.of(css)),
                CssPart::Url(s) => ("url", s.of(css)),
            })
            .collect();
        assert_eq!(got, [("literal", r#"x\"y"#), ("url", "u v"), ("url", "w")]);
    }
}
