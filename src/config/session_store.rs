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
    /// A Redis or Valkey server that replicas share; `None` keeps the context in memory.
    ///
    /// # Default
    /// `None`
    pub server: Option<StoreServer>,
    /// How long a request waits for the server before it goes on without context.
    ///
    /// # Default
    /// `50ms`
    pub timeout: Duration,
}

/// The address of the server and its credentials, which `Debug` does not print.
#[derive(Clone)]
pub struct StoreServer {
    pub(crate) info: ConnectionInfo,
    url: String,
}

impl fmt::Debug for StoreServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreServer(..)")
    }
}

impl PartialEq for StoreServer {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for StoreServer {}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSessionStore {
    url: Option<String>,
    timeout: Option<String>,
}

/// Checks the section. `shares_key` says whether all replicas have the same key of session names.
pub(crate) fn check(checker: &mut Checker<'_>, shares_key: bool) -> SessionStore {
    let raw: RawSessionStore = checker.section("session_store");
    let timeout =
        checker.duration("session_store.timeout", raw.timeout.as_deref(), Duration::from_millis(50));
    if !(Duration::from_millis(1)..=Duration::from_secs(5)).contains(&timeout) {
        checker.problem(
            "session_store.timeout",
            "must be between \"1ms\" and \"5s\", because each request may wait this long",
        );
    }
    let url = raw.url.filter(|url| !url.is_empty());
    let server = url.and_then(|url| {
        // The parser's error may quote the URL with its password.
        let info = url.as_str().into_connection_info().ok();
        if info.is_none() {
            let hint = "not a server address; write one such as \"redis://127.0.0.1:6379/0\"";
            checker.problem("session_store.url", hint);
        }
        Some(StoreServer { info: info?, url })
    });
    if server.is_some() && !shares_key {
        let hint = "replicas share sessions by a common key; set redaction.hash_key_file to the same file in \
                    each replica";
        checker.problem("session_store.url", hint);
    }
    SessionStore { server, timeout }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_password() {
        let url = "redis://:hunter2@127.0.0.1:6379/0".to_owned();
        let server = StoreServer { info: url.as_str().into_connection_info().unwrap(), url };
        assert!(!format!("{server:?}").contains("hunter2"));
    }
}
