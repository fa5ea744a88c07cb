//! The limits of the house: no circles between files, few files a type, short files, plain English,
//! one word for one thing.
//!
//! `tests/data/house.toml` lists what does not keep a limit, with the reason. An entry that no longer
//! applies is a failure, so that the list cannot go stale. `HOUSE=update cargo nextest run house::`
//! rewrites the list: entries keep their reasons, new ones get "not yet".
//!
//! Parameters are counted by clippy (`too-many-arguments-threshold`), imports between rooms by `layers`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use regex::Regex;

use crate::support::sources::{
    CRATES, Source, files_below, functions, impl_blocks, imported_modules, name_of, root, sources,
};

/// A file of more lines is split, without exception.
const MAX_FILE_LINES: usize = 600;

/// A file of more lines says why in its module docs, in a sentence that begins with [`LONG_BECAUSE`].
const LONG_FILE_LINES: usize = 400;
const LONG_BECAUSE: &str = "This file is long";

/// Files with `impl` blocks of one type.
const MAX_IMPL_FILES: usize = 6;

/// Constants that are named by an adjective or a preposition alone: the noun and the unit are missing.
const BARE_NAMES: &[&str] = &[
    "AFTER", "BEFORE", "BIG", "DEEP", "DEEPEST", "ENOUGH", "FEW", "LARGE", "LARGEST", "LEAST", "LESS",
    "LONG", "LONGEST", "MANY", "MORE", "MOST", "NEAR", "NONE", "SHORT", "SHORTEST", "SMALL", "SMALLEST",
    "TOO_MANY", "WIDE", "WIDEST",
];

/// Compares what a check found with its list of exceptions.
fn hold(check: &str, found: &BTreeSet<String>) {
    type Exceptions = BTreeMap<String, BTreeMap<String, String>>;
    let file = root().join("tests/data/house.toml");
    if std::env::var_os("HOUSE").is_some_and(|value| value == "update") {
        // Tests are processes of their own that run at once.
        let lock = fs::File::create(std::env::temp_dir().join("house.lock")).unwrap();
        lock.lock().unwrap();
        let mut exceptions: Exceptions = toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let old = exceptions.remove(check).unwrap_or_default();
        let reason = |item: &String| old.get(item).cloned().unwrap_or_else(|| "not yet".to_owned());
        let new = found.iter().map(|item| (item.clone(), reason(item))).collect();
        exceptions.insert(check.to_owned(), new);
        exceptions.retain(|_, items| !items.is_empty());
        let head = "# What does not keep a limit of tests/it/house.rs, and why. An entry that no longer applies fails.\n\n";
        fs::write(&file, format!("{head}{}", toml::to_string(&exceptions).unwrap())).unwrap();
        return;
    }
    let exceptions: Exceptions = toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let listed: BTreeSet<String> =
        exceptions.get(check).into_iter().flat_map(BTreeMap::keys).cloned().collect();
    let new: Vec<&String> = found.difference(&listed).collect();
    let stale: Vec<&String> = listed.difference(found).collect();
    assert!(new.is_empty() && stale.is_empty(), "{check}: new: {new:#?}\nno longer true: {stale:#?}");
}

/// The files of one room that reach each other, over imports and over calls of methods.
///
/// A call counts where its receiver is `self`, or a parameter whose type has `impl` blocks in the room.
fn circles(room: &[&Source]) -> Vec<Vec<String>> {
    let modules: BTreeMap<&str, usize> =
        room.iter().enumerate().map(|(idx, source)| (source.module.as_str(), idx)).collect();
    let mut edges: Vec<BTreeSet<usize>> = room
        .iter()
        .map(|source| imported_modules(source, &modules).into_iter().map(|module| modules[module]).collect())
        .collect();
    let blocks: Vec<Vec<(String, String)>> = room.iter().map(|source| impl_blocks(&source.code)).collect();
    let mut methods: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (idx, blocks) in blocks.iter().enumerate() {
        for (of, inside) in blocks {
            for (name, ..) in functions(inside) {
                methods.insert((of.clone(), name), idx);
            }
        }
    }
    for (idx, source) in room.iter().enumerate() {
        let called = blocks[idx].iter().flat_map(|(of, inside)| calls(inside, Some(of)));
        let called: BTreeSet<(String, String)> = called.chain(calls(&source.code, None)).collect();
        edges[idx].extend(called.iter().filter_map(|call| methods.get(call)).filter(|to| **to != idx));
    }
    let reached: Vec<BTreeSet<usize>> = (0..room.len()).map(|from| reachable(from, &edges)).collect();
    let mut circles = Vec::new();
    for from in 0..room.len() {
        let back = reached[from].iter().filter(|to| reached[**to].contains(&from));
        let circle: Vec<String> = back.map(|to| room[*to].name.clone()).collect();
        if circle.len() > 1 {
            circles.push(circle);
        }
    }
    circles.sort();
    circles.dedup();
    circles
}

/// The methods that are called on `self` and on parameters, with the type of the receiver.
fn calls(code: &str, of_self: Option<&String>) -> Vec<(String, String)> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(\w+)\s*\.(\w+)\(").unwrap());
    static PARAMETER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:mut )?(\w+): &?(?:'\w+ )?(?:mut )?([A-Z]\w*)").unwrap());
    let mut found = Vec::new();
    for (_, parameters, body) in functions(code) {
        let types: BTreeMap<&str, &str> = PARAMETER
            .captures_iter(&parameters)
            .map(|parameter| (parameter.get(1).unwrap().as_str(), parameter.get(2).unwrap().as_str()))
            .collect();
        for call in CALL.captures_iter(&body) {
            let of = match &call[1] {
                "self" => of_self.map(String::as_str),
                name => types.get(name).copied(),
            };
            found.extend(of.map(|of| (of.to_owned(), call[2].to_owned())));
        }
    }
    found
}

fn reachable(from: usize, edges: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(idx) = open.pop() {
        open.extend(edges[idx].iter().filter(|to| reached.insert(**to)));
    }
    reached
}

#[test]
fn no_files_of_one_room_import_or_call_each_other_in_a_circle() {
    let sources = sources();
    let mut found = BTreeSet::new();
    for (dir, order) in CRATES {
        for room in *order {
            let files: Vec<&Source> = sources
                .iter()
                .filter(|source| source.room == *room && source.name.starts_with(&format!("{dir}/")))
                .collect();
            found.extend(circles(&files).iter().map(|circle| circle.join(" ")));
        }
    }
    hold("circles", &found);
}

#[test]
fn no_type_has_methods_in_many_files() {
    let mut files: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    for source in &sources {
        let (of_crate, _) = CRATES.iter().rfind(|(dir, _)| source.name.starts_with(dir)).unwrap();
        for (of, _) in impl_blocks(&source.code) {
            files.entry((of_crate, of)).or_default().insert(source.name.clone());
        }
    }
    let defined: BTreeSet<String> = sources.iter().flat_map(|source| types(&source.code)).collect();
    let many = files.iter().filter(|((_, of), files)| files.len() > MAX_IMPL_FILES && defined.contains(of));
    hold("impl_files", &many.map(|((_, of), _)| of.clone()).collect());
}

/// The types that some code defines, associated types left out.
fn types(code: &str) -> Vec<String> {
    static TYPE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^(?: *(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|union)|(?:pub(?:\([^)]*\))? )?type) (\w+)")
            .unwrap()
    });
    TYPE.captures_iter(code).map(|found| found[1].to_owned()).collect()
}

#[test]
fn no_two_types_share_a_name() {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        for name in types(&source.code) {
            files.entry(name).or_default().insert(source.name.clone());
        }
    }
    hold(
        "shared_names",
        &files.into_iter().filter(|(_, files)| files.len() > 1).map(|(name, _)| name).collect(),
    );
}

#[test]
fn constants_carry_a_noun() {
    static CONSTANT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:const|static) ([A-Z_]+):").unwrap());
    let mut found = BTreeSet::new();
    for source in sources() {
        let names = CONSTANT.captures_iter(&source.code).map(|name| name[1].to_owned());
        let bare = names.filter(|name| BARE_NAMES.contains(&name.as_str()));
        found.extend(bare.map(|name| format!("{}: {name}", source.name)));
    }
    hold("bare_constants", &found);
}

#[test]
fn source_files_are_short_or_say_why() {
    let mut found = BTreeSet::new();
    for source in sources() {
        let n_lines = source.text.lines().count();
        assert!(n_lines <= MAX_FILE_LINES, "{} has {n_lines} lines", source.name);
        let docs = source.text.lines().filter_map(|line| line.strip_prefix("//!"));
        let says_why = docs.collect::<Vec<_>>().join("").contains(LONG_BECAUSE);
        if n_lines > LONG_FILE_LINES && !says_why {
            found.insert(source.name);
        }
    }
    hold("long_files", &found);
}

/// A text as a row of lower-case words with single spaces: line ends, comment marks and underscores
/// count as spaces.
fn words(text: &str) -> String {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\n\s*(?://[/!]?|#)?|[_\s]+").unwrap());
    static SPACES: LazyLock<Regex> = LazyLock::new(|| Regex::new(" +").unwrap());
    SPACES.replace_all(&MARKS.replace_all(text, " "), " ").to_lowercase()
}

#[test]
fn banned_phrases_do_not_occur() {
    let banned: BTreeMap<String, String> =
        toml::from_str(&fs::read_to_string(root().join("tests/data/words.toml")).unwrap()).unwrap();
    let patterns: Vec<(&String, Regex)> =
        banned.keys().map(|phrase| (phrase, Regex::new(&format!(r"\b{phrase}\b")).unwrap())).collect();
    let folders =
        ["src", "crates", "rules", "docs", "examples", "tests/it", "tests/parts", "tests/browser/lib"];
    let mut files: Vec<_> = folders
        .iter()
        .flat_map(|folder| files_below(&root().join(folder), &["rs", "toml", "md", "mjs", "sh"]))
        .collect();
    files.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|file| root().join(file)));
    let mut found = BTreeSet::new();
    for file in files {
        let words = words(&fs::read_to_string(&file).unwrap());
        let hits = patterns.iter().filter(|(_, pattern)| pattern.is_match(&words));
        found.extend(hits.map(|(phrase, _)| format!("{}: {phrase}", name_of(&file))));
    }
    hold("phrases", &found);
}

#[test]
fn phrases_are_seen_over_line_ends_and_in_names() {
    let seen = words("/// of what\n    /// was\n    // asked\nfn no_one_waits() {}");
    assert!(seen.contains("what was asked fn no one waits"), "{seen}");
}

#[test]
fn circles_are_seen_over_imports_and_over_methods() {
    let source = |module: &str, code: &str| Source {
        name: format!("{module}.rs"),
        module: module.to_owned(),
        order: CRATES[0].1,
        room: "text",
        text: String::new(),
        code: code.to_owned(),
    };
    let a = source("text::a", "use crate::text::b::B;\nimpl A {\n    fn go(&self) {}\n}\n");
    let b = source("text::b", "fn free(a: &A) {\n    a.go();\n}\n");
    let c =
        source("text::c", "use super::a::A;\nimpl B {\n    fn on(&self) {\n        self.go();\n    }\n}\n");
    assert_eq!(circles(&[&a, &b, &c]), [["text::a.rs".to_owned(), "text::b.rs".to_owned()]]);
    assert!(circles(&[&a, &c]).is_empty());
}
