//! Multipart bodies of the AI endpoint: an event, its properties, and values too large for them.
//!
//! Parts are edited in place: order, boundary and untouched bytes stay. A part that is neither text
//! nor JSON cannot be redacted, so the request is refused, or the part is dropped if the policy says
//! so.

use crate::decode::codec;
use crate::decode::codec::Level;
use crate::decode::multipart;
use crate::decode::multipart::MultipartError;
use crate::decode::multipart::Part;
use crate::decode::multipart::PartBound;
use crate::decode::wrapping;
use crate::decode::wrapping::DecodeError;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::JsonKind;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::pipeline::body;
use crate::pipeline::body::Body;
use crate::pipeline::refusal::RefusalCause;
use crate::redact::policy::BinaryParts;
use crate::redact::recording::envelope::EnvelopeWalk;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::settle;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
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

/// Redacts a body.
pub(super) fn redact(
    wrapped: &Wrapped<'_>,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Body, RefusalCause> {
    let boundary = multipart::boundary(wrapped.content_type.unwrap_or("")).map_err(DecodeError::from)?;
    let bound = body::bound(redactor);
    let plain = wrapping::declared(wrapped, bound, &mut redactor.text.workspace.codecs)?;
    if plain.is_empty() {
        return Err(DecodeError::Empty.into());
    }
    redactor.text.report.decoded_bytes = plain.len() as u64;
    let limits = &redactor.text.policy.limits;
    let bound = PartBound { parts: limits.parts, header: limits.part_header };
    let parts = multipart::parts(&plain, boundary, bound).map_err(DecodeError::from)?;
    let mut edits = Vec::new();
    let mut n_dropped = 0;
    for part in &parts {
        let from = edits.len();
        redact_part(&plain, part, sender, redactor, tape, &mut edits)?;
        n_dropped += usize::from(edits.get(from).is_some_and(|edit| edit.span == part.whole));
    }
    redactor.text.report.changed = !edits.is_empty();
    redactor.text.count(&edits);
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
        redactor.text.workspace.codecs.gzip(&out, Level::Body, &mut zipped);
        zipped
    };
    let content_encoding = is_packed.then_some("gzip");
    Ok(Body { bytes, content_type: multipart::content_type(boundary), content_encoding })
}

/// Redacts headers and content of a part; `out` stays sorted.
fn redact_part(
    body: &[u8],
    part: &Part,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
    out: &mut Vec<Edit>,
) -> Result<(), RefusalCause> {
    let name = text(body, part.name)?;
    let is_ours = matches!(name, "event" | "event.properties");
    let content = match content(body, part, redactor)? {
        _ if is_ours => Content::Json,
        content => content,
    };
    let bytes = body.get(part.content.range()).unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if content != Content::Binary => text,
        _ if redactor.text.policy.choices.binary_parts == BinaryParts::Drop && !is_ours => {
            let tag = reason::tag(Reason::BinaryPart, Surface::Property);
            out.push(Edit { span: part.whole, with: Vec::new(), tag });
            return Ok(());
        }
        _ if is_ours => return Err(DecodeError::Utf8.into()),
        _ => return Err(RefusalCause::BinaryPart),
    };
    let mut edits = Vec::new();
    if content == Content::Json {
        redact_part_json(name, text, sender, redactor, tape, &mut edits)?;
    } else {
        let name = name.strip_prefix(BLOB_PREFIX).unwrap_or(name);
        let kind = body::kind_by_name(name, redactor);
        let context = body::PROPERTY.with_words(name);
        redactor.text.redact_as(kind, text, &mut Output::new(&mut edits, context));
    }
    settle(text, MaskChar::Star, 0, &mut edits);
    let grown: usize = edits.iter().map(|edit| edit.with.len()).sum();
    let shrunk: usize = edits.iter().map(|edit| edit.span.len()).sum();
    let from = out.len();
    redact_part_headers(body, part, text.len() + grown - shrunk, redactor, out)?;
    if let Some(head) = out.get_mut(from..) {
        head.sort_by_key(|edit| edit.span.start);
    }
    let start = part.content.start;
    out.extend(edits.into_iter().map(|edit| Edit { span: edit.span.shifted(start), ..edit }));
    Ok(())
}

/// Prefix of the names of parts that belong to the properties.
const BLOB_PREFIX: &str = "event.properties.";

/// Names of the part and its file: one with a finding becomes a pseudonym, whose letters need no
/// quoting. The length is corrected.
fn redact_part_headers(
    body: &[u8],
    part: &Part,
    len: usize,
    redactor: &mut RecordingRedactor<'_>,
    out: &mut Vec<Edit>,
) -> Result<(), RefusalCause> {
    let n_prefix = if text(body, part.name)?.starts_with(BLOB_PREFIX) { BLOB_PREFIX.len() } else { 0 };
    let name = Span::new(part.name.start + n_prefix, part.name.end);
    for span in [Some(name), part.file_name].into_iter().flatten() {
        let text = text(body, span)?;
        let mut found = Vec::new();
        redactor.text.redact_text(text, &mut Output::new(&mut found, TextContext::new(Surface::Key)));
        if let Some(first) = found.first() {
            let with = mask::pseudonym(text, &redactor.text.policy.hash_key).into_bytes();
            out.push(Edit { span, with, tag: first.tag });
        }
    }
    if let Some(span) = part.content_length.filter(|_| len != part.content.len()) {
        out.push(Edit { span, with: len.to_string().into_bytes(), tag: reason::COUNTED });
    }
    Ok(())
}

fn redact_part_json(
    name: &str,
    text: &str,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
    out: &mut Vec<Edit>,
) -> Result<(), RefusalCause> {
    tape.read(text, redactor.text.policy.limits.depth, Truncated::Reject)?;
    let Some(root) = Doc::new(text, tape).root() else { return Ok(()) };
    match name {
        "event" => EnvelopeWalk { walk: redactor.walk(out), sender }.body(root)?,
        "event.properties" if root.kind() == JsonKind::Object => {
            EnvelopeWalk { walk: redactor.walk(out), sender }.properties(root)?;
        }
        _ => {
            let name = name.strip_prefix(BLOB_PREFIX).unwrap_or(name);
            redactor.text.redact_named_json(name, root, &mut Output::new(out, body::PROPERTY));
        }
    }
    Ok(())
}

/// The declared content of a part. A type with a finding in it refuses the request.
fn content(body: &[u8], part: &Part, redactor: &mut RecordingRedactor<'_>) -> Result<Content, RefusalCause> {
    let header = || RefusalCause::from(DecodeError::from(MultipartError::Header));
    let Some(span) = part.content_type else { return Ok(Content::Text) };
    let value = text(body, span)?.to_ascii_lowercase();
    let mut found = Vec::new();
    redactor.text.redact_text(&value, &mut Output::new(&mut found, body::PROPERTY));
    let mut params = value.split(';').map(str::trim);
    let kind = params.next().unwrap_or("");
    if !found.is_empty() || kind.is_empty() || kind.contains(char::is_whitespace) {
        return Err(header());
    }
    for param in params.filter(|param| !param.is_empty()) {
        match param.split_once('=').ok_or_else(header)? {
            ("charset", name) if matches!(name.trim_matches('"'), "utf-8" | "utf8" | "us-ascii") => {}
            ("charset", _) => return Err(RefusalCause::UnknownCharset),
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
    const TEXT_TYPES: &[&str] = &[
        "application/json",
        "application/x-ndjson",
        "application/jsonl",
        "application/xml",
        "application/yaml",
    ];
    kind.starts_with("text/")
        || TEXT_TYPES.contains(&kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

fn text(body: &[u8], span: Span) -> Result<&str, RefusalCause> {
    let text = body.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.ok_or_else(|| DecodeError::from(MultipartError::Header).into())
}
