//! The lines of `blackbar redact --explain`: one JSON object per note. Never holds text of the document.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use blackbar_core::internals::Why;
use blackbar_core::report::{Note, Outcome};
use blackbar_core::rules::{RuleIdx, RuleSet};
use serde::Serialize;

/// The rules with these ids.
pub(super) fn rules(rules: &RuleSet, ids: &[String]) -> Result<Vec<RuleIdx>, String> {
    let find = |id: &String| {
        rules
            .find(id)
            .ok_or_else(|| format!("no active rule has the id {id:?}; `blackbar rules list` lists them"))
    };
    ids.iter().map(find).collect()
}

/// Writes notes to a file, or to standard error if it is `-`. A text that is decoded in several ways can
/// give the same note twice; duplicates are written once.
pub(super) fn write(file: &Path, notes: &[Note], rules: &RuleSet) -> std::io::Result<()> {
    let mut written = HashSet::new();
    let mut lines = Vec::new();
    for note in notes {
        // Serializing numbers and strings cannot fail.
        let line = serde_json::to_string(&NoteLine::of(note, rules)).unwrap_or_default();
        if !written.contains(&line) {
            lines.extend_from_slice(line.as_bytes());
            lines.push(b'\n');
            written.insert(line);
        }
    }
    if file == Path::new("-") {
        std::io::stderr().lock().write_all(&lines)
    } else {
        std::fs::write(file, lines)
    }
}

#[derive(Serialize)]
struct NoteLine<'a> {
    path: &'a str,
    cause: &'a str,
    outcome: &'static str,
    start: usize,
    end: usize,
    /// Length of the searched text.
    text_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<u16>,
}

impl<'a> NoteLine<'a> {
    fn of(note: &'a Note, rules: &'a RuleSet) -> Self {
        let mut line = Self {
            path: &note.path,
            cause: &note.cause,
            outcome: "found",
            start: note.span.start,
            end: note.span.end,
            text_bytes: note.text_bytes,
            count: Some(note.count).filter(|n| *n > 1),
            why: None,
            gap: None,
            limit: None,
            by: None,
            suppression: None,
        };
        match note.outcome {
            Outcome::Found => {}
            Outcome::Whole => line.outcome = "whole",
            Outcome::Suppressed(number) => {
                line.outcome = "suppressed";
                line.suppression = Some(number);
            }
            Outcome::Missed(why) => {
                line.outcome = "missed";
                line.why = Some(why.code());
                match why {
                    Why::KeywordTooFar { gap, limit } => {
                        line.gap = Some(gap);
                        line.limit = Some(limit);
                    }
                    Why::Overlapped { by } => line.by = rules.rule(by).map(|rule| &**rule.id()),
                    _ => {}
                }
            }
        }
        line
    }
}
