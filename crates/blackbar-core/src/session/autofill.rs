//! The autofill tokens of HTML: what `autocomplete` says a field is for.
//!
//! Each token maps to a label that the rules may know. Tokens for secrets make the field a
//! password. The table has every token of the HTML standard.

use crate::rules::RuleIdx;
use crate::session::label_rules::LabelRules;

/// What `autocomplete` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Autofill {
    /// A password or one-time code.
    pub(super) is_secret: bool,
    /// The rule for such values.
    pub(super) rule: Option<RuleIdx>,
}

impl Autofill {
    /// Reads an `autocomplete` value: detail tokens in any order and case; prefixes are skipped.
    pub(super) fn read(value: &str, labels: &dyn LabelRules) -> Self {
        let mut found = Self::default();
        for token in value.split_ascii_whitespace().take(MAX_TOKENS) {
            let Some(row) = TOKENS.iter().find(|row| row.0.eq_ignore_ascii_case(token)) else { continue };
            let &(name, label, is_secret) = row;
            found.is_secret |= is_secret;
            found.rule = found.rule.or_else(|| labels.rule_for(name)).or_else(|| labels.rule_for(label));
        }
        found
    }
}

/// `section-*`, `shipping`, `home`, the token, `webauthn`, and some room for mistakes.
const MAX_TOKENS: usize = 8;

/// Token, the same in plain words, whether it is a secret. Prefixes (`section-*`, `shipping`,
/// `billing`, `home`, `work`, `mobile`, `fax`, `pager`), `on`, `off` and `webauthn` have no row.
const TOKENS: [(&str, &str, bool); 61] = [
    ("name", "full name", false),
    ("honorific-prefix", "name prefix", false),
    ("given-name", "first name", false),
    ("additional-name", "middle name", false),
    ("family-name", "last name", false),
    ("honorific-suffix", "name suffix", false),
    ("nickname", "nickname", false),
    ("organization-title", "job title", false),
    ("username", "username", false),
    ("new-password", "password", true),
    ("current-password", "password", true),
    ("one-time-code", "one time code", true),
    ("organization", "company", false),
    ("street-address", "street address", false),
    ("address-line1", "street address", false),
    ("address-line2", "street address", false),
    ("address-line3", "street address", false),
    ("address-level4", "address", false),
    ("address-level3", "address", false),
    ("address-level2", "city", false),
    ("address-level1", "state", false),
    ("country", "country", false),
    ("country-name", "country", false),
    ("postal-code", "postal code", false),
    ("cc-name", "cardholder name", false),
    ("cc-given-name", "cardholder name", false),
    ("cc-additional-name", "cardholder name", false),
    ("cc-family-name", "cardholder name", false),
    ("cc-number", "card number", false),
    ("cc-exp", "card expiry", false),
    ("cc-exp-month", "card expiry", false),
    ("cc-exp-year", "card expiry", false),
    ("cc-csc", "security code", true),
    ("cc-type", "card type", false),
    ("transaction-currency", "currency", false),
    ("transaction-amount", "amount", false),
    ("language", "language", false),
    ("bday", "date of birth", false),
    ("bday-day", "date of birth", false),
    ("bday-month", "date of birth", false),
    ("bday-year", "date of birth", false),
    ("sex", "sex", false),
    ("url", "website", false),
    ("photo", "photo", false),
    ("tel", "phone", false),
    ("tel-country-code", "phone", false),
    ("tel-national", "phone", false),
    ("tel-area-code", "phone", false),
    ("tel-local", "phone", false),
    ("tel-local-prefix", "phone", false),
    ("tel-local-suffix", "phone", false),
    ("tel-extension", "phone", false),
    ("email", "email", false),
    ("impp", "instant messenger", false),
    ("device-eid", "eid", false),
    ("device-imei", "imei", false),
    // Used by pages and browsers, but not in the standard.
    ("password", "password", true),
    ("phone", "phone", false),
    ("address", "address", false),
    ("cvc", "security code", true),
    ("otp", "one time code", true),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows two labels.
    struct TwoLabels;

    impl LabelRules for TwoLabels {
        fn rule_for(&self, label: &str) -> Option<RuleIdx> {
            (label == "cc-number" || label == "first name").then_some(RuleIdx(7))
        }
    }

    #[test]
    fn skips_prefixes_and_ignores_case() {
        let read = |value| Autofill::read(value, &TwoLabels);
        assert_eq!(
            read("section-b Billing CC-Number"),
            Autofill { is_secret: false, rule: Some(RuleIdx(7)) }
        );
        assert_eq!(read("shipping given-name").rule, Some(RuleIdx(7)));
        assert!(read("one-time-code webauthn").is_secret);
        assert_eq!(read("section-email off"), Autofill::default());
    }

    #[test]
    fn each_token_occurs_once() {
        for (i, row) in TOKENS.iter().enumerate() {
            assert!(TOKENS.iter().skip(i + 1).all(|other| other.0 != row.0), "{}", row.0);
        }
    }
}
