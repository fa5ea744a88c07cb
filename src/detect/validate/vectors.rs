//! Each validator against generated values: `tests/data/identifiers.json`.

use super::find;

/// Key of the values, validator.
const PAIRS: &[(&str, &str)] = &[("luhn_pan_16", "card"), ("iban_multi", "iban"), ("imei", "luhn")];

/// Corrupted values that the validator must accept all the same, with the reason.
const LENIENT: &[(&str, &str)] = &[];

fn values() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../tests/data/identifiers.json")).unwrap()
}

fn texts<'a>(all: &'a serde_json::Value, key: &str, list: &str) -> Vec<&'a str> {
    let list = all.get(key).and_then(|entry| entry.get(list)).and_then(|list| list.as_array());
    list.unwrap_or_else(|| panic!("{key}")).iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn accepts_valid_values_and_rejects_corrupted_ones() {
    let all = values();
    let mut wrong = Vec::new();
    for (key, name) in PAIRS {
        let validator = find(name).unwrap_or_else(|| panic!("no validator {name}"));
        for text in texts(&all, key, "valid") {
            if !validator.accepts(text) {
                wrong.push(format!("{key}: {name} rejects {text}"));
            }
        }
        if LENIENT.iter().any(|(lenient, _)| lenient == key) {
            continue;
        }
        for text in texts(&all, key, "invalid_last_digit_plus1") {
            if validator.accepts(text) {
                wrong.push(format!("{key}: {name} accepts {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_validator_minds_any_text() {
    for validator in super::ALL {
        for text in [
            "",
            "0",
            "-",
            "é",
            "000000000000000000000000000000000000000000000000000000000000000000000",
            "A",
            "AA",
        ] {
            validator.accepts(text);
        }
    }
}

#[test]
fn the_table_is_sorted_and_names_are_unique() {
    assert!(super::ALL.is_sorted_by(|a, b| a.name() < b.name()));
}
