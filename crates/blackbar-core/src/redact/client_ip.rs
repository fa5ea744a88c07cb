//! The address of the client: how much of it is passed on, in headers and in events alike.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

/// How much of the client's address is passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientIp {
    /// All of it.
    Keep,
    /// The network: /24 of IPv4, /48 of IPv6.
    #[default]
    Truncate,
    /// Nothing.
    Drop,
}

impl ClientIp {
    /// What is passed on of an address.
    pub fn of(self, address: IpAddr) -> Option<IpAddr> {
        match (self, address.to_canonical()) {
            (Self::Keep, _) => Some(address),
            (Self::Drop, _) => None,
            (Self::Truncate, IpAddr::V4(v4)) => {
                let [a, b, c, _] = v4.octets();
                Some(Ipv4Addr::new(a, b, c, 0).into())
            }
            (Self::Truncate, IpAddr::V6(v6)) => {
                let [a, b, c, ..] = v6.segments();
                Some(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncates_to_the_network() {
        let truncated = |text: &str| ClientIp::Truncate.of(text.parse().unwrap()).unwrap().to_string();
        assert_eq!(truncated("203.0.113.9"), "203.0.113.0");
        assert_eq!(truncated("::ffff:203.0.113.9"), "203.0.113.0");
        assert_eq!(truncated("2001:db8:1:2:3::4"), "2001:db8:1::");
    }
}
