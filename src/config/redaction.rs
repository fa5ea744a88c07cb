//! `[redaction]`: postures, selectors, and how the client's address is treated.

use std::path::PathBuf;

use blackbar_core::policy::{
    BinaryParts, Choices, ClientIp, ImagePosture, Posture, Postures, Preset, Selectors, Treatment,
};
use serde::Deserialize;

use crate::config::checker::Checker;

/// One `[[redaction.selector]]`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredSelector {
    /// A list of CSS selectors.
    pub css: String,
    /// How the selected elements are treated.
    pub treat: Treatment,
}

/// `[redaction]`, checked.
pub(crate) struct RedactionSection {
    pub(crate) preset: Preset,
    pub(crate) postures: Postures,
    pub(crate) selectors: Vec<ConfiguredSelector>,
    pub(crate) choices: Choices,
    pub(crate) hash_key_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawRedaction {
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
pub(crate) fn check(checker: &mut Checker<'_>) -> RedactionSection {
    let raw: RawRedaction = checker.section("redaction");
    let presets = [("strict", Preset::Strict), ("balanced", Preset::Balanced), ("rules", Preset::Rules)];
    let preset = checker.one_of("redaction.preset", raw.preset.as_deref(), &presets, Preset::Balanced);
    let base = preset.postures();
    let words = [("rules", Posture::Rules), ("mask", Posture::Mask), ("drop", Posture::Drop)];
    let mut posture = |key: &str, text: &Option<String>, default| {
        checker.one_of(&format!("redaction.{key}"), text.as_deref(), &words, default)
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
            checker.one_of("redaction.images", raw.images.as_deref(), &words, base.images)
        },
    };
    let words = [("keep", ClientIp::Keep), ("truncate", ClientIp::Truncate), ("drop", ClientIp::Drop)];
    let client_ip =
        checker.one_of("redaction.client_ip", raw.client_ip.as_deref(), &words, ClientIp::default());
    let choices = Choices {
        person_properties_allow: person_properties(checker, raw.person_properties_allow),
        binary_parts: {
            let words = [("refuse", BinaryParts::Refuse), ("drop", BinaryParts::Drop)];
            checker.one_of(
                "redaction.binary_parts",
                raw.binary_parts.as_deref(),
                &words,
                BinaryParts::default(),
            )
        },
        client_ip,
    };
    let selectors = selectors(checker, raw.selector);
    RedactionSection { preset, postures, selectors, choices, hash_key_file: raw.hash_key_file }
}

/// Checks the names of properties; sorts and deduplicates them.
fn person_properties(checker: &mut Checker<'_>, mut names: Vec<String>) -> Vec<String> {
    if let Some(idx) = names.iter().position(|name| name.trim().is_empty() || name.contains('*')) {
        let key = format!("redaction.person_properties_allow[{idx}]");
        checker.problem(&key, "not a property name; write a whole name such as \"plan\"");
    }
    names.sort();
    names.dedup();
    names
}

/// Whether the key of pseudonyms and session names comes from a file.
pub(crate) fn has_hash_key_file(checker: &mut Checker<'_>) -> bool {
    let raw: RawRedaction = checker.section_reported_elsewhere("redaction");
    raw.hash_key_file.is_some()
}

fn selectors(checker: &mut Checker<'_>, raws: Vec<RawSelector>) -> Vec<ConfiguredSelector> {
    let words = [("block", Treatment::Block), ("mask", Treatment::Mask), ("allow", Treatment::Allow)];
    let mut checked = Vec::new();
    for (idx, raw) in raws.into_iter().enumerate() {
        let key = format!("redaction.selector[{idx}]");
        let treat = checker.one_of(&format!("{key}.treat"), Some(&raw.treat), &words, Treatment::Block);
        match Selectors::parse([(raw.css.as_str(), treat)]) {
            Ok(_) => checked.push(ConfiguredSelector { css: raw.css, treat }),
            Err(error) => {
                let hint = "write one such as \".private\"";
                checker.problem(&format!("{key}.css"), format!("{:?}: {}; {hint}", raw.css, error.reason()));
            }
        }
    }
    checked
}
