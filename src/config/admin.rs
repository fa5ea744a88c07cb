//! `[admin]`: the admin listener, which serves health and metrics to operators.

use std::net::SocketAddr;

use serde::Deserialize;

use crate::config::checker::Checker;
use crate::config::listen::address;

/// The admin listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// The address it listens on. Port 0 picks a free one.
    ///
    /// # Default
    /// `127.0.0.1:8001`
    pub address: SocketAddr,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAdmin {
    address: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Admin {
    let raw: RawAdmin = checker.section("admin");
    let address = address(checker, "admin.address", raw.address.as_deref(), ([127, 0, 0, 1], 8001).into());
    Admin { address }
}
