//! What README, CONTRIBUTING and the pages under docs/ refer to exists: pages, files, and the tests that
//! hold an invariant.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;

use crate::support::sources::{files_below, name_of, root};

/// Where a path of a page may start.
const STARTS: [&str; 5] = ["", "docs", "crates/blackbar-core/src", "crates/blackbar-core/src/redact", "src"];

fn pages() -> Vec<(String, String)> {
    let mut files = files_below(&root().join("docs"), &["md"]);
    files.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name)));
    files.into_iter().map(|file| (name_of(&file), fs::read_to_string(&file).unwrap())).collect()
}

fn find(path: &str) -> Option<PathBuf> {
    STARTS.iter().map(|start| root().join(start).join(path)).find(|path| path.exists())
}

#[test]
fn links_between_pages_lead_somewhere() {
    static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^)#:]+)(?:#[^)]*)?\)").unwrap());
    let mut dead = Vec::new();
    for (name, text) in pages() {
        let folder = root().join(&name);
        let folder = folder.parent().unwrap();
        for link in LINK.captures_iter(&text).filter(|link| !folder.join(&link[1]).exists()) {
            dead.push(format!("{name}: {}", &link[1]));
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn source_files_that_pages_name_exist() {
    static FILE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"`((?:[\w-]+/)+[\w.-]+\.(?:rs|mjs|toml|sh))`").unwrap());
    let mut missing = Vec::new();
    for (name, text) in pages() {
        let files = FILE.captures_iter(&text).map(|file| file[1].to_owned());
        let files = files.filter(|file| find(file).is_none() && !is_placeholder(file));
        missing.extend(files.map(|file| format!("{name}: {file}")));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether a path has a name to be filled in, such as `rules/identity/CODE.toml`, or is a user's own pack.
fn is_placeholder(path: &str) -> bool {
    let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or(path);
    stem.chars().all(|c| c.is_ascii_uppercase()) || path.ends_with("/acme.toml")
}

/// A list of tests in backticks, followed by their file in parentheses.
#[test]
fn tests_that_hold_an_invariant_exist() {
    static CITED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"((?:`\w+`(?:, | and )?)+) \(`([\w./-]+\.rs)`").unwrap());
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`(\w+)`").unwrap());
    let (mut n_cited, mut missing) = (0, Vec::new());
    for (name, text) in pages() {
        for cited in CITED.captures_iter(&text) {
            let code = find(&cited[2]).map_or_else(String::new, |file| fs::read_to_string(file).unwrap());
            for test in NAME.captures_iter(&cited[1]) {
                n_cited += 1;
                if !code.contains(&format!("fn {}(", &test[1])) {
                    missing.push(format!("{name}: {} in {}", &test[1], &cited[2]));
                }
            }
        }
    }
    assert!(n_cited > 40, "only {n_cited} tests are cited");
    assert!(missing.is_empty(), "{missing:#?}");
}
