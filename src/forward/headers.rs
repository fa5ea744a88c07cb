//! Which headers cross the proxy, in each direction.
//!
//! **Invariant:** both directions are allow-lists. A header that is not listed here or in the
//! configuration is dropped.

use std::net::IpAddr;
use std::net::SocketAddr;

use blackbar_core::endpoint::Class;
use blackbar_core::policy::ClientIp;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, EXPIRES, HeaderName,
    HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, ORIGIN, REFERER, RETRY_AFTER, USER_AGENT,
    VARY,
};
use http::{HeaderMap, Uri};

use crate::config::forward::UserAgent;
use crate::config::listen::Listen;
use crate::forward::user_agent;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers that SDKs send. They cross after the rules have redacted their values.
const SDK_HEADERS: &[&str] =
    &["user-agent", "posthog-sdk-info", "posthog-attempt", "posthog-request-id", "posthog-request-timestamp"];

/// The headers whose values are redacted before they cross: those of SDKs, and those that the
/// configuration names.
pub fn redacted_names(configured: &[HeaderName]) -> Vec<HeaderName> {
    SDK_HEADERS.iter().map(|name| HeaderName::from_static(name)).chain(configured.iter().cloned()).collect()
}

/// Response headers that are relayed. `Set-Cookie` and connection headers are not among them.
const RESPONSE_HEADERS: &[HeaderName] =
    &[CONTENT_TYPE, CONTENT_ENCODING, CACHE_CONTROL, ETAG, LAST_MODIFIED, EXPIRES, RETRY_AFTER, VARY];

/// What the outgoing headers depend on.
pub struct HeaderContext<'a> {
    /// The class of the endpoint.
    pub class: Class,
    /// The client's address, as far as it is known.
    pub client: Option<IpAddr>,
    /// How much of that address is forwarded.
    pub client_ip: ClientIp,
    /// How `User-Agent` is forwarded.
    pub user_agent: UserAgent,
    /// The headers of [`redacted_names`], with redacted values.
    pub redacted: &'a [(String, String)],
    /// What happens to `If-None-Match` and `If-Modified-Since`.
    pub conditional: ConditionalHeaders,
    /// `Content-Type` of the outgoing body.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding` of the outgoing body.
    pub content_encoding: Option<&'a str>,
}

/// What happens to `If-None-Match` and `If-Modified-Since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionalHeaders {
    /// They are forwarded; the upstream evaluates them.
    Forward,
    /// They are dropped: the response is changed here, so the upstream does not know the version that
    /// the browser has.
    Drop,
}

/// The headers of the upstream request.
pub fn outgoing_headers(inbound: &HeaderMap, context: &HeaderContext<'_>) -> HeaderMap {
    let mut out = HeaderMap::new();
    let text = |text: &str| HeaderValue::from_str(text).ok();
    let mut put = |name: HeaderName, value: Option<HeaderValue>| {
        if let Some(value) = value {
            out.insert(name, value);
        }
    };
    put(CONTENT_TYPE, context.content_type.and_then(text));
    put(CONTENT_ENCODING, context.content_encoding.and_then(text));
    if matches!(context.class, Class::Config | Class::Static) {
        if context.conditional == ConditionalHeaders::Forward {
            put(IF_NONE_MATCH, inbound.get(IF_NONE_MATCH).cloned());
            put(IF_MODIFIED_SINCE, inbound.get(IF_MODIFIED_SINCE).cloned());
        }
        put(ACCEPT_ENCODING, accepts_gzip(inbound).then(|| HeaderValue::from_static("gzip")));
    }
    // Scripts are public files, and may come from any region: nothing about the client is forwarded.
    if context.class == Class::Static {
        return out;
    }
    put(ORIGIN, inbound.get(ORIGIN).and_then(|value| origin_of(value, "")));
    put(REFERER, inbound.get(REFERER).and_then(|value| origin_of(value, "/")));
    if needs_authorization(context.class) {
        put(AUTHORIZATION, inbound.get(AUTHORIZATION).cloned());
    }
    let client = context.client.and_then(|client| context.client_ip.of(client));
    put(X_FORWARDED_FOR, client.and_then(|client| text(&client.to_string())));
    for (name, value) in context.redacted {
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) else {
            continue;
        };
        let value =
            if name == USER_AGENT { user_agent_value(&value, context.user_agent) } else { Some(value) };
        if let Some(value) = value {
            out.append(name, value);
        }
    }
    out
}

/// The headers of an upstream response that are relayed.
pub fn relayed_headers(response: &HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::new();
    for name in RESPONSE_HEADERS {
        if let Some(value) = response.get(name) {
            out.insert(name.clone(), value.clone());
        }
    }
    out
}

/// The client's address: the peer, or for a trusted proxy the address in `X-Forwarded-For`. In a
/// list of hops the last one that is not a trusted proxy counts; the client could have written
/// everything to its left.
pub fn client_address(peer: IpAddr, inbound: &HeaderMap, listen: &Listen) -> Option<IpAddr> {
    if !listen.trusts(peer) {
        return Some(peer.to_canonical());
    }
    let hops = inbound.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        let address = hop_address(hop)?;
        if !listen.trusts(address) {
            return Some(address.to_canonical());
        }
    }
    None
}

/// The address of a hop as gateways write it: bare, in brackets, or with a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop).parse().ok();
    hop.parse::<SocketAddr>().map(|socket| socket.ip()).ok().or_else(bare)
}

/// Whether the client accepts a gzip response.
pub(crate) fn accepts_gzip(inbound: &HeaderMap) -> bool {
    let values = inbound.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "gzip")
}

/// Endpoints that need `Authorization`. Its token is the project's or the server's, not a person's.
fn needs_authorization(class: Class) -> bool {
    matches!(class, Class::EventsV1 | Class::Ai | Class::Telemetry | Class::Api)
}

/// The outgoing `User-Agent`. A non-ASCII value is generalised like an empty one.
fn user_agent_value(value: &HeaderValue, how: UserAgent) -> Option<HeaderValue> {
    match how {
        UserAgent::Keep => Some(value.clone()),
        UserAgent::Generalise => {
            HeaderValue::from_str(&user_agent::generalised(value.to_str().unwrap_or_default())).ok()
        }
    }
}

/// Reduces a URL to its origin. Path, query and fragment can identify a person, and the backend
/// compares hosts only.
fn origin_of(value: &HeaderValue, suffix: &str) -> Option<HeaderValue> {
    let text = value.to_str().ok()?;
    if text == "null" {
        return suffix.is_empty().then(|| value.clone());
    }
    let uri: Uri = text.split('#').next()?.parse().ok()?;
    let authority = uri.authority()?;
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{}://{}{port}{suffix}", uri.scheme_str()?, authority.host())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn listen(trusted: &[&str]) -> Listen {
        Listen {
            address: ([127, 0, 0, 1], 0).into(),
            trusted_proxies: trusted.iter().map(|net| net.parse().unwrap()).collect(),
            drain_delay: std::time::Duration::ZERO,
            drain_time: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn the_last_hop_that_is_not_a_trusted_proxy_is_the_client() {
        let listen = listen(&["10.0.0.0/8"]);
        let inbound = headers(&[("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.2.2.2")]);
        let ours = "10.1.1.1".parse().unwrap();
        let other = "198.51.100.7".parse().unwrap();
        assert_eq!(client_address(ours, &inbound, &listen), "203.0.113.9".parse().ok());
        assert_eq!(client_address(other, &inbound, &listen), Some(other));
        assert_eq!(client_address(ours, &HeaderMap::new(), &listen), None);
    }

    #[test]
    fn a_hop_may_have_brackets_and_a_port() {
        let address = |hop| hop_address(hop).map(|address| address.to_string());
        for (hop, expected) in [
            ("203.0.113.77:51234", "203.0.113.77"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
        ] {
            assert_eq!(address(hop).as_deref(), Some(expected));
        }
        assert!(
            ["unknown", "203.0.113.77:x", "[203.0.113.77", ""]
                .into_iter()
                .all(|hop| hop_address(hop).is_none())
        );
    }

    #[test]
    fn a_referer_is_reduced_to_its_origin() {
        let reduced = |text: &'static str, suffix| {
            origin_of(&HeaderValue::from_static(text), suffix).map(|value| value.to_str().unwrap().to_owned())
        };
        let referer = "https://ann:pw@app.example:8443/user/ann@example.com?q=1#x";
        assert_eq!(reduced(referer, "/").as_deref(), Some("https://app.example:8443/"));
        assert_eq!(reduced("https://app.example", "").as_deref(), Some("https://app.example"));
        assert_eq!(reduced("not a url", "/"), None);
    }
}
