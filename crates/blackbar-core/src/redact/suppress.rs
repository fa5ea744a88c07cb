//! Suppressions: reasoned exceptions to what rules find.
//!
//! Each names what it lets through (one value by its keyed hash, a pattern, a place) and may be limited
//! to some rules and to a time. It suppresses findings of rules and nothing else: postures, selectors,
//! passwords, guards and fields whose name says that they hold a secret ignore it. Has no clock: the
//! caller passes the time; without it, anything with an expiry counts as expired.
//!
//! **Invariant:** where something is unknown (a path that is too long, a node that no snapshot
//! described, the time), nothing is suppressed.
//!
//! This file is long because a suppression and its kinds of patterns are checked and tested together.

use std::fmt;
use std::fmt::Write as _;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

use crate::parse::value::PathStep;
use crate::rules::RuleIdx;
use crate::text::fold::fold;
use crate::text::view::Encoding;
use crate::text::view::View;

/// One exception.
pub struct Suppression {
    /// What it lets through.
    pub(crate) what: What,
    /// The rules it applies to; all of them if it names none.
    pub rules: Vec<RuleIdx>,
    /// Why.
    pub reason: String,
    /// When it ends, in seconds since 1970; never if there is none.
    pub expires: Option<u64>,
}

/// What a suppression lets through.
pub(crate) enum What {
    /// A value, by [`value_hash`].
    Value([u8; 32]),
    /// All values that a pattern matches.
    Pattern(WholePattern),
    /// Values under keys of the body.
    Path(PathPattern),
    /// Texts in elements: a list of CSS selectors.
    Selector(String),
}

/// Why a suppression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SuppressError {
    /// The pattern is no regular expression.
    #[error("the pattern does not parse (no look-around, no back-references), or is too large")]
    Pattern,
    /// The pattern would take anything.
    #[error("the pattern matches the empty text; say what a value looks like")]
    MatchesNothing,
    /// The path names no key.
    #[error("the path names no key; write keys joined by points, such as \"properties.plan\"")]
    NoKey,
    /// A key of the path is empty, or a quote of it is not closed.
    #[error("the path is malformed; write keys joined by points, and a key that has a point in quotes")]
    Path,
    /// The path counts the items of an array.
    #[error("a path names keys alone; leave out brackets: it leads through arrays by itself")]
    Array,
    /// The hash is none.
    #[error("this is no hash; write the 64 hexadecimal digits that `blackbar rules hash` prints")]
    Hash,
}

impl Suppression {
    fn of(what: What) -> Self {
        Self { what, rules: Vec::new(), reason: String::new(), expires: None }
    }

    /// Lets one value through, by the 64 hexadecimal digits that [`Suppression::hash_of`] returns.
    ///
    /// # Errors
    /// [`SuppressError::Hash`].
    pub fn of_value(hash: &str) -> Result<Self, SuppressError> {
        parse_hash(hash).map(What::Value).map(Self::of)
    }

    /// Lets all values through that a regular expression matches as a whole.
    ///
    /// # Errors
    /// It is no regular expression, or matches the empty text.
    pub fn of_pattern(source: &str) -> Result<Self, SuppressError> {
        WholePattern::new(source).map(What::Pattern).map(Self::of)
    }

    /// Lets values through under keys of the body: `properties.plan`, `*.note` (one key), `**.note` (any
    /// keys).
    ///
    /// # Errors
    /// It is malformed, counts items, or names no key.
    pub fn of_path(source: &str) -> Result<Self, SuppressError> {
        PathPattern::new(source).map(What::Path).map(Self::of)
    }

    /// Lets texts through in the elements that a list of CSS selectors matches.
    ///
    /// [`Policy::suppressing`](crate::policy::Policy::suppressing) checks the list.
    pub fn of_selector(css: String) -> Self {
        Self::of(What::Selector(css))
    }

    /// The hash by which [`Suppression::of_value`] names a value without writing it down.
    pub fn hash_of(value: &str, key: &[u8; 32]) -> String {
        What::Value(value_hash(value, key)).to_string()
    }

    /// The key by which the configuration names its kind: `value_hash`, `pattern`, `path` or `selector`.
    pub fn kind(&self) -> &'static str {
        self.what.kind()
    }

    /// The hash, pattern, path or selector, as written.
    pub fn source(&self) -> String {
        self.what.to_string()
    }

    /// Whether it is a pattern that matches values that have nothing in common.
    pub fn is_wide(&self) -> bool {
        matches!(&self.what, What::Pattern(pattern) if pattern.is_wide())
    }

    /// Whether it applies to this rule.
    pub(crate) fn covers(&self, rule: RuleIdx) -> bool {
        self.rules.is_empty() || self.rules.contains(&rule)
    }

    /// Whether it holds at `now`, in seconds since 1970.
    pub fn holds(&self, now: Option<u64>) -> bool {
        self.expires.is_none_or(|end| now.is_some_and(|now| now < end))
    }
}

/// All suppressions of a policy, numbered from 1 in their order.
#[derive(Default)]
pub(crate) struct Suppressions {
    all: Vec<Suppression>,
    has_paths: bool,
    has_selectors: bool,
}

impl Suppressions {
    pub(crate) fn new(all: Vec<Suppression>) -> Self {
        Self {
            has_paths: all.iter().any(|one| matches!(one.what, What::Path(_))),
            has_selectors: all.iter().any(|one| matches!(one.what, What::Selector(_))),
            all,
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, each with its number.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u16, &Suppression)> {
        (1..).zip(&self.all)
    }

    pub(crate) fn get(&self, number: u16) -> Option<&Suppression> {
        self.all.get(usize::from(number).checked_sub(1)?)
    }

    /// Whether any of them depends on the place of a text.
    pub(crate) fn has_places(&self) -> bool {
        self.has_paths || self.has_selectors
    }

    pub(crate) fn has_paths(&self) -> bool {
        self.has_paths
    }

    pub(crate) fn has_selectors(&self) -> bool {
        self.has_selectors
    }

    /// The number of the first that lets a value through which `rule` found, as it is written or
    /// percent-decoded.
    pub(crate) fn by_value(
        &self,
        rule: RuleIdx,
        value: &str,
        key: &[u8; 32],
        now: Option<u64>,
    ) -> Option<u16> {
        let decoded = View::new(value, Encoding::Percent);
        let forms = || std::iter::once(value).chain(decoded.as_ref().map(View::text));
        let mut hashes: Vec<[u8; 32]> = Vec::new();
        let mut fits = |one: &Suppression| match &one.what {
            What::Value(wanted) => {
                if hashes.is_empty() {
                    hashes.extend(forms().map(|form| value_hash(form, key)));
                }
                hashes.contains(wanted)
            }
            What::Pattern(pattern) => forms().any(|form| pattern.is_match(form)),
            What::Path(_) | What::Selector(_) => false,
        };
        let mut holding = self.numbered().filter(|(_, one)| one.covers(rule) && one.holds(now));
        holding.find(|(_, one)| fits(one)).map(|(number, _)| number)
    }

    /// The numbers of those that apply to a path.
    pub(crate) fn by_path(&self, path: &[PathStep<'_>], now: Option<u64>) -> impl Iterator<Item = u16> {
        let fits = move |one: &Suppression| match &one.what {
            What::Path(pattern) => one.holds(now) && pattern.is_match(path),
            _ => false,
        };
        self.numbered().filter(move |(_, one)| fits(one)).map(|(number, _)| number)
    }

    /// All that decides what is suppressed, as text for the digest of the policy.
    pub(crate) fn describe(&self, mut rule_id: impl FnMut(RuleIdx) -> String) -> String {
        let mut text = String::new();
        for (number, one) in self.numbered() {
            let rules: Vec<String> = one.rules.iter().map(|&idx| rule_id(idx)).collect();
            let (kind, what, end) = (one.what.kind(), one.what.to_string(), one.expires);
            let _ = write!(text, "\n#{number} {kind} {what:?} {rules:?} {end:?}");
        }
        text
    }
}

impl What {
    /// The key by which the configuration names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Value(_) => "value_hash",
            Self::Pattern(_) => "pattern",
            Self::Path(_) => "path",
            Self::Selector(_) => "selector",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(hash) => hash.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Pattern(pattern) => f.write_str(&pattern.source),
            Self::Path(path) => f.write_str(&path.source),
            Self::Selector(css) => f.write_str(css),
        }
    }
}

/// The hash by which a value is named without being written down.
///
/// HMAC-SHA-256 over the folded, lower-case, trimmed text. A prefix separates it from the pseudonym
/// of the same text.
pub(crate) fn value_hash(text: &str, key: &[u8; 32]) -> [u8; 32] {
    // A key of any length is taken; were it not, a hash of nothing fits no value.
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    hmac.update(b"blackbar suppression\0");
    hmac.update(fold(text).as_str().trim().to_lowercase().as_bytes());
    hmac.finalize().into_bytes().into()
}

/// Reads the 64 hexadecimal digits of a hash.
///
/// # Errors
/// [`SuppressError::Hash`].
pub(crate) fn parse_hash(text: &str) -> Result<[u8; 32], SuppressError> {
    let mut hash = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != hash.len() || !rest.is_empty() {
        return Err(SuppressError::Hash);
    }
    let digit = |b: u8| char::from(b).to_digit(16).ok_or(SuppressError::Hash);
    for (byte, &[high, low]) in hash.iter_mut().zip(pairs) {
        *byte = (digit(high)? << 4 | digit(low)?) as u8;
    }
    Ok(hash)
}

/// A regular expression that must match all of a value, in the folded form that rules see.
pub(crate) struct WholePattern {
    regex: regex::Regex,
    source: String,
}

impl WholePattern {
    /// Compiles `source`.
    ///
    /// # Errors
    /// It is no regular expression, or matches the empty text.
    pub(crate) fn new(source: &str) -> Result<Self, SuppressError> {
        const SIZE: usize = 1 << 20;
        let build = |text: &str| regex::RegexBuilder::new(text).size_limit(SIZE).build();
        // On its own first: `a)|(b` would close the group that is put around it.
        build(source).map_err(|_| SuppressError::Pattern)?;
        // A comment at its end, in `(?x)`, would take the end of the group with it.
        let whole = build(&format!("\\A(?:{source})\\z"));
        let whole = whole.or_else(|_| build(&format!("\\A(?:{source}\n)\\z")));
        let regex = whole.map_err(|_| SuppressError::Pattern)?;
        if regex.is_match("") {
            return Err(SuppressError::MatchesNothing);
        }
        Ok(Self { regex, source: source.to_owned() })
    }

    fn is_match(&self, value: &str) -> bool {
        self.regex.is_match(fold(value).as_str())
    }

    /// Whether it matches values that have nothing in common.
    pub(crate) fn is_wide(&self) -> bool {
        ["ann@example.com", "4111 1111 1111 1111", "Q"].iter().all(|value| self.is_match(value))
    }
}

/// Keys that lead to a value: `properties.plan`, `*.note` (one key), `**.note` (any keys).
pub(crate) struct PathPattern {
    keys: Vec<KeyPattern>,
    source: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum KeyPattern {
    Is(String),
    Any,
    AnyNumber,
}

impl PathPattern {
    /// Reads `source`: keys joined by points; one that has a point in quotes.
    ///
    /// # Errors
    /// It is malformed, counts items, or names no key.
    pub(crate) fn new(source: &str) -> Result<Self, SuppressError> {
        let mut keys = Vec::new();
        let mut rest = source;
        loop {
            let (key, after) = if let Some(quoted) = rest.strip_prefix('"') {
                let (key, after) = quoted.split_once('"').ok_or(SuppressError::Path)?;
                (KeyPattern::Is(key.to_owned()), after)
            } else {
                let end = rest.find('.').unwrap_or(rest.len());
                let (key, after) = rest.split_at_checked(end).ok_or(SuppressError::Path)?;
                let pattern = match key {
                    "" => return Err(SuppressError::Path),
                    "*" => KeyPattern::Any,
                    "**" => KeyPattern::AnyNumber,
                    _ if key.contains(['[', ']']) => return Err(SuppressError::Array),
                    _ if key.contains(['*', '"']) => return Err(SuppressError::Path),
                    _ => KeyPattern::Is(key.to_owned()),
                };
                (pattern, after)
            };
            keys.push(key);
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err(SuppressError::Path),
            }
        }
        if !keys.iter().any(|key| matches!(key, KeyPattern::Is(_))) {
            return Err(SuppressError::NoKey);
        }
        Ok(Self { keys, source: source.to_owned() })
    }

    /// Whether it leads to all of `path`. Goes back to the last `**` alone: that is enough.
    fn is_match(&self, path: &[PathStep<'_>]) -> bool {
        let keys: Vec<&str> = path
            .iter()
            .filter_map(|step| match step {
                PathStep::Key(key) => Some(&**key),
                PathStep::Item(_) => None,
            })
            .collect();
        let (mut at, mut pattern) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while at < keys.len() {
            let fits = match (self.keys.get(pattern), keys.get(at)) {
                (Some(KeyPattern::AnyNumber), _) => {
                    back = Some((at, pattern));
                    pattern += 1;
                    continue;
                }
                (Some(KeyPattern::Any), _) => true,
                (Some(KeyPattern::Is(wanted)), Some(key)) => wanted == key,
                _ => false,
            };
            if fits {
                (at, pattern) = (at + 1, pattern + 1);
            } else if let Some((from, star)) = back {
                back = Some((from + 1, star));
                (at, pattern) = (from + 1, star + 1);
            } else {
                return false;
            }
        }
        self.keys.iter().skip(pattern).all(|key| *key == KeyPattern::AnyNumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &str) -> bool {
        let steps: Vec<PathStep<'_>> = path
            .split('/')
            .filter(|key| !key.is_empty())
            .map(|key| key.parse().map_or_else(|_| PathStep::Key(key.into()), PathStep::Item))
            .collect();
        PathPattern::new(pattern).unwrap().is_match(&steps)
    }

    #[test]
    fn a_path_leads_to_one_place_through_arrays() {
        assert!(
            fits("properties.plan", "properties/plan")
                && fits("batch.properties.plan", "batch/0/properties/plan")
        );
        for path in ["plan", "properties", "x/properties/plan", "properties/plan/x", "properties/Plan", ""] {
            assert!(!fits("properties.plan", path), "{path}");
        }
        assert!(fits("\"a.b\".c", "a.b/c") && !fits("\"a.b\".c", "a/b/c"));
    }

    #[test]
    fn stars_stand_for_keys() {
        assert!(fits("*.plan", "a/plan") && !fits("*.plan", "plan") && !fits("*.plan", "a/b/plan"));
        for path in ["plan", "a/plan", "0/a/1/b/plan", "plan/plan"] {
            assert!(fits("**.plan", path), "{path}");
        }
        assert!(fits("a.**", "a") && fits("a.**", "a/b/c") && !fits("a.**", "b/a"));
        assert!(fits("**.a.*.b", "x/a/a/y/b") && !fits("**.a.*.b", "x/a/b"));
        assert!(!fits("**.plan", "plans") && !fits("**.plan", "plan/x"));
    }

    #[test]
    fn what_would_silence_anything_is_refused() {
        let refused = |path: &str| PathPattern::new(path).err();
        assert_eq!(["**", "*", "*.**"].map(refused), [const { Some(SuppressError::NoKey) }; 3]);
        assert_eq!(
            ["", "a.", ".a", "a..b", "\"a", "\"a\"b", "a*"].map(refused),
            [const { Some(SuppressError::Path) }; 7]
        );
        assert_eq!(refused("a[0].b"), Some(SuppressError::Array));
        let refused = |pattern: &str| WholePattern::new(pattern).err();
        assert_eq!(
            [".*", "a?", "", "a|", "(?x) # all"].map(refused),
            [const { Some(SuppressError::MatchesNothing) }; 5]
        );
        assert_eq!(["(", "a)|(b", "(?=a)"].map(refused), [const { Some(SuppressError::Pattern) }; 3]);
    }

    #[test]
    fn a_pattern_matches_all_of_a_value_or_nothing() {
        let pattern = WholePattern::new("a|[a-z]+@acme\\.test").unwrap();
        assert!(pattern.is_match("help@acme.test") && pattern.is_match("a"));
        assert!(!pattern.is_match("help@acme.test.example") && !pattern.is_match("x help@acme.test"));
        assert!(!pattern.is_match("help@acme.test\n") && pattern.is_match("help@acme\u{ad}.test"));
        for spaced in ["(?x) a b # two", "(?ix) a b # (two", "(?x) a b"] {
            let spaced = WholePattern::new(spaced).unwrap();
            assert!(spaced.is_match("ab") && !spaced.is_match("a b") && !spaced.is_match("abc"));
        }
        assert!(WholePattern::new(".+").unwrap().is_wide() && !pattern.is_wide());
    }

    #[test]
    fn a_hash_is_of_one_value_in_any_spelling_and_no_pseudonym() {
        let key = [7; 32];
        let hash = value_hash("Help@Acme.test", &key);
        assert_eq!(hash, value_hash(" help@acme.test\n", &key));
        assert!(hash != value_hash("help@acme.tes", &key) && hash != value_hash("help@acme.test", &[8; 32]));
        assert_eq!(parse_hash(&What::Value(hash).to_string()), Ok(hash));
        for text in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(parse_hash(text), Err(SuppressError::Hash));
        }
    }

    #[test]
    fn a_suppression_with_an_end_expires_where_the_time_is_unknown() {
        let what = What::Path(PathPattern::new("a").unwrap());
        let one = Suppression { what, rules: Vec::new(), reason: "r".to_owned(), expires: Some(100) };
        assert!(one.holds(Some(99)) && !one.holds(Some(100)) && !one.holds(None));
        assert!(Suppression { expires: None, ..one }.holds(None));
    }
}
