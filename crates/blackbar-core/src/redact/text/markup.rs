//! The grammar of markup inside texts: HTML and XML that were logged, posted or embedded, multipart
//! forms, and the packed elements of autocaptured events.
//!
//! Only names are understood here (of elements, attributes and fields): they are context for the
//! text next to them.

use crate::redact::text::geometry;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// How much of the value of an attribute is read on each side of a finding.
const MAX_GEOMETRY_BYTES: usize = 16 << 10;

/// Longest name of an element that is read.
const MAX_NAME_BYTES: usize = 64;

/// Local names of elements and the text that follows their opening tag: `<name>value</name>`.
pub(super) fn elements(text: &str) -> impl Iterator<Item = (&str, Span)> {
    let bytes = text.as_bytes();
    let element = move |open: usize| {
        let close = memchr::memchr(b'>', bytes.get(open..).unwrap_or_default())?;
        let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.');
        let name_len = bytes.iter().skip(open + 1).take(MAX_NAME_BYTES).take_while(is_part).count();
        let name = Span::new(open + 1, open + 1 + name_len).of(text);
        if name.is_empty() {
            return Some(None);
        }
        let start = open + close + 1;
        let len = memchr::memchr(b'<', bytes.get(start..).unwrap_or_default()).unwrap_or(0);
        let value = Span::new(start, start + len);
        let local = name.rsplit(':').next().unwrap_or(name);
        Some((!value.of(text).trim().is_empty()).then_some((local, value)))
    };
    memchr::memchr_iter(b'<', bytes).map_while(element).flatten()
}

/// Removes edits from index `from` on that lie inside the value of an attribute that draws: path data, points,
/// lengths and colors.
pub(super) fn withdraw_geometry(text: &str, edits: &mut Vec<Edit>, from: usize) {
    let mut at = 0;
    edits.retain(|edit| {
        at += 1;
        at <= from || !is_in_geometry(text, edit.span)
    });
}

fn is_in_geometry(text: &str, span: Span) -> bool {
    let near = text.floor_char_boundary(span.start.saturating_sub(MAX_GEOMETRY_BYTES));
    let far = text.ceil_char_boundary(text.len().min(span.start + MAX_GEOMETRY_BYTES));
    let (Some(before), Some(after)) = (text.get(near..span.start), text.get(span.start..far)) else {
        return false;
    };
    let Some(open) = before.rfind(['"', '\'', '<', '>']) else { return false };
    let Some(quote) = before.get(open..).and_then(|rest| rest.chars().next()) else { return false };
    let Some(name) = before.get(..open).and_then(|before| before.strip_suffix('=')) else { return false };
    let Some(len) = after.find(quote).filter(|&len| span.end <= span.start + len) else { return false };
    let value = Span::new(near + open + 1, span.start + len).of(text);
    let name = name.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or(name);
    match name {
        "d" | "points" | "viewBox" | "transform" | "values" | "patternTransform" | "gradientTransform" => {
            geometry::is_geometry(value)
        }
        "fill" | "stroke" | "color" => geometry::is_hex_color(value),
        _ => false,
    }
}

/// Names and contents of the parts of a multipart form.
pub(super) fn form_parts(text: &str) -> impl Iterator<Item = (&str, Span)> {
    let finder = memchr::memmem::Finder::new(b"name=\"");
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = finder.find(bytes.get(at..).unwrap_or_default())?;
        let name_start = at + found + 6;
        let rest = text.get(name_start..).unwrap_or("");
        let name = rest.get(..rest.find('"').unwrap_or(0)).unwrap_or("");
        let ends = [("\r\n\r\n", 4), ("\n\n", 2)];
        let (skip, n_line_ends) = ends.iter().find_map(|(end, n)| rest.find(end).map(|at| (at, *n)))?;
        let body_start = name_start + skip + n_line_ends;
        let body = text.get(body_start..).unwrap_or("");
        let len = body.find("\r\n--").or_else(|| body.find("\n--")).unwrap_or(body.len());
        at = body_start + len;
        Some((name, Span::new(body_start, at)))
    })
}

/// Names and values of attributes in `tag.class:name="value"…;…`.
pub(super) fn elements_chain(text: &str) -> impl Iterator<Item = (&str, Span)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = memchr::memmem::find(bytes.get(at..).unwrap_or_default(), b"=\"")?;
        let equals = at + found;
        let start = equals + 2;
        let mut end = start;
        while let Some(&b) = bytes.get(end) {
            match b {
                b'\\' => end += 2,
                b'"' => break,
                _ => end += 1,
            }
        }
        let end = end.min(bytes.len());
        let before = text.get(at..equals).unwrap_or("");
        let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let name = before.rsplit(is_end).next().unwrap_or("");
        at = end.max(start);
        Some((name.strip_prefix("attr__").unwrap_or(name), Span::new(start, end)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stays(text: &str, found: &str) -> bool {
        let start = text.find(found).unwrap();
        let mut edits = vec![Edit { span: Span::new(start, start + found.len()), with: Vec::new(), tag: 0 }];
        withdraw_geometry(text, &mut edits, 0);
        !edits.is_empty()
    }

    #[test]
    fn what_draws_is_no_finding_and_what_reads_is_one() {
        assert!(!stays("<path d='m0 0-30-13-45-13-30 13z'/>", "13-45-13-30"));
        assert!(!stays("<path fill=\"#198754\"/>", "198754"));
        for (text, found) in [
            ("<text>13-45-13-30</text>", "13-45-13-30"),
            ("<path d='13-45-13-30'/>", "13-45-13-30"),
            ("<path title='m0 0-30-13-45-13-30 13z'/>", "13-45-13-30"),
            ("<path d='m0 4111z' title='4111'/>", "' title='4111"),
        ] {
            assert!(stays(text, found), "{text}");
        }
    }
}
