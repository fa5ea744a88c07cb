//! Writes the tables that are lists of files: validators, and the built-in rule packs.
//!
//! Adding a country means adding `rules/identity/<country>.toml` and, if it has checksums of its own,
//! `src/validate/identity/<country>.rs`; no list names them. A validator is a function whose doc comment begins
//! with its name in backticks and a colon. The output depends on the files alone: folders are read in sorted order.

#![expect(clippy::disallowed_macros, reason = "Cargo reads the standard output of a build script")]
#![expect(clippy::disallowed_methods, reason = "a build script reads files; the core does not")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Packs by subject come before the countries, in this order. The order is part of the policy: of two findings
/// that are otherwise equal, the one of the earlier rule stays.
const SUBJECTS: [&str; 9] =
    ["contact", "payment", "credentials", "network", "personal", "documents", "health", "names", "dates"];

/// Words that cannot be the name of a module as they are.
const KEYWORDS: [&str; 5] = ["as", "do", "if", "in", "fn"];

fn main() -> Result<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let validate = root.join("src/validate");
    let countries = validate.join("identity");
    let rules = root.join("../../rules");
    for watched in [&validate, &rules] {
        println!("cargo:rerun-if-changed={}", watched.display());
    }
    fs::write(out.join("countries.rs"), country_modules(&countries)?)?;
    fs::write(out.join("validators.rs"), validator_table(&validate, &countries)?)?;
    fs::write(out.join("packs.rs"), pack_table(&rules)?)?;
    Ok(())
}

/// The files of a folder with this extension: stem and path, sorted by stem.
fn files(dir: &Path, extension: &str) -> Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a file name is not UTF-8")?;
            if stem != "mod" {
                files.push((stem.to_owned(), path.clone()));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A path as a string literal.
fn quoted(path: &Path) -> Result<String> {
    Ok(format!("{:?}", path.to_str().ok_or("a path is not UTF-8")?))
}

fn module_name(stem: &str) -> String {
    if KEYWORDS.contains(&stem) { format!("r#{stem}") } else { stem.to_owned() }
}

fn country_modules(countries: &Path) -> Result<String> {
    let mut out = String::new();
    for (stem, path) in files(countries, "rs")? {
        writeln!(out, "#[path = {}]\npub(super) mod {};", quoted(&path)?, module_name(&stem))?;
    }
    Ok(out)
}

struct Row {
    name: String,
    description: String,
    function: String,
}

fn validator_table(validate: &Path, countries: &Path) -> Result<String> {
    let mut rows = Vec::new();
    for (stem, path) in files(validate, "rs")? {
        rows.extend(validators(&path, &module_name(&stem))?);
    }
    for (stem, path) in files(countries, "rs")? {
        rows.extend(validators(&path, &format!("identity::{}", module_name(&stem)))?);
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = String::from("&[\n");
    for Row { name, description, function } in rows {
        writeln!(out, "Validator {{ name: {name:?}, description: {description:?}, check: {function} }},")?;
    }
    out.push_str("]\n");
    Ok(out)
}

/// Every function of the file whose doc comment begins with a validator's name.
fn validators(path: &Path, module: &str) -> Result<Vec<Row>> {
    let text = fs::read_to_string(path)?;
    let mut rows = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((name, description)) = marker(line) else { continue };
        let rest: Vec<&str> = lines.clone().take_while(|line| line.starts_with("///")).collect();
        let Some(function) = lines.clone().nth(rest.len()).and_then(function_name) else { continue };
        let continued = rest.iter().map(|line| line.trim_start_matches('/').trim());
        let paragraph = continued.take_while(|line| !line.is_empty());
        let description =
            std::iter::once(description).chain(paragraph).collect::<Vec<_>>().join(" ").replace('`', "");
        let description = description.trim_end_matches('.').to_owned();
        rows.push(Row { name: name.to_owned(), description, function: format!("{module}::{function}") });
    }
    Ok(rows)
}

/// The name and the text in a line such as `` /// `luhn`: Luhn over all digits. ``
fn marker(line: &str) -> Option<(&str, &str)> {
    let (name, text) = line.strip_prefix("/// `")?.split_once("`: ")?;
    let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    is_name.then_some((name, text))
}

/// The name in `pub(crate) fn name(text: &str) -> bool {`.
fn function_name(line: &str) -> Option<&str> {
    let (_, rest) = line.strip_prefix("pub(")?.split_once(") fn ")?;
    rest.strip_suffix("(text: &str) -> bool {")
}

fn pack_table(rules: &Path) -> Result<String> {
    let mut subjects = files(rules, "toml")?;
    if let Some((stem, _)) = subjects.iter().find(|(stem, _)| !SUBJECTS.contains(&stem.as_str())) {
        return Err(format!("rules/{stem}.toml is not in SUBJECTS of build.rs, which sets the order").into());
    }
    subjects.sort_by_key(|(stem, _)| SUBJECTS.iter().position(|subject| subject == stem));
    let mut out = String::from("&[\n");
    let mut row = |name: String, path: &Path| -> Result<()> {
        Ok(writeln!(out, "PackSource {{ name: {name:?}, text: include_str!({}) }},", quoted(path)?)?)
    };
    for (stem, path) in &subjects {
        row(format!("rules/{stem}.toml"), path)?;
    }
    for (stem, path) in &files(&rules.join("identity"), "toml")? {
        row(format!("rules/identity/{stem}.toml"), path)?;
    }
    out.push_str("]\n");
    Ok(out)
}
