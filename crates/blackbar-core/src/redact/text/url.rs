//! The grammar of URLs, queries and lists of URLs: spans of their parts, nothing redacted or decoded.

use crate::text::span::Span;

/// The parts of a URL after its scheme.
pub(super) struct UrlParts {
    pub userinfo: Option<Span>,
    pub host: Option<Span>,
    pub path: Span,
    pub query: Option<Span>,
    pub fragment: Option<Span>,
}

/// Splits a URL whose scheme has `scheme_len` bytes.
pub(super) fn parts(text: &str, scheme_len: usize) -> UrlParts {
    let (before_fragment, fragment) = split_at_byte(text, Span::new(scheme_len, text.len()), b'#');
    let (before_query, query) = split_at_byte(text, before_fragment, b'?');
    if !before_query.of(text).starts_with("//") {
        return UrlParts { userinfo: None, host: None, path: before_query, query, fragment };
    }
    let rest = Span::new(before_query.start + 2, before_query.end);
    let len = rest.of(text).find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = Span::new(rest.start, rest.start + len);
    let path = Span::new(authority.end, rest.end);
    let at = memchr::memrchr(b'@', authority.of(text).as_bytes());
    let userinfo = at.map(|at| Span::new(authority.start, authority.start + at));
    let host = Some(userinfo.map_or(authority, |userinfo| Span::new(userinfo.end + 1, authority.end)));
    UrlParts { userinfo, host, path, query, fragment }
}

/// The segments of a path.
pub(super) fn segments(text: &str, path: Span) -> impl Iterator<Item = Span> {
    split(text, path, b'/')
}

/// A fragment that is a query, or a path with a query: the path, if there is one, and the query.
pub(super) fn fragment_query(text: &str) -> Option<(Option<Span>, Span)> {
    if !text.contains('=') {
        return None;
    }
    let whole = Span::new(0, text.len());
    let (before, query) = split_at_byte(text, whole, b'?');
    Some(query.map_or((None, whole), |query| (Some(before), query)))
}

/// Names and values of a query or form.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (Span, Option<Span>)> {
    split_any(text, b"&;").map(|pair| split_at_byte(text, pair, b'='))
}

/// Whether a parameter of this name holds a version.
pub(super) fn is_version(name: &str) -> bool {
    VERSIONS.contains(&name)
}

/// Candidates of `srcset`: URL and descriptor. A comma inside a URL, as every `data:` URI has one,
/// does not end it; whitespace does.
pub(super) fn candidates(text: &str) -> impl Iterator<Item = (Span, Span)> {
    let is_between = |b: &u8| b.is_ascii_whitespace() || *b == b',';
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let start = at + text.bytes().skip(at).take_while(is_between).count();
        let run = Span::new(start, text.len());
        let run_end = run.of(text).find(char::is_whitespace).map_or(text.len(), |len| start + len);
        let url_len = Span::new(start, run_end).of(text).trim_end_matches(',').len();
        let url = Span::new(start, start + url_len);
        let rest = Span::new(run_end, text.len());
        at = match rest.of(text).find(',') {
            Some(len) if url.end == run_end => run_end + len,
            None if url.end == run_end => text.len(),
            _ => run_end,
        };
        Some((url, Span::new(run_end, at)))
    })
}

/// URLs in a text, each from its scheme on: `url(https://…`, `at=https://…`.
pub(super) fn urls_in(text: &str) -> impl Iterator<Item = Span> {
    words(text).filter_map(|word| {
        let of = word.of(text);
        let scheme_end = memchr::memmem::find(of.as_bytes(), b"://");
        let is_url = scheme_end.is_some()
            || ["mailto:", "tel:", "sms:", "data:"].iter().any(|s| of.starts_with(s))
            || (of.contains('?') && of.contains('='));
        let start = scheme_end.map_or(0, |at| {
            let before = of.as_bytes().get(..at).unwrap_or_default();
            at - before.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count()
        });
        is_url.then(|| Span::new(word.start + start, word.end))
    })
}

/// Words of a text that read like a query or form, or like `name=value`.
pub(super) fn pairs_in(text: &str) -> impl Iterator<Item = Span> {
    words(text).filter(|word| {
        word.of(text).split_once('=').is_some_and(|(name, value)| {
            let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-.[]%$".contains(&b);
            !name.is_empty() && !value.is_empty() && name.bytes().all(is_name)
        })
    })
}

/// Parameters whose values distinguish one version of a file from another.
const VERSIONS: &[&str] = &["v", "ver", "version", "hash", "rev", "build", "integrity"];

/// Whether a value of a query is a token: long, of letters and digits mixed, and neither a UUID
/// nor the public token of a project.
pub(super) fn is_opaque(value: &str) -> bool {
    const MIN_TOKEN_BYTES: usize = 20;
    let n_digits = value.bytes().filter(u8::is_ascii_digit).count();
    let n_letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"-_.~:".contains(&b);
    let is_uuid = value.len() == 36 && value.bytes().filter(|&b| b == b'-').count() == 4;
    let is_deployment = value.starts_with("dpl_");
    value.len() >= MIN_TOKEN_BYTES
        && !is_deployment
        && n_digits >= 4
        && n_letters >= 4
        && value.bytes().all(is_part)
        && !is_uuid
        && !value.starts_with("phc_")
}

/// Where the host begins if credentials precede it, else 0.
pub(super) fn userinfo_end(text: &str, scheme_len: usize) -> usize {
    let Some(rest) = text.get(scheme_len..).and_then(|rest| rest.strip_prefix("//")) else { return 0 };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rfind('@').map_or(0, |at| scheme_len + 2 + at + 1)
}

/// The length of a scheme with its colon, or 0.
pub(super) fn scheme_len(text: &str) -> usize {
    let is_scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let n = text.bytes().take(24).take_while(is_scheme).count();
    let begins_well = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    // `host:8080` has digits after its colon; a scheme does not.
    let is_port = text.as_bytes().get(n + 1).is_some_and(u8::is_ascii_digit)
        && text.get(..n) != Some("tel")
        && text.get(..n) != Some("sms");
    if begins_well && text.as_bytes().get(n) == Some(&b':') && !is_port { n + 1 } else { 0 }
}

/// The parts of `span` before and after its first `byte`.
fn split_at_byte(text: &str, span: Span, byte: u8) -> (Span, Option<Span>) {
    match memchr::memchr(byte, span.of(text).as_bytes()) {
        Some(at) => (Span::new(span.start, span.start + at), Some(Span::new(span.start + at + 1, span.end))),
        None => (span, None),
    }
}

fn split(text: &str, span: Span, byte: u8) -> impl Iterator<Item = Span> {
    let mut at = span.start;
    span.of(text).as_bytes().split(move |&b| b == byte).map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        Span::new(start, start + piece.len())
    })
}

fn split_any<'a>(text: &'a str, bytes: &'a [u8]) -> impl Iterator<Item = Span> + 'a {
    let mut at = 0;
    text.as_bytes().split(move |b| bytes.contains(b)).map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        Span::new(start, start + piece.len())
    })
}

/// Runs without whitespace, quotes, brackets or backticks.
fn words(text: &str) -> impl Iterator<Item = Span> {
    let is_break =
        |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`' | b'(' | b')');
    let mut at = 0;
    text.as_bytes().split(is_break).map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        Span::new(start, start + piece.len())
    })
}
