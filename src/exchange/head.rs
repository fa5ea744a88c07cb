//! What a request's head contributes besides headers: facts for routing, and the outgoing target.
//!
//! The project token is not read here: the pipeline resolves it from body, head and query.

use std::net::IpAddr;

use blackbar_core::pipeline;
use http::header::HOST;
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::exchange::state::ActiveConfig;
use crate::route::{RoutingFacts, bare_host};

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
    fn double_slashes_collapse_and_the_trailing_slash_stays() {
        assert_eq!(outgoing_target("//s//", "ver=1").unwrap(), "/s/?ver=1");
        assert_eq!(outgoing_target("/flags", "").unwrap(), "/flags");
    }
}
