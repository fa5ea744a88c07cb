//! Describes the active configuration as JSON: rules, postures, limits, regions, routes.
//!
//! The audit stores the description next to its records, and its hash in the chain. It holds no
//! secret, and does not even reveal whether there is a pseudonym key.

use blackbar_core::policy::{Policy, Suppression};
use blackbar_core::rules::{Action, Rule, RuleIdx};
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::region::{Region, Upstream};
use crate::config::routing::{Route, Routing};

/// The JSON text. Equal configurations give equal texts.
pub fn describe(config: &Config) -> String {
    let policy = &config.policy.policy;
    let described = json!({
        "policy": &*config.policy.digest,
        "postures": config.policy.summary,
        "selectors": config.policy.selectors.iter().map(|selector| {
            json!({ "css": selector.css, "treat": word(&selector.treat) })
        }).collect::<Vec<_>>(),
        "suppressions": policy.suppressions().map(|(number, one)| {
            suppression(number, one, policy)
        }).collect::<Vec<_>>(),
        "client_ip": word(&policy.choices.client_ip),
        "user_agent": word(&config.forward.user_agent),
        "request_headers":
            config.forward.request_headers.iter().map(http::HeaderName::as_str).collect::<Vec<_>>(),
        "sdk": config.sdk.as_ref().map(|how| json!({
            "mask_text_selector": how.mask_text_selector,
            "block_selector": how.block_selector,
        })),
        "limits": format!("{:?}", policy.limits),
        "rules": policy.rules().rules().iter().map(rule).collect::<Vec<_>>(),
        "regions": config.regions.iter().map(region).collect::<Vec<_>>(),
        "routing": routing(&config.routing, &config.regions),
    });
    // Strings and numbers always serialize.
    serde_json::to_string_pretty(&described).unwrap_or_default() + "\n"
}

fn suppression(number: u16, one: &Suppression, policy: &Policy) -> Value {
    let rule_id = |idx: &RuleIdx| policy.rules().rule(*idx).map(|rule| rule.id().to_string());
    let end = one.expires.and_then(|end| jiff::Timestamp::from_second(i64::try_from(end).ok()?).ok());
    json!({
        "number": number,
        one.kind(): one.source(),
        "rules": one.rules.iter().filter_map(rule_id).collect::<Vec<_>>(),
        "reason": one.reason,
        "until": end.map(|end| end.to_string()),
    })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": &**rule.id(),
        "pack": rule.pack(),
        "tier": rule.tier_name(),
        "action": action(rule.action()),
        "patterns": rule.patterns().collect::<Vec<_>>(),
        "keywords": rule.keywords().collect::<Vec<_>>(),
        "keys": rule.keys(),
        "validated": rule.is_validated(),
    })
}

/// An action, as the configuration writes it.
pub(crate) fn action(action: &Action) -> String {
    match action {
        Action::Replace(label) => format!("replace {label}"),
        Action::Partial { keep_last } => format!("partial {keep_last}"),
        other => word(other),
    }
}

fn region(region: &Region) -> Value {
    let hosts = |upstreams: &[Upstream]| {
        let url = |upstream: &Upstream| format!("{}://{}", upstream.scheme, upstream.authority);
        upstreams.iter().map(url).collect::<Vec<_>>()
    };
    json!({ "name": region.name, "upstreams": hosts(&region.upstreams), "assets": hosts(&region.assets) })
}

fn routing(routing: &Routing, regions: &[Region]) -> Value {
    let name = |idx: usize| regions.get(idx).map(|region| region.name.as_str());
    let route = |route: &Route| {
        json!({
            "projects": route.projects,
            "countries": route.countries,
            "hosts": route.hosts,
            "path_prefixes": route.path_prefixes,
            "region": name(route.region),
        })
    };
    json!({
        "no_match": routing.no_match.and_then(name).unwrap_or("reject"),
        "country_header": routing.country_header.as_ref().map(http::HeaderName::as_str),
        "routes": routing.routes.iter().map(route).collect::<Vec<_>>(),
    })
}

fn word(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}
