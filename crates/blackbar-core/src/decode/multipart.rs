//! Multipart forms: the span of each part, name and content, without copying a byte.
//!
//! Stricter than RFC 7578 on purpose: nothing before the first delimiter or after the last, no folded,
//! repeated or unknown headers, no escapes in names, and no delimiter inside of a part. Does not look
//! into parts. **Invariant:** any two readers that accept such a body find the same parts in it.

use memchr::memmem;

use crate::text::span::Span;

/// Limits of a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartBound {
    /// Most parts of a body.
    pub parts: usize,
    /// Most bytes of the headers of one part.
    pub header: usize,
}

/// Why a form was not read. Nothing of it may be forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MultipartError {
    /// The content type is not a form, or has no valid boundary.
    #[error("the content type is not multipart/form-data with a boundary")]
    NoBoundary,
    /// It does not consist of parts between delimiters, or is truncated.
    #[error("the multipart body is malformed or cut off")]
    Malformed,
    /// The headers of a part are not those of a form field.
    #[error("the headers of a part are not those of a form field")]
    Header,
    /// The headers of a part are larger than the limit.
    #[error("the headers of a part are larger than the limit")]
    HeaderTooLarge,
    /// There are more parts than the limit.
    #[error("the multipart body has more parts than the limit")]
    TooManyParts,
    /// Two parts have the same name.
    #[error("two parts of the multipart body have the same name")]
    DuplicatePart,
    /// A part has an encoding of its own.
    #[error("a part of the multipart body has an encoding of its own")]
    EncodedPart,
}

impl MultipartError {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoBoundary => "no_boundary",
            Self::Malformed => "malformed_multipart",
            Self::Header => "malformed_part_header",
            Self::HeaderTooLarge => "part_header_too_large",
            Self::TooManyParts => "too_many_parts",
            Self::DuplicatePart => "duplicate_part",
            Self::EncodedPart => "encoded_part",
        }
    }
}

/// One part, as spans of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// From its delimiter up to the next one.
    pub whole: Span,
    /// The name of the field, between the quotes.
    pub name: Span,
    /// The name of the file, if it has one.
    pub file_name: Option<Span>,
    /// The value of `Content-Type`, if present.
    pub content_type: Option<Span>,
    /// The value of `Content-Length`, if present.
    pub content_length: Option<Span>,
    /// The content.
    pub content: Span,
}

/// The boundary in a content type.
///
/// # Errors
/// [`MultipartError::NoBoundary`]
pub(crate) fn boundary(content_type: &str) -> Result<&str, MultipartError> {
    let (kind, params) = content_type.split_once(';').ok_or(MultipartError::NoBoundary)?;
    let mut params = params.split(';').map(str::trim).filter(|param| !param.is_empty());
    let value = params.next().and_then(|param| {
        let (name, value) = param.split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    });
    let value = value.ok_or(MultipartError::NoBoundary)?;
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&b);
    let is_form = kind.trim().eq_ignore_ascii_case("multipart/form-data");
    let fits = (1..=70).contains(&value.len()) && value.bytes().all(is_part);
    if is_form && fits && params.next().is_none() { Ok(value) } else { Err(MultipartError::NoBoundary) }
}

/// The content type for a body with this boundary.
pub(crate) fn content_type(boundary: &str) -> String {
    let is_token = boundary.bytes().all(|b| b.is_ascii_alphanumeric() || b"'+_-.".contains(&b));
    if is_token {
        format!("multipart/form-data; boundary={boundary}")
    } else {
        format!("multipart/form-data; boundary=\"{boundary}\"")
    }
}

/// How often the delimiter occurs in a body.
pub(crate) fn n_delimiters(body: &[u8], boundary: &str) -> usize {
    memmem::find_iter(body, &delimiter(boundary)).count()
}

fn delimiter(boundary: &str) -> Vec<u8> {
    [b"--", boundary.as_bytes()].concat()
}

/// Finds the parts. One pass for the delimiters, one over the headers.
///
/// # Errors
/// [`MultipartError`]: nothing of the body may be forwarded.
pub(crate) fn parts(body: &[u8], boundary: &str, bound: PartBound) -> Result<Vec<Part>, MultipartError> {
    let delimiter = delimiter(boundary);
    let mut parts: Vec<Part> = Vec::new();
    let mut open: Option<usize> = None;
    let mut is_closed = false;
    for at in memmem::find_iter(body, &delimiter) {
        let end = at + delimiter.len();
        let begins_line = at == 0 || body.get(..at).is_some_and(|before| before.ends_with(b"\r\n"));
        if is_closed || !begins_line || (at == 0) != open.is_none() {
            return Err(MultipartError::Malformed);
        }
        if let Some(start) = open {
            if parts.len() >= bound.parts {
                return Err(MultipartError::TooManyParts);
            }
            let part = part(body, Span::new(start, at), delimiter.len() + 2, bound)?;
            let name = |part: &Part| body.get(part.name.range());
            if parts.iter().any(|known| name(known) == name(&part)) {
                return Err(MultipartError::DuplicatePart);
            }
            parts.push(part);
        }
        match body.get(end..).unwrap_or_default() {
            b"--" | b"--\r\n" => is_closed = true,
            rest if rest.starts_with(b"\r\n") => open = Some(at),
            _ => return Err(MultipartError::Malformed),
        }
    }
    if is_closed && !parts.is_empty() { Ok(parts) } else { Err(MultipartError::Malformed) }
}

/// Reads one part. `whole` is from its delimiter up to the next; its headers start `skip` bytes in.
fn part(body: &[u8], whole: Span, skip: usize, bound: PartBound) -> Result<Part, MultipartError> {
    let start = whole.start + skip;
    // The line break before the next delimiter belongs to the delimiter.
    let end = whole.end.checked_sub(2).filter(|end| *end >= start).ok_or(MultipartError::Malformed)?;
    let inside = body.get(start..end).ok_or(MultipartError::Malformed)?;
    let empty_line = memmem::find(inside, b"\r\n\r\n");
    if empty_line.unwrap_or(inside.len()) > bound.header {
        return Err(MultipartError::HeaderTooLarge);
    }
    let header = Span::new(start, start + empty_line.ok_or(MultipartError::Malformed)?);
    let mut part = Part {
        whole,
        name: Span::new(0, 0),
        file_name: None,
        content_type: None,
        content_length: None,
        content: Span::new(header.end + 4, end),
    };
    read_headers(body, header, &mut part)?;
    if part.name.is_empty() { Err(MultipartError::Header) } else { Ok(part) }
}

fn read_headers(body: &[u8], header: Span, part: &mut Part) -> Result<(), MultipartError> {
    let text = body.get(header.range()).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = text.filter(|text| text.split("\r\n").all(|line| !line.contains(char::is_control)));
    let mut seen = Vec::new();
    let mut at = header.start;
    for line in text.ok_or(MultipartError::Header)?.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or(MultipartError::Header)?;
        let start = at + name.len() + 1 + (value.len() - value.trim_start().len());
        at += line.len() + 2;
        let name = name.to_ascii_lowercase();
        let value = value.trim();
        match name.as_str() {
            "content-disposition" => read_disposition(value, start, part)?,
            "content-type" => part.content_type = Some(Span::new(start, start + value.len())),
            "content-length" if value == part.content.len().to_string() => {
                part.content_length = Some(Span::new(start, start + value.len()));
            }
            "content-transfer-encoding" if is_plain(value) => {}
            "content-encoding" if value.eq_ignore_ascii_case("identity") => {}
            "content-transfer-encoding" | "content-encoding" => return Err(MultipartError::EncodedPart),
            _ => return Err(MultipartError::Header),
        }
        if seen.contains(&name) {
            return Err(MultipartError::Header);
        }
        seen.push(name);
    }
    Ok(())
}

fn is_plain(encoding: &str) -> bool {
    ["7bit", "8bit", "binary"].iter().any(|plain| encoding.eq_ignore_ascii_case(plain))
}

/// `form-data; name="…"; filename="…"`, each at most once and nothing else. `at` is its position in the
/// body.
fn read_disposition(value: &str, at: usize, part: &mut Part) -> Result<(), MultipartError> {
    let bad = MultipartError::Header;
    let kind = value.get(.."form-data".len()).filter(|kind| kind.eq_ignore_ascii_case("form-data"));
    let mut rest = value.get(kind.ok_or(bad)?.len()..).ok_or(bad)?;
    while !rest.trim().is_empty() {
        let param = rest.trim_start().strip_prefix(';').ok_or(bad)?.trim_start();
        let (name, quoted) = param.split_once("=\"").ok_or(bad)?;
        let len = quoted.find('"').ok_or(bad)?;
        let text = quoted.get(..len).filter(|text| !text.contains('\\')).ok_or(bad)?;
        rest = quoted.get(len + 1..).ok_or(bad)?;
        let start = at + (value.len() - rest.len()) - 1 - text.len();
        let span = Span::new(start, start + text.len());
        match name.to_ascii_lowercase().as_str() {
            "name" if part.name.is_empty() => part.name = span,
            "filename" if part.file_name.is_none() => part.file_name = Some(span),
            _ => return Err(bad),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUND: PartBound = PartBound { parts: 3, header: 200 };

    fn read(body: &str) -> Result<Vec<Part>, MultipartError> {
        parts(body.as_bytes(), "b-1", BOUND)
    }

    fn form(parts: &[(&str, &str)]) -> String {
        let part = |(header, content): &(&str, &str)| format!("--b-1\r\n{header}\r\n\r\n{content}\r\n");
        parts.iter().map(part).collect::<String>() + "--b-1--\r\n"
    }

    const NAMED: &str = "Content-Disposition: form-data; name=\"a\"";

    #[test]
    fn finds_names_types_and_contents() {
        let header =
            "content-type:text/plain\r\nContent-Disposition:form-data;name=\"a.b\" ; filename=\"ü.txt\"";
        let body = form(&[(header, "one\r\n\r\ntwo"), (NAMED, "")]);
        let parts = read(&body).unwrap();
        let of = |span: Span| span.of(&body);
        assert_eq!((of(parts[0].name), of(parts[0].content)), ("a.b", "one\r\n\r\ntwo"));
        assert_eq!(parts[0].file_name.map(of), Some("ü.txt"));
        assert_eq!(parts[0].content_type.map(of), Some("text/plain"));
        assert_eq!((of(parts[1].name), of(parts[1].content)), ("a", ""));
        assert_eq!(parts[0].whole.end, parts[1].whole.start);
    }

    #[test]
    fn refuses_ambiguous_forms() {
        use MultipartError::{Header, Malformed};
        let good = form(&[(NAMED, "x")]);
        let cases = [
            (String::new(), Malformed),
            ("--b-1--\r\n".to_owned(), Malformed),
            (format!("preamble\r\n{good}"), Malformed),
            (format!("\r\n{good}"), Malformed),
            (format!("{good}epilogue"), Malformed),
            (good.replace("\r\n--b-1--", ""), Malformed),
            (good.replace("\r\n", "\n"), Malformed),
            (good.replace("--b-1\r", "--b-1 \r"), Malformed),
            (good.replace("--b-1\r", "--b-12\r"), Malformed),
            (form(&[(NAMED, "x --b-1 y")]), Malformed),
            (form(&[(NAMED, "x\n--b-1\n y")]), Malformed),
            (good.replace("\r\n\r\n", "\r\n"), Malformed),
            (form(&[("Content-Type: text/plain", "x")]), Header),
            (form(&[("Content-Disposition: form-data; name=\"\"", "x")]), Header),
            (form(&[("Content-Disposition: form-data; name=a", "x")]), Header),
            (form(&[("Content-Disposition: form-data; name=\"a\\\"b\"", "x")]), Header),
            (form(&[("Content-Disposition: form-data; name=\"a\"; name=\"b\"", "x")]), Header),
            (form(&[("Content-Disposition: form-data; name=\"a\"; filename*=\"b\"", "x")]), Header),
            (form(&[("Content-Disposition: attachment; name=\"a\"", "x")]), Header),
            (form(&[(&format!("{NAMED}\r\n{NAMED}"), "x")]), Header),
            (form(&[(&format!("{NAMED}\r\n folded"), "x")]), Header),
            (form(&[(&format!("{NAMED}\r\nX-Other: 1"), "x")]), Header),
            (form(&[(&format!("{NAMED}\nX: 1"), "x")]), Header),
        ];
        for (body, error) in cases {
            assert_eq!(read(&body), Err(error), "{body}");
        }
    }

    #[test]
    fn bounds_parts_and_headers_and_refuses_duplicates_and_encodings() {
        let named = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
        let headers = ["a", "b", "c", "d"].map(named);
        let of = |n: usize| form(&headers.iter().take(n).map(|h| (h.as_str(), "x")).collect::<Vec<_>>());
        assert_eq!(read(&of(3)).unwrap().len(), 3);
        assert_eq!(read(&of(4)), Err(MultipartError::TooManyParts));
        assert_eq!(read(&form(&[(&named(&"a".repeat(200)), "x")])), Err(MultipartError::HeaderTooLarge));
        assert_eq!(read(&form(&[(NAMED, "x"), (NAMED, "y")])), Err(MultipartError::DuplicatePart));
        for encoding in ["Content-Transfer-Encoding: base64", "Content-Encoding: gzip"] {
            let header = format!("{NAMED}\r\n{encoding}");
            assert_eq!(read(&form(&[(&header, "x")])), Err(MultipartError::EncodedPart));
        }
    }

    #[test]
    fn boundaries_round_trip() {
        assert_eq!(boundary("multipart/form-data; boundary=abc"), Ok("abc"));
        assert_eq!(boundary("Multipart/Form-Data;boundary=\"a=b\""), Ok("a=b"));
        for wrong in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; charset=utf-8",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/mixed; boundary=a",
            "application/json; boundary=a",
        ] {
            assert_eq!(boundary(wrong), Err(MultipartError::NoBoundary), "{wrong}");
        }
        for text in ["abc", "a=b"] {
            assert_eq!(boundary(&content_type(text)), Ok(text));
        }
    }

    proptest! {
        #[test]
        fn finds_the_parts_of_any_form(contents in prop::collection::vec("[^b]{0,40}", 1..4)) {
            let headers: Vec<String> =
                (0..contents.len()).map(|n| NAMED.replace("\"a\"", &format!("\"{n}\""))).collect();
            let body = form(&headers.iter().map(String::as_str).zip(contents.iter().map(String::as_str)).collect::<Vec<_>>());
            let found = read(&body).unwrap();
            let found: Vec<&str> = found.iter().map(|part| part.content.of(&body)).collect();
            prop_assert_eq!(found, contents);
        }

        #[test]
        fn a_damaged_form_is_refused_or_its_spans_stay_in_bounds(at in 0..200_usize, byte: u8, cut in 0..200_usize) {
            let mut body = form(&[(NAMED, "one"), (&NAMED.replace("\"a\"", "\"b\""), "two")]).into_bytes();
            if let Some(slot) = body.get_mut(at) {
                *slot = byte;
            }
            body.truncate(body.len().saturating_sub(cut / 8));
            for part in parts(&body, "b-1", BOUND).unwrap_or_default() {
                prop_assert!(part.whole.start < part.name.start && part.name.end < part.content.start);
                prop_assert!(part.content.start <= part.content.end && part.content.end + 2 == part.whole.end);
                prop_assert!(part.whole.end < body.len());
            }
        }
    }
}
