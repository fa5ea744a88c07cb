//! What a request says outside its body: path, query, and whose it is.

use crate::decode::endpoint::Class;
use crate::decode::form;
use crate::pipeline::Facts;
use crate::pipeline::Refusal;
use crate::pipeline::Request;
use crate::redact::recording::envelope::Sender;
use crate::redact::surface::Surface;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;

/// Judges the segments of a path that the table leaves open. A path is what an endpoint is called
/// by: one that says something personal is refused, not changed.
pub(super) fn judge_path(request: &Request<'_>, redactor: &mut Redactor<'_>) -> Result<(), Refusal> {
    if !request.endpoint.path.contains('*') {
        return Ok(());
    }
    let listed = || request.endpoint.path.split('/').filter(|segment| *segment != "*");
    let mut found = Vec::new();
    for segment in request.path.split('/') {
        let is_token =
            segment.starts_with("phc_") && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_token && listed().all(|name| name != segment) {
            redactor.see(segment, Place::new(Surface::Url), &mut found);
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Refusal::PersonalPath) }
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

/// The query that goes on: without what the canonical wrapping makes wrong, and judged.
pub(super) fn redact_query(query: &str, redactor: &mut Redactor<'_>) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            let name = form::decode(name, form::Plus::IsSpace);
            !pair.is_empty() && *name != *b"data" && *name != *b"compression"
        })
        .collect();
    let kept = kept.join("&");
    let mut edits = Vec::new();
    let place = Place::new(Surface::Query);
    for pair in kept.split('&') {
        // The token of a project is public and routes the request; the SDK's own switches are short.
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_switch = SWITCHES.iter().any(|(switch, fits)| *switch == name && fits(value));
        let is_token = is_switch || name == "token" && value.starts_with("phc_");
        let offset = pair.as_ptr() as usize - kept.as_ptr() as usize;
        if !is_token {
            let from = edits.len();
            redactor.begin_field();
            redactor.pairs(pair, place, &mut edits);
            for edit in edits.iter_mut().skip(from) {
                edit.span = edit.span.shifted(offset);
            }
        }
    }
    let redacted = redactor.applied(&kept, &mut edits);
    String::from_utf8_lossy(&redacted).into_owned()
}

/// What routing needs to know.
///
/// # Errors
/// [`Refusal::SeveralProjects`] where head and body of a request name different projects: the
/// region must be that of the project which the backend will see.
pub(super) fn facts(sender: Sender, request: &Request<'_>) -> Result<Facts, Refusal> {
    let from_query =
        || form::value(request.query, "token").map(|token| String::from_utf8_lossy(&token).into_owned());
    let from_path = || {
        let mut segments = request.path.split('/').filter(|s| !s.is_empty());
        (segments.next() == Some("array")).then(|| segments.next().map(str::to_owned)).flatten()
    };
    let is_told_by_head = matches!(request.endpoint.class, Class::EventsV1 | Class::Ai | Class::Telemetry);
    if is_told_by_head {
        let named = [sender.project.clone(), request.bearer.map(str::to_owned), from_query()];
        let mut named = named.into_iter().flatten().filter(|token| token.starts_with("phc_"));
        let first = named.next();
        if named.any(|token| Some(&token) != first.as_ref()) {
            return Err(Refusal::SeveralProjects);
        }
    }
    let project =
        sender.project.or_else(|| request.bearer.map(str::to_owned)).or_else(from_query).or_else(from_path);
    Ok(Facts { project, session: sender.session, sdk: sender.sdk })
}
