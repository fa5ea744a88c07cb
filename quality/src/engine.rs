//! Blackbar: the scanner over texts, and the whole way over texts in an encoding.

use std::sync::Arc;

use blackbar_core::internals::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::pipeline::{self, document};
use blackbar_core::policy::{Limits, Policy, Preset};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lines::{Found, Out, Result, Span, Text, read};

/// The packs in force unless a configuration says otherwise.
const DEFAULT: [&str; 7] = ["contact", "payment", "credentials", "network", "personal", "health", "identity"];

/// The packs that `all` leaves out.
const OPT_IN: [&str; 2] = ["names", "dates"];

/// `default`, `all`, `everything` (that is `all` and what it leaves out), or `default` and packs by name:
/// `default+de+at`.
pub fn selection(packs: &str) -> Selection {
    if packs == "all" {
        return Selection::all();
    }
    if packs == "everything" {
        let packs = ["all"].iter().chain(&OPT_IN).map(|&name| name.to_owned()).collect();
        return Selection { packs, ..Selection::default() };
    }
    let packs =
        packs.split('+').flat_map(|word| if word == "default" { DEFAULT.to_vec() } else { vec![word] });
    Selection { packs: packs.map(str::to_owned).collect(), ..Selection::default() }
}

pub fn rules(packs: &str) -> Result<RuleSet> {
    Ok(RuleSet::build(builtin_packs(), &[], &selection(packs))?)
}

pub fn scanner(packs: &str) -> Result<Scanner> {
    Ok(Scanner::new(Arc::new(rules(packs)?)))
}

pub fn policy() -> Result<Policy> {
    Ok(Policy::new(rules("default")?, Preset::Balanced.postures(), &[], Limits::default(), [7; 32])?)
}

pub fn run(packs: &str, from: &str, to: &str) -> Result<()> {
    let scanner = scanner(packs)?;
    let mut scratch = ScanBuffers::default();
    let mut out = Out::new(to)?;
    for text in read::<Text>(from)? {
        let text = text?;
        let mut findings = Vec::new();
        scanner.scan(&text.text, &KeywordContext { words: &text.words }, &mut scratch, &mut findings);
        let spans = findings.iter().filter_map(|finding| {
            let rule = scanner.rules().rule(finding.rule)?;
            Some(Span::of(&text.text, finding.span.start, finding.span.end, rule.entity(), rule.id()))
        });
        out.line(&Found { id: text.id, spans: spans.collect() })?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Encoded {
    id: String,
    text: String,
}

/// A text as a property of an event, through all of the pipeline: what became of it.
pub fn run_encoded(from: &str, to: &str) -> Result<()> {
    let policy = policy()?;
    let mut scratch = pipeline::Workspace::default();
    let mut out = Out::new(to)?;
    for entry in read::<Encoded>(from)? {
        let entry = entry?;
        let event = json!({"event": "note", "properties": {"token": "phc_x", "distinct_id": "d", "text": entry.text}});
        let document = document::redact(&serde_json::to_vec(&event)?, &policy, &mut scratch)?;
        let redacted: Value = serde_json::from_slice(&document.bytes)?;
        out.line(&json!({"id": entry.id, "text": redacted["properties"]["text"]}))?;
    }
    Ok(())
}
