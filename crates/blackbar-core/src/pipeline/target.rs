//! What a request says outside its body: path, query, and whose it is.

use crate::decode::endpoint::Class;
use crate::decode::form;
use crate::pipeline::Facts;
use crate::pipeline::Refusal;
use crate::pipeline::Request;
use crate::redact::envelope::Sender;
use crate::redact::redactor::Place;
use crate::redact::redactor::Redactor;
use crate::redact::surface::Surface;

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
    let is_told_by_head = matches!(request.endpoint.class, Class::EventsV1 | Class::Ai | Class::Telemetry);
    if is_told_by_head {
        let named = [sender.project.clone(), request.bearer.map(str::to_owned), query_token(request)];
        let mut named = named.into_iter().flatten().filter(|token| token.starts_with("phc_"));
        let first = named.next();
        if named.any(|token| Some(&token) != first.as_ref()) {
            return Err(Refusal::SeveralProjects);
        }
    }
    let Sender { project, session, sdk, .. } = sender;
    Ok(Facts { project: project_of(project, request), session, sdk })
}

/// The token of the project that a request belongs to.
///
/// For remote config the path names it, whatever else the request says. Otherwise the first of
/// body, bearer token and query decides. A secret API key belongs to a person or a server, not to a
/// project: if that is all, the query's token counts as it was sent.
fn project_of(from_body: Option<String>, request: &Request<'_>) -> Option<String> {
    if request.endpoint.class == Class::Config {
        return request.path.split('/').filter(|segment| !segment.is_empty()).nth(1).map(str::to_owned);
    }
    let is_secret_key = |token: &str| token.starts_with("phx_") || token.starts_with("phs_");
    from_body
        .or_else(|| request.bearer.map(str::to_owned))
        .or_else(|| query_token(request))
        .filter(|token| !is_secret_key(token))
        .or_else(|| {
            let mut pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == "token").map(|(_, token)| token.to_owned())
        })
}

/// The decoded `token` of the query.
fn query_token(request: &Request<'_>) -> Option<String> {
    form::value(request.query, "token").map(|token| String::from_utf8_lossy(&token).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::endpoint::classify;

    /// The project of a GET request without a body.
    fn project(target: &str, bearer: Option<&str>) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            endpoint: classify("GET", path).unwrap(),
            path,
            query,
            content_type: None,
            content_encoding: None,
            bearer,
            headers: &[],
            body: &[],
        };
        project_of(None, &request)
    }

    #[test]
    fn remote_config_belongs_to_the_project_in_its_path() {
        let target = "/array/phc_path/config?token=phc_query";
        assert_eq!(project(target, Some("phc_bearer")).as_deref(), Some("phc_path"));
    }

    #[test]
    fn a_secret_api_key_names_no_project() {
        let target = "/flags/definitions?token=phc_query";
        assert_eq!(project(target, Some("phs_secret")).as_deref(), Some("phc_query"));
        assert_eq!(project(target, Some("phc_bearer")).as_deref(), Some("phc_bearer"));
        assert_eq!(project("/flags/definitions", Some("phs_secret")), None);
    }
}
