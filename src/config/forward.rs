//! `[forward]`: which of a request's headers a region gets to see.
//!
//! Not a part of `[redaction]`: it says what crosses at all, not how it is redacted, and is no part
//! of the policy's digest. The client's address is, because events carry it, too.

use http::HeaderName;
use serde::Deserialize;

use crate::config::checker::Checker;

/// What becomes of `User-Agent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAgent {
    /// It crosses as it came.
    Keep,
    /// Family, major version and class of platform; of an SDK its name and version.
    Generalise,
}

/// Which of a request's headers a region gets to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// What becomes of `User-Agent`.
    ///
    /// # Default
    /// `keep`
    pub user_agent: UserAgent,
    /// Headers of an application's own that cross, redacted like the payload.
    ///
    /// # Default
    /// none
    pub request_headers: Vec<HeaderName>,
}

/// Headers that have a rule of their own, belong to a connection, or tell who or where a person is.
const NEVER: &[&str] = &[
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

/// Beginnings of such names.
const NEVER_BEGINNINGS: &[&str] = &["cf-", "cloudfront-", "fastly-", "sec-", "x-envoy-", "x-forwarded-"];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    user_agent: Option<String>,
    request_headers: Vec<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Forward {
    let raw: Raw = checker.section("forward");
    let words = [("keep", UserAgent::Keep), ("generalise", UserAgent::Generalise)];
    let user_agent = checker.word("forward.user_agent", raw.user_agent.as_deref(), &words, UserAgent::Keep);
    let mut request_headers = Vec::new();
    for (idx, text) in raw.request_headers.iter().enumerate() {
        let key = format!("forward.request_headers[{idx}]");
        match text.parse::<HeaderName>() {
            Err(_) => checker.problem(&key, format!("{text:?} is not the name of a header")),
            Ok(name) if is_never(name.as_str()) => {
                let hint = "it belongs to the connection, has a rule of its own, or tells who a person is";
                checker.problem(&key, format!("{text:?} cannot be let through: {hint}"));
            }
            Ok(name) => request_headers.push(name),
        }
    }
    Forward { user_agent, request_headers }
}

fn is_never(name: &str) -> bool {
    NEVER.contains(&name) || NEVER_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_a_person_is_never_let_through() {
        for name in ["cookie", "x-forwarded-for", "cf-connecting-ip", "x-real-ip", "sec-ch-ua"] {
            assert!(is_never(name), "{name}");
        }
        assert!(!is_never("x-custom"));
    }
}
