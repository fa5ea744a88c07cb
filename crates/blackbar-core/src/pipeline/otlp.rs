//! OTLP: JSON and JSON lines are redacted, protobuf is refused.
//!
//! The backend tries protobuf before JSON, whatever the content type says. Only JSON that no protobuf
//! decoder can take for a message is therefore forwarded.

use crate::decode::protobuf;
use crate::decode::wrapping;
use crate::decode::wrapping::DecodeError;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::Tape;
use crate::pipeline::body;
use crate::pipeline::body::Body;
use crate::pipeline::refusal::RefusalCause;
use crate::pipeline::request::Request;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::text::edit;

/// Redacts a body.
pub(super) fn redact(
    request: &Request<'_>,
    wrapped: &Wrapped<'_>,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Body, RefusalCause> {
    let says_protobuf =
        request.content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("protobuf"));
    redact_json_body(request, wrapped, redactor, tape).map_err(|refusal| match refusal {
        RefusalCause::Decode(DecodeError::Utf8) | RefusalCause::Json(_) if says_protobuf => {
            RefusalCause::Protobuf
        }
        other => other,
    })
}

fn redact_json_body(
    request: &Request<'_>,
    wrapped: &Wrapped<'_>,
    redactor: &mut RecordingRedactor<'_>,
    tape: &mut Tape,
) -> Result<Body, RefusalCause> {
    let bound = body::bound(redactor);
    let unwrapped =
        wrapping::unwrap(request.endpoint.wrapping, wrapped, bound, &mut redactor.text.workspace.codecs)?;
    let text = unwrapped.text();
    redactor.text.report.decoded_bytes = text.len() as u64;
    let edits = body::redact_documents(text, request.endpoint, &mut Sender::default(), redactor, tape)?;
    redactor.text.report.changed = !edits.is_empty();
    let mut plain = Vec::new();
    edit::apply(text.as_bytes(), &edits, &mut plain);
    if protobuf::is_wire_format(&plain) {
        return Err(RefusalCause::Protobuf);
    }
    let is_as_it_came = edits.is_empty() && unwrapped.is_canonical;
    let bytes = if is_as_it_came {
        request.body.to_vec()
    } else {
        body::encode(request.body, text, &edits, redactor)
    };
    Ok(Body { bytes, content_type: "application/json".to_owned(), content_encoding: Some("gzip") })
}
