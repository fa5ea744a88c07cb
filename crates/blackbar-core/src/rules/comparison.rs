//! Weighted sums in TOML accept exactly what the validators in Rust accept that they replace.

use std::collections::BTreeMap;

use regex_automata::Input;
use serde_json::Value;

use crate::rules::{Rule, RuleSet, Selection, builtin_packs};
use crate::validate;

/// Rule with a check in TOML, validator in Rust.
const PAIRS: &[(&str, &str)] = &[
    ("ship-number", "imo"),
    ("at-social-insurance", "at-vnr"),
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

const RANDOM_NUMBERS: usize = 20_000;

/// A small generator, so that every run tries the same texts.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// The text with other digits in the same places, and in half of the cases other letters.
    fn shake(&mut self, text: &str) -> String {
        let keeps_letters = self.below(2) == 0;
        let mut pick = |alphabet: &str| char::from(alphabet.as_bytes()[self.below(alphabet.len())]);
        let shaken = text.chars().map(|c| match c {
            c if c.is_ascii_alphabetic() && keeps_letters => c,
            '0'..='9' => pick("0123456789"),
            'A'..='Z' => pick("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZK"),
            'a'..='z' => pick("abcdefghijklmnopqrstuvwxyz"),
            other => other,
        });
        shaken.collect()
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
        for text in &texts {
            assert_eq!(rule.passes_check(text), Some(validator.accepts(text)), "{id}: {text}");
        }
        let mut draw = Draw(id.bytes().fold(7, |seed, b| seed * 31 + u64::from(b)));
        let (mut n, mut n_valid) = (0, 0);
        for _ in 0..RANDOM_NUMBERS {
            let like = &texts[draw.below(texts.len())];
            let text = draw.shake(like);
            if is_matched(rule, &text) {
                assert_eq!(rule.passes_check(&text), Some(validator.accepts(&text)), "{id}: {text}");
                n += 1;
                n_valid += usize::from(validator.accepts(&text));
            }
        }
        assert!(n > 3000 && n_valid > 30, "{id}: {n} random numbers, {n_valid} valid");
    }
}
