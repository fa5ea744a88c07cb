//! decode → parse → redact → encode as one pure function: the library's front door.
//!
//! Bytes, policy and context go in; bytes, findings and new context come out. Whatever is refused
//! here leaves nothing behind: the caller answers with [`Refusal::status`] and forwards nothing.

use crate::decode::codec::Bound;
use crate::decode::codec::Change;
use crate::decode::codec::Level;
use crate::decode::endpoint::Class;
use crate::decode::endpoint::Endpoint;
use crate::decode::endpoint::Wrapping;
use crate::decode::form;
use crate::decode::multipart::MultipartError;
use crate::decode::wrapping;
use crate::decode::wrapping::DecodeError;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::JsonError;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::DuplicateKey;
use crate::redact::policy::Policy;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::page::Fate;
use crate::redact::report::Report;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::notes::Note;
use crate::redact::text::notes::Notes;
use crate::redact::text::redactor::MOST_KEPT;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::Tools;
use crate::redact::text::redactor::settle;
use crate::redact::text::tag::Why;
use crate::rules::RuleIdx;
use crate::text::edit;
use crate::text::edit::Edit;

pub use crate::redact::recording::page::Memory;

pub mod answer;
pub mod document;

mod otlp;
mod parts;
mod target;

/// One request, as it stands on the wire.
pub struct Request<'a> {
    /// Its row of the table of endpoints.
    pub endpoint: &'static Endpoint,
    /// The raw path.
    pub path: &'a str,
    /// The raw query, without the question mark; empty if there is none.
    pub query: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// The bearer token of `Authorization`, where there is one.
    pub bearer: Option<&'a str>,
    /// Headers of an application's own that may cross: names and values.
    pub headers: &'a [(String, String)],
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

/// What may leave.
pub struct Redacted {
    /// The body.
    pub body: Vec<u8>,
    /// The query, without the question mark; empty if there is none.
    pub query: String,
    /// `Content-Type` of the body; `None` if there is no body.
    pub content_type: Option<String>,
    /// `Content-Encoding` of the body.
    pub content_encoding: Option<&'static str>,
    /// The headers of the application's own, judged like the payload.
    pub headers: Vec<(String, String)>,
    /// What was found.
    pub report: Report,
    /// What routing needs to know.
    pub facts: Facts,
}

/// What a request says about itself, for routing. Holds identifiers: never logged as they are.
#[derive(Default, PartialEq, Eq, Clone)]
pub struct Facts {
    /// The project token.
    pub project: Option<String>,
    /// The replay session.
    pub session: Option<String>,
    /// Name and version of the SDK, as far as the payload tells.
    pub sdk: Option<String>,
}

/// Why a request was refused. Nothing of its bytes has left.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum Refusal {
    /// Its wrappings could not be taken off.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Its JSON could not be read.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A key that decides stands twice.
    #[error(transparent)]
    DuplicateKey(#[from] DuplicateKey),
    /// A packed field inflates past a limit.
    #[error("a packed field of the body inflates past the limit")]
    FieldTooLarge,
    /// Its events name more than one project.
    #[error("the events of the body name more than one project")]
    SeveralProjects,
    /// A part of a form is neither text nor JSON.
    #[error("a part of the multipart body is neither text nor JSON")]
    BinaryPart,
    /// A part of a form is text in another charset than UTF-8.
    #[error("a part of the multipart body is not in UTF-8")]
    UnknownCharset,
    /// It is protobuf, or could be read as such.
    #[error("protobuf is not read here; send OTLP as JSON")]
    Protobuf,
    /// Its path says something personal.
    #[error("the path holds something personal, and a path cannot be redacted")]
    PersonalPath,
}

impl Refusal {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(e) => e.code(),
            Self::Json(JsonError::TooDeep(_)) => "too_deep",
            Self::Json(_) => "malformed_json",
            Self::DuplicateKey(_) => "duplicate_key",
            Self::FieldTooLarge => "field_too_large",
            Self::SeveralProjects => "several_projects",
            Self::BinaryPart => "binary_part",
            Self::UnknownCharset => "unknown_charset",
            Self::Protobuf => "protobuf_not_supported",
            Self::PersonalPath => "personal_path",
        }
    }

    /// The HTTP status that fits: final for every SDK.
    pub const fn status(self) -> u16 {
        match self {
            Self::FieldTooLarge
            | Self::Decode(DecodeError::Codec(crate::decode::codec::CodecError::TooLarge)) => 413,
            Self::Decode(
                DecodeError::UnknownEncoding
                | DecodeError::Multipart(MultipartError::NoBoundary | MultipartError::EncodedPart),
            )
            | Self::BinaryPart
            | Self::UnknownCharset
            | Self::Protobuf => 415,
            _ => 400,
        }
    }
}

/// Buffers that are kept between requests. One a worker thread.
#[derive(Default)]
pub struct Scratch {
    tools: Tools,
    tape: Tape,
}

impl Scratch {
    /// Says what time it is, in seconds since 1970: suppressions end. Where nobody says, those that
    /// have an end have come to it.
    pub fn set_time(&mut self, now: Option<u64>) {
        self.tools.now = now;
    }

    /// Notes from now on what rules found and nearly found, about `only` these rules or about all.
    /// Slow: for people who ask why.
    pub fn take_notes(&mut self, only: Vec<RuleIdx>) {
        self.tools.notes = Some(Notes::on(only));
    }

    /// The notes, and no more of them.
    pub fn notes(&mut self) -> Vec<Note> {
        self.tools.notes.take().map(Notes::into_all).unwrap_or_default()
    }
}

/// Decodes, parses, redacts and encodes one request.
///
/// `memory` is where the context of sessions comes from and goes to.
///
/// # Errors
/// A [`Refusal`]: nothing of the request may be forwarded.
pub fn run(
    request: &Request<'_>,
    policy: &Policy,
    memory: Memory<'_>,
    scratch: &mut Scratch,
) -> Result<Redacted, Refusal> {
    let mut redactor = Redactor::new(policy, &mut scratch.tools, Some(memory));
    let result = judged(request, &mut redactor, &mut scratch.tape);
    redactor.tools.trim();
    if scratch.tape.heap_bytes() > MOST_KEPT {
        scratch.tape = Tape::default();
    }
    redactor.leave_windows(if result.is_ok() { Fate::Kept } else { Fate::Lost });
    let Judged { body, query, sender } = result?;
    let headers = request.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.clone(), redact_header(name, value, &mut redactor))).collect();
    let Redactor { report, .. } = redactor;
    let facts = target::facts(sender, request)?;
    let (bytes, content_type, content_encoding) = match body {
        Some(body) => (body.bytes, Some(body.content_type), body.content_encoding),
        None => (Vec::new(), None, None),
    };
    Ok(Redacted { body: bytes, query, content_type, content_encoding, headers, report, facts })
}

/// What comes out of judging a request.
struct Judged {
    body: Option<Body>,
    query: String,
    sender: Sender,
}

/// A body as it leaves.
struct Body {
    bytes: Vec<u8>,
    content_type: String,
    content_encoding: Option<&'static str>,
}

fn judged(request: &Request<'_>, redactor: &mut Redactor<'_>, tape: &mut Tape) -> Result<Judged, Refusal> {
    let mut sender = Sender::default();
    let wrapping = request.endpoint.wrapping;
    let has_data = form::value(request.query, "data").is_some_and(|data| !data.is_empty());
    let has_body = !request.body.is_empty() || has_data && wrapping != Wrapping::None;
    target::judge_path(request, redactor)?;
    let query = target::redact_query(request.query, redactor);
    if !has_body {
        // Chat widgets read with GET what they write with POST; everything else has a body or no use.
        if !matches!(wrapping, Wrapping::None | Wrapping::Json) {
            return Err(DecodeError::Empty.into());
        }
        return Ok(Judged { body: None, query, sender });
    }
    let wrapped = Wrapped {
        query: request.query,
        content_type: request.content_type,
        content_encoding: request.content_encoding,
        body: request.body,
    };
    let body = match wrapping {
        Wrapping::Multipart => parts::judge(&wrapped, &mut sender, redactor, tape)?,
        Wrapping::Otlp => otlp::judge(request, &wrapped, redactor, tape)?,
        _ => judge_body(request, &wrapped, &mut sender, redactor, tape)?,
    };
    if redactor.is_too_large {
        return Err(Refusal::FieldTooLarge);
    }
    if sender.is_ambiguous {
        return Err(Refusal::SeveralProjects);
    }
    Ok(Judged { body: Some(body), query, sender })
}

fn bound(redactor: &Redactor<'_>) -> Bound {
    let limits = &redactor.policy.limits;
    Bound { bytes: limits.inflated, ratio: limits.ratio }
}

/// Unwraps a body, judges it, and wraps it in the one canonical way.
fn judge_body(
    request: &Request<'_>,
    wrapped: &Wrapped<'_>,
    sender: &mut Sender,
    redactor: &mut Redactor<'_>,
    tape: &mut Tape,
) -> Result<Body, Refusal> {
    let bound = bound(redactor);
    let has_data = form::value(request.query, "data").is_some_and(|data| !data.is_empty());
    let unwrapped = wrapping::unwrap(request.endpoint.wrapping, wrapped, bound, &mut redactor.tools.codecs)?;
    let text = unwrapped.text();
    redactor.report.decoded_bytes = text.len() as u64;
    let edits = judge(text, request.endpoint, sender, redactor, tape)?;
    redactor.report.changed = !edits.is_empty();
    let bytes = if edits.is_empty() && unwrapped.is_canonical && !has_data {
        request.body.to_vec()
    } else {
        encode(request.body, text, &edits, redactor)
    };
    Ok(Body { bytes, content_type: "application/json".to_owned(), content_encoding: Some("gzip") })
}

/// Parses a text and judges all of it: one document, or on some endpoints one a line.
fn judge(
    text: &str,
    endpoint: &Endpoint,
    sender: &mut Sender,
    redactor: &mut Redactor<'_>,
    tape: &mut Tape,
) -> Result<Vec<Edit>, Refusal> {
    let depth = redactor.policy.limits.depth;
    let mut edits = Vec::new();
    let read = tape.read(text, depth, Truncated::Reject);
    let takes_lines = matches!(endpoint.wrapping, Wrapping::Json | Wrapping::Otlp);
    if matches!(read, Err(JsonError::Syntax(_))) && takes_lines {
        return judge_lines(text, redactor, tape);
    }
    read?;
    if let Some(root) = Doc::new(text, tape).root() {
        match (endpoint.wrapping, endpoint.class) {
            (Wrapping::Otlp, _) => redactor.json(root, Place::new(Surface::Property), &mut edits),
            (_, Class::Api) => redactor.call(endpoint.path, root, sender, &mut edits)?,
            _ => redactor.envelope(root, sender, &mut edits)?,
        }
    }
    settle(text, MaskChar::Star, 0, &mut edits);
    Ok(edits)
}

fn judge_lines(text: &str, redactor: &mut Redactor<'_>, tape: &mut Tape) -> Result<Vec<Edit>, Refusal> {
    let mut edits = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let from = edits.len();
        if !line.trim().is_empty() {
            tape.read(line, redactor.policy.limits.depth, Truncated::Reject)?;
            if let Some(root) = Doc::new(line, tape).root() {
                redactor.json(root, Place::new(Surface::Property), &mut edits);
            }
        }
        for edit in edits.iter_mut().skip(from) {
            edit.span = edit.span.shifted(at);
        }
        at += line.len();
    }
    settle(text, MaskChar::Star, 0, &mut edits);
    Ok(edits)
}

/// Applies the edits and puts the one canonical wrapping on. `was` is the body as it came.
fn encode(was: &[u8], text: &str, edits: &[Edit], redactor: &mut Redactor<'_>) -> Vec<u8> {
    redactor.count(edits);
    let mut body = Vec::new();
    let codecs = &mut redactor.tools.codecs;
    if edits.is_empty() {
        codecs.gzip(text.as_bytes(), Level::Body, &mut body);
    } else {
        let mut new = Vec::new();
        edit::apply(text.as_bytes(), edits, &mut new);
        let change = Change { old: text.as_bytes(), edits, new: &new };
        codecs.gzip_again(was, &change, Level::Body, &mut body);
    }
    body
}

/// The value of a header, by what its name says of it and by every rule.
fn redact_header(name: &str, value: &str, redactor: &mut Redactor<'_>) -> String {
    let treat = redactor.policy.rules().key_rule(name).map_or(Treat::See, |idx| Treat::Whole(Why::Rule(idx)));
    let mut edits = Vec::new();
    redactor.begin_field();
    redactor.text(value, Place::new(Surface::Property).words(name), treat, &mut edits);
    let redacted = redactor.applied(value, &mut edits);
    String::from_utf8_lossy(&redacted).into_owned()
}
