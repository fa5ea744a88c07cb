//! The source files of the crates, as text: what `layers` and `house` look at.
//!
//! No parser: comments and test modules are cut off, and names are found by pattern. That is enough
//! for code that `cargo fmt` has laid out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The crates, each with its rooms in the order in which they may import each other.
pub(crate) const CRATES: &[(&str, &[&str])] = &[
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

/// The rooms of one crate.
pub(crate) type Order = &'static [&'static str];

/// One file of a crate.
pub(crate) struct Source {
    /// Its path from the root of the workspace.
    pub(crate) name: String,
    /// The path of its module inside the crate: `validate::luhn`.
    pub(crate) module: String,
    pub(crate) order: Order,
    /// The room it is in.
    pub(crate) room: &'static str,
    /// All of it.
    pub(crate) text: String,
    /// Without comments and tests.
    pub(crate) code: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a directory that have one of these extensions, in alphabetical order.
pub(crate) fn files_below(dir: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, extensions));
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A path from the root of the workspace.
pub(crate) fn name_of(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// Every source file but the roots of the crates.
pub(crate) fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for (dir, order) in CRATES {
        for path in files_below(&root().join(dir), &["rs"]) {
            let name = name_of(&path);
            let inner = name.strip_prefix(&format!("{dir}/")).unwrap();
            if inner == "lib.rs" {
                continue;
            }
            let stem = inner.trim_end_matches(".rs").trim_end_matches("/mod");
            let room = room_of(order, stem).unwrap_or_else(|| panic!("{name} is in no room of the order"));
            let text = fs::read_to_string(&path).unwrap();
            let (module, code) = (stem.replace('/', "::"), code(&text));
            sources.push(Source { name, module, order, room, text, code });
        }
    }
    sources
}

/// The room that a path such as `validate/luhn` or `validate::luhn` is in.
pub(crate) fn room_of(order: Order, path: &str) -> Option<&'static str> {
    let first = path.split(['/', ':']).find(|segment| !segment.is_empty())?;
    order.iter().copied().find(|name| *name == first)
}

/// The text up to its tests, without line comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `crate::`, groups in braces taken apart.
pub(crate) fn crate_paths(code: &str) -> Vec<String> {
    paths_after(code, "crate::")
}

fn paths_after(code: &str, prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, found) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
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

/// The modules that a file names: by `crate::…`, `super::…` or as a child of its own.
pub(crate) fn imported_modules<'a>(source: &Source, modules: &BTreeMap<&'a str, usize>) -> Vec<&'a str> {
    let parent = source.module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let mut paths = crate_paths(&source.code);
    paths.extend(paths_after(&source.code, "super::").iter().map(|path| format!("{parent}::{path}")));
    let child = format!("{}::", source.module);
    let children = modules.keys().filter_map(|module| module.strip_prefix(&child));
    for name in children.filter(|name| !name.contains("::")) {
        if !paths_after(&source.code, &format!("{name}::")).is_empty()
            || source.code.contains(&format!("self::{name}"))
        {
            paths.push(format!("{child}{name}"));
        }
    }
    let file_of = |path: &str| {
        let mut path = path.trim_matches(':');
        loop {
            if let Some((module, _)) = modules.get_key_value(path) {
                return Some(*module);
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    paths.iter().filter_map(|path| file_of(path)).filter(|module| *module != source.module).collect()
}

/// The type of an `impl` block, and the code inside the block.
pub(crate) fn impl_blocks(code: &str) -> Vec<(String, String)> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^( *)impl(?:<[^{]*?>)? (?:[\w:<>', &]+ for )?(?:&'?\w* ?)?([A-Z]\w*)[^{;]*\{")
            .unwrap()
    });
    let blocks = HEAD.captures_iter(code).map(|head| {
        let inside = &code[head.get(0).unwrap().end()..];
        let end = inside.find(&format!("\n{}}}", &head[1])).unwrap_or(0);
        (head[2].to_owned(), inside[..end].to_owned())
    });
    blocks.collect()
}

/// The functions of some code: name, parameters, body.
pub(crate) fn functions(code: &str) -> Vec<(String, String, String)> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^( *)(?:pub(?:\([^)]*\))? )?(?:const )?(?:async )?fn (\w+)(?:<[^(]*>)?\(").unwrap()
    });
    let functions = HEAD.captures_iter(code).map(|head| {
        let rest = &code[head.get(0).unwrap().end()..];
        let end = rest.find(&format!("\n{}}}", &head[1])).unwrap_or(rest.len());
        let (parameters, body) = rest[..end].split_once(" {").unwrap_or((&rest[..end], ""));
        (head[2].to_owned(), parameters.to_owned(), body.to_owned())
    });
    functions.collect()
}

#[test]
fn imports_are_read_in_every_form() {
    let code = "use crate::listen::reply;\nuse crate::{text, detect::{validate::luhn, Finding}};\nlet x = crate::app::App;";
    assert_eq!(crate_paths(code), ["listen::reply", "text", "detect::", "app::App"]);
    let order = CRATES[0].1;
    assert_eq!(room_of(order, "validate::luhn"), Some("validate"));
    assert_eq!(room_of(order, "detect/mod"), Some("detect"));
}

#[test]
fn impl_blocks_and_functions_are_read_in_every_form() {
    let code = "impl<'a> Walker<'a> {\n    pub(crate) fn walk(&mut self, depth: usize) -> bool {\n        self.step()\n    }\n}\nimpl Drop for Guard<'_> {\n    fn drop(&mut self) {}\n}\nfn free<T>(walker: &mut Walker<'_>) {\n    walker.walk(1);\n}\n";
    let types: Vec<String> = impl_blocks(code).into_iter().map(|(name, _)| name).collect();
    assert_eq!(types, ["Walker", "Guard"]);
    let names: Vec<String> = functions(code).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["walk", "drop", "free"]);
    let (_, parameters, body) = functions(code).pop().unwrap();
    assert!(parameters.contains("walker: &mut Walker") && body.contains("walker.walk(1)"));
}
