//! Imports point one way inside each crate.

use std::fs;
use std::path::{Path, PathBuf};

/// The crates, each with its modules in the order in which they may import each other.
const CRATES: &[(&str, &[&str])] = &[
    (
        "crates/blackbar-core/src",
        &["text", "validate", "rules", "detect", "decode", "parse", "session", "redact", "pipeline"],
    ),
    (
        "crates/deflate/src",
        &[
            "matching",
            "alphabet",
            "huffman",
            "output",
            "codes",
            "block",
            "bit_reader",
            "decode_table",
            "sequence",
            "edit_map",
            "insertions",
            "carry",
            "packed",
            "body",
            "worked_example",
        ],
    ),
    (
        "src",
        &[
            "config",
            "telemetry",
            "session_store",
            "audit",
            "route",
            "forward",
            "exchange",
            "listen",
            "app",
            "demo",
            "cli",
            "main",
        ],
    ),
];

type Order = &'static [&'static str];

fn rank(order: Order, module: &str) -> usize {
    order
        .iter()
        .position(|name| *name == module)
        .unwrap_or_else(|| panic!("{module} has no place in the order"))
}

/// The ranked module that a path such as `validate/luhn` or `validate::luhn` is in.
fn module_of(order: Order, path: &str) -> Option<&'static str> {
    let segments: Vec<&str> = path.split(['/', ':']).filter(|segment| !segment.is_empty()).collect();
    let two = segments.iter().take(2).copied().collect::<Vec<_>>().join("/");
    order
        .iter()
        .copied()
        .find(|name| *name == two)
        .or_else(|| order.iter().copied().find(|name| Some(name) == segments.first()))
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for file in fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// One file of a crate, without comments and tests.
struct Source {
    /// From the root of the workspace.
    name: String,
    order: Order,
    module: &'static str,
    code: String,
}

fn files() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for (dir, order) in CRATES {
        let src = root.join(dir);
        let mut paths = Vec::new();
        sources(&src, &mut paths);
        for path in paths {
            let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
            if name == "lib.rs" {
                continue;
            }
            let stem = name.trim_end_matches(".rs").trim_end_matches("/mod");
            let module =
                module_of(order, stem).unwrap_or_else(|| panic!("{dir}/{name} is in no module of the order"));
            let code = code(&fs::read_to_string(&path).unwrap());
            files.push(Source { name: format!("{dir}/{name}"), order, module, code });
        }
    }
    files
}

/// The text up to its tests, without line comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `crate::`, groups in braces taken apart.
fn crate_paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + found.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let end = group.find(|c| {
                depth += match c {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                depth == 0
            });
            let mut depth = 0;
            let inside = &group[..end.unwrap()];
            let parts = inside.split(|c| {
                depth += match c {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                c == ',' && depth == 0
            });
            paths.extend(parts.map(|part| path_at(part.trim())).filter(|path| !path.is_empty()));
        } else {
            paths.push(path_at(rest));
        }
    }
    paths
}

fn path_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect()
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for file in files() {
        for path in crate_paths(&file.code) {
            let Some(target) = module_of(file.order, &path) else { continue };
            if rank(file.order, target) > rank(file.order, file.module) {
                wrong.push(format!("{} uses crate::{path}", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let code = "use crate::listen::reply;\nuse crate::{text, detect::{check::check, Finding}};\nlet x = crate::app::App;";
    assert_eq!(crate_paths(code), ["listen::reply", "text", "detect::", "app::App"]);
    let order = CRATES[0].1;
    assert_eq!(module_of(order, "validate::luhn"), Some("validate"));
    assert_eq!(module_of(order, "detect/mod"), Some("detect"));
}

#[test]
fn no_source_file_is_longer_than_a_reader_can_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in files() {
        let text = fs::read_to_string(root.join(&file.name)).unwrap();
        assert!(text.lines().count() <= 600, "{} has more than 600 lines", file.name);
    }
}
