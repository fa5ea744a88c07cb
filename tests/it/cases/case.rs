//! The format of a case, and the policies that cases name. `tests/data/cases/README.md` explains each field.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use blackbar::config;
use blackbar_core::policy::Policy;
use serde::Deserialize;
use tempfile::TempDir;

/// The groups of cases: the folders of `tests/data/cases`.
pub(super) const GROUPS: [&str; 4] = ["public", "recordings", "components", "detect"];

/// One case of a `cases.jsonl`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) id: String,
    #[serde(rename = "group")]
    _group: String,
    pub(super) about: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "entity", default)]
    _entity: String,
    #[serde(rename = "arguable", default)]
    _arguable: bool,
    #[serde(default)]
    pub(super) policies: Vec<String>,
    pub(super) input: Option<String>,
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) surface: CaseSurface,
    #[serde(default)]
    pub(super) gone: Vec<String>,
    #[serde(default)]
    pub(super) gone_joined: Vec<String>,
    #[serde(default)]
    pub(super) kept: Vec<String>,
    #[serde(default)]
    pub(super) stars_at: Vec<String>,
    #[serde(default)]
    pub(super) one_of: Vec<Alternative>,
    #[serde(default)]
    pub(super) may_refuse: bool,
    pub(super) request: Option<CaseRequest>,
    #[serde(default)]
    pub(super) reply: ExpectedReply,
    #[serde(default)]
    pub(super) upstream: ExpectedUpstream,
    pub(super) config: Option<String>,
    #[serde(default)]
    pub(super) says: Vec<String>,
}

/// Where the text of a case is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum CaseSurface {
    /// The text of an element.
    #[default]
    Text,
    /// The response body of a network event.
    Network,
}

/// One of several outcomes that a case accepts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Alternative {
    /// There is nothing at this JSON pointer.
    AbsentAt(String),
    /// The output has this text nowhere.
    Gone(String),
}

/// A request through the proxy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseRequest {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    pub(super) body_base64: Option<String>,
    pub(super) filler: Option<Filler>,
    #[serde(default)]
    pub(super) chunked: bool,
    pub(super) answer: Option<UpstreamAnswer>,
}

/// Repeated text in a body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filler {
    pub(super) text: String,
    pub(super) times: usize,
    pub(super) in_place_of: String,
}

/// What the upstream answers instead of its ordinary answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpstreamAnswer {
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

/// What the client must get.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ExpectedReply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, Vec<String>>,
    pub(super) headers_contain: BTreeMap<String, Vec<String>>,
    pub(super) body_contains: Vec<String>,
}

/// What the upstream must get.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ExpectedUpstream {
    pub(super) target: Option<String>,
    pub(super) headers: BTreeMap<String, String>,
}

/// The folder of a group.
pub(super) fn dir(group: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cases")).join(group)
}

/// The cases of a group. Each knows the path of its input.
pub(super) fn all(group: &str) -> Vec<Case> {
    let dir = dir(group);
    let full = |file: String| dir.join(file).display().to_string();
    std::fs::read_to_string(dir.join("cases.jsonl"))
        .unwrap()
        .lines()
        .map(|line| {
            let mut case: Case =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{group}: {e}: {line}"));
            case.input = case.input.map(full);
            case.config = case.config.map(full);
            case
        })
        .collect()
}

/// Builds each policy once.
pub(super) struct Policies {
    built: BTreeMap<String, Arc<Policy>>,
    dir: TempDir,
}

impl Policies {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        write_key(&dir);
        Self { built: BTreeMap::new(), dir }
    }

    pub(super) fn named(&mut self, name: &str) -> &Policy {
        if !self.built.contains_key(name) {
            let lines = match name {
                "balanced" => "preset = \"balanced\"",
                "strict" => "preset = \"strict\"",
                "inputs-by-rules" => "preset = \"balanced\"\ninputs = \"rules\"",
                "balanced-all-packs" => "preset = \"balanced\"\n[rules]\npacks = [\"all\"]",
                "strict-all-packs" => "preset = \"strict\"\n[rules]\npacks = [\"all\"]",
                _ => panic!("no policy is called {name}"),
            };
            let key = self.dir.path().join("key").display().to_string();
            let toml = format!("[redaction]\nhash_key_file = {key:?}\n{lines}\n");
            let loaded = config::parse_redaction_only(&toml, name).unwrap_or_else(|e| panic!("{name}: {e}"));
            self.built.insert(name.to_owned(), loaded.policy.policy);
        }
        &self.built[name]
    }
}

/// Writes the key of the pseudonyms to `key`.
pub(super) fn write_key(dir: &TempDir) {
    std::fs::write(dir.path().join("key"), "0123456789abcdef0123456789abcdef").unwrap();
}
