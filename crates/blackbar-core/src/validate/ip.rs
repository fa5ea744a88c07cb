//! IP addresses: not a version, not a network, not a piece of code.

use std::net::Ipv6Addr;

/// First numbers of networks without visitors: those of the US armed forces are not routed, and from 224 on
/// there are no hosts. Versions often begin like that.
const NO_VISITORS: [u8; 13] = [0, 6, 7, 11, 21, 22, 26, 28, 29, 30, 33, 214, 215];

/// `ipv4`: IPv4 address that is not a version: one of the first three numbers has more than one digit, it does not
/// end in `.0.0.0`, and its network is routed.
pub(super) fn is_v4(text: &str) -> bool {
    let has_wide = text.rsplit('.').skip(1).any(|octet| octet.len() > 1);
    let first = text.split('.').next().and_then(|octet| octet.parse().ok());
    let has_visitors = first.is_some_and(|first: u8| first < 224 && !NO_VISITORS.contains(&first));
    has_wide && has_visitors && !text.ends_with(".0.0.0")
}

/// `ipv6`: IPv6 address that is longer than `::` or `a::b`.
pub(super) fn is_v6(text: &str) -> bool {
    let n_groups = text.split(':').filter(|group| !group.is_empty()).count();
    n_groups >= 2
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.len() >= 6
        && text.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_no_addresses() {
        assert!(is_v4("203.0.113.77") && is_v4("10.0.0.1") && is_v4("192.168.1.1"));
        assert!(!is_v4("1.2.3.4") && !is_v4("156.0.0.0") && !is_v4("1.2.3.40"));
        assert!(!is_v4("11.22.33.44") && !is_v4("239.255.255.250") && is_v4("23.33.91.232"));
        assert!(is_v6("2001:db8::1") && !is_v6("::") && !is_v6("a::b") && !is_v6("12:30:45"));
    }
}
