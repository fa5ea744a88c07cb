//! Weighted sums in TOML accept exactly what the validators in Rust accept that they replace.

use std::collections::BTreeMap;

use regex_automata::Input;
use serde_json::Value;

use crate::rules::{Rule, RuleSet, Selection, builtin_packs};
use crate::validate;

/// Rule with a check in TOML, validator in Rust.
const PAIRS: &[(&str, &str)] = &[
    ("ship-number", "imo"),
    ("au-medicare", "au-medicare"),
    ("au-acn", "au-acn"),
    ("br-pis", "br-pis"),
    ("br-cns", "br-cns"),
    ("ca-bc-phn", "ca-bc-phn"),
    ("ch-ahv", "ch-ahv"),
    ("cl-rut", "cl-rut"),
    ("cn-uscc", "cn-uscc"),
    ("co-nit", "co-nit"),
    ("cz-ico", "cz-ico"),
    ("fi-business-id", "fi-alv"),
    ("ir-national-code", "ir-melli"),
    ("jp-my-number", "jp-mynumber"),
    ("md-idno", "md-idno"),
    ("mk-edb", "mk-edb"),
    ("no-organisation", "no-org"),
    ("no-bank-account", "no-konto"),
    ("pe-ruc", "pe-ruc"),
    ("pl-dowod", "pl-dowod"),
    ("pt-nif", "pt-nif"),
    ("pt-niss", "pt-niss"),
    ("py-ruc", "py-ruc"),
    ("si-tax-number", "si-ddv"),
    ("th-citizen-id", "th-pin"),
    ("ua-tax-number", "ua-rntrc"),
    ("uy-ci", "uy-ci"),
    ("vn-mst", "vn-mst"),
    ("mx-clabe", "mx-clabe"),
];

/// What the patterns of some rules allow before the number.
const PREFIXES: &[&str] = &[
    "IMO", "IMO ", "imo", "CZ", "CZ ", "cz", "FI", "fi ", "MK", "mk ", "NO", "SI", "SI ", "UA", "PT", "RUT ",
];

/// What the patterns of some rules allow after the number.
const SUFFIXES: &[&str] = &["MVA", " MVA"];

/// How many texts are tried for each pair.
const RANDOM_NUMBERS: usize = 40_000;

/// A small generator, so that every run tries the same texts.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick(&mut self, alphabet: &str) -> char {
        char::from(alphabet.as_bytes()[self.below(alphabet.len())])
    }

    /// The text with one character changed, lost or doubled, or all of them changed; separators stay.
    fn shake(&mut self, text: &str) -> String {
        let n_chars = text.chars().count();
        let (kind, place) = (self.below(8), self.below(n_chars));
        let mut shaken = String::new();
        for (idx, c) in text.chars().enumerate() {
            match kind {
                0 if idx == place => {}
                1 if idx == place => shaken.extend([c, c]),
                0 | 1 => shaken.push(c),
                2 | 3 if idx != place => shaken.push(c),
                kind => shaken.push(self.other(c, kind == 4)),
            }
        }
        shaken
    }

    /// Another character of the same class, or of any class that identifiers have.
    fn other(&mut self, c: char, is_any: bool) -> char {
        match c {
            '0'..='9' => self.pick("0123456789"),
            'A'..='Z' if is_any => self.pick("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            'a'..='z' if is_any => self.pick("0123456789abcdefghijklmnopqrstuvwxyz"),
            other => other,
        }
    }
}

/// Whether a pattern of the rule matches all of the text: only such texts reach the check.
fn is_matched(rule: &Rule, text: &str) -> bool {
    rule.patterns.iter().any(|pattern| {
        let mut input = Input::new(text);
        input.set_anchored(regex_automata::Anchored::Yes);
        pattern.regex.find(input).is_some_and(|found| found.end() == text.len())
    })
}

#[test]
fn weighted_sums_in_toml_agree_with_the_validators_they_replace() {
    let list: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../../tests/data/identifiers.json")).unwrap();
    let more: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../../tests/data/identifiers-more.json")).unwrap();
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())).unwrap();
    let mut wrong = Vec::new();
    for &(id, name) in PAIRS {
        let rule = rules.rule(rules.find(id).unwrap()).unwrap();
        let validator = validate::find(name).unwrap();
        let mut texts: Vec<String> = Vec::new();
        for (key, entry) in more.iter().filter(|(_, entry)| entry["rule"] == id) {
            let lists = [
                &list[key]["valid"],
                &list[key]["invalid_last_digit_plus1"],
                &entry["valid"],
                &entry["invalid"],
            ];
            texts.extend(
                lists
                    .into_iter()
                    .flat_map(|list| list.as_array().into_iter().flatten())
                    .map(|text| text.as_str().unwrap().to_owned()),
            );
        }
        let examples = rule.examples.positive.iter().map(|example| {
            let marked = example.text.split_once('«').unwrap().1.split_once('»').unwrap().0;
            marked.to_owned()
        });
        texts.extend(examples);
        texts.extend(rule.examples.negative.iter().map(|example| example.text.clone()));
        let differs = |text: &str| rule.passes_check(text) != Some(validator.accepts(text));
        wrong.extend(texts.iter().filter(|text| differs(text)).map(|text| format!("{id}: listed {text}")));
        texts.retain(|text| is_matched(rule, text));
        let seed = id.bytes().fold(7_u64, |seed, b| seed.wrapping_mul(31).wrapping_add(u64::from(b)));
        let mut draw = Draw(seed);
        let (mut n, mut n_valid) = (0, 0);
        for _ in 0..RANDOM_NUMBERS {
            let like = &texts[draw.below(texts.len())];
            let mut text = draw.shake(like);
            if draw.below(4) == 0 {
                text.insert_str(0, PREFIXES[draw.below(PREFIXES.len())]);
            } else if draw.below(4) == 0 {
                text.push_str(SUFFIXES[draw.below(SUFFIXES.len())]);
            }
            if is_matched(rule, &text) {
                n += 1;
                n_valid += usize::from(validator.accepts(&text));
                if differs(&text) {
                    wrong.push(format!("{id}: random {text}"));
                }
            }
        }
        if n < 3000 || n_valid < 50 {
            wrong.push(format!("{id}: {n} random numbers only, {n_valid} of them valid"));
        }
        println!("{id}: {n} random numbers, {n_valid} of them valid");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
