//! `[routing]` and `[[route]]`: which region a request belongs to.

use blackbar_core::endpoint::Endpoint;
use http::HeaderName;
use serde::Deserialize;

use crate::config::checker::Checker;
use crate::config::listen::Listen;
use crate::config::region::Region;

/// Which region a request belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// The region of a request that matches no route, as an index; `None` rejects the request.
    ///
    /// # Default
    /// `reject`
    pub no_match: Option<usize>,
    /// The header in which your edge sends the client's country.
    ///
    /// # Default
    /// none
    pub country_header: Option<HeaderName>,
    /// The routes. The first match wins.
    pub routes: Vec<Route>,
}

/// A route. Each key must match by one of its values; an empty key matches everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Project tokens.
    pub projects: Vec<String>,
    /// Countries, as two capital letters.
    pub countries: Vec<String>,
    /// Hosts that the client addresses, in lower case and without a port.
    pub hosts: Vec<String>,
    /// Prefixes of paths.
    pub path_prefixes: Vec<String>,
    /// The index of the region.
    pub region: usize,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawRouting {
    no_match: Option<String>,
    country_header: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoute {
    projects: Option<Vec<String>>,
    countries: Option<Vec<String>>,
    hosts: Option<Vec<String>>,
    path_prefixes: Option<Vec<String>>,
    region: String,
}

pub(crate) fn check(checker: &mut Checker<'_>, regions: &[Region], listen: &Listen) -> Routing {
    let raw: RawRouting = checker.section("routing");
    let no_match = match raw.no_match.as_deref() {
        None | Some("reject") => None,
        Some(name) => region(checker, "routing.no_match", name, regions),
    };
    let country_header = raw.country_header.as_deref().and_then(|name| {
        let header = name.to_ascii_lowercase().parse().ok();
        if header.is_none() {
            checker.problem("routing.country_header", format!("{name:?} is not a header name"));
        } else if listen.trusted_proxies.is_empty() {
            let hint = "any client can set this header; list your edge in listen.trusted_proxies";
            checker.warn("routing.country_header", hint);
        }
        header
    });
    let raws: Vec<(String, RawRoute)> = checker.sections("route");
    if raws.is_empty() && no_match.is_none() && checker.is_clean() {
        let hint = "every request will be rejected; write a [[route]], or set routing.no_match to a region";
        checker.warn("routing", hint);
    }
    let mut routes = Vec::new();
    for (key, raw) in raws {
        routes.extend(route(checker, &key, raw, regions, country_header.is_some()));
    }
    Routing { no_match, country_header, routes }
}

fn route(
    checker: &mut Checker<'_>,
    key: &str,
    raw: RawRoute,
    regions: &[Region],
    has_country: bool,
) -> Option<Route> {
    let keys = [&raw.projects, &raw.countries, &raw.hosts, &raw.path_prefixes];
    if keys.iter().all(|values| values.is_none()) {
        checker.problem(key, "a route without a condition matches everything; use routing.no_match instead");
    }
    if raw.countries.is_some() && !has_country {
        let hint = "the country is unknown without routing.country_header; set it to the header of your edge";
        checker.problem(&format!("{key}.countries"), hint);
    }
    let projects = values(checker, &format!("{key}.projects"), raw.projects, |text| {
        let fits = !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_graphic());
        (fits && !text.starts_with("phx_")).then(|| text.to_owned()).ok_or("write a project token (phc_…)")
    });
    let countries = values(checker, &format!("{key}.countries"), raw.countries, |text| {
        let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
        fits.then(|| text.to_ascii_uppercase()).ok_or("write a two-letter country code such as \"DE\"")
    });
    let hosts = values(checker, &format!("{key}.hosts"), raw.hosts, |text| {
        let fits = !text.is_empty() && !text.contains(['/', ':', ' ']);
        fits.then(|| text.to_ascii_lowercase()).ok_or("write a host without scheme and port")
    });
    let path_prefixes = values(checker, &format!("{key}.path_prefixes"), raw.path_prefixes, |text| {
        text.starts_with('/').then(|| text.to_owned()).ok_or("write a path that starts with a slash")
    });
    for (idx, prefix) in
        path_prefixes.iter().enumerate().filter(|(_, prefix)| !Endpoint::exists_under(prefix))
    {
        let hint = format!(
            "no SDK endpoint has a path under {prefix:?}, so it never matches; strip a path prefix in front of blackbar"
        );
        checker.warn(&format!("{key}.path_prefixes[{idx}]"), &hint);
    }
    let region = region(checker, &format!("{key}.region"), &raw.region, regions)?;
    Some(Route { projects, countries, hosts, path_prefixes, region })
}

fn values(
    checker: &mut Checker<'_>,
    key: &str,
    raw: Option<Vec<String>>,
    convert: impl Fn(&str) -> Result<String, &'static str>,
) -> Vec<String> {
    let Some(raw) = raw else { return Vec::new() };
    if raw.is_empty() {
        checker.problem(key, "an empty list matches nothing; remove the key, or add a value");
    }
    let mut checked = Vec::new();
    for (idx, text) in raw.iter().enumerate() {
        match convert(text) {
            Ok(value) => checked.push(value),
            Err(hint) => checker.problem(&format!("{key}[{idx}]"), format!("{text:?} is not valid; {hint}")),
        }
    }
    checked
}

fn region(checker: &mut Checker<'_>, key: &str, name: &str, regions: &[Region]) -> Option<usize> {
    let found = regions.iter().position(|region| region.name == name);
    if found.is_none() && !checker.is_unread("region") {
        let known: Vec<String> = regions.iter().map(|region| format!("{:?}", region.name)).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        checker.problem(key, format!("unknown region {name:?}; configured: {known}"));
    }
    found
}
