//! `[[region]]`: the regions, and the hosts of each.

use std::path::PathBuf;

use http::Uri;
use http::uri::{Authority, Scheme};
use serde::Deserialize;

use crate::config::checker::Checker;

/// A region. Its requests are sent to these hosts and to no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name, which labels metrics and audit records.
    pub name: String,
    /// Its ingest hosts. The next one is tried only if connecting to the one before failed.
    pub upstreams: Vec<Upstream>,
    /// The host of scripts and remote config.
    ///
    /// # Default
    /// the ingest hosts
    pub assets: Vec<Upstream>,
    /// A PEM file. If set, only its certificates are trusted for this region's hosts.
    ///
    /// # Default
    /// the public roots
    pub ca_file: Option<PathBuf>,
}

/// The base of an upstream: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// Host and port.
    pub authority: Authority,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRegion {
    name: String,
    upstreams: Vec<String>,
    assets: Option<String>,
    ca_file: Option<PathBuf>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Vec<Region> {
    let raws: Vec<(String, RawRegion)> = checker.sections("region");
    if raws.is_empty() && !checker.has("region") {
        let hint = "missing; write at least one [[region]] with a name and upstreams";
        checker.problem("region", hint);
    }
    let mut regions: Vec<Region> = Vec::new();
    for (key, raw) in raws {
        let name_key = format!("{key}.name");
        let is_name = !raw.name.is_empty()
            && raw.name.len() <= 32
            && raw.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name {
            let hint = "use 1 to 32 lower-case letters, digits and dashes";
            checker.problem(&name_key, format!("{:?} is not a valid name; {hint}", raw.name));
        } else if matches!(raw.name.as_str(), "none" | "reject") {
            checker.problem(&name_key, format!("{:?} is reserved; choose another name", raw.name));
        } else if regions.iter().any(|region| region.name == raw.name) {
            checker.problem(&name_key, format!("duplicate region name {:?}", raw.name));
        }
        if raw.upstreams.is_empty() {
            checker.problem(&format!("{key}.upstreams"), "a region needs at least one upstream");
        }
        let mut upstreams = Vec::new();
        for (idx, url) in raw.upstreams.iter().enumerate() {
            upstreams.extend(upstream(checker, &format!("{key}.upstreams[{idx}]"), url));
        }
        let assets = match &raw.assets {
            None => upstreams.clone(),
            Some(url) => upstream(checker, &format!("{key}.assets"), url).into_iter().collect(),
        };
        regions.push(Region { name: raw.name, upstreams, assets, ca_file: raw.ca_file });
    }
    warn_on_shared_hosts(checker, &regions);
    regions
}

fn upstream(checker: &mut Checker<'_>, key: &str, url: &str) -> Option<Upstream> {
    let hint = "write a scheme and a host, such as \"https://eu.i.posthog.com\"";
    let Ok(uri) = url.parse::<Uri>() else {
        checker.problem(key, format!("not a URL; {hint}"));
        return None;
    };
    let is_bare = uri.query().is_none() && matches!(uri.path(), "" | "/") && !url.contains(['#', '@']);
    match (uri.scheme(), uri.authority()) {
        (Some(scheme), Some(authority))
            if is_bare && (*scheme == Scheme::HTTP || *scheme == Scheme::HTTPS) =>
        {
            if *scheme == Scheme::HTTP && !is_local(authority.host()) {
                checker.warn(key, "the connection to this upstream is not encrypted");
            }
            Some(Upstream { scheme: scheme.clone(), authority: authority.clone() })
        }
        _ => {
            checker.problem(key, format!("not an upstream URL; {hint}, and nothing else"));
            None
        }
    }
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn warn_on_shared_hosts(checker: &mut Checker<'_>, regions: &[Region]) {
    for (idx, region) in regions.iter().enumerate() {
        let shared = regions
            .iter()
            .take(idx)
            .any(|other| region.upstreams.iter().any(|upstream| other.upstreams.contains(upstream)));
        if shared {
            checker.warn(&format!("region[{idx}].upstreams"), "another region has the same upstream");
        }
    }
}
