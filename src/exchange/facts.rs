//! What routing needs to know, and what the request's target becomes.

use std::net::IpAddr;

use blackbar_core::decode::endpoint::{Class, Endpoint};
use blackbar_core::pipeline;
use http::header::HOST;
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::exchange::live::Live;
use crate::route::{Facts, bare_host};

/// Brings together what the payload, the path, the query and the headers say.
pub(crate) fn gather<'a>(
    live: &Live,
    peer: IpAddr,
    endpoint: &Endpoint,
    head: &'a Parts,
    payload: &'a pipeline::RequestIdentity,
) -> Facts<'a> {
    let host = head.uri.host().or_else(|| head.headers.get(HOST)?.to_str().ok());
    // With proxies of our own named, the edge is one of them; a header from elsewhere is the client's.
    let has_edge = live.listen.trusted_proxies.is_empty() || live.listen.trusts(peer);
    Facts {
        project: project(endpoint.class, head, payload),
        session: payload.session.as_deref(),
        country: if has_edge { live.router.country(&head.headers) } else { None },
        host: host.map(bare_host),
        path: single_slashes(head.uri.path()),
    }
}

/// The project: of remote config it is the path's, whatever else the request says; a key that is
/// not a project's own names none, and then the query's token does.
fn project<'a>(class: Class, head: &'a Parts, payload: &'a pipeline::RequestIdentity) -> Option<&'a str> {
    if class == Class::Config {
        return head.uri.path().split('/').filter(|segment| !segment.is_empty()).nth(1);
    }
    let is_secret = |token: &str| token.starts_with("phx_") || token.starts_with("phs_");
    let mut pairs = head.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    payload
        .project
        .as_deref()
        .filter(|token| !is_secret(token))
        .or_else(|| pairs.find(|(name, _)| *name == "token").map(|(_, token)| token))
}

/// The bearer token.
pub(crate) fn bearer(head: &Parts) -> Option<&str> {
    let value = head.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The path and query that go out: double slashes become one, as the table of endpoints reads them.
pub(crate) fn target(path: &str, query: &str) -> Option<PathAndQuery> {
    let mut target = single_slashes(path);
    if !query.is_empty() {
        target.push('?');
        target.push_str(query);
    }
    target.parse().ok()
}

fn single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        single.push('/');
        single.push_str(segment);
    }
    if path.ends_with('/') {
        single.push('/');
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_single_slashes_and_keeps_the_last() {
        assert_eq!(target("//s//", "ver=1").unwrap(), "/s/?ver=1");
        assert_eq!(target("/flags", "").unwrap(), "/flags");
    }
}
