//! The grammar of markup inside texts: HTML and XML that were logged, posted or embedded, multipart
//! forms, and the packed elements of autocaptured events.
//!
//! Only names are understood here (of elements, attributes and fields): they are context for the
//! text next to them.

use crate::text::span::Span;

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
