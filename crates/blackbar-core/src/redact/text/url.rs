//! URLs, part by part: credentials, host, path, query, fragment, each decoded, judged and encoded again.

use crate::redact::surface::Surface;
use crate::redact::text::memo::Reading;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::settle;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::text::view::Encoding;
use crate::text::view::View;

impl Redactor<'_> {
    /// Judges a text that is a URL, or meant as one.
    pub(crate) fn url(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        self.unless_known(Reading::Url, text, place, out, |this, out| this.url_anew(text, place, out));
    }

    fn url_anew(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let from = out.len();
        let scheme_len = scheme(text);
        let scheme = text.get(..scheme_len).unwrap_or("").to_ascii_lowercase();
        match scheme.as_str() {
            "data:" => self.data_uri(text, place, out),
            "javascript:" | "blob:" => self.see(text, place, out),
            _ => {
                // `user:password@host` would read as an e-mail address.
                let judged = Span::new(userinfo_end(text, scheme_len), text.len());
                self.within(text, judged, out, |this, text, out| this.plain(text, place, out));
                self.url_parts(text, scheme_len, place, out);
                // A hash or semicolon of an entity cuts the URL in the wrong place.
                self.through(text, Encoding::Entities, place, out);
                self.through(text, Encoding::Backslash, place, out);
            }
        }
        settle(text, place.mask, from, out);
    }

    fn url_parts(&mut self, text: &str, scheme_len: usize, place: Place<'_>, out: &mut Vec<Edit>) {
        let (before_fragment, fragment) = split_at_byte(text, Span::new(scheme_len, text.len()), b'#');
        let (before_query, query) = split_at_byte(text, before_fragment, b'?');
        let mut path = before_query;
        if before_query.of(text).starts_with("//") {
            let rest = Span::new(before_query.start + 2, before_query.end);
            let len = rest.of(text).find(['/', '?', '#']).unwrap_or(rest.len());
            self.authority(text, Span::new(rest.start, rest.start + len), place, out);
            path = Span::new(rest.start + len, rest.end);
        }
        let mut previous = "";
        for segment in split(text, path, b'/') {
            self.within(text, segment, out, |this, segment, out| {
                this.url_piece(segment, Encoding::Percent, place.words(previous), out);
            });
            previous = segment.of(text);
        }
        if let Some(query) = query {
            self.within(text, query, out, |this, query, out| this.pairs(query, place, out));
        }
        if let Some(fragment) = fragment {
            self.within(text, fragment, out, |this, fragment, out| this.fragment(fragment, place, out));
        }
    }

    /// `user:password@host:port`: the credentials go, the host is judged.
    fn authority(&mut self, text: &str, span: Span, place: Place<'_>, out: &mut Vec<Edit>) {
        let mut host = span;
        if let Some(at) = memchr::memrchr(b'@', span.of(text).as_bytes()) {
            let userinfo = Span::new(span.start, span.start + at);
            host = Span::new(userinfo.end + 1, span.end);
            self.within(text, userinfo, out, |this, userinfo, out| {
                this.whole(userinfo, Why::Fixed(Fixed::Userinfo), place, out);
            });
        }
        self.within(text, host, out, |this, host, out| this.plain(host, place, out));
    }

    /// A fragment may be a query, a path with a query, or a word.
    fn fragment(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        if text.contains('=') {
            let (before, query) = split_at_byte(text, Span::new(0, text.len()), b'?');
            if let Some(query) = query {
                self.within(text, before, out, |this, path, out| this.see(path, place, out));
                self.within(text, query, out, |this, query, out| this.pairs(query, place, out));
            } else {
                self.pairs(text, place, out);
            }
        } else {
            self.see(text, place, out);
        }
    }

    /// A query or form: names are context for their values, and some decide by themselves.
    pub(crate) fn pairs(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        for pair in split_any(text, b"&;") {
            let (name, value) = split_at_byte(text, pair, b'=');
            let from = out.len();
            self.within(text, name, out, |this, name, out| this.url_piece(name, Encoding::Form, place, out));
            // A name that holds a finding keeps its value company: both were one text once.
            let is_named = out.len() == from;
            let Some(value) = value else { continue };
            let decoded = View::new(name.of(text), Encoding::Form);
            let words = decoded.as_ref().map_or(name.of(text), View::text);
            let rule = if is_named { self.policy.rules().key_rule(words) } else { None };
            self.within(text, value, out, |this, value, out| {
                if let Some(idx) = rule {
                    this.whole(value, Why::Rule(idx), place.words(words), out);
                } else {
                    let from = out.len();
                    this.url_piece(value, Encoding::Form, place.words(words), out);
                    if out.len() == from && is_opaque(value) && !VERSIONS.contains(&words) {
                        this.whole(value, Why::Fixed(Fixed::UrlToken), place, out);
                    }
                }
            });
        }
    }

    /// A segment, name or value: as it stands, and decoded.
    fn url_piece(&mut self, text: &str, encoding: Encoding, place: Place<'_>, out: &mut Vec<Edit>) {
        if text.is_empty() {
            return;
        }
        let from = out.len();
        self.see(text, place, out);
        if encoding == Encoding::Form && text.contains('+') {
            self.through(text, encoding, place, out);
        }
        settle(text, place.mask, from, out);
    }

    /// Candidates of `srcset`: each URL, descriptors kept. A comma inside a URL, as every `data:` URI
    /// has one, does not end it; a blank does.
    pub(crate) fn srcset(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let from = out.len();
        // What is no list of candidates, and has blanks in it, would be cut into pieces.
        self.plain(text, place, out);
        let is_between = |b: &u8| b.is_ascii_whitespace() || *b == b',';
        let mut at = 0;
        while at < text.len() {
            let start = at + text.bytes().skip(at).take_while(is_between).count();
            let run = Span::new(start, text.len());
            let run_end = run.of(text).find(char::is_whitespace).map_or(text.len(), |len| start + len);
            let url_len = Span::new(start, run_end).of(text).trim_end_matches(',').len();
            let url = Span::new(start, start + url_len);
            self.within(text, url, out, |this, url, out| this.url(url, place, out));
            let rest = Span::new(run_end, text.len());
            at = match rest.of(text).find(',') {
                Some(len) if url.end == run_end => run_end + len,
                None if url.end == run_end => text.len(),
                _ => run_end,
            };
            let descriptor = Span::new(run_end, at);
            self.within(text, descriptor, out, |this, descriptor, out| this.plain(descriptor, place, out));
        }
        settle(text, place.mask, from, out);
    }

    /// Judges each URL that stands in a text.
    pub(crate) fn urls_in(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let place = place.surface(Surface::Url);
        for word in words(text) {
            let of = word.of(text);
            let is_url = memchr::memmem::find(of.as_bytes(), b"://").is_some()
                || ["mailto:", "tel:", "sms:", "data:"].iter().any(|s| of.starts_with(s))
                || (of.contains('?') && of.contains('='));
            if !is_url {
                continue;
            }
            // `url(https://…` and `at=https://…`: the URL begins with its scheme.
            let start = memchr::memmem::find(of.as_bytes(), b"://").map_or(0, |at| {
                at - of
                    .as_bytes()
                    .get(..at)
                    .unwrap_or_default()
                    .iter()
                    .rev()
                    .take_while(|b| b.is_ascii_alphanumeric())
                    .count()
            });
            let span = Span::new(word.start + start, word.end);
            if self.level < crate::redact::text::redactor::MAX_LEVEL
                && !(span.start == 0 && span.len() == text.len() && self.in_url)
            {
                self.within(text, span, out, |this, url, out| {
                    let was = std::mem::replace(&mut this.in_url, true);
                    this.url(url, place, out);
                    this.in_url = was;
                });
            }
        }
    }

    /// Judges a text without blanks that reads like a query or form, or like `name=value`.
    pub(crate) fn pairs_in(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        for word in words(text) {
            let of = word.of(text);
            let is_pairs = of.split_once('=').is_some_and(|(name, value)| {
                let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-.[]%$".contains(&b);
                !name.is_empty() && !value.is_empty() && name.bytes().all(is_name)
            });
            if is_pairs {
                self.within(text, word, out, |this, pairs, out| this.pairs(pairs, place, out));
            }
        }
    }
}

/// Parameters whose values tell a version of a file apart from another.
const VERSIONS: &[&str] = &["v", "ver", "version", "hash", "rev", "build", "integrity"];

/// Whether a value of a query is a token: long, of letters and digits mixed, and neither a UUID
/// nor the public token of a project.
fn is_opaque(value: &str) -> bool {
    const SHORTEST: usize = 20;
    let n_digits = value.bytes().filter(u8::is_ascii_digit).count();
    let n_letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"-_.~:".contains(&b);
    let is_uuid = value.len() == 36 && value.bytes().filter(|&b| b == b'-').count() == 4;
    value.len() >= SHORTEST
        && n_digits >= 4
        && n_letters >= 4
        && value.bytes().all(is_part)
        && !is_uuid
        && !value.starts_with("phc_")
}

/// Where the host begins if credentials stand before it, else 0.
fn userinfo_end(text: &str, scheme_len: usize) -> usize {
    let Some(rest) = text.get(scheme_len..).and_then(|rest| rest.strip_prefix("//")) else { return 0 };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rfind('@').map_or(0, |at| scheme_len + 2 + at + 1)
}

/// The length of a scheme with its colon, or 0.
fn scheme(text: &str) -> usize {
    let is_scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let n = text.bytes().take(24).take_while(is_scheme).count();
    let begins_well = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    // `host:8080` has digits after its colon; a scheme does not.
    let is_port = text.as_bytes().get(n + 1).is_some_and(u8::is_ascii_digit)
        && text.get(..n) != Some("tel")
        && text.get(..n) != Some("sms");
    if begins_well && text.as_bytes().get(n) == Some(&b':') && !is_port { n + 1 } else { 0 }
}

/// What stands before the first `byte` of `span`, and what after it.
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

/// Runs without blanks, quotes, brackets or backticks.
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
