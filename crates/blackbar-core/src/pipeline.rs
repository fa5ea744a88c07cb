//! decode → parse → redact → encode as one pure function: the library's front door.
//!
//! Bytes, policy and context go in; bytes, findings and new context come out. A refused request
//! leaves nothing: the caller answers with [`Refusal::status`] and forwards nothing.

use crate::decode::codec::Bound;
use crate::decode::codec::EditedText;
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
use crate::redact::recording::envelope::EnvelopeWalk;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::redact::recording::redactor::RecordingWorkspace;
use crate::redact::recording::windows::WindowUpdate;
use crate::redact::report::Report;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::settle;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::notes::Note;
use crate::redact::text::notes::Notes;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;
use crate::redact::text::workspace::MAX_RETAINED_BYTES;
use crate::rules::RuleIdx;
use crate::text::edit;
use crate::text::edit::Edit;

pub use crate::redact::recording::windows::Memory;

pub mod answer;
pub mod document;

mod otlp;
mod parts;
mod project;
mod target;

const PROPERTY: TextContext<'_> = TextContext::new(Surface::Property);

/// One request as it came.
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
    /// The application's own headers that may be forwarded: names and values.
    pub headers: &'a [(String, String)],
    /// The body; empty if there is none.
    pub body: &'a [u8],
}

impl Request<'_> {
    /// Whether the query holds events, as old SDKs send them.
    fn has_data_in_query(&self) -> bool {
        form::value(self.query, "data").is_some_and(|data| !data.is_empty())
    }
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
    /// The application's own headers, redacted like the payload.
    pub headers: Vec<(String, String)>,
    /// What was found.
    pub report: Report,
    /// What routing needs to know.
    pub facts: RequestIdentity,
}

/// What a request says about itself, for routing. Holds identifiers: never logged as they are.
#[derive(Default, PartialEq, Eq, Clone)]
pub struct RequestIdentity {
    /// The project token.
    pub project: Option<String>,
    /// The replay session.
    pub session: Option<String>,
    /// Name and version of the SDK, if the payload names them.
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
    /// A key that decides occurs twice.
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
    /// Its path holds something personal.
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

/// Buffers and caches that are kept between requests. One per worker thread.
#[derive(Default)]
pub struct Workspace {
    redaction: RecordingWorkspace,
    tape: Tape,
}

impl Workspace {
    /// Releases what one large body has left.
    fn trim(&mut self) {
        self.redaction.trim();
        if self.tape.heap_bytes() > MAX_RETAINED_BYTES {
            self.tape = Tape::default();
        }
    }

    /// Sets the time, in seconds since 1970, by which suppressions expire. Without it, any suppression
    /// with an expiry counts as expired.
    pub fn set_time(&mut self, now: Option<u64>) {
        self.redaction.text.now = now;
    }

    /// Explains from now on what rules found and nearly found: `only` these rules, or all of them if it
    /// is empty. Slow.
    pub fn take_notes(&mut self, only: Vec<RuleIdx>) {
        self.redaction.text.notes = Some(Notes::on(only));
    }

    /// Returns the notes, and takes no more.
    pub fn notes(&mut self) -> Vec<Note> {
        self.redaction.text.notes.take().map(Notes::into_all).unwrap_or_default()
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
    scratch: &mut Workspace,
) -> Result<Redacted, Refusal> {
    let mut redactor = RecordingRedactor::new(policy, &mut scratch.redaction, Some(memory));
    let result = redact_request(request, &mut redactor, &mut scratch.tape);
    redactor.leave_windows(if result.is_ok() { WindowUpdate::Commit } else { WindowUpdate::Discard });
    let RedactedParts { body, query, sender } = match result {
        Ok(parts) => parts,
        Err(refusal) => {
            scratch.trim();
            return Err(refusal);
        }
    };
    let headers = request.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.clone(), redact_header(name, value, &mut redactor))).collect();
    let report = redactor.text.report;
    scratch.trim();
    let project = project::project_of(&sender, request)?;
    let facts = RequestIdentity { project, session: sender.session, sdk: sender.sdk };
    let (bytes, content_type, content_encoding) = match body {
        Some(body) => (body.bytes, Some(body.content_type), body.content_encoding),
        None => (Vec::new(), None, None),
    };
    Ok(Redacted { body: bytes, query, content_type, content_encoding, headers, report, facts })
}

/// What redacting a request yields.
struct RedactedParts {
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

fn redact_request(
    request: &Request<'_>,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<RedactedParts, Refusal> {
    let mut sender = Sender::default();
    let wrapping = request.endpoint.wrapping;
    let has_body = !request.body.is_empty() || wrapping != Wrapping::None && request.has_data_in_query();
    target::check_path(request, redactor)?;
    let query = target::redact_query(request.query, redactor);
    if !has_body {
        // Chat widgets read by GET what they write by POST; everything else has a body or is useless.
        if !matches!(wrapping, Wrapping::None | Wrapping::Json) {
            return Err(DecodeError::Empty.into());
        }
        return Ok(RedactedParts { body: None, query, sender });
    }
    let wrapped = Wrapped {
        query: request.query,
        content_type: request.content_type,
        content_encoding: request.content_encoding,
        body: request.body,
    };
    let body = match wrapping {
        Wrapping::Multipart => parts::redact(&wrapped, &mut sender, redactor, tape)?,
        Wrapping::Otlp => otlp::redact(request, &wrapped, redactor, tape)?,
        _ => redact_body(request, &wrapped, &mut sender, redactor, tape)?,
    };
    if redactor.text.inflation.is_exceeded {
        return Err(Refusal::FieldTooLarge);
    }
    if sender.is_ambiguous {
        return Err(Refusal::SeveralProjects);
    }
    Ok(RedactedParts { body: Some(body), query, sender })
}

fn bound(redactor: &RecordingRedactor<'_>) -> Bound {
    let limits = &redactor.text.policy.limits;
    Bound { bytes: limits.inflated, ratio: limits.ratio }
}

/// Unwraps a body, redacts it, and wraps it in the one canonical way.
fn redact_body(
    request: &Request<'_>,
    wrapped: &Wrapped<'_>,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Body, Refusal> {
    let bound = bound(redactor);
    let unwrapped =
        wrapping::unwrap(request.endpoint.wrapping, wrapped, bound, &mut redactor.text.workspace.codecs)?;
    let text = unwrapped.text();
    redactor.text.report.decoded_bytes = text.len() as u64;
    let edits = redact_documents(text, request.endpoint, sender, redactor, tape)?;
    redactor.text.report.changed = !edits.is_empty();
    let bytes = if edits.is_empty() && unwrapped.is_canonical && !request.has_data_in_query() {
        request.body.to_vec()
    } else {
        encode(request.body, text, &edits, redactor)
    };
    Ok(Body { bytes, content_type: "application/json".to_owned(), content_encoding: Some("gzip") })
}

/// Parses a text and redacts all of it: one document, or on some endpoints one per line.
fn redact_documents(
    text: &str,
    endpoint: &Endpoint,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Vec<Edit>, Refusal> {
    let depth = redactor.text.policy.limits.depth;
    let mut edits = Vec::new();
    let read = tape.read(text, depth, Truncated::Reject);
    let takes_lines = matches!(endpoint.wrapping, Wrapping::Json | Wrapping::Otlp);
    if matches!(read, Err(JsonError::Syntax(_))) && takes_lines {
        return redact_lines(text, redactor, tape);
    }
    read?;
    if let Some(root) = Doc::new(text, tape).root() {
        match (endpoint.wrapping, endpoint.class) {
            (Wrapping::Otlp, _) => redactor.text.redact_json(root, &mut Output::new(&mut edits, PROPERTY)),
            (_, Class::Api) => {
                EnvelopeWalk { walk: redactor.walk(&mut edits), sender }.api_call(endpoint.path, root)?;
            }
            _ => EnvelopeWalk { walk: redactor.walk(&mut edits), sender }.body(root)?,
        }
    }
    settle(text, MaskChar::Star, 0, &mut edits);
    Ok(edits)
}

fn redact_lines(
    text: &str,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Vec<Edit>, Refusal> {
    let mut edits = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let from = edits.len();
        if !line.trim().is_empty() {
            tape.read(line, redactor.text.policy.limits.depth, Truncated::Reject)?;
            if let Some(root) = Doc::new(line, tape).root() {
                redactor.text.redact_json(root, &mut Output::new(&mut edits, PROPERTY));
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
fn encode(was: &[u8], text: &str, edits: &[Edit], redactor: &mut RecordingRedactor<'_>) -> Vec<u8> {
    redactor.text.count(edits);
    let mut body = Vec::new();
    let codecs = &mut redactor.text.workspace.codecs;
    if edits.is_empty() {
        codecs.gzip(text.as_bytes(), Level::Body, &mut body);
    } else {
        let mut new = Vec::new();
        edit::apply(text.as_bytes(), edits, &mut new);
        let change = EditedText { old: text.as_bytes(), edits, new: &new };
        codecs.regzip_edited(was, &change, Level::Body, &mut body);
    }
    body
}

/// Redacts the value of a header, by its name and by every rule.
fn redact_header(name: &str, value: &str, redactor: &mut RecordingRedactor<'_>) -> String {
    let mut edits = Vec::new();
    redactor.text.begin_field();
    let kind = kind_by_name(name, redactor);
    redactor.text.redact_as(kind, value, &mut Output::new(&mut edits, PROPERTY.with_words(name)));
    let redacted = redactor.text.apply_edits(value, &mut edits);
    String::from_utf8_lossy(&redacted).into_owned()
}

/// How a text is redacted that is found under a name: some names decide on all of it.
fn kind_by_name(name: &str, redactor: &RecordingRedactor<'_>) -> StringKind {
    let rule = redactor.text.policy.rules().key_rule(name);
    rule.map_or(StringKind::Text, |idx| StringKind::Masked(Reason::Rule(idx)))
}
