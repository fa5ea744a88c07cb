//! `blackbar rules list`: all rules, as text, JSON or Markdown.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use blackbar_core::rules::{Rule, RuleSet};
use clap::ValueEnum;
use serde::Serialize;

use crate::cli::rules::tier_name::tier_name;
use crate::cli::terminal::counted;
use crate::cli::terminal::failed;
use crate::cli::terminal::put;
use crate::config::in_force::action;

/// A page has the table of rules between these lines.
const BEGIN: &str = "<!-- rules: begin -->";
const END: &str = "<!-- rules: end -->";

/// How the rules are listed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One line per rule.
    Text,
    /// One JSON document.
    Json,
    /// One Markdown table per pack.
    Md,
}

/// Lists `rules` on standard output, or in the page `into`.
pub(crate) fn list(rules: &RuleSet, format: Format, into: Option<&Path>) -> ExitCode {
    let listed = match format {
        Format::Text => text(rules),
        Format::Json => json(rules),
        Format::Md => markdown(rules),
    };
    let Some(page) = into else {
        put(&listed);
        return ExitCode::SUCCESS;
    };
    match write_into(page, &listed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => failed(format_args!("{}: {reason}", page.display())),
    }
}

fn text(rules: &RuleSet) -> String {
    let rows: Vec<[String; 8]> = rules.rules().iter().map(row).collect();
    let heads = ["rule", "pack", "entity", "tier", "needs", "validator", "action", "examples"];
    let mut widths = heads.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&heads.map(str::to_owned)).chain(&rows) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    let _ = writeln!(text, "{}", counted(rules.rules().len(), "rule"));
    text
}

fn row(rule: &Rule) -> [String; 8] {
    let (positive, negative) = rule.n_examples();
    [
        rule.id().to_string(),
        rule.pack().to_owned(),
        rule.entity().to_owned(),
        tier_name(rule).to_owned(),
        needs(rule),
        rule.validator().unwrap_or("-").to_owned(),
        action(rule.action()),
        format!("{positive}+{negative}"),
    ]
}

/// What a match needs next to it.
fn needs(rule: &Rule) -> String {
    let needed = if !rule.has_pattern() {
        "key"
    } else if rule.has_separated_form() {
        "keyword or official separators"
    } else if rule.needs_keyword() {
        "keyword"
    } else {
        "-"
    };
    needed.to_owned()
}

#[derive(Serialize)]
struct Listed<'a> {
    n_rules: usize,
    packs: Vec<ListedPack<'a>>,
    rules: Vec<ListedRule<'a>>,
}

#[derive(Serialize)]
struct ListedPack<'a> {
    name: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct ListedRule<'a> {
    id: &'a str,
    pack: &'a str,
    entity: &'a str,
    name: &'a str,
    description: &'a str,
    tier: Option<&'a str>,
    needs: String,
    validator: Option<&'a str>,
    action: String,
    keywords: Vec<&'a str>,
    distance: Option<usize>,
    keys: &'a [String],
    n_must_match: usize,
    n_must_not_match: usize,
}

fn json(rules: &RuleSet) -> String {
    let packs = rules.packs().iter();
    let packs = packs.map(|pack| ListedPack { name: &pack.name, description: &pack.description });
    let listed = rules.rules().iter().map(|rule| {
        let (n_must_match, n_must_not_match) = rule.n_examples();
        ListedRule {
            id: rule.id(),
            pack: rule.pack(),
            entity: rule.entity(),
            name: rule.name(),
            description: rule.description(),
            tier: rule.has_pattern().then(|| tier_name(rule)),
            needs: needs(rule),
            validator: rule.validator(),
            action: action(rule.action()),
            keywords: rule.keywords().collect(),
            distance: rule.has_pattern().then(|| rule.distance()),
            keys: rule.keys(),
            n_must_match,
            n_must_not_match,
        }
    });
    let listed = Listed { n_rules: rules.rules().len(), packs: packs.collect(), rules: listed.collect() };
    // Texts and numbers always serialize.
    serde_json::to_string_pretty(&listed).unwrap_or_default() + "\n"
}

fn markdown(rules: &RuleSet) -> String {
    let n_validated = rules.rules().iter().filter(|rule| rule.is_validated()).count();
    let n_rules = counted(rules.rules().len(), "rule");
    let mut page = format!("{n_rules}, {n_validated} with a check.\n");
    for pack in rules.packs() {
        let own = || rules.rules().iter().filter(|rule| rule.pack() == &*pack.name);
        let n_rules = counted(own().count(), "rule");
        let _ = write!(
            page,
            "\n### {}\n\n{}. {n_rules}.{}\n\n\
             | rule | entity | finds | tier | needs | validator | keys | action | examples |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
            pack.name,
            cell(pack.description.trim_end_matches('.')),
            group_note(&pack.groups),
        );
        for rule in own() {
            let validator = rule.validator().map(|name| format!("`{name}`")).unwrap_or_default();
            let n_keys = Some(rule.keys().len()).filter(|n| *n > 0).map(|n| n.to_string());
            let (positive, negative) = rule.n_examples();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {validator} | {} | {} | {positive}+{negative} |",
                rule.id(),
                cell(rule.entity()),
                cell(rule.description()),
                tier_name(rule),
                needs(rule).trim_matches('-'),
                n_keys.unwrap_or_default(),
                cell(&action(rule.action())),
            );
        }
    }
    page
}

/// A sentence with the groups that select a pack; empty if there are none.
fn group_note(groups: &[String]) -> String {
    let names = groups.iter().map(|group| format!("`{group}`")).collect::<Vec<_>>().join(", ");
    match groups.len() {
        0 => names,
        1 => format!(" Group: {names}."),
        _ => format!(" Groups: {names}."),
    }
}

/// A text as the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces the table in a page.
fn write_into(page: &Path, table: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(page).map_err(|error| error.to_string())?;
    let missing = || format!("the lines {BEGIN} and {END} are missing");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    std::fs::write(page, format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
        .map_err(|error| error.to_string())
}
