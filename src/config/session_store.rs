//! `[session_store]`: where element context is kept between requests.

use std::fmt;
use std::time::Duration;

use redis::ConnectionInfo;
use redis::IntoConnectionInfo;
use serde::Deserialize;

use crate::config::checker::Checker;

/// Where element context is kept between requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStore {
    /// A Redis or Valkey that replicas share; `None` for the memory of this process.
    ///
    /// # Default
    /// `None`
    pub server: Option<Server>,
    /// How long a request waits for the server before it goes on without context.
    ///
    /// # Default
    /// `50ms`
    pub timeout: Duration,
}

/// The server and what it takes to be let in. Does not tell the password.
#[derive(Clone)]
pub struct Server {
    pub(crate) info: ConnectionInfo,
    url: String,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server(..)")
    }
}

impl PartialEq for Server {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for Server {}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    url: Option<String>,
    timeout: Option<String>,
}

/// `shares_key` says whether the key of session names is the same in each replica.
pub(crate) fn check(checker: &mut Checker<'_>, shares_key: bool) -> SessionStore {
    let raw: Raw = checker.section("session_store");
    let timeout = checker.time("session_store.timeout", raw.timeout.as_deref(), Duration::from_millis(50));
    if !(Duration::from_millis(1)..=Duration::from_secs(5)).contains(&timeout) {
        checker.problem("session_store.timeout", "each request may wait so long; write \"1ms\" to \"5s\"");
    }
    let url = raw.url.filter(|url| !url.is_empty());
    let server = url.and_then(|url| {
        // The error may quote the URL, and so the password.
        let info = url.as_str().into_connection_info().ok();
        if info.is_none() {
            let hint = "not the address of a server; write one such as \"redis://127.0.0.1:6379/0\"";
            checker.problem("session_store.url", hint);
        }
        Some(Server { info: info?, url })
    });
    if server.is_some() && !shares_key {
        let hint = "replicas find each other's sessions by a key; write redaction.hash_key_file as well, \
                    the same file for each";
        checker.problem("session_store.url", hint);
    }
    SessionStore { server, timeout }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_told() {
        let url = "redis://:hunter2@127.0.0.1:6379/0".to_owned();
        let server = Server { info: url.as_str().into_connection_info().unwrap(), url };
        assert!(!format!("{server:?}").contains("hunter2"));
    }
}
