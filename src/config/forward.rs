//! `[forward]`: which request headers are forwarded.
//!
//! This is not part of `[redaction]` or of the policy digest: it decides what is forwarded at all,
//! not how it is redacted. The client's address is part of both, because events carry it, too.

use http::HeaderName;
use serde::Deserialize;

use crate::config::checker::Checker;

/// How `User-Agent` is forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAgent {
    /// Unchanged.
    Keep,
    /// Reduced to family, major version and platform class; for an SDK, to name and version.
    Generalise,
}

/// Which request headers are forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// How `User-Agent` is forwarded.
    ///
    /// # Default
    /// `keep`
    pub user_agent: UserAgent,
    /// Custom headers that are forwarded, with redacted values.
    ///
    /// # Default
    /// none
    pub request_headers: Vec<HeaderName>,
}

/// Headers that Blackbar handles itself, that belong to a connection, or that identify a person.
const NEVER_FORWARDED: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "origin",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "user-agent",
    "via",
    "x-client-ip",
    "x-real-ip",
];

/// Prefixes of such names.
const NEVER_FORWARDED_PREFIXES: &[&str] =
    &["cf-", "cloudfront-", "fastly-", "sec-", "x-envoy-", "x-forwarded-"];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawForward {
    user_agent: Option<String>,
    request_headers: Vec<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Forward {
    let raw: RawForward = checker.section("forward");
    let words = [("keep", UserAgent::Keep), ("generalise", UserAgent::Generalise)];
    let user_agent = checker.one_of("forward.user_agent", raw.user_agent.as_deref(), &words, UserAgent::Keep);
    let mut request_headers = Vec::new();
    for (idx, text) in raw.request_headers.iter().enumerate() {
        let key = format!("forward.request_headers[{idx}]");
        match text.parse::<HeaderName>() {
            Err(_) => checker.problem(&key, format!("{text:?} is not a header name")),
            Ok(name) if is_never_forwarded(name.as_str()) => {
                let hint =
                    "it belongs to the connection, is handled by Blackbar itself, or identifies a person";
                checker.problem(&key, format!("{text:?} cannot be forwarded: {hint}"));
            }
            Ok(name) => request_headers.push(name),
        }
    }
    Forward { user_agent, request_headers }
}

fn is_never_forwarded(name: &str) -> bool {
    NEVER_FORWARDED.contains(&name) || NEVER_FORWARDED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifying_headers_cannot_be_allowed() {
        for name in ["cookie", "x-forwarded-for", "cf-connecting-ip", "x-real-ip", "sec-ch-ua"] {
            assert!(is_never_forwarded(name), "{name}");
        }
        assert!(!is_never_forwarded("x-custom"));
    }
}
