//! Finds the rule for a field, header or parameter name whose whole value is redacted.
//!
//! A key is split into words at case changes and at every character that is not a letter or digit. It matches if its
//! words *end* in a listed name; words such as `hash` or `confirm` at the end are ignored. `newPassword`,
//! `user[password]` and `password_confirm` match `password`; `passport`, `password_reset_at` and `cookie_consent` do
//! not. Words are joined before comparison, so `api_key`, `apiKey` and `apikey` are the same.

use std::collections::HashMap;

use crate::rules::RuleIdx;
use crate::text::fold::fold;

/// The listed names, joined, and their rules.
pub(crate) struct KeyIndex {
    names: HashMap<Box<[u8]>, RuleIdx>,
    /// The endings of all names: most keys fail here.
    ends: Ends,
    /// The endings of [`TAILS`].
    tails: Ends,
    longest: usize,
}

impl Default for KeyIndex {
    fn default() -> Self {
        let mut tails = Ends::default();
        for tail in TAILS {
            tails.insert(tail.as_bytes());
        }
        Self { names: HashMap::new(), ends: Ends::default(), tails, longest: 0 }
    }
}

impl KeyIndex {
    /// Lists `name` for `rule`. A rule that already has the name keeps it.
    pub(crate) fn insert(&mut self, name: &str, rule: RuleIdx) -> Result<(), RuleIdx> {
        let glued = glue(name);
        if let Some(&holder) = self.names.get(glued.as_slice()) {
            return if holder == rule { Ok(()) } else { Err(holder) };
        }
        self.ends.insert(&glued);
        self.longest = self.longest.max(glued.len());
        self.names.insert(glued.into_boxed_slice(), rule);
        Ok(())
    }

    /// The rule of the longest listed name at the end of `key`.
    pub(crate) fn find(&self, key: &str) -> Option<RuleIdx> {
        if self.names.is_empty() {
            return None;
        }
        if !key.is_ascii() {
            return self.find_wide(key);
        }
        if !self.may_decide(key.as_bytes()) {
            return None;
        }
        let mut words = Words::default();
        words.split(key.as_bytes());
        self.find_words(words.bytes(), words.starts())
    }

    /// Whether an ASCII key ends as a listed name does, or as a word that may follow one.
    fn may_decide(&self, key: &[u8]) -> bool {
        let letters = key.iter().rev().filter(|b| b.is_ascii_alphanumeric());
        let end = last_three(letters.map(u8::to_ascii_lowercase));
        self.ends.contains(end) || self.tails.contains(end)
    }

    fn find_words(&self, glued: &[u8], starts: &[u8]) -> Option<RuleIdx> {
        let mut starts = starts;
        let mut end = glued.len();
        loop {
            let name = glued.get(..end)?;
            if self.ends.contains(last_three(name.iter().rev().copied()))
                && let Some(rule) = self.longest_suffix(name, starts)
            {
                return Some(rule);
            }
            let (&last, before) = starts.split_last()?;
            let word = glued.get(usize::from(last)..end)?;
            if before.is_empty() || !is_tail(word) {
                return None;
            }
            (starts, end) = (before, usize::from(last));
        }
    }

    fn longest_suffix(&self, name: &[u8], starts: &[u8]) -> Option<RuleIdx> {
        let mut before: Option<&[u8]> = None;
        for (idx, &start) in starts.iter().enumerate() {
            let suffix = name.get(usize::from(start)..)?;
            if suffix.len() <= self.longest
                && let Some(&rule) = self.names.get(suffix)
            {
                return if before.is_some_and(is_lead) { None } else { Some(rule) };
            }
            let next = starts.get(idx + 1).map_or(name.len(), |&next| usize::from(next));
            before = name.get(usize::from(start)..next);
        }
        None
    }

    /// The same for keys with non-ASCII letters; allocates.
    fn find_wide(&self, key: &str) -> Option<RuleIdx> {
        let folded = fold(key);
        let mut spaced = String::with_capacity(key.len());
        let mut was_lower = false;
        for c in folded.as_str().chars() {
            if c.is_uppercase() && was_lower {
                spaced.push(' ');
            }
            was_lower = c.is_lowercase();
            spaced.extend(c.to_lowercase());
        }
        let words: Vec<&str> =
            spaced.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let glued = words.concat();
        let mut starts = Vec::new();
        let mut at = 0_usize;
        for word in words {
            starts.push(u8::try_from(at).ok()?);
            at += word.len();
        }
        self.find_words(glued.as_bytes(), &starts)
    }
}

/// Words that follow a name without changing what the value is.
const TAILS: [&str; 26] = [
    "1",
    "2",
    "3",
    "again",
    "confirm",
    "confirmation",
    "confirmed",
    "current",
    "encoded",
    "encrypted",
    "field",
    "hash",
    "hashed",
    "header",
    "input",
    "new",
    "old",
    "plain",
    "plaintext",
    "raw",
    "repeat",
    "salt",
    "str",
    "string",
    "value",
    "verify",
];

/// Words before a name that make it a switch: `showPassword`, `isMobile`.
const LEADS: [&str; 14] = [
    "allow", "can", "disable", "enable", "forgot", "has", "hide", "is", "needs", "no", "require", "requires",
    "should", "show",
];

fn is_lead(word: &[u8]) -> bool {
    LEADS.iter().any(|lead| lead.as_bytes() == word)
}

fn is_tail(word: &[u8]) -> bool {
    TAILS.iter().any(|tail| tail.as_bytes() == word)
}

fn glue(name: &str) -> Vec<u8> {
    let lower = name.to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).collect::<String>().into_bytes()
}

/// A set of the last three bytes of names, five bits for each byte.
struct Ends {
    bits: Box<[u64]>,
}

impl Default for Ends {
    fn default() -> Self {
        Self { bits: vec![0; 1 << 9].into() }
    }
}

impl Ends {
    /// From the last byte backwards.
    fn slot(last: [u8; 3]) -> (usize, u64) {
        let hash = last.iter().fold(0, |hash, b| hash << 5 | usize::from(b & 31));
        (hash >> 6, 1 << (hash & 63))
    }

    /// A shorter name is its own ending, whatever comes before it.
    fn insert(&mut self, name: &[u8]) {
        let mut last = name.iter().rev().copied();
        match (last.next(), last.next(), last.next()) {
            (Some(a), Some(b), Some(c)) => self.set([a, b, c]),
            (Some(a), Some(b), None) => (0..32).for_each(|c| self.set([a, b, c])),
            (Some(a), ..) => (0..32).for_each(|b| (0..32).for_each(|c| self.set([a, b, c]))),
            (None, ..) => {}
        }
    }

    fn set(&mut self, last: [u8; 3]) {
        let (word, bit) = Self::slot(last);
        if let Some(slot) = self.bits.get_mut(word) {
            *slot |= bit;
        }
    }

    fn contains(&self, last: [u8; 3]) -> bool {
        let (word, bit) = Self::slot(last);
        self.bits.get(word).is_some_and(|slot| slot & bit != 0)
    }
}

/// The last three bytes, from the last one backwards; zeros if there are fewer.
fn last_three(mut last: impl Iterator<Item = u8>) -> [u8; 3] {
    std::array::from_fn(|_| last.next().unwrap_or(0))
}

const MAX_BYTES: usize = 96;
const MAX_WORDS: usize = 24;

/// The words of an ASCII key, in lower case, joined, on the stack; only the end of a long key.
struct Words {
    glued: [u8; MAX_BYTES],
    len: usize,
    starts: [u8; MAX_WORDS],
    n_starts: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self { glued: [0; MAX_BYTES], len: 0, starts: [0; MAX_WORDS], n_starts: 0 }
    }
}

impl Words {
    fn bytes(&self) -> &[u8] {
        self.glued.get(..self.len).unwrap_or(&[])
    }

    fn starts(&self) -> &[u8] {
        self.starts.get(..self.n_starts).unwrap_or(&[])
    }

    fn split(&mut self, key: &[u8]) {
        let from = key.len().saturating_sub(MAX_BYTES);
        let key = key.get(from..).unwrap_or(key);
        let mut previous = b' ';
        for (idx, &byte) in key.iter().enumerate() {
            if byte.is_ascii_alphanumeric() {
                let next = key.get(idx + 1).copied().unwrap_or(b' ');
                if begins_word(previous, byte, next) {
                    self.start_word();
                }
                if let Some(slot) = self.glued.get_mut(self.len) {
                    *slot = byte.to_ascii_lowercase();
                    self.len += 1;
                }
            }
            previous = byte;
        }
    }

    /// Only the last words of a long key count.
    fn start_word(&mut self) {
        if self.n_starts == MAX_WORDS {
            self.starts.rotate_left(1);
            self.n_starts -= 1;
        }
        if let Some(slot) = self.starts.get_mut(self.n_starts) {
            *slot = self.len as u8;
            self.n_starts += 1;
        }
    }
}

/// `a|B`, `AB|Cd`, `a|1`, `-|a`.
fn begins_word(previous: u8, byte: u8, next: u8) -> bool {
    !previous.is_ascii_alphanumeric()
        || (byte.is_ascii_uppercase() && (!previous.is_ascii_uppercase() || next.is_ascii_lowercase()))
        || (byte.is_ascii_digit() != previous.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> KeyIndex {
        let mut index = KeyIndex::default();
        for (idx, name) in
            ["password", "api key", "ssn", "cookie", "pin", "contraseña", "key card"].iter().enumerate()
        {
            index.insert(name, RuleIdx(idx as u16)).unwrap();
        }
        index
    }

    #[track_caller]
    fn check(key: &str, rule: Option<u16>) {
        assert_eq!(index().find(key), rule.map(RuleIdx), "{key}");
    }

    #[test]
    fn a_name_decides_in_any_spelling() {
        for key in [
            "password",
            "Password",
            "newPassword",
            "user[password]",
            "user.password",
            "PASSWORD",
            "x-password",
        ] {
            check(key, Some(0));
        }
        for key in ["apikey", "api_key", "API-Key", "apiKey", "xApiKey", "X-API-KEY", "myAPIKey"] {
            check(key, Some(1));
        }
        check("customerSSN", Some(2));
        check("nueva_contraseña", Some(5));
    }

    #[test]
    fn words_that_change_nothing_are_left_aside() {
        for key in ["password_confirm", "password2", "passwordHash", "password-hash-value"] {
            check(key, Some(0));
        }
    }

    #[test]
    fn parts_of_words_and_other_heads_do_not_decide() {
        for key in [
            "passport",
            "pinned",
            "spin",
            "cookie_consent",
            "password_reset_at",
            "showPassword",
            "data-rr-is-password",
            "key",
            "api",
            "",
            "--",
            "hash",
            "value",
        ] {
            check(key, None);
        }
    }

    #[test]
    fn the_end_of_an_endless_key_decides() {
        check(&format!("{}_password", "a_".repeat(4000)), Some(0));
        check(&format!("{}password", "ab".repeat(4000)), None);
    }
}
