//! Which changed settings a reload cannot apply.
//!
//! The lists cannot miss a setting: every struct is destructured in full, so a new field does not
//! compile until it is named here, and a field that is bound but not compared is a warning.

use crate::config::Config;
use crate::config::limits::ProxyLimits;
use crate::config::listen::Listen;

/// The keys that differ between the configuration of the start and a new one, and are read at the
/// start only.
pub fn changed_keys(at_start: &Config, new: &Config) -> Vec<&'static str> {
    let Config {
        listen,
        admin,
        audit,
        limits,
        session_store,
        telemetry,
        // A reload applies these.
        regions: _,
        routing: _,
        forward: _,
        policy: _,
        sdk: _,
        warnings: _,
    } = at_start;
    let sections = [
        ("admin.address", *admin != new.admin),
        ("audit", *audit != new.audit),
        ("session_store", *session_store != new.session_store),
        ("telemetry", *telemetry != new.telemetry),
    ];
    let keys = listen_keys(listen, &new.listen).into_iter().chain(sections);
    let keys = keys.chain(limit_keys(limits, &new.limits));
    keys.filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

fn listen_keys(at_start: &Listen, new: &Listen) -> [(&'static str, bool); 3] {
    // A reload applies the trusted proxies.
    let Listen { address, drain_delay, drain_time, trusted_proxies: _ } = at_start;
    [
        ("listen.address", *address != new.address),
        ("listen.drain_delay", *drain_delay != new.drain_delay),
        ("listen.drain_time", *drain_time != new.drain_time),
    ]
}

fn limit_keys(at_start: &ProxyLimits, new: &ProxyLimits) -> [(&'static str, bool); 12] {
    let ProxyLimits {
        in_flight,
        queue,
        workers,
        connections,
        exchanges,
        header_time,
        idle_time,
        write_time,
        header_bytes,
        session_idle,
        sessions,
        session_memory,
        // A reload applies these.
        request_time: _,
        connect_time: _,
        response_time: _,
        response_body: _,
    } = at_start;
    [
        ("limits.in_flight", *in_flight != new.in_flight),
        ("limits.queue", *queue != new.queue),
        ("limits.workers", *workers != new.workers),
        ("limits.connections", *connections != new.connections),
        ("limits.exchanges", *exchanges != new.exchanges),
        ("limits.header_time", *header_time != new.header_time),
        ("limits.idle_time", *idle_time != new.idle_time),
        ("limits.write_time", *write_time != new.write_time),
        ("limits.header_bytes", *header_bytes != new.header_bytes),
        ("limits.session_idle", *session_idle != new.session_idle),
        ("limits.sessions", *sessions != new.sessions),
        ("limits.session_memory", *session_memory != new.session_memory),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    const CONFIG: &str = r#"
        [listen]
        address = "127.0.0.1:8000"
        [audit]
        dir = "/tmp/none"
        [[region]]
        name = "eu"
        upstreams = ["https://eu.test"]
        [limits]
        queue = 10
        request_time = "10s"
        [rules]
        packs = ["contact"]
    "#;

    fn changed(from: &str, to: &str) -> Vec<&'static str> {
        let config = |text: &str| config::parse(text, "test").unwrap();
        changed_keys(&config(CONFIG), &config(&CONFIG.replace(from, to)))
    }

    #[test]
    fn settings_that_a_reload_cannot_apply_are_named() {
        assert_eq!(changed(":8000", ":8001"), ["listen.address"]);
        assert_eq!(changed("/tmp/none", "/tmp/other"), ["audit"]);
        assert_eq!(changed("queue = 10", "queue = 11"), ["limits.queue"]);
    }

    #[test]
    fn settings_that_a_reload_applies_are_not_named() {
        assert_eq!(changed("10s", "20s"), [""; 0]);
        assert_eq!(changed("eu.test", "eu2.test"), [""; 0]);
    }
}
