//! A cache of the rules that keys decide by: the same few hundred keys occur in every body.
//!
//! Keys are kept as they are and compared byte by byte: SDKs and pages write them, they are not
//! values. A long key, or one that comes when the cache is full, is looked up each time.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::parse::known_key::KnownKey;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;

/// KeyCache that are kept.
const MAX_KEYS: usize = 4096;

/// Longest key that is kept.
const MAX_KEY_BYTES: usize = 32;

/// The rule that a key decides by, by key.
pub(crate) struct KeyCache {
    /// Of words.
    words: [Asked; KnownKey::N],
    /// Of all others.
    others: HashMap<Box<str>, Option<RuleIdx>, RandomState>,
}

/// What is known of a word.
#[derive(Clone, Copy)]
enum Asked {
    NotYet,
    Decides(RuleIdx),
    DecidesNothing,
}

impl Default for KeyCache {
    fn default() -> Self {
        Self { words: [Asked::NotYet; KnownKey::N], others: HashMap::default() }
    }
}

impl KeyCache {
    /// The rule that `key`, which is `word`, decides by, if it does.
    pub(crate) fn rule(&mut self, word: KnownKey, key: &str, rules: &RuleSet) -> Option<RuleIdx> {
        if word != KnownKey::Other
            && let Some(known) = self.words.get_mut(word as usize)
        {
            if matches!(known, Asked::NotYet) {
                *known = rules.key_rule(key).map_or(Asked::DecidesNothing, Asked::Decides);
            }
            return if let Asked::Decides(rule) = known { Some(*rule) } else { None };
        }
        if let Some(&known) = self.others.get(key) {
            return known;
        }
        let rule = rules.key_rule(key);
        if key.len() <= MAX_KEY_BYTES && self.others.len() < MAX_KEYS {
            self.others.insert(key.into(), rule);
        }
        rule
    }

    /// For another policy.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Selection;
    use crate::rules::builtin_packs;

    #[test]
    fn says_what_the_rules_say_and_stays_bounded() {
        let rules = RuleSet::build(builtin_packs(), &[], &Selection::all()).unwrap();
        let mut keys = KeyCache::default();
        for _ in 0..2 {
            for key in ["password", "ssn", "colour", "", "newPassword", "name", "autocomplete"] {
                assert_eq!(keys.rule(KnownKey::of(key), key, &rules), rules.key_rule(key), "{key}");
            }
        }
        (0..2 * MAX_KEYS)
            .for_each(|n| assert!(keys.rule(KnownKey::Other, &format!("k{n}"), &rules).is_none()));
        assert!(keys.rule(KnownKey::Other, &"x".repeat(MAX_KEY_BYTES + 1), &rules).is_none());
        assert_eq!(
            (keys.others.len(), keys.rule(KnownKey::Other, "ssn", &rules)),
            (MAX_KEYS, rules.key_rule("ssn"))
        );
    }
}
