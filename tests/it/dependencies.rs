//! The dependency tree keeps to `deny.toml`: bans, licences, sources.
//!
//! `cargo deny` reads the same file and knows more; this needs no tool and runs every time.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn no_banned_crate_is_in_the_tree() {
    let banned: Vec<String> =
        list(&policy(), "bans", "deny").iter().map(|ban| ban["crate"].as_str().unwrap().to_owned()).collect();
    assert!(!banned.is_empty());
    let found: Vec<String> =
        locked().into_iter().map(|(name, _)| name).filter(|name| banned.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn all_dependencies_come_from_one_registry() {
    let policy = policy();
    assert_eq!(policy["sources"]["unknown-registry"].as_str(), Some("deny"));
    assert_eq!(policy["sources"]["unknown-git"].as_str(), Some("deny"));
    let (own, others): (Vec<_>, Vec<_>) = locked().into_iter().partition(|(_, source)| source.is_none());
    let own: Vec<String> = own.into_iter().map(|(name, _)| name).collect();
    assert_eq!(own, ["blackbar", "blackbar-core", "blackbar-deflate"]);
    let sources: BTreeSet<String> = others.into_iter().filter_map(|(_, source)| source).collect();
    assert!(
        sources.len() == 1 && sources.iter().all(|source| source.starts_with("registry+")),
        "{sources:?}"
    );
}

#[test]
fn every_licence_is_allowed() {
    let policy = policy();
    let for_all = texts(list(&policy, "licenses", "allow"));
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| {
            let exceptions = list(&policy, "licenses", "exceptions").iter();
            let own = exceptions.filter(|exception| exception["crate"].as_str() == package["name"].as_str());
            let own = own.flat_map(|exception| texts(exception["allow"].as_array().unwrap()));
            let allowed: Vec<&str> = for_all.iter().copied().chain(own).collect();
            !is_allowed(package["license"].as_str().unwrap_or(""), &allowed)
        })
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn every_dependency_has_a_version_requirement() {
    let packages = packages();
    let own = packages.iter().filter(|package| package["source"].is_null());
    let open: Vec<String> = own
        .flat_map(|package| package["dependencies"].as_array().unwrap())
        .filter(|dependency| dependency["req"] == "*" && dependency["path"].is_null())
        .map(|dependency| dependency["name"].to_string())
        .collect();
    assert!(open.is_empty(), "{open:?}");
}

/// What is measured is what is shipped.
#[test]
fn benches_are_built_with_the_profile_dist() {
    let (root, benches) = (read_toml("Cargo.toml"), read_toml("benches/Cargo.toml"));
    assert_eq!(root["profile"]["dist"], benches["profile"]["dist"]);
    assert_eq!(root["profile"]["dist"]["lto"].as_str(), Some("fat"));
    assert_eq!(root["profile"]["dist"]["codegen-units"].as_integer(), Some(1));
}

/// What the core reaches through its dependencies, tests left out. The compiler holds the rest:
/// what the core does not depend on it cannot call.
#[test]
fn the_core_has_no_runtime_no_sockets_and_no_log() {
    let tree = run(
        env!("CARGO"),
        &["tree", "--locked", "--offline", "-p", "blackbar-core", "-e", "normal", "--prefix", "none"],
    );
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("regex-automata"));
    let banned = ["tokio", "mio", "socket2", "hyper", "h2", "tracing", "rustls", "getrandom", "redis"];
    let found: Vec<&str> = banned.into_iter().filter(|name| names.contains(name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn licence_expressions_are_evaluated_correctly() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND ISC", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("(MIT OR ISC) AND GPL-3.0", false),
        ("GPL-3.0 OR MIT AND ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}

/// Whether an SPDX expression can be met with the allowed licences: AND binds tighter than OR.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words, allowed) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any_of(words, allowed);
        return words.next() == Some(")") && met;
    }
    let Some(name) = words.next() else { return false };
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next().unwrap_or("");
        return allowed.contains(&format!("{name} WITH {exception}").as_str());
    }
    allowed.contains(&name)
}

fn policy() -> toml::Table {
    read_toml("deny.toml")
}

fn list<'a>(table: &'a toml::Table, section: &str, key: &str) -> &'a Vec<toml::Value> {
    table[section][key].as_array().unwrap()
}

fn texts(values: &[toml::Value]) -> Vec<&str> {
    values.iter().filter_map(toml::Value::as_str).collect()
}

/// Name and source of every package in the lock file.
fn locked() -> Vec<(String, Option<String>)> {
    let text = |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
    read_toml("Cargo.lock")["package"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(package.get("name")).unwrap(), text(package.get("source"))))
        .collect()
}

fn read_toml(file: &str) -> toml::Table {
    std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap().parse().unwrap()
}

/// The packages that are built on this machine, as cargo describes them.
fn packages() -> Vec<Value> {
    let rustc = run("rustc", &["-vV"]);
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = run(
        env!("CARGO"),
        &["metadata", "--locked", "--offline", "--format-version=1", "--filter-platform", host],
    );
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(ROOT).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
