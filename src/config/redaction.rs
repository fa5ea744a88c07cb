//! `[redaction]`: postures, selectors, and what becomes of the client's address.

use std::path::PathBuf;

use blackbar_core::redact::client_ip::ClientIp;
use blackbar_core::redact::policy::{BinaryParts, Choices, ImagePosture, Posture, Postures, Preset};
use blackbar_core::session::selector::Selectors;
use blackbar_core::session::treatment::Treatment;
use serde::Deserialize;

use crate::config::checker::Checker;

/// One `[[redaction.selector]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// A list of CSS selectors.
    pub css: String,
    /// What becomes of what they select.
    pub treat: Treatment,
}

/// What `[redaction]` says.
pub(crate) struct Redaction {
    pub(crate) preset: Preset,
    pub(crate) postures: Postures,
    pub(crate) selectors: Vec<Selector>,
    pub(crate) choices: Choices,
    pub(crate) hash_key_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    preset: Option<String>,
    text: Option<String>,
    inputs: Option<String>,
    attributes: Option<String>,
    console: Option<String>,
    network: Option<String>,
    canvas: Option<String>,
    images: Option<String>,
    client_ip: Option<String>,
    person_properties_allow: Vec<String>,
    binary_parts: Option<String>,
    hash_key_file: Option<PathBuf>,
    selector: Vec<RawSelector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSelector {
    css: String,
    treat: String,
}

/// Reads postures and selectors.
pub(crate) fn check(checker: &mut Checker<'_>) -> Redaction {
    let raw: Raw = checker.section("redaction");
    let presets = [("strict", Preset::Strict), ("balanced", Preset::Balanced), ("rules", Preset::Rules)];
    let preset = checker.word("redaction.preset", raw.preset.as_deref(), &presets, Preset::Balanced);
    let base = preset.postures();
    let words = [("rules", Posture::Rules), ("mask", Posture::Mask), ("drop", Posture::Drop)];
    let mut posture = |key: &str, text: &Option<String>, default| {
        checker.word(&format!("redaction.{key}"), text.as_deref(), &words, default)
    };
    let postures = Postures {
        text: posture("text", &raw.text, base.text),
        inputs: posture("inputs", &raw.inputs, base.inputs),
        attributes: posture("attributes", &raw.attributes, base.attributes),
        console: posture("console", &raw.console, base.console),
        network: posture("network", &raw.network, base.network),
        canvas: posture("canvas", &raw.canvas, base.canvas),
        images: {
            let words = [
                ("keep", ImagePosture::Keep),
                ("placeholder", ImagePosture::Placeholder),
                ("mask", ImagePosture::Placeholder),
                ("drop", ImagePosture::Drop),
            ];
            checker.word("redaction.images", raw.images.as_deref(), &words, base.images)
        },
    };
    let words = [("keep", ClientIp::Keep), ("truncate", ClientIp::Truncate), ("drop", ClientIp::Drop)];
    let client_ip =
        checker.word("redaction.client_ip", raw.client_ip.as_deref(), &words, ClientIp::default());
    let choices = Choices {
        person_properties_allow: person_properties(checker, raw.person_properties_allow),
        binary_parts: {
            let words = [("refuse", BinaryParts::Refuse), ("drop", BinaryParts::Drop)];
            checker.word(
                "redaction.binary_parts",
                raw.binary_parts.as_deref(),
                &words,
                BinaryParts::default(),
            )
        },
        client_ip,
    };
    let selectors = selectors(checker, raw.selector);
    Redaction { preset, postures, selectors, choices, hash_key_file: raw.hash_key_file }
}

/// Names of properties, sorted, each once.
fn person_properties(checker: &mut Checker<'_>, mut names: Vec<String>) -> Vec<String> {
    if let Some(idx) = names.iter().position(|name| name.trim().is_empty() || name.contains('*')) {
        let key = format!("redaction.person_properties_allow[{idx}]");
        checker.problem(&key, "this names no property; write one whole name such as \"plan\"");
    }
    names.sort();
    names.dedup();
    names
}

/// Whether a file holds the key of pseudonyms and session names.
pub(crate) fn has_hash_key_file(checker: &mut Checker<'_>) -> bool {
    let raw: Raw = checker.section_reported_elsewhere("redaction");
    raw.hash_key_file.is_some()
}

fn selectors(checker: &mut Checker<'_>, raws: Vec<RawSelector>) -> Vec<Selector> {
    let words = [("block", Treatment::Block), ("mask", Treatment::Mask), ("allow", Treatment::Allow)];
    let mut checked = Vec::new();
    for (idx, raw) in raws.into_iter().enumerate() {
        let key = format!("redaction.selector[{idx}]");
        let treat = checker.word(&format!("{key}.treat"), Some(&raw.treat), &words, Treatment::Block);
        match Selectors::parse([(raw.css.as_str(), treat)]) {
            Ok(_) => checked.push(Selector { css: raw.css, treat }),
            Err(error) => {
                let hint = "write one such as \".private\"";
                checker.problem(&format!("{key}.css"), format!("{:?}: {}; {hint}", raw.css, error.reason));
            }
        }
    }
    checked
}
