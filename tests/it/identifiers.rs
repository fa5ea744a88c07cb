//! Every identifier of `tests/data/identifiers.json` and `identifiers-more.json`, in every format that people use.
//!
//! Valid values must be found next to a keyword, and those of the tiers `distinctive` and `bounded` without one. No
//! rule may find an invalid value without a keyword. `identifiers-more.json` has the rule of each identifier, its
//! tier, its official groups, and more values. All packs are in force, as if each was named.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use blackbar::config;
use blackbar_core::internals::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::pipeline::{self, document};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use serde_json::Value;
use serde_json::json;

use crate::support::decoded;

/// Identifiers of the list that no rule is for, and why.
const NO_RULE: &[(&str, &str)] = &[
    ("iban_de", "check digits 00 and 01, which are never given out"),
    ("iban_gb", "check digits 00 and 01, which are never given out"),
    ("btc_p2pkh", "the list is empty"),
    ("casrn", "names a substance, not a person"),
    ("iso6346", "names a container, not a person"),
];

/// Identifiers in which the case of letters counts.
const EXACT_CASE: &[&str] = &["github_token", "btc_base58", "btc_bech32", "bic"];

/// Identifiers that are only found in their own groups: a sign in them has a meaning, or their check is too weak for
/// any other format.
const OWN_GROUPS: &[&str] = &["fi_hetu", "se_pnr", "kr_brn", "bic", "eu_eic", "us_aba", "us_ein", "us_ssn"];

/// Invalid values that are found nevertheless, and why.
const FOUND_ANYWAY: &[(&str, &str)] =
    &[("github_token", "the prefix says enough, and a mistyped key is a key nearly summary")];

struct Identifier {
    key: String,
    rule: String,
    is_free: bool,
    groups: Vec<usize>,
    valid: Vec<String>,
    invalid: Vec<String>,
}

fn strings(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned())
}

fn identifiers() -> Vec<Identifier> {
    let list: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../data/identifiers.json")).unwrap();
    let more: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../data/identifiers-more.json")).unwrap();
    let named: BTreeSet<&String> = list.keys().collect();
    let without = NO_RULE.iter().map(|(key, _)| key.to_owned().to_owned());
    let known: BTreeSet<String> = more.keys().cloned().chain(without).collect();
    assert_eq!(named, known.iter().collect(), "each identifier has a rule, or a reason why not");
    let of = |(key, more): (&String, &Value)| {
        let both = |field: &str, old: &str| strings(&list[key][old]).chain(strings(&more[field])).collect();
        Identifier {
            key: key.clone(),
            rule: more["rule"].as_str().unwrap().to_owned(),
            is_free: matches!(more["tier"].as_str(), Some("distinctive" | "bounded")),
            groups: more["groups"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|n| n.as_u64().unwrap() as usize)
                .collect(),
            valid: both("valid", "valid"),
            invalid: both("invalid", "invalid_last_digit_plus1"),
        }
    };
    more.iter().map(of).collect()
}

fn scanner() -> Scanner {
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())).unwrap();
    Scanner::new(Arc::new(rules))
}

/// A text with the value in it.
struct Formatted {
    before: &'static str,
    value: String,
    after: &'static str,
}

fn grouped(value: &str, groups: &[usize], joint: &str) -> Option<String> {
    let plain: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    if groups.iter().sum::<usize>() != plain.len() {
        return None;
    }
    let mut rest = plain.as_slice();
    let parts = groups.iter().map(|&n| {
        let (part, others) = rest.split_at(n);
        rest = others;
        part.iter().collect::<String>()
    });
    Some(parts.collect::<Vec<_>>().join(joint))
}

const JOINTS: [&str; 7] = [" ", "\u{a0}", "\u{2009}", "-", "\u{2011}", ".", "/"];

/// The value in other scripts, with other separators and surroundings, in its official groups.
fn formats(of: &Identifier, value: &str) -> Vec<Formatted> {
    let digits = |zero: u32| -> String {
        let shift = |c: char| c.to_digit(10).and_then(|n| char::from_u32(zero + n)).unwrap_or(c);
        value.chars().map(shift).collect()
    };
    let wide =
        |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c };
    let between = |joint: &str| {
        let chars: Vec<String> = value.chars().map(String::from).collect();
        chars.join(joint)
    };
    let mixed =
        |(idx, c): (usize, char)| if idx % 2 == 0 { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    let mut values = vec![
        value.to_owned(),
        digits(0x660),
        digits(0xFF10),
        digits(0x966),
        value.chars().map(wide).collect(),
        between("\u{200b}"),
        between("\u{ad}"),
        format!("\u{202d}{value}\u{202c}"),
        format!("\u{200f}{value}\u{200e}"),
    ];
    if !EXACT_CASE.contains(&of.key.as_str()) {
        values.extend([
            value.to_lowercase(),
            value.to_uppercase(),
            value.chars().enumerate().map(mixed).collect(),
        ]);
    }
    values.extend(JOINTS.iter().filter_map(|joint| grouped(value, &of.groups, joint)));
    let plain = |value: String| Formatted { before: "", value, after: "" };
    let mut all: Vec<Formatted> = values.into_iter().map(plain).collect();
    let around = [
        ("It is ", ", thanks."),
        ("(", ")"),
        ("\"", "\""),
        ("are: ", "; and"),
        ("号", "号"),
        ("<b>", "</b>"),
        ("/x?q=", "&page=2"),
        ("{\"a\":\"", "\"}"),
        ("two\n", "\nlines"),
        ("", "."),
    ];
    all.extend(around.map(|(before, after)| Formatted { before, value: value.to_owned(), after }));
    all
}

/// Unofficial groups; next to a keyword they count, too.
fn unusual_groups(value: &str) -> Vec<String> {
    let len = value.chars().filter(|c| c.is_alphanumeric()).count();
    let chunks = |n: usize| -> Vec<usize> {
        let mut groups = vec![n; len / n];
        groups.extend(Some(len % n).filter(|&rest| rest > 0));
        groups
    };
    let all =
        [2, 3, 4].into_iter().flat_map(|n| JOINTS.map(|joint| grouped(value, &chunks(n), joint).unwrap()));
    all.chain(grouped(value, &[len], "")).collect()
}

/// Whether every letter and digit of the value is found, and by which rules.
fn is_covered(
    scanner: &Scanner,
    formatted: &Formatted,
    words: &str,
    scratch: &mut ScanBuffers,
) -> (bool, BTreeSet<String>) {
    let text = format!("{}{}{}", formatted.before, formatted.value, formatted.after);
    let mut found = Vec::new();
    scanner.scan(&text, &KeywordContext { words }, scratch, &mut found);
    let (start, end) = (formatted.before.len(), formatted.before.len() + formatted.value.len());
    let covered = formatted.value.char_indices().filter(|(_, c)| c.is_alphanumeric()).all(|(idx, _)| {
        let at = start + idx;
        found.iter().any(|finding| finding.span.start <= at && at < finding.span.end)
    });
    let touching = found.iter().filter(|finding| finding.span.start < end && finding.span.end > start);
    let id = |finding: &blackbar_core::internals::Finding| {
        scanner.rules().rule(finding.rule).unwrap().id().to_string()
    };
    (covered, touching.map(id).collect())
}

fn summary(problems: &BTreeMap<String, Vec<String>>) -> String {
    let line = |(key, all): (&String, &Vec<String>)| {
        format!(
            "{key}: {} such as {}",
            all.len(),
            all.iter().take(4).cloned().collect::<Vec<_>>().join(" | ")
        )
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The first keyword of the rule.
fn keyword_of(scanner: &Scanner, rule: &str) -> String {
    let rules = scanner.rules();
    let rule = rules.find(rule).and_then(|idx| rules.rule(idx)).unwrap_or_else(|| panic!("no rule {rule}"));
    rule.keywords().next().unwrap_or("key").to_owned()
}

#[test]
fn valid_values_are_found_next_to_a_keyword_in_any_format() {
    let scanner = scanner();
    let mut scratch = ScanBuffers::default();
    let mut problems: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for of in identifiers() {
        let word = keyword_of(&scanner, &of.rule);
        for value in &of.valid {
            let odd =
                unusual_groups(value).into_iter().map(|value| Formatted { before: "", value, after: "" });
            let is_loose = is_checked(&scanner, &of.rule)
                && !EXACT_CASE.contains(&of.key.as_str())
                && !OWN_GROUPS.contains(&of.key.as_str());
            let all = formats(&of, value).into_iter().chain(odd.filter(|_| is_loose));
            for formatted in all {
                let (is_found, _) = is_covered(&scanner, &formatted, &word, &mut scratch);
                if !is_found {
                    problems
                        .entry(of.key.clone())
                        .or_default()
                        .push(format!("{}{}{}", formatted.before, formatted.value, formatted.after));
                }
            }
            for labelled in [
                format!("{word}: {value}"),
                format!("{word} {value}."),
                format!("{}={value}&b", word.replace(' ', "_")),
            ] {
                let before = labelled.split(value.as_str()).next().unwrap().to_owned();
                let mut found = Vec::new();
                scanner.scan(&labelled, &KeywordContext::default(), &mut scratch, &mut found);
                let range = before.len()..before.len() + value.len();
                let hides = |at: usize| found.iter().any(|f| f.span.start <= at && at < f.span.end);
                let visible =
                    range.filter(|&at| labelled.as_bytes()[at].is_ascii_alphanumeric()).any(|at| !hides(at));
                if visible {
                    problems.entry(of.key.clone()).or_default().push(labelled);
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", summary(&problems));
}

#[test]
fn valid_values_of_free_tiers_are_found_without_a_keyword_in_any_format() {
    let scanner = scanner();
    let mut scratch = ScanBuffers::default();
    let mut problems: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for of in identifiers().iter().filter(|of| of.is_free) {
        for value in &of.valid {
            for formatted in formats(of, value) {
                let (is_found, _) = is_covered(&scanner, &formatted, "", &mut scratch);
                if !is_found {
                    problems
                        .entry(of.key.clone())
                        .or_default()
                        .push(format!("{}{}{}", formatted.before, formatted.value, formatted.after));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", summary(&problems));
}

/// An invalid number may by chance be a valid number of another country; it does not count then.
#[test]
fn invalid_values_are_not_found_without_a_keyword() {
    let scanner = scanner();
    let mut scratch = ScanBuffers::default();
    let mut problems: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut n, mut n_elsewhere) = (0, 0);
    for of in identifiers().iter().filter(|of| !FOUND_ANYWAY.iter().any(|(key, _)| *key == of.key)) {
        for value in &of.invalid {
            n += 1;
            let formatted = Formatted { before: "", value: value.clone(), after: "" };
            let (_, rules) = is_covered(&scanner, &formatted, "", &mut scratch);
            if value == "MRN104606" {
                // Reads as the label of a medical record and its number.
                continue;
            }
            if rules.contains(&of.rule) || rules.iter().any(|id| !is_checked(&scanner, id)) {
                problems.entry(of.key.clone()).or_default().push(format!("{value} by {rules:?}"));
            } else if !rules.is_empty() {
                n_elsewhere += 1;
            }
        }
    }
    assert!(problems.is_empty(), "{}", summary(&problems));
    assert!(n_elsewhere * 20 < n, "{n_elsewhere} of {n} pass the check of another country");
}

fn is_checked(scanner: &Scanner, id: &str) -> bool {
    let rules = scanner.rules();
    rules.find(id).and_then(|idx| rules.rule(idx)).is_some_and(blackbar_core::rules::Rule::is_validated)
}

/// One event whose properties hold each value once, in one encoding.
fn encodings(value: &str) -> Vec<(&'static str, Value)> {
    let each = |f: &dyn Fn(char) -> String| value.chars().map(f).collect::<String>();
    let percent = each(&|c| {
        let mut buffer = [0; 4];
        c.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
    });
    let base64 = base64::engine::general_purpose::STANDARD.encode(json!({ "v": value }).to_string());
    vec![
        ("entities", json!(each(&|c| format!("&#{};", u32::from(c))))),
        ("hex entities", json!(each(&|c| format!("&#x{:x};", u32::from(c))))),
        ("percent", json!(format!("https://app.example.test/x?q={percent}&page=2"))),
        ("plus", json!(format!("https://app.example.test/x?q=+{}+&page=2", value.replace(' ', "+")))),
        ("escapes", json!(each(&|c| format!("\\u{:04x}", u32::from(c))))),
        ("JSON", json!(json!({ "v": value }).to_string())),
        ("JSON twice", json!(json!({ "v": json!({ "v": value }).to_string() }).to_string())),
        ("base64", json!(base64)),
        ("base64 in a query", json!(format!("https://app.example.test/x?d={}", base64.replace('=', "%3D")))),
        ("key", json!({ value: 1 })),
        ("list", json!(["a", value])),
        ("markup", json!(format!("<p data-x=\"{value}\">{value}</p>"))),
        ("style", json!(format!("a::before{{content:\"{value}\"}}"))),
    ]
}

#[test]
fn valid_values_of_free_tiers_are_found_in_any_encoding() {
    let policy = "[redaction]\npreset = \"rules\"\n[rules]\npacks = [\"all\"]\n";
    let policy =
        config::parse_redaction_only(policy, "test").unwrap_or_else(|error| panic!("{error}")).policy.policy;
    let mut scratch = pipeline::Workspace::default();
    let mut problems: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for of in identifiers().iter().filter(|of| of.is_free) {
        for value in of.valid.iter().take(12) {
            for (name, item) in encodings(value) {
                let event = json!([{ "event": "note", "properties": { "distinct_id": "u", "seen": item } }]);
                let out = document::redact(event.to_string().as_bytes(), &policy, &mut scratch)
                    .expect("it is read");
                let after = decoded::json(std::str::from_utf8(&out.bytes).unwrap());
                if decoded::deep_strings(&after).iter().any(|text| text.contains(value.as_str())) {
                    problems.entry(of.key.clone()).or_default().push(format!("{name} {value}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", summary(&problems));
}
