//! CSS: what it says is judged, and it stays CSS.
//!
//! The rules run over all of it, so no corner is left out; strings and `url(…)` are taken apart
//! besides. Masks are made of letters here, because a star can end a comment and a slash begin one.

use crate::redact::policy::Posture;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::memo::Reading;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::settle;
use crate::redact::text::text::Signs;
use crate::text::edit::Edit;
use crate::text::span::Span;

impl Redactor<'_> {
    /// Judges a style sheet, a rule, or a list of declarations.
    pub(crate) fn css(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let place = Place { mask: MaskChar::Letter, posture: Posture::Rules, ..place };
        self.unless_known(Reading::Css, text, place, out, |this, out| {
            let from = out.len();
            this.plain(text, place, out);
            out.iter_mut().skip(from).for_each(|edit| keep_comment_marks(text, edit));
            for part in parts(text) {
                match part {
                    Part::Literal(span) => {
                        this.within(text, span, out, |this, text, out| this.see(text, place, out));
                    }
                    Part::Url(span) => {
                        this.within(text, span, out, |this, text, out| this.url(text, place, out));
                    }
                }
            }
            this.encodings(text, Signs::of(text), place, out);
            settle(text, place.mask, from, out);
        });
    }
}

/// Takes the star of a comment's begin or end out of an edit: rules may take it for part of a name.
fn keep_comment_marks(text: &str, edit: &mut Edit) {
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
enum Part {
    /// Between quotes, or in a comment.
    Literal(Span),
    /// Inside `url(…)`, quotes excluded.
    Url(Span),
}

/// Finds strings, comments and URLs. Costs one search for the bytes they begin with.
fn parts(text: &str) -> Vec<Part> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'"', b'\'', b'(', bytes.get(at..).unwrap_or_default()) {
        let here = at + next;
        let quote = bytes.get(here).copied().unwrap_or(0);
        if quote != b'(' {
            let end = string_end(bytes, here + 1, quote);
            found.push(Part::Literal(Span::new(here + 1, end)));
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
        found.push(Part::Url(span));
    }
    found
}

/// Where a string that began before `from` ends: its quote, a line end, or the end of the text.
fn string_end(bytes: &[u8], from: usize, quote: u8) -> usize {
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
                Part::Literal(s) => ("literal", s.of(css)),
                Part::Url(s) => ("url", s.of(css)),
            })
            .collect();
        assert_eq!(got, [("literal", r#"x\"y"#), ("url", "u v"), ("url", "w")]);
    }
}
