//! Keys that were looked up before: the same few hundred stand in every body.
//!
//! Kept as they are and compared byte by byte: keys that SDKs and pages write, not values. One that
//! is long, or comes when there is no more room, is looked up anew each time.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::rules::RuleIdx;
use crate::rules::RuleSet;

/// Keys that are kept.
const CAPACITY: usize = 4096;

/// Longest key that is kept, in bytes.
const LONGEST: usize = 32;

/// The rule that a key decides by, by key.
#[derive(Default)]
pub(crate) struct Keys(HashMap<Box<str>, Option<RuleIdx>, RandomState>);

impl Keys {
    /// The rule that `key` decides by, if it does.
    pub(crate) fn rule(&mut self, key: &str, rules: &RuleSet) -> Option<RuleIdx> {
        if let Some(&known) = self.0.get(key) {
            return known;
        }
        let rule = rules.key_rule(key);
        if key.len() <= LONGEST && self.0.len() < CAPACITY {
            self.0.insert(key.into(), rule);
        }
        rule
    }

    /// For another policy.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
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
            for key in ["password", "ssn", "colour", "", "newPassword"] {
                assert_eq!(keys.rule(key, &rules), rules.key_rule(key), "{key}");
            }
        }
        (0..2 * CAPACITY).for_each(|n| assert!(keys.rule(&format!("k{n}"), &rules).is_none()));
        assert!(keys.rule(&"x".repeat(LONGEST + 1), &rules).is_none());
        assert_eq!((keys.0.len(), keys.rule("ssn", &rules)), (CAPACITY, rules.key_rule("ssn")));
    }
}
