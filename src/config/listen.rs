//! `[listen]`: the SDK listener.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;

use crate::config::checker::Checker;

/// The SDK listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The address it listens on. Port 0 picks a free one.
    ///
    /// # Default
    /// `0.0.0.0:8000`
    pub address: SocketAddr,
    /// Proxies in front of this one, whose `X-Forwarded-For` and country header are trusted.
    ///
    /// # Default
    /// none
    pub trusted_proxies: Vec<IpNet>,
    /// How long `/readyz` reports draining, after a stop signal, before connections are refused.
    ///
    /// # Default
    /// `0s`
    pub drain_delay: Duration,
    /// How long exchanges in progress may take to finish after a stop signal.
    ///
    /// # Default
    /// `30s`
    pub drain_time: Duration,
}

impl Listen {
    /// Whether this peer is a trusted proxy.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted_proxies.iter().any(|net| net.contains(&peer))
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawListen {
    address: Option<String>,
    trusted_proxies: Vec<String>,
    drain_delay: Option<String>,
    drain_time: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Listen {
    let raw: RawListen = checker.section("listen");
    let address = address(checker, "listen.address", raw.address.as_deref(), ([0, 0, 0, 0], 8000).into());
    let mut trusted_proxies = Vec::new();
    for (idx, text) in raw.trusted_proxies.iter().enumerate() {
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match net {
            Ok(net) => trusted_proxies.push(net),
            Err(_) => checker.problem(
                &format!("listen.trusted_proxies[{idx}]"),
                format!("{text:?} is not a network; write one such as \"10.0.0.0/8\""),
            ),
        }
    }
    Listen {
        address,
        trusted_proxies,
        drain_delay: checker.duration("listen.drain_delay", raw.drain_delay.as_deref(), Duration::ZERO),
        drain_time: checker.duration("listen.drain_time", raw.drain_time.as_deref(), Duration::from_secs(30)),
    }
}

/// Parses an IP address and a port.
pub(crate) fn address(
    checker: &mut Checker<'_>,
    key: &str,
    text: Option<&str>,
    default: SocketAddr,
) -> SocketAddr {
    let Some(text) = text else { return default };
    text.parse().unwrap_or_else(|_| {
        checker.problem(
            key,
            format!("{text:?} is not an address; write an IP address and a port, such as \"{default}\""),
        );
        default
    })
}
