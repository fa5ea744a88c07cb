//! The check of each rule against generated values: `tests/data/identifiers.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::rules::{RuleSet, Selection, builtin_packs};

/// Identifiers whose listed values were generated without regard to the check digit.
const WITHOUT_CHECK_DIGIT: &[&str] = &["kr_brn"];

fn texts<'a>(all: &'a BTreeMap<String, Value>, key: &str, list: &str) -> Vec<&'a str> {
    let list = all.get(key).and_then(|entry| entry.get(list)).and_then(Value::as_array);
    list.into_iter().flatten().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn checks_accept_valid_values_and_reject_corrupted_ones() {
    let list: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../../tests/data/identifiers.json")).unwrap();
    let more: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../../tests/data/identifiers-more.json")).unwrap();
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())).unwrap();
    let (mut wrong, mut n_checked) = (Vec::new(), 0);
    for (key, entry) in &more {
        let id = entry["rule"].as_str().unwrap();
        let rule = rules.find(id).and_then(|idx| rules.rule(idx)).unwrap_or_else(|| panic!("no rule {id}"));
        if !rule.is_validated() || WITHOUT_CHECK_DIGIT.contains(&key.as_str()) {
            continue;
        }
        n_checked += 1;
        let valid = texts(&list, key, "valid").into_iter();
        let corrupted = texts(&list, key, "invalid_last_digit_plus1").into_iter();
        for (text, expected) in valid.map(|text| (text, true)).chain(corrupted.map(|text| (text, false))) {
            if rule.passes_check(text) != Some(expected) {
                wrong.push(format!("{key}: {id} should say {expected} for {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_checked > 150, "{n_checked}");
}
