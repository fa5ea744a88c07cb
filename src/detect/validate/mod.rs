//! Checksums and grammars behind patterns, one a file, and the table that names them.
//!
//! A validator sees what the pattern matched, separators and all, and answers yes or no. A wrong
//! "no" is a leak: each is tested with published or generated values of two origins
//! (`tests/data/identifiers.json`), and by default a strong keyword outweighs it.

mod arith;
mod card;
mod email;
mod iban;
mod luhn;
#[cfg(test)]
mod vectors;

use std::fmt;

/// A named check.
#[derive(Clone, Copy)]
pub struct Validator {
    name: &'static str,
    check: fn(&str) -> bool,
}

impl Validator {
    /// The name by which packs call it.
    pub fn name(&self) -> &'static str {
        self.name
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

macro_rules! table {
    ($($name:literal => $check:path,)*) => {
        /// All validators, in alphabetical order.
        pub const ALL: &[Validator] = &[$(Validator { name: $name, check: $check }),*];
    };
}

table! {
    "card" => card::is_valid,
    "email" => email::is_valid,
    "iban" => iban::is_valid,
    "luhn" => luhn::is_valid,
}

/// The validator of this name.
pub fn find(name: &str) -> Option<Validator> {
    ALL.iter().find(|validator| validator.name == name).copied()
}
