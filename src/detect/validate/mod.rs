//! Checksums and grammars behind patterns, one a file, and the table that names them.
//!
//! A validator sees what the pattern matched, separators and all, and answers yes or no. A wrong
//! "no" is a leak: each is tested with published or generated values of two origins
//! (`tests/data/identifiers.json`), and by default a strong keyword outweighs it.

mod arith;
mod base58check;
mod basic_auth;
mod bech32;
mod bic;
mod card;
mod email;
mod iban;
mod ip;
mod luhn;
mod mx_clabe;
mod password;
mod phone;
mod secret;
mod us_aba;
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
    "assigned" => password::is_assigned,
    "base58check" => base58check::is_valid,
    "basic-auth" => basic_auth::is_valid,
    "bech32" => bech32::is_valid,
    "bic" => bic::is_valid,
    "card" => card::is_valid,
    "email" => email::is_valid,
    "iban" => iban::is_valid,
    "ipv4" => ip::is_v4,
    "ipv6" => ip::is_v6,
    "luhn" => luhn::is_valid,
    "mixed-case" => secret::is_mixed_case,
    "mx-clabe" => mx_clabe::is_valid,
    "phone" => phone::is_valid,
    "random" => secret::is_random,
    "secret" => secret::is_mixed,
    "unwordly" => password::is_unwordly,
    "us-aba" => us_aba::is_valid,
}

/// The validator of this name.
pub fn find(name: &str) -> Option<Validator> {
    ALL.iter().find(|validator| validator.name == name).copied()
}
