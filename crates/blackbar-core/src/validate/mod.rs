//! Checks of what a pattern matched: checksums, number plans, calendars, lists of names.
//!
//! A validator gets the matched text, separators included, and answers yes or no. It does not see the text
//! around the match. Most rejected matches still count next to a keyword (`on_failed_check`), but a wrong "no"
//! can leak a value, so each validator is tested with published or generated values of two origins
//! (`tests/data/identifiers.json`).
//!
//! A checksum that is a weighted sum and nothing else needs no code here: `check` in TOML, [`weighted_sum`].
//!
//! **Invariant:** validators accept any text without panicking.

mod identity;

mod arith;
mod baltic_id;
mod base58;
mod base58check;
mod basic_auth;
mod bech32;
mod bic;
mod calendar;
mod card;
mod cusip;
mod email;
mod figi;
mod has_digit;
mod iban;
mod imsi;
mod ip;
mod isin;
mod lei;
mod luhn;
mod mod_11_10;
mod mrz;
mod names;
mod orcid;
mod password;
mod phone;
mod phone_plan;
mod secret;
mod seed_phrase;
mod snomed;
mod vin;
pub(crate) mod weighted_sum;

use std::fmt;
use std::sync::Arc;

use crate::validate::weighted_sum::WeightedSum;

/// A named check that rules refer to by `validator`.
#[derive(Clone, Copy)]
pub struct Validator {
    name: &'static str,
    description: &'static str,
    check: fn(&str) -> bool,
}

impl Validator {
    /// The name by which packs refer to it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it accepts, in one line.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Whether `text` passes.
    pub fn accepts(&self, text: &str) -> bool {
        (self.check)(text)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({})", self.name)
    }
}

/// What a rule checks a matched value with.
#[derive(Clone, Debug)]
pub(crate) enum ValueCheck {
    /// `validator = "…"`
    Named(Validator),
    /// `check = { weights = […], … }`
    WeightedSum(Arc<WeightedSum>),
}

impl ValueCheck {
    /// Whether `text` passes.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Named(validator) => validator.accepts(text),
            Self::WeightedSum(sum) => sum.accepts(text),
        }
    }

    /// The validator's name, or the weighted sum in a few words.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Named(validator) => validator.name,
            Self::WeightedSum(sum) => sum.name(),
        }
    }
}

/// All validators, in alphabetical order. The build script collects them from the files of this folder.
pub const ALL: &[Validator] = include!(concat!(env!("OUT_DIR"), "/validators.rs"));

/// The validator of this name.
pub fn find(name: &str) -> Option<Validator> {
    ALL.binary_search_by(|validator| validator.name.cmp(name)).ok().and_then(|idx| ALL.get(idx)).copied()
}

/// The names of the word lists that `anchor_list` can refer to.
pub(crate) const WORD_LISTS: [&str; 5] =
    ["given-names", "lone-given-names", "months", "surname-endings", "surnames"];

/// The words of a list, in every usual spelling.
pub(crate) fn word_list(name: &str) -> Option<Vec<String>> {
    let mut words = match name {
        "months" => calendar::names(),
        other => names::names(other)?,
    };
    words.sort_unstable();
    words.dedup();
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validators_accept_arbitrary_input_without_panicking() {
        for validator in ALL {
            for text in ["", "0", "-", "é", "A", "AA", &"0".repeat(69)] {
                validator.accepts(text);
            }
        }
    }

    #[test]
    fn the_table_is_sorted_and_each_validator_says_what_it_accepts() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        assert!(ALL.len() > 100, "the build script found {} validators", ALL.len());
        for validator in ALL {
            assert!(!validator.description.is_empty(), "{}", validator.name);
        }
    }

    #[test]
    fn every_listed_word_list_exists() {
        assert!(WORD_LISTS.iter().all(|name| word_list(name).is_some()));
    }
}
