//! The project of a request: every source that names one, and which of them counts.
//!
//! A request names its project in events, in `Authorization`, in the query, and in the path of remote
//! config. All rules of precedence are in this file.

use crate::decode::endpoint::Class;
use crate::decode::form;
use crate::pipeline::Refusal;
use crate::pipeline::Request;
use crate::redact::recording::envelope::Sender;

/// What project tokens begin with.
const TOKEN_PREFIX: &str = "phc_";

/// The project that a request names: in its events, else its head.
///
/// # Errors
/// [`Refusal::SeveralProjects`] where head and body of a request name different projects: the
/// region must be that of the project which the backend will see.
pub(super) fn named_project(sender: &Sender, request: &Request<'_>) -> Result<Option<String>, Refusal> {
    let from_bearer = || request.bearer.map(str::to_owned);
    let from_query =
        || form::value(request.query, "token").map(|token| String::from_utf8_lossy(&token).into_owned());
    let from_path = || {
        let mut segments = segments(request.path);
        (segments.next() == Some("array")).then(|| segments.next().map(str::to_owned)).flatten()
    };
    if matches!(request.endpoint.class, Class::EventsV1 | Class::Ai | Class::Telemetry) {
        let named = [sender.project.clone(), from_bearer(), from_query()];
        let mut named = named.into_iter().flatten().filter(|token| token.starts_with(TOKEN_PREFIX));
        let first = named.next();
        if named.any(|token| Some(&token) != first.as_ref()) {
            return Err(Refusal::SeveralProjects);
        }
    }
    Ok(sender.project.clone().or_else(from_bearer).or_else(from_query).or_else(from_path))
}

/// The project that a request is routed by, where `named` is the one of its [`super::RequestIdentity`].
///
/// That of remote config is the path's, whatever else the request says. A secret key names no
/// project; the token of the query does then, as it is written.
pub fn routed_project<'a>(
    class: Class,
    path: &'a str,
    query: &'a str,
    named: Option<&'a str>,
) -> Option<&'a str> {
    if class == Class::Config {
        return segments(path).nth(1);
    }
    let is_secret = |token: &str| token.starts_with("phx_") || token.starts_with("phs_");
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    named
        .filter(|token| !is_secret(token))
        .or_else(|| pairs.find(|(name, _)| *name == "token").map(|(_, token)| token))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_config_is_routed_by_its_path_and_secret_keys_by_the_query() {
        let of = |class, named| routed_project(class, "//array/phc_a/config", "v=1&token=phc_b", named);
        assert_eq!(of(Class::Config, Some("phc_c")), Some("phc_a"));
        assert_eq!(of(Class::Api, Some("phc_c")), Some("phc_c"));
        assert_eq!(of(Class::Api, Some("phx_c")), Some("phc_b"));
        assert_eq!(of(Class::Api, None), Some("phc_b"));
    }
}
