//! decode → parse → redact → encode as one pure function: the library's front door.
//!
//! Bytes, policy and context go in; bytes, findings and new context come out. A refused request
//! leaves nothing: the caller answers with [`Refusal::status`] and forwards nothing.

use crate::decode::endpoint::Wrapping;
use crate::decode::wrapping::DecodeError;
use crate::parse::json::Tape;
use crate::pipeline::body::Body;
use crate::pipeline::refusal::RefusalCause;
use crate::redact::policy::Policy;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::redact::recording::windows::WindowUpdate;
use crate::redact::text::context::Output;

pub use crate::pipeline::refusal::Refusal;
pub use crate::pipeline::request::Redacted;
pub use crate::pipeline::request::Request;
pub use crate::pipeline::request::RequestIdentity;
pub use crate::pipeline::workspace::Workspace;
pub use crate::redact::recording::windows::Memory;

pub(crate) mod answer;
pub mod document;

mod body;
mod otlp;
mod parts;
mod project;
mod refusal;
mod request;
mod target;
mod workspace;

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
            return Err(refusal.into());
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

fn redact_request(
    request: &Request<'_>,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<RedactedParts, RefusalCause> {
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
    let wrapped = request.wrapped();
    let body = match wrapping {
        Wrapping::Multipart => parts::redact(&wrapped, &mut sender, redactor, tape)?,
        Wrapping::Otlp => otlp::redact(request, &wrapped, redactor, tape)?,
        _ => body::redact(request, &wrapped, &mut sender, redactor, tape)?,
    };
    if redactor.text.inflation.is_exceeded {
        return Err(RefusalCause::FieldTooLarge);
    }
    if sender.is_ambiguous {
        return Err(RefusalCause::SeveralProjects);
    }
    Ok(RedactedParts { body: Some(body), query, sender })
}

/// Redacts the value of a header, by its name and by every rule.
fn redact_header(name: &str, value: &str, redactor: &mut RecordingRedactor<'_>) -> String {
    let mut edits = Vec::new();
    redactor.text.begin_field();
    let kind = body::kind_by_name(name, redactor);
    redactor.text.redact_as(kind, value, &mut Output::new(&mut edits, body::PROPERTY.with_words(name)));
    let redacted = redactor.text.apply_edits(value, &mut edits);
    String::from_utf8_lossy(&redacted).into_owned()
}
