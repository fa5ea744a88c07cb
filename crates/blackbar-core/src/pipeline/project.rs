//! The project of a request: every source that names one, and which of them counts.
//!
//! A request names its project in events, in `Authorization`, in the query, and in the path of remote
//! config. All rules of precedence are in this file.

use crate::decode::endpoint::Class;
use crate::decode::form;
use crate::pipeline::refusal::RefusalCause;
use crate::pipeline::request::Request;
use crate::redact::recording::envelope::Sender;

/// What project tokens begin with.
const TOKEN_PREFIX: &str = "phc_";

/// The token of the project that a request belongs to.
///
/// For remote config the path names it, whatever else the request says. Otherwise the first of body,
/// bearer token and query decides. A secret API key belongs to a person or a server, not to a project:
/// if that is all there is, the query's token counts as it was sent.
///
/// # Errors
/// [`RefusalCause::SeveralProjects`] where head and body of a request name different projects: the region
/// must be that of the project which the backend will see.
pub(super) fn project_of(sender: &Sender, request: &Request<'_>) -> Result<Option<String>, RefusalCause> {
    let from_bearer = || request.bearer.map(str::to_owned);
    let from_query =
        || form::value(request.query, "token").map(|token| String::from_utf8_lossy(&token).into_owned());
    if matches!(request.endpoint.class, Class::EventsV1 | Class::Ai | Class::Telemetry) {
        let named = [sender.project.clone(), from_bearer(), from_query()];
        let mut named = named.into_iter().flatten().filter(|token| token.starts_with(TOKEN_PREFIX));
        let first = named.next();
        if named.any(|token| Some(&token) != first.as_ref()) {
            return Err(RefusalCause::SeveralProjects);
        }
    }
    if request.endpoint.class == Class::Config {
        return Ok(segments(request.path).nth(1).map(str::to_owned));
    }
    let project = sender.project.clone().or_else(from_bearer).or_else(from_query);
    Ok(project.filter(|token| !is_secret_key(token)).or_else(|| raw_query_token(request.query)))
}

fn is_secret_key(token: &str) -> bool {
    token.starts_with("phx_") || token.starts_with("phs_")
}

/// The `token` of the query, not decoded.
fn raw_query_token(query: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == "token").map(|(_, token)| token.to_owned())
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
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
        project_of(&Sender::default(), &request).unwrap()
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
