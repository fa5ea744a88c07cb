//! What a request's head contributes besides headers: facts for routing, and the outgoing target.
//!
//! The project token is not read here: the pipeline resolves it from body, head and query.

use std::net::IpAddr;

use blackbar_core::pipeline;
use http::Version;
use http::header::{HOST, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::exchange::rejection::Rejection;
use crate::exchange::state::ActiveConfig;
use crate::route::{RoutingFacts, bare_host};

/// Checks that the request names one host. Routing by host, and a proxy in front, must read the same.
///
/// # Errors
/// HTTP/1.1 without exactly one `Host`, or a `Host` that differs from the target's authority.
pub(crate) fn check_host(head: &Parts) -> Result<(), Rejection> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let (first, further) = (hosts.next(), hosts.next());
    let is_missing = head.version == Version::HTTP_11 && first.is_none();
    let differs = |host: &HeaderValue| {
        head.uri.authority().is_some_and(|authority| {
            let port =
                head.uri.scheme_str().map_or("", |scheme| if scheme == "https" { ":443" } else { ":80" });
            let without_port = |name: &str| name.strip_suffix(port).unwrap_or(name).to_ascii_lowercase();
            !host.to_str().is_ok_and(|host| without_port(host) == without_port(authority.as_str()))
        })
    };
    if is_missing || further.is_some() || first.is_some_and(differs) {
        return Err(Rejection::InvalidHost);
    }
    Ok(())
}

/// Combines what the pipeline found with what host, path and edge say.
pub(crate) fn routing_facts<'a>(
    config: &ActiveConfig,
    peer: IpAddr,
    head: &Parts,
    from_pipeline: &'a pipeline::RequestIdentity,
) -> RoutingFacts<'a> {
    let host = head.uri.host().or_else(|| head.headers.get(HOST)?.to_str().ok());
    // Where trusted proxies are configured, only they may set the country header; from any other
    // peer it is the client's own claim.
    let is_from_edge = config.listen.trusted_proxies.is_empty() || config.listen.trusts(peer);
    RoutingFacts {
        project: from_pipeline.project.as_deref(),
        session: from_pipeline.session.as_deref(),
        country: if is_from_edge { config.router.country(&head.headers) } else { None },
        host: host.map(bare_host),
        path: with_single_slashes(head.uri.path()),
    }
}

/// The outgoing path and query. Double slashes become one, as the table of endpoints reads them.
pub(crate) fn outgoing_target(path: &str, query: &str) -> Option<PathAndQuery> {
    let mut target = with_single_slashes(path);
    if !query.is_empty() {
        target.push('?');
        target.push_str(query);
    }
    target.parse().ok()
}

fn with_single_slashes(path: &str) -> String {
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
    fn a_request_names_exactly_one_host() {
        let check = |target: &str, hosts: &[&str]| {
            let mut request = http::Request::get(target);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            check_host(&request.body(()).unwrap().into_parts().0).is_ok()
        };
        assert!(check("/e/", &["a.test"]));
        assert!(!check("/e/", &[]) && !check("/e/", &["a.test", "a.test"]));
        assert!(check("http://a.test/e/", &["A.test"]) && check("http://a.test:80/e/", &["a.test"]));
        assert!(!check("http://a.test/e/", &["b.test"]) && !check("http://a.test/e/", &[]));
    }

    #[test]
    fn double_slashes_collapse_and_the_trailing_slash_stays() {
        assert_eq!(outgoing_target("//s//", "ver=1").unwrap(), "/s/?ver=1");
        assert_eq!(outgoing_target("/flags", "").unwrap(), "/flags");
    }
}
