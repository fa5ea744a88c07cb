//! The target of a request: its path is refused if it holds something personal, its query is redacted.

use crate::decode::form;
use crate::pipeline::refusal::RefusalCause;
use crate::pipeline::request::Request;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;

/// Checks the segments of a path that the table leaves open. A path with something personal in it is
/// refused: changed, it would name another endpoint.
pub(super) fn check_path(
    request: &Request<'_>,
    redactor: &mut RecordingRedactor<'_>,
) -> Result<(), RefusalCause> {
    if !request.endpoint.path.contains('*') {
        return Ok(());
    }
    let listed = || request.endpoint.path.split('/').filter(|segment| *segment != "*");
    let mut found = Vec::new();
    for segment in request.path.split('/') {
        let is_token =
            segment.starts_with("phc_") && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_token && listed().all(|name| name != segment) {
            redactor.text.redact_text(segment, &mut Output::new(&mut found, TextContext::new(Surface::Url)));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(RefusalCause::PersonalPath) }
}

/// A name of the query that SDKs use for themselves, and what its values look like.
type Switch = (&'static str, fn(&str) -> bool);

const SWITCHES: &[Switch] = &[
    ("_", is_time),
    ("beacon", is_flag),
    ("config", is_flag),
    ("ip", is_flag),
    ("lib_version", is_version),
    ("retry_count", is_flag),
    ("sent_at", is_time),
    ("v", is_flag),
    ("ver", is_version),
];

fn is_flag(value: &str) -> bool {
    matches!(value, "true" | "false") || value.len() <= 2 && value.bytes().all(|b| b.is_ascii_digit())
}

/// Milliseconds of this century.
fn is_time(value: &str) -> bool {
    value.len() == 13 && value.starts_with(['1', '2']) && value.bytes().all(|b| b.is_ascii_digit())
}

/// Three short numbers.
fn is_version(value: &str) -> bool {
    let parts = value.split('.').count();
    parts <= 3
        && value.split('.').all(|n| (1..=4).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The query that is forwarded: redacted, and without the parameters that the canonical wrapping
/// makes wrong.
pub(super) fn redact_query(query: &str, redactor: &mut RecordingRedactor<'_>) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            let name = form::decode(name);
            !pair.is_empty() && *name != *b"data" && *name != *b"compression"
        })
        .collect();
    let kept = kept.join("&");
    let mut edits = Vec::new();
    let context = TextContext::new(Surface::Query);
    for pair in kept.split('&') {
        // The token of a project is public and routes the request; the SDK's own switches are short.
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_switch = SWITCHES.iter().any(|(switch, fits)| *switch == name && fits(value));
        let is_token = is_switch || name == "token" && value.starts_with("phc_");
        let offset = pair.as_ptr() as usize - kept.as_ptr() as usize;
        if !is_token {
            let from = edits.len();
            redactor.text.begin_field();
            redactor.text.redact_pairs(pair, &mut Output::new(&mut edits, context));
            for edit in edits.iter_mut().skip(from) {
                edit.span = edit.span.shifted(offset);
            }
        }
    }
    let redacted = redactor.text.apply_edits(&kept, &mut edits);
    String::from_utf8_lossy(&redacted).into_owned()
}
