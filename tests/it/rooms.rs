//! Rooms whose files use each other in one direction: the order of `mod` lines in their `mod.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Folders of the core that keep their order.
const ROOMS: &[&str] = &["text", "parse", "session"];

/// A type with more files of methods than this has more than one purpose.
const MAX_IMPL_FILES: usize = 6;

/// One file of a room, without comments and tests.
struct File {
    module: String,
    code: String,
}

/// The files of a room in the order of its `mod.rs`.
fn files(room: &str) -> Vec<File> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/blackbar-core/src").join(room);
    let index = fs::read_to_string(dir.join("mod.rs")).unwrap();
    let modules = index.lines().filter(|line| !line.starts_with("//")).filter_map(|line| {
        let (_, module) = line.strip_suffix(';')?.rsplit_once("mod ")?;
        Some(module.to_owned())
    });
    let read = |module: String| {
        let text = fs::read_to_string(dir.join(format!("{module}.rs"))).unwrap();
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
        let lines = text.lines().map(|line| line.split("//").next().unwrap());
        File { module, code: lines.collect::<Vec<_>>().join("\n") }
    };
    modules.map(read).collect()
}

/// Lines inside `impl` blocks, each with the type of its block.
fn impl_lines(code: &str) -> Vec<(&str, &str)> {
    let mut current = None;
    let mut found = Vec::new();
    for line in code.lines() {
        if let Some(rest) = line.strip_prefix("impl") {
            let head = rest.split(" for ").last().unwrap();
            let head = if head == rest { rest.split("> ").last().unwrap().trim() } else { head };
            current = head.split(['<', ' ', '{']).next().filter(|name| !name.is_empty());
        } else if line.starts_with('}') {
            current = None;
        } else if let Some(name) = current {
            found.push((name, line));
        }
    }
    found
}

fn method_of(line: &str) -> Option<&str> {
    let line = line.strip_prefix("    ").filter(|line| !line.starts_with(' '))?;
    let (_, rest) = line.split_once("fn ")?;
    rest.split(['(', '<']).next()
}

fn calls_on_self(line: &str) -> impl Iterator<Item = &str> {
    line.split("self.").skip(1).filter_map(|rest| rest.split_once('(')).map(|(name, _)| name)
}

#[test]
fn files_of_a_room_use_only_those_above_them() {
    let mut wrong = Vec::new();
    for room in ROOMS {
        let files = files(room);
        let rank: BTreeMap<&str, usize> = files.iter().enumerate().map(|(i, f)| (&*f.module, i)).collect();
        // Where each method of each type is, so that `self.method()` counts as a use of that file.
        let mut methods = BTreeMap::new();
        for file in &files {
            for (name, line) in impl_lines(&file.code) {
                if let Some(method) = method_of(line) {
                    methods.insert((name, method), &*file.module);
                }
            }
        }
        for file in files.iter().filter(|file| !["model_tests", "test_support"].contains(&&*file.module)) {
            let path = format!("crate::{room}::");
            let imports = file.code.split(&*path).skip(1).filter_map(|rest| rest.split("::").next());
            let lines = impl_lines(&file.code);
            let calls = lines.iter().flat_map(|(name, line)| calls_on_self(line).map(move |m| (*name, m)));
            let called = calls.filter_map(|call| methods.get(&call).copied());
            let up = imports.chain(called).filter(|used| rank.get(used) > rank.get(&*file.module));
            wrong.extend(up.map(|used| format!("{room}/{}.rs uses {used}.rs below it", file.module)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_type_of_a_room_has_methods_in_too_many_files() {
    for room in ROOMS {
        let mut of_type: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in files(room) {
            for (name, _) in impl_lines(&file.code) {
                of_type.entry(name.to_owned()).or_default().insert(file.module.clone());
            }
        }
        for (name, files) in of_type {
            assert!(files.len() <= MAX_IMPL_FILES, "{name} has methods in {files:?}");
        }
    }
}
