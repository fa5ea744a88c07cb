//! The public interface of the core is a short list in a file: what another proxy may rely on.
//!
//! `PUBLIC_API=update cargo nextest run public_api::` rewrites the list.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use regex::Regex;

use crate::support::sources::root;

const MAX_ITEMS: usize = 60;

/// The items that a module of the core exports: `pub` items and `pub use`, at the start of a line.
fn exports(module: &str, code: &str) -> Vec<String> {
    static REEXPORT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^pub use crate::([\w:]+)(?:::\{([^}]*)\})?;").unwrap());
    static ITEM: LazyLock<Regex> = LazyLock::new(|| {
        let kinds = "struct|enum|union|trait|type|static|(?:const |async )*fn|const";
        Regex::new(&format!(r"(?m)^pub (?:{kinds}) (\w+)")).unwrap()
    });
    let mut found = Vec::new();
    for reexport in REEXPORT.captures_iter(code) {
        match reexport.get(2) {
            Some(group) => found.extend(group.as_str().split(',').map(name).filter(|name| !name.is_empty())),
            None => found.push(name(&reexport[1])),
        }
    }
    found.extend(ITEM.captures_iter(code).map(|item| item[1].to_owned()));
    found.iter().map(|item| format!("{module}::{item}")).collect()
}

/// The last segment of a path, or its alias.
fn name(path: &str) -> String {
    path.trim().rsplit([':', ' ']).next().unwrap().to_owned()
}

/// The items of all public modules, and the number of those that are hidden from the documentation.
fn public_items() -> (BTreeSet<String>, usize) {
    let src = root().join("crates/blackbar-core/src");
    let (mut items, mut n_hidden) = (BTreeSet::new(), 0);
    let mut files = vec![(String::new(), src.join("lib.rs"))];
    while let Some((module, file)) = files.pop() {
        let code = fs::read_to_string(&file).unwrap();
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
        items.extend(exports(&module, code));
        static FILE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^pub mod (\w+);").unwrap());
        for of in FILE.captures_iter(code) {
            let dir = file.with_extension("");
            let dir = if matches!(dir.file_stem(), Some(stem) if stem == "lib" || stem == "mod") {
                dir.parent().unwrap().to_owned()
            } else {
                dir
            };
            let flat = dir.join(format!("{}.rs", &of[1]));
            let path = if flat.exists() { flat } else { dir.join(&of[1]).join("mod.rs") };
            files.push((format!("{module}::{}", &of[1]), path));
        }
        static INLINE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?ms)^(#\[doc\(hidden\)\]\n)?pub mod (\w+) \{\n(.*?)^\}").unwrap());
        for inline in INLINE.captures_iter(code) {
            let inner = inline[3].replace("\n    ", "\n");
            let inner = exports(&format!("{module}::{}", &inline[2]), inner.trim_start());
            if inline.get(1).is_some() {
                n_hidden += inner.len();
            } else {
                items.extend(inner);
            }
        }
    }
    (items.iter().map(|item| format!("blackbar_core{item}")).collect(), n_hidden)
}

#[test]
fn the_core_exports_what_its_list_says() {
    let (items, n_hidden) = public_items();
    let listed = items.iter().fold(String::new(), |listed, item| listed + item + "\n");
    let listed = format!("{listed}{} items, and {n_hidden} hidden\n", items.len());
    let file = root().join("tests/data/public-api.txt");
    if std::env::var_os("PUBLIC_API").is_some_and(|value| value == "update") {
        fs::write(&file, &listed).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), listed, "PUBLIC_API=update rewrites the list");
    assert!(items.len() <= MAX_ITEMS, "{} public items; at most {MAX_ITEMS}", items.len());
}

#[test]
fn the_core_has_no_public_item_that_has_no_public_path() {
    let src = root().join("crates/blackbar-core/src");
    let (items, _) = public_items();
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    let (_, internals) = lib.split_once("#[doc(hidden)]").unwrap();
    let hidden: BTreeSet<&str> = internals.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut lost = Vec::new();
    for file in crate::support::sources::files_below(&src, &["rs"]) {
        let code = fs::read_to_string(&file).unwrap();
        for item in exports("", &code) {
            let is_listed = items.iter().any(|listed| listed.ends_with(&item));
            if !is_listed && !hidden.contains(item.trim_start_matches(':')) {
                lost.push(format!("{}: {item}", file.display()));
            }
        }
    }
    assert!(lost.is_empty(), "public items that cannot be named:\n{}", lost.join("\n"));
}
