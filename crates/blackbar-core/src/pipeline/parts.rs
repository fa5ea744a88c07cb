//! Multipart bodies of the AI endpoint: an event, its properties, and what was too large for them.
//!
//! Parts are edited where they stand: order, boundary and untouched bytes stay. A part that is
//! neither text nor JSON cannot be judged, so it is refused, or dropped if the policy says so.

use crate::decode::codec;
use crate::decode::codec::Level;
use crate::decode::multipart;
use crate::decode::multipart::MultipartError;
use crate::decode::multipart::Part;
use crate::decode::multipart::PartBound;
use crate::decode::wrapping;
use crate::decode::wrapping::DecodeError;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::Kind;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::pipeline;
use crate::pipeline::Body;
use crate::pipeline::Refusal;
use crate::redact::policy::BinaryParts;
use crate::redact::recording::envelope::Sender;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::settle;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// What a part holds, by its content type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Json,
    Text,
    Binary,
}

/// Judges a body.
pub(super) fn judge(
    wrapped: &Wrapped<'_>,
    sender: &mut Sender,
    redactor: &mut Redactor<'_>,
    tape: &mut Tape,
) -> Result<Body, Refusal> {
    let boundary = multipart::boundary(wrapped.content_type.unwrap_or("")).map_err(DecodeError::from)?;
    let bound = pipeline::bound(redactor);
    let plain = wrapping::declared(wrapped, bound, &mut redactor.tools.codecs)?;
    if plain.is_empty() {
        return Err(DecodeError::Empty.into());
    }
    redactor.report.decoded_bytes = plain.len() as u64;
    let limits = &redactor.policy.limits;
    let bound = PartBound { parts: limits.parts, header: limits.part_header };
    let parts = multipart::parts(&plain, boundary, bound).map_err(DecodeError::from)?;
    let mut edits = Vec::new();
    let mut n_dropped = 0;
    for part in &parts {
        let from = edits.len();
        judge_part(&plain, part, sender, redactor, tape, &mut edits)?;
        n_dropped += usize::from(edits.get(from).is_some_and(|edit| edit.span == part.whole));
    }
    redactor.report.changed = !edits.is_empty();
    redactor.count(&edits);
    let mut out = Vec::new();
    edit::apply(&plain, &edits, &mut out);
    // No mask, label or pseudonym may have made a delimiter.
    if multipart::n_delimiters(&out, boundary) != parts.len() + 1 - n_dropped {
        return Err(DecodeError::from(MultipartError::Malformed).into());
    }
    let is_packed = wrapped.content_encoding.is_some_and(|e| !e.trim().eq_ignore_ascii_case("identity"));
    let bytes = if !is_packed {
        out
    } else if edits.is_empty() && codec::is_plain_gzip_of(wrapped.body, &plain) {
        wrapped.body.to_vec()
    } else {
        let mut zipped = Vec::new();
        redactor.tools.codecs.gzip(&out, Level::Body, &mut zipped);
        zipped
    };
    let content_encoding = is_packed.then_some("gzip");
    Ok(Body { bytes, content_type: multipart::content_type(boundary), content_encoding })
}

/// Judges headers and content of a part; `out` stays sorted.
fn judge_part(
    body: &[u8],
    part: &Part,
    sender: &mut Sender,
    redactor: &mut Redactor<'_>,
    tape: &mut Tape,
    out: &mut Vec<Edit>,
) -> Result<(), Refusal> {
    let name = text(body, part.name)?;
    let is_ours = matches!(name, "event" | "event.properties");
    let content = match content(body, part, redactor)? {
        _ if is_ours => Content::Json,
        content => content,
    };
    let bytes = body.get(part.content.range()).unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if content != Content::Binary => text,
        _ if redactor.policy.choices.binary_parts == BinaryParts::Drop && !is_ours => {
            let tag = tag::tag(Why::Fixed(Fixed::BinaryPart), Surface::Property);
            out.push(Edit { span: part.whole, with: Vec::new(), tag });
            return Ok(());
        }
        _ if is_ours => return Err(DecodeError::Utf8.into()),
        _ => return Err(Refusal::BinaryPart),
    };
    let mut edits = Vec::new();
    if content == Content::Json {
        judge_json(name, text, sender, redactor, tape, &mut edits)?;
    } else {
        let name = name.strip_prefix(BLOB).unwrap_or(name);
        let rule = redactor.policy.rules().key_rule(name);
        let treat = rule.map_or(Treat::See, |idx| Treat::Whole(Why::Rule(idx)));
        redactor.text(text, Place::new(Surface::Property).words(name), treat, &mut edits);
    }
    settle(text, MaskChar::Star, 0, &mut edits);
    let grown: usize = edits.iter().map(|edit| edit.with.len()).sum();
    let shrunk: usize = edits.iter().map(|edit| edit.span.len()).sum();
    let from = out.len();
    judge_headers(body, part, text.len() + grown - shrunk, redactor, out)?;
    if let Some(head) = out.get_mut(from..) {
        head.sort_by_key(|edit| edit.span.start);
    }
    let start = part.content.start;
    out.extend(edits.into_iter().map(|edit| Edit { span: edit.span.shifted(start), ..edit }));
    Ok(())
}

/// What the names of parts begin with that belong to the properties.
const BLOB: &str = "event.properties.";

/// Names of the part and its file: one that says something becomes a pseudonym, whose letters
/// need no quoting. A length is set right.
fn judge_headers(
    body: &[u8],
    part: &Part,
    len: usize,
    redactor: &mut Redactor<'_>,
    out: &mut Vec<Edit>,
) -> Result<(), Refusal> {
    let n_prefix = if text(body, part.name)?.starts_with(BLOB) { BLOB.len() } else { 0 };
    let name = Span::new(part.name.start + n_prefix, part.name.end);
    for span in [Some(name), part.file_name].into_iter().flatten() {
        let text = text(body, span)?;
        let mut found = Vec::new();
        redactor.see(text, Place::new(Surface::Key), &mut found);
        if let Some(first) = found.first() {
            let with = mask::pseudonym(text, &redactor.policy.hash_key).into_bytes();
            out.push(Edit { span, with, tag: first.tag });
        }
    }
    if let Some(span) = part.content_length.filter(|_| len != part.content.len()) {
        out.push(Edit { span, with: len.to_string().into_bytes(), tag: tag::COUNTED });
    }
    Ok(())
}

fn judge_json(
    name: &str,
    text: &str,
    sender: &mut Sender,
    redactor: &mut Redactor<'_>,
    tape: &mut Tape,
    out: &mut Vec<Edit>,
) -> Result<(), Refusal> {
    tape.read(text, redactor.policy.limits.depth, Truncated::Reject)?;
    let Some(root) = Doc::new(text, tape).root() else { return Ok(()) };
    match name {
        "event" => redactor.envelope(root, sender, out)?,
        "event.properties" if root.kind() == Kind::Object => redactor.properties(root, sender, out)?,
        _ => {
            let name = name.strip_prefix(BLOB).unwrap_or(name);
            redactor.json_named(name, root, Place::new(Surface::Property), out);
        }
    }
    Ok(())
}

/// What a part says that it holds. A type that says something personal is refused with the rest.
fn content(body: &[u8], part: &Part, redactor: &mut Redactor<'_>) -> Result<Content, Refusal> {
    let header = || Refusal::from(DecodeError::from(MultipartError::Header));
    let Some(span) = part.content_type else { return Ok(Content::Text) };
    let value = text(body, span)?.to_ascii_lowercase();
    let mut found = Vec::new();
    redactor.see(&value, Place::new(Surface::Property), &mut found);
    let mut params = value.split(';').map(str::trim);
    let kind = params.next().unwrap_or("");
    if !found.is_empty() || kind.is_empty() || kind.contains(char::is_whitespace) {
        return Err(header());
    }
    for param in params.filter(|param| !param.is_empty()) {
        match param.split_once('=').ok_or_else(header)? {
            ("charset", name) if matches!(name.trim_matches('"'), "utf-8" | "utf8" | "us-ascii") => {}
            ("charset", _) => return Err(Refusal::UnknownCharset),
            _ if !is_text(kind) => {}
            _ => return Err(header()),
        }
    }
    Ok(match kind {
        "application/json" => Content::Json,
        _ if kind.ends_with("+json") => Content::Json,
        _ if is_text(kind) => Content::Text,
        _ => Content::Binary,
    })
}

fn is_text(kind: &str) -> bool {
    const ALSO: &[&str] = &[
        "application/json",
        "application/x-ndjson",
        "application/jsonl",
        "application/xml",
        "application/yaml",
    ];
    kind.starts_with("text/") || ALSO.contains(&kind) || kind.ends_with("+json") || kind.ends_with("+xml")
}

fn text(body: &[u8], span: Span) -> Result<&str, Refusal> {
    let text = body.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.ok_or_else(|| DecodeError::from(MultipartError::Header).into())
}
