//! Decides which region a request belongs to: one, or none.
//!
//! The first matching route decides. Without a match the request is rejected, unless the
//! configuration names a region for that case. A session stays in the region of its first request,
//! even if a later request comes from another country: see [`pins`]. No connection is opened here.
//!
//! **Invariant:** a region is a wall. No later stage may choose another region.

pub mod pins;

use std::time::Instant;

use blackbar_core::endpoint::Class;
use http::HeaderMap;

use crate::config::Config;
use crate::config::routing::{Route, Routing};
use crate::route::pins::Pins;

/// What routes match on. Holds identifiers, so it is never logged.
#[derive(Default)]
pub struct RoutingFacts<'a> {
    /// The project token.
    pub project: Option<&'a str>,
    /// The replay session.
    pub session: Option<&'a str>,
    /// The client's country, if the edge sent it.
    pub country: Option<String>,
    /// The host that the client addressed, in lower case and without a port.
    pub host: Option<String>,
    /// The path, with single slashes.
    pub path: String,
}

/// The active routes.
pub struct Router {
    routing: Routing,
    names: Vec<String>,
}

impl Router {
    /// Takes the routes from the configuration.
    pub fn new(config: &Config) -> Self {
        let names = config.regions.iter().map(|region| region.name.clone()).collect();
        Self { routing: config.routing.clone(), names }
    }

    /// The index of the region that a request belongs to; `None` rejects it.
    pub fn route(&self, facts: &RoutingFacts<'_>, class: Class, pins: &Pins, now: Instant) -> Option<usize> {
        let chosen = self.choose(facts).or_else(|| scripts_region(class))?;
        let (Some(project), Some(session)) = (facts.project, facts.session) else { return Some(chosen) };
        let name = self.names.get(chosen)?;
        let pinned = pins.pin(project, session, name, now);
        // If the pinned region is no longer configured, the routes decide again.
        self.names.iter().position(|name| **name == *pinned).or(Some(chosen))
    }

    fn choose(&self, facts: &RoutingFacts<'_>) -> Option<usize> {
        let matching = self.routing.routes.iter().find(|route| matches(route, facts));
        matching.map(|route| route.region).or(self.routing.no_match)
    }

    /// Whether the configuration names this project.
    pub fn knows_project(&self, token: &str) -> bool {
        self.routing.routes.iter().any(|route| route.projects.iter().any(|project| project == token))
    }

    /// The country that the edge sent, if the configuration names the header.
    pub fn country(&self, headers: &HeaderMap) -> Option<String> {
        let name = self.routing.country_header.as_ref()?;
        let mut values = headers.get_all(name).iter();
        let country = values.next()?.to_str().ok()?.trim().to_ascii_uppercase();
        // With two values one is the client's own, and it is unknown which.
        (values.next().is_none() && country.len() == 2).then_some(country)
    }
}

/// Scripts are public files without a project. Without a matching route the first region serves
/// them; `forward::headers` forwards nothing about the client.
fn scripts_region(class: Class) -> Option<usize> {
    (class == Class::Static).then_some(0)
}

fn matches(route: &Route, facts: &RoutingFacts<'_>) -> bool {
    let one_of = |values: &[String], fact: Option<&str>| {
        values.is_empty() || fact.is_some_and(|fact| values.iter().any(|value| value == fact))
    };
    let starts = route.path_prefixes.is_empty()
        || route.path_prefixes.iter().any(|prefix| facts.path.starts_with(prefix.as_str()));
    starts
        && one_of(&route.projects, facts.project)
        && one_of(&route.countries, facts.country.as_deref())
        && one_of(&route.hosts, facts.host.as_deref())
}

/// A host as routes write it: in lower case, without the port.
pub fn bare_host(host: &str) -> String {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
        _ => host,
    };
    bare.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const CONFIG: &str = r#"
        [audit]
        dir = "/tmp/none"
        [[region]]
        name = "eu"
        upstreams = ["https://eu.test"]
        [[region]]
        name = "us"
        upstreams = ["https://us.test"]
        [routing]
        country_header = "x-country"
        [rules]
        packs = ["contact"]
        [[route]]
        projects = ["a", "b"]
        hosts = ["eu.example"]
        region = "eu"
        [[route]]
        countries = ["US"]
        region = "us"
        [[route]]
        countries = ["DE"]
        region = "eu"
    "#;

    fn router() -> Router {
        Router::new(&crate::config::parse(CONFIG, "test").unwrap())
    }

    fn route(facts: &RoutingFacts<'_>) -> Option<usize> {
        router().route(facts, Class::Replay, &Pins::new(10, Duration::from_mins(1)), Instant::now())
    }

    #[test]
    fn keys_combine_by_and_their_values_by_or() {
        let host = Some("eu.example".to_owned());
        for project in ["a", "b"] {
            assert_eq!(
                route(&RoutingFacts {
                    project: Some(project),
                    host: host.clone(),
                    ..RoutingFacts::default()
                }),
                Some(0)
            );
        }
        assert_eq!(route(&RoutingFacts { project: Some("a"), ..RoutingFacts::default() }), None);
        assert_eq!(route(&RoutingFacts { project: Some("c"), host, ..RoutingFacts::default() }), None);
    }

    #[test]
    fn a_session_keeps_its_region_when_the_country_changes() {
        let (router, pins, now) = (router(), Pins::new(10, Duration::from_mins(1)), Instant::now());
        let facts = |country: &str| RoutingFacts {
            project: Some("p"),
            session: Some("s"),
            country: Some(country.to_owned()),
            ..RoutingFacts::default()
        };
        assert_eq!(router.route(&facts("US"), Class::Replay, &pins, now), Some(1));
        assert_eq!(router.route(&facts("DE"), Class::Replay, &pins, now), Some(1));
        assert_eq!(router.route(&facts("FR"), Class::Replay, &pins, now), None);
    }

    #[test]
    fn a_repeated_country_header_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.append("x-country", "de".parse().unwrap());
        assert_eq!(router().country(&headers).as_deref(), Some("DE"));
        headers.append("x-country", "us".parse().unwrap());
        assert_eq!(router().country(&headers), None);
    }
}
