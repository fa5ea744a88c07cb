//! A body of JSON: unwrap, parse, redact, and wrap in the one canonical way.
//!
//! Also the steps that multipart and OTLP bodies share with it.

use crate::decode::codec::Bound;
use crate::decode::codec::EditedText;
use crate::decode::codec::Level;
use crate::decode::endpoint::Class;
use crate::decode::endpoint::Endpoint;
use crate::decode::endpoint::Wrapping;
use crate::decode::wrapping;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::JsonError;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::pipeline::refusal::RefusalCause;
use crate::pipeline::request::Request;
use crate::redact::recording::envelope::EnvelopeWalk;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::settle;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;
use crate::text::edit;
use crate::text::edit::Edit;

pub(super) const PROPERTY: TextContext<'_> = TextContext::new(Surface::Property);

/// A body as it leaves.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: String,
    pub(super) content_encoding: Option<&'static str>,
}

pub(super) fn bound(redactor: &RecordingRedactor<'_>) -> Bound {
    let limits = &redactor.text.policy.limits;
    Bound { bytes: limits.inflated, ratio: limits.ratio }
}

/// Unwraps a body, redacts it, and wraps it in the one canonical way.
pub(super) fn redact(
    request: &Request<'_>,
    wrapped: &Wrapped<'_>,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Body, RefusalCause> {
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
pub(super) fn redact_documents(
    text: &str,
    endpoint: &Endpoint,
    sender: &mut Sender,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Vec<Edit>, RefusalCause> {
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
) -> Result<Vec<Edit>, RefusalCause> {
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
pub(super) fn encode(
    was: &[u8],
    text: &str,
    edits: &[Edit],
    redactor: &mut RecordingRedactor<'_>,
) -> Vec<u8> {
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

/// How a text is redacted that is found under a name: some names decide on all of it.
pub(super) fn kind_by_name(name: &str, redactor: &RecordingRedactor<'_>) -> StringKind {
    let rule = redactor.text.policy.rules().key_rule(name);
    rule.map_or(StringKind::Text, |idx| StringKind::Masked(Reason::Rule(idx)))
}
