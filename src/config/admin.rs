//! `[admin]`: the listener for operators: health and metrics.

use std::net::SocketAddr;

use serde::Deserialize;

use crate::config::checker::Checker;
use crate::config::listen::address;

/// The listener for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// Where it listens. A port of 0 takes a free one.
    ///
    /// # Default
    /// `127.0.0.1:8001`
    pub address: SocketAddr,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    address: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Admin {
    let raw: Raw = checker.section("admin");
    let address = address(checker, "admin.address", raw.address.as_deref(), ([127, 0, 0, 1], 8001).into());
    Admin { address }
}
