//! Keys that were looked up before: the same few hundred stand in every body.
//!
//! Kept as they are and compared byte by byte: keys that SDKs and pages write, not values. One that
//! is long, or comes when there is no more room, is looked up anew each time.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::parse::word::Word;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;

/// Keys that are kept.
const CAPACITY: usize = 4096;

/// Longest key that is kept, in bytes.
const LONGEST: usize = 32;

/// The rule that a key decides by, by key.
pub(crate) struct Keys {
    /// Of words.
    words: [Asked; Word::N],
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

impl Default for Keys {
    fn default() -> Self {
        Self { words: [Asked::NotYet; Word::N], others: HashMap::default() }
    }
}

impl Keys {
    /// The rule that `key`, which is `word`, decides by, if it does.
    pub(crate) fn rule(&mut self, word: Word, key: &str, rules: &RuleSet) -> Option<RuleIdx> {
        if word != Word::Other
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
        if key.len() <= LONGEST && self.others.len() < CAPACITY {
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
        let mut keys = Keys::default();
        for _ in 0..2 {
            for key in ["password", "ssn", "colour", "", "newPassword", "name", "autocomplete"] {
                assert_eq!(keys.rule(Word::of(key), key, &rules), rules.key_rule(key), "{key}");
            }
        }
        (0..2 * CAPACITY).for_each(|n| assert!(keys.rule(Word::Other, &format!("k{n}"), &rules).is_none()));
        assert!(keys.rule(Word::Other, &"x".repeat(LONGEST + 1), &rules).is_none());
        assert_eq!(
            (keys.others.len(), keys.rule(Word::Other, "ssn", &rules)),
            (CAPACITY, rules.key_rule("ssn"))
        );
    }
}
