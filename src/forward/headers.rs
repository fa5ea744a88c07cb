//! Which headers cross the proxy, in each direction. What is not listed does not.

use std::net::IpAddr;

use blackbar_core::decode::endpoint::Class;
use blackbar_core::redact::client_ip::ClientIp;
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

/// Headers of SDKs that cross, once the rules have judged their values.
const OF_SDKS: &[&str] =
    &["user-agent", "posthog-sdk-info", "posthog-attempt", "posthog-request-id", "posthog-request-timestamp"];

/// The headers whose values the rules judge before they cross: those of SDKs, and those that the
/// configuration names.
pub fn judged(named: &[HeaderName]) -> Vec<HeaderName> {
    OF_SDKS.iter().map(|name| HeaderName::from_static(name)).chain(named.iter().cloned()).collect()
}

/// Headers of answers that are relayed. `Set-Cookie` and everything about the connection stays behind.
const OF_ANSWERS: &[HeaderName] =
    &[CONTENT_TYPE, CONTENT_ENCODING, CACHE_CONTROL, ETAG, LAST_MODIFIED, EXPIRES, RETRY_AFTER, VARY];

/// What the headers that go out depend on.
pub struct Context<'a> {
    /// The class of the endpoint.
    pub class: Class,
    /// The client's address, as far as it is known.
    pub client: Option<IpAddr>,
    /// How much of it is passed on.
    pub client_ip: ClientIp,
    /// What becomes of `User-Agent`.
    pub user_agent: UserAgent,
    /// The values of the [`judged`] headers, redacted.
    pub judged: &'a [(String, String)],
    /// What becomes of the conditions under which a browser asks.
    pub conditions: Conditions,
    /// `Content-Type` of the body that goes out.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding` of the body that goes out.
    pub content_encoding: Option<&'a str>,
}

/// What becomes of the conditions under which a browser asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// The upstream judges them.
    Cross,
    /// The answer will be changed here, so what the browser holds is nothing that the upstream knows.
    Stay,
}

/// The headers that go out.
pub fn outbound(inbound: &HeaderMap, context: &Context<'_>) -> HeaderMap {
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
        if context.conditions == Conditions::Cross {
            put(IF_NONE_MATCH, inbound.get(IF_NONE_MATCH).cloned());
            put(IF_MODIFIED_SINCE, inbound.get(IF_MODIFIED_SINCE).cloned());
        }
        put(ACCEPT_ENCODING, accepts_gzip(inbound).then(|| HeaderValue::from_static("gzip")));
    }
    // Scripts are the same for everyone: nothing about the client goes along, wherever they are fetched.
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
    for (name, value) in context.judged {
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) else {
            continue;
        };
        let value = if name == USER_AGENT { agent(&value, context.user_agent) } else { Some(value) };
        if let Some(value) = value {
            out.append(name, value);
        }
    }
    out
}

/// The headers of an answer that are relayed.
pub fn relayed(answer: &HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::new();
    for name in OF_ANSWERS {
        if let Some(value) = answer.get(name) {
            out.insert(name.clone(), value.clone());
        }
    }
    out
}

/// The client: the peer, or who a proxy of ours says it speaks for. Of a list of hops the last one
/// that is no proxy of ours is believed; what stands left of it the client could have written.
pub fn client_address(peer: IpAddr, inbound: &HeaderMap, listen: &Listen) -> Option<IpAddr> {
    if !listen.trusts(peer) {
        return Some(peer.to_canonical());
    }
    let hops = inbound.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        let address: IpAddr = hop.parse().ok()?;
        if !listen.trusts(address) {
            return Some(address.to_canonical());
        }
    }
    None
}

/// Whether the answer may be packed.
pub(crate) fn accepts_gzip(inbound: &HeaderMap) -> bool {
    let values = inbound.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "gzip")
}

/// Which endpoints are told who asks. The token there is the project's or the server's own.
fn needs_authorization(class: Class) -> bool {
    matches!(class, Class::EventsV1 | Class::Ai | Class::Telemetry | Class::Api)
}

/// The agent that goes out; one that is no text says nothing that is needed.
fn agent(value: &HeaderValue, how: UserAgent) -> Option<HeaderValue> {
    match how {
        UserAgent::Keep => Some(value.clone()),
        UserAgent::Generalise => {
            HeaderValue::from_str(&user_agent::generalised(value.to_str().unwrap_or_default())).ok()
        }
    }
}

/// Reduces a URL to its origin: path, query and fragment can name a person, and the backend only
/// compares hosts.
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
    fn believes_the_last_hop_that_is_not_ours() {
        let listen = listen(&["10.0.0.0/8"]);
        let inbound = headers(&[("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.2.2.2")]);
        let ours = "10.1.1.1".parse().unwrap();
        let other = "198.51.100.7".parse().unwrap();
        assert_eq!(client_address(ours, &inbound, &listen), "203.0.113.9".parse().ok());
        assert_eq!(client_address(other, &inbound, &listen), Some(other));
        assert_eq!(client_address(ours, &HeaderMap::new(), &listen), None);
    }

    #[test]
    fn reduces_a_referer_to_its_origin() {
        let reduced = |text: &'static str, suffix| {
            origin_of(&HeaderValue::from_static(text), suffix).map(|value| value.to_str().unwrap().to_owned())
        };
        let referer = "https://ann:pw@app.example:8443/user/ann@example.com?q=1#x";
        assert_eq!(reduced(referer, "/").as_deref(), Some("https://app.example:8443/"));
        assert_eq!(reduced("https://app.example", "").as_deref(), Some("https://app.example"));
        assert_eq!(reduced("not a url", "/"), None);
    }
}
