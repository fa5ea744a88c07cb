//! Values while they are typed: under `inputs = "rules"` no long beginning of one gets through.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use blackbar::config;
use blackbar_core::endpoint::classify;
use blackbar_core::pipeline::{self, Memory, Workspace};
use blackbar_core::session::InMemoryWindows;

use crate::support::decoded::{body, deep_strings, opened};
use crate::support::recorded::{self, Planted};

/// Kinds whose beginnings are masked.
const KINDS: [&str; 6] = ["card", "email", "ssn", "phone", "iban", "freetext"];

/// Digits from which on the beginning of a number is masked.
const MIN_DIGITS: usize = 6;

/// The shortest beginning that must not arrive: `local@`, or the first six digits.
fn beginning(secret: &str) -> Option<&str> {
    let end = match secret.find('@') {
        Some(at) => at,
        None => secret.char_indices().filter(|(_, c)| c.is_ascii_digit()).nth(MIN_DIGITS - 1)?.0,
    };
    Some(&secret[..=end])
}

/// The parts of a sentence that are such values.
fn values(planted: &Planted) -> Vec<&str> {
    let is_iban = planted.kind == "iban";
    let iban = planted.value.rsplit(' ').next().filter(|_| is_iban);
    let is_value = |secret: &&str| !secret.starts_with(char::is_alphabetic) || secret.contains('@');
    iban.into_iter().chain(planted.secrets().into_iter().filter(is_value)).collect()
}

#[test]
fn no_long_prefix_of_a_planted_value_survives() {
    let text = "[rules]\npacks = [\"all\"]\n[redaction]\ninputs = \"rules\"";
    let policy = config::parse_redaction_only(text, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy;
    let (store, mut scratch) = (InMemoryWindows::default(), Workspace::default());
    let planted = recorded::planted();
    let requests = recorded::requests();
    let sessions: BTreeSet<u32> = requests.iter().map(|request| request.session).collect();
    let beginnings: BTreeMap<u32, AhoCorasick> = sessions
        .iter()
        .map(|&session| {
            let all = planted.iter().filter(|p| p.session == session && KINDS.contains(&p.kind.as_str()));
            let all: BTreeSet<&str> = all.flat_map(values).filter_map(beginning).collect();
            (session, AhoCorasick::new(all).unwrap())
        })
        .collect();
    let mut problems = BTreeSet::new();
    let mut n_set_out = 0;
    for (now_ms, request) in requests.iter().enumerate() {
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let wire = pipeline::Request {
            endpoint: classify(&request.method, path).unwrap(),
            path,
            query,
            content_type: request.headers.get("content-type").map(String::as_str),
            content_encoding: None,
            bearer: None,
            headers: &[],
            body: request.body(),
        };
        let memory = Memory { store: &store, now_ms: now_ms as u64 };
        let redacted = pipeline::run(&wire, &policy, memory, &mut scratch).unwrap();
        let secrets = &beginnings[&request.session];
        n_set_out +=
            deep_strings(&opened(&body(request.body()))).iter().filter(|t| secrets.is_match(*t)).count();
        for text in deep_strings(&opened(&body(&redacted.body))) {
            if let Some(found) = secrets.find(&text) {
                let from = text.floor_char_boundary(found.start().saturating_sub(60));
                let to = text.ceil_char_boundary((found.end() + 20).min(text.len()));
                problems.insert(format!(
                    "{}: {:?} in {:?}",
                    request.id,
                    &text[found.range()],
                    &text[from..to]
                ));
            }
        }
    }
    assert!(n_set_out > 1000, "only {n_set_out} texts with beginnings set out");
    let list: Vec<String> = problems.iter().take(60).cloned().collect();
    assert!(problems.is_empty(), "{} beginnings survive\n{}", problems.len(), list.join("\n"));
}
