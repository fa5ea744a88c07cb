//! The walk over a JSON value: which keys lead to each string and number, and what they say of it.
//!
//! Keys are context: some decide on their whole value. Runs over the flat index in one loop, without
//! recursion. Redacts nothing.

use std::borrow::Cow;

use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;
use crate::redact::text::key_cache::KeyCache;
use crate::redact::text::name_value_pairs;
use crate::redact::text::name_value_pairs::PairNames;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::KindByKey;
use crate::redact::text::string_kind::StringKind;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;

/// The state of a walk.
#[derive(Default)]
pub(super) struct JsonWalk<'v> {
    path: KeyPath,
    pair_names: PairNames<'v>,
}

impl<'v> JsonWalk<'v> {
    /// A walk over a value that is found under `key`, which `rule` decides on, if there is one.
    pub(super) fn below(key: &str, rule: Option<RuleIdx>) -> Self {
        let mut path = KeyPath::default();
        path.enter(key, usize::MAX, rule, None);
        Self { path, pair_names: PairNames::default() }
    }

    /// Leaves the values that end before the node of this index.
    pub(super) fn advance(&mut self, idx: usize) {
        self.path.leave(idx);
    }

    /// Enters the value of a key.
    pub(super) fn enter_key(
        &mut self,
        key: Value<'v>,
        kind_by_key: KindByKey,
        keys: &mut KeyCache,
        rules: &RuleSet,
    ) {
        let text = key.text();
        let pair_name = self.pair_names.of(key);
        // OTLP writes the type of a value in a key: the name in the pair around it is what counts.
        let word = if pair_name.is_some() { KnownKey::Other } else { key.known_key() };
        if pair_name.is_some() || self.path.is_empty() || !name_value_pairs::is_type(word) {
            let name = pair_name.unwrap_or(Cow::Borrowed(&*text));
            let rule = rule_of_key(keys, rules, word, (&name, self.path.last()));
            self.path.enter(&name, key.value_end(), rule, kind_by_key(&text));
        }
    }

    /// Reads the name in an object that is a pair of name and value.
    pub(super) fn enter_object(&mut self, object: Value<'v>) {
        self.pair_names.read(object);
    }

    /// The last two keys, or `inherited` if there are none.
    pub(super) fn words<'a>(&'a self, inherited: &'a str) -> &'a str {
        self.path.words(inherited)
    }

    /// The rule that a key above decides by.
    pub(super) fn rule(&self) -> Option<RuleIdx> {
        self.path.rule()
    }

    /// How a string here is redacted.
    pub(super) fn kind(&self) -> StringKind {
        self.path.kind()
    }
}

/// The rule that a key decides by, alone or with the key above it: `user` → `name`.
pub(super) fn rule_of_key(
    keys: &mut KeyCache,
    rules: &RuleSet,
    word: KnownKey,
    (key, above): (&str, &str),
) -> Option<RuleIdx> {
    const GENERAL: [&str; 12] =
        ["name", "number", "no", "id", "value", "code", "date", "address", "first", "last", "street", "key"];
    const MAX_GENERAL_BYTES: usize = 7;
    keys.rule(word, key, rules).or_else(|| {
        let may_be = !above.is_empty() && key.len() <= MAX_GENERAL_BYTES;
        let is_general = may_be && GENERAL.iter().any(|word| key.eq_ignore_ascii_case(word));
        is_general.then(|| rules.key_rule(&format!("{above} {key}"))).flatten()
    })
}

/// A key on the way to a value.
struct KeyStep {
    /// Where it starts in the text of the path.
    start: usize,
    /// Where its value ends in the index.
    end: usize,
    /// The rule that it, or a key above it, decides by.
    rule: Option<RuleIdx>,
    /// How the strings below it are redacted.
    kind: Option<StringKind>,
}

/// Keys that lead to a value: the last two are its context.
#[derive(Default)]
struct KeyPath {
    text: String,
    steps: Vec<KeyStep>,
}

impl KeyPath {
    fn leave(&mut self, idx: usize) {
        while let Some(step) = self.steps.last()
            && step.end <= idx
        {
            self.text.truncate(step.start.saturating_sub(1));
            self.steps.pop();
        }
    }

    fn enter(&mut self, key: &str, end: usize, rule: Option<RuleIdx>, kind: Option<StringKind>) {
        const MAX_KEY_BYTES: usize = 64;
        let above = self.steps.last();
        let rule = rule.or(above.and_then(|step| step.rule));
        let kind = kind.or(above.and_then(|step| step.kind));
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(key.get(..key.floor_char_boundary(MAX_KEY_BYTES)).unwrap_or(key));
        self.steps.push(KeyStep { start, end, rule, kind });
    }

    fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn words<'a>(&'a self, inherited: &'a str) -> &'a str {
        if self.steps.is_empty() {
            return inherited;
        }
        let from = self.steps.iter().rev().nth(1).map_or(0, |step| step.start);
        self.text.get(from..).unwrap_or("")
    }

    /// The innermost key.
    fn last(&self) -> &str {
        self.steps.last().and_then(|step| self.text.get(step.start..)).unwrap_or("")
    }

    fn rule(&self) -> Option<RuleIdx> {
        self.steps.last().and_then(|step| step.rule)
    }

    fn kind(&self) -> StringKind {
        match self.steps.last() {
            Some(KeyStep { rule: Some(idx), .. }) => StringKind::Masked(Reason::Rule(*idx)),
            Some(KeyStep { kind: Some(kind), .. }) => *kind,
            _ => StringKind::Text,
        }
    }
}

/// Whether a number is short enough to be an id, a size, or a time in milliseconds.
#[inline]
pub(crate) fn is_measure(raw: &str) -> bool {
    const MAX_DIGITS: usize = 13;
    raw.len() <= MAX_DIGITS
        || raw.bytes().skip_while(|&b| b == b'-').take_while(u8::is_ascii_digit).count() <= MAX_DIGITS
}
