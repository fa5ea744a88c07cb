//! Imports point one way, and nothing left of the purity line knows sockets, files or a clock.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules in the order in which they may import each other.
const ORDER: &[&str] = &[
    "text",
    "detect/validate",
    "rules",
    "detect",
    "decode",
    "parse",
    "session",
    "redact",
    "pipeline",
    "config",
    "telemetry",
    "session_store",
    "audit",
    "route",
    "forward",
    "exchange",
    "listen",
    "app",
    "cli",
    "main",
];

/// The last one left of the purity line.
const LAST_PURE: &str = "pipeline";

/// What has no place left of the purity line.
const IMPURE: &[&str] = &[
    "tokio",
    "hyper",
    "hyper_util",
    "hyper_rustls",
    "tracing",
    "std::fs",
    "std::env",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::io::stdin",
    "std::time::SystemTime",
    "std::time::Instant",
    "SystemTime",
    "Instant::now",
    "getrandom",
];

fn rank(module: &str) -> usize {
    ORDER
        .iter()
        .position(|name| *name == module)
        .unwrap_or_else(|| panic!("{module} has no place in the order"))
}

/// The ranked module that a path such as `detect/validate/luhn` or `detect::validate::luhn` is in.
fn module_of(path: &str) -> Option<&'static str> {
    let segments: Vec<&str> = path.split(['/', ':']).filter(|segment| !segment.is_empty()).collect();
    let two = segments.iter().take(2).copied().collect::<Vec<_>>().join("/");
    ORDER
        .iter()
        .copied()
        .find(|name| *name == two)
        .or_else(|| ORDER.iter().copied().find(|name| Some(name) == segments.first()))
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

/// Each file of `src`, with the module it belongs to and its text without comments and tests.
fn files() -> Vec<(String, &'static str, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    let mut files = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        if name == "lib.rs" {
            continue;
        }
        let stem = name.trim_end_matches(".rs").trim_end_matches("/mod");
        let module = module_of(stem).unwrap_or_else(|| panic!("src/{name} is in no module of the order"));
        files.push((name, module, code(&fs::read_to_string(&path).unwrap())));
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
    for (name, module, code) in files() {
        for path in crate_paths(&code) {
            let Some(target) = module_of(&path) else { continue };
            if rank(target) > rank(module) {
                wrong.push(format!("src/{name} uses crate::{path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up:\n{}", wrong.join("\n"));
}

#[test]
fn the_core_knows_no_sockets_files_environment_or_clock() {
    let mut wrong = Vec::new();
    for (name, module, code) in files() {
        if rank(module) > rank(LAST_PURE) {
            continue;
        }
        for word in IMPURE {
            let is_used = code.match_indices(word).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                let after = code[at + word.len()..].chars().next().unwrap_or(' ');
                !is_word(before) && !is_word(after)
            });
            if is_used {
                wrong.push(format!("src/{name} mentions {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "impure:\n{}", wrong.join("\n"));
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let code = "use crate::listen::reply;\nuse crate::{text, detect::{validate::luhn, Finding}};\nlet x = crate::app::App;";
    assert_eq!(crate_paths(code), ["listen::reply", "text", "detect::", "app::App"]);
    assert_eq!(module_of("detect::validate::luhn"), Some("detect/validate"));
    assert_eq!(module_of("detect/mod"), Some("detect"));
}

#[test]
fn no_source_file_is_longer_than_a_reader_can_hold() {
    for (name, _, _) in files() {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&name)).unwrap();
        assert!(text.lines().count() <= 600, "src/{name} has more than 600 lines");
    }
}
