//! Rule packs: TOML that people write is checked and compiled to rules that run.
//!
//! What the user wrote (`syntax`, private) and what runs ([`Rule`]) are two types with one conversion,
//! [`RuleSet::build`]. Everything that can fail fails there, and all problems are reported at once. This module does
//! not search: `detect` does.
//!
//! **Invariant:** a rule in a [`RuleSet`] compiled, can be reached by the prefilter, and has a
//! unique id; the digest changes when anything that changes its behaviour does.
//!
//! This file is long because it has every type that a rule is made of, in reading order.

mod allow_separators;
mod anchor_context;
mod builtin;
mod compile;
pub(crate) mod error;
pub(crate) mod groups;
pub(crate) mod keys;
mod load;
pub(crate) mod shape;
mod syntax;
#[cfg(test)]
mod vectors;

use std::sync::Arc;

use regex_automata::meta;

use crate::rules::keys::KeyIndex;
use crate::validate::ValueCheck;

pub use crate::rules::builtin::builtin_packs;
pub use crate::rules::error::{LoadError, Problem};

/// A pack file: its name, for error messages, and its text.
#[derive(Clone, Copy, Debug)]
pub struct PackSource<'a> {
    /// File name as it should appear in error messages.
    pub name: &'a str,
    /// The TOML.
    pub text: &'a str,
}

/// Which rules are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names of packs or groups, or `all`.
    pub packs: Vec<String>,
    /// Ids of rules that are off.
    pub disable: Vec<String>,
    /// Changes to single rules.
    pub overrides: Vec<Override>,
}

impl Selection {
    /// Every rule of every pack that is not opt-in.
    pub fn all() -> Self {
        Self { packs: vec![groups::ALL.to_owned()], ..Self::default() }
    }

    /// Every rule of these packs.
    pub fn of_all(packs: &[PackSource<'_>]) -> Self {
        Self { packs: load::heads(packs).into_iter().map(|head| head.name).collect(), ..Self::default() }
    }
}

/// A change to one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The rule's id.
    pub rule: String,
    /// What happens to its findings instead.
    pub action: Option<Action>,
    /// `Some(true)` puts a rule of any known pack in force, `Some(false)` takes it out.
    pub enabled: Option<bool>,
}

/// Index of a rule in its [`RuleSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIdx(pub u16);

/// What happens to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Same length, whitespace kept, so that the layout stays.
    Mask,
    /// A label such as `[card]`.
    Replace(String),
    /// A keyed pseudonym, stable within region and epoch.
    Hash,
    /// Masks all but the last `keep_last` letters and digits.
    Partial {
        /// How many stay.
        keep_last: u8,
    },
    /// Nothing stays.
    Drop,
}

impl Action {
    /// Most letters and digits of a finding that may stay: the payment card standard allows the last four
    /// digits of a card number.
    pub const MAX_KEPT: u8 = 4;
}

/// What a match needs next to it in order to count, strictest form first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tier {
    /// Nothing: its form is distinctive.
    Distinctive,
    /// Clean boundaries.
    Bounded,
    /// A keyword, or its official separators.
    KeywordOrSeparators,
    /// A keyword.
    Keyword,
}

impl Tier {
    /// Its name, as packs write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Distinctive => "distinctive",
            Self::Bounded => "bounded",
            Self::KeywordOrSeparators => "keyword_or_separators",
            Self::Keyword => "keyword",
        }
    }
}

/// What may not touch a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// Anything may.
    None,
    /// No letter, digit or underscore.
    Word,
    /// As `Word`, and no more digits after a dot or hyphen: not part of a longer number.
    Number,
    /// As `Number`, and no product name and slash before it: `Chrome/146.0.27.56` is a version.
    Address,
}

/// What a failed checksum does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnFailedCheck {
    /// The match still counts if a keyword is right next to it.
    NeedsKeyword,
    /// The match does not count.
    Reject,
}

/// How sensitive the value of a field is, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyStrength {
    /// Passwords, tokens, card and document numbers: the whole value is always redacted.
    Secret,
    /// Names, streets, birthdays.
    Personal,
}

/// One detector.
#[derive(Clone)]
pub struct Rule {
    pub(crate) id: Arc<str>,
    pub(crate) name: String,
    pub(crate) pack: Arc<str>,
    pub(crate) entity: String,
    /// The same for all rules of one entity.
    pub(crate) entity_idx: u16,
    pub(crate) description: String,
    pub(crate) tier: Tier,
    pub(crate) action: Action,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) boundary: Boundary,
    pub(crate) validator: Option<ValueCheck>,
    pub(crate) on_failed_check: OnFailedCheck,
    pub(crate) anchors: Vec<String>,
    /// No letter or digit follows an anchor in any match.
    pub(crate) anchors_end_word: bool,
    pub(crate) digits: usize,
    pub(crate) run: usize,
    /// Fewest groups of hex digits in a match.
    pub(crate) hex_groups: usize,
    pub(crate) keywords: Vec<Keyword>,
    pub(crate) distance: usize,
    pub(crate) allow: Vec<String>,
    pub(crate) replaces: Vec<String>,
    pub(crate) keys: Vec<String>,
    pub(crate) key_strength: Option<KeyStrength>,
    pub(crate) examples: Examples,
}

/// One regex of a rule, and what the prefilter knows about it.
#[derive(Clone)]
pub(crate) struct Pattern {
    pub(crate) regex: meta::Regex,
    pub(crate) source: String,
    pub(crate) boundary: Boundary,
    /// Index of the group `value`.
    pub(crate) value: Option<usize>,
    /// Whether it matches without a keyword.
    pub(crate) is_free: bool,
    /// Whether its check must pass even next to a keyword.
    pub(crate) is_strict: bool,
    pub(crate) shape: shape::Shape,
}

/// A literal that gives a match its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keyword {
    /// In lower case.
    pub(crate) text: String,
    /// Whether letters may come before it.
    pub(crate) is_open_left: bool,
    /// Whether letters may follow it.
    pub(crate) is_open_right: bool,
}

/// The examples of a rule.
#[derive(Clone, Default)]
pub(crate) struct Examples {
    pub(crate) line: usize,
    pub(crate) file: String,
    pub(crate) positive: Vec<Example>,
    pub(crate) negative: Vec<Example>,
    pub(crate) keys_not_matched: Vec<String>,
}

/// An example of a rule, for people.
#[derive(Clone, Copy, Debug)]
pub struct RuleExample<'a> {
    /// The text; what must be found is between guillemets.
    pub text: &'a str,
    /// The words next to it.
    pub context: &'a str,
    /// Why it must not match; empty for one that must.
    pub because: &'a str,
}

/// One text, with guillemets around what must be found.
#[derive(Clone)]
pub(crate) struct Example {
    pub(crate) text: String,
    pub(crate) context: String,
    /// Why it must not match; empty for one that must.
    pub(crate) because: String,
    /// Where it begins in its file.
    pub(crate) offset: usize,
    /// The line of that, from 1.
    pub(crate) line: usize,
}

impl Example {
    fn for_people(&self) -> RuleExample<'_> {
        RuleExample { text: &self.text, context: &self.context, because: &self.because }
    }
}

impl Rule {
    /// Texts in which the rule finds something: its examples, with their context.
    pub fn example_texts(&self) -> impl Iterator<Item = String> {
        self.examples
            .positive
            .iter()
            .map(|example| format!("{} {}", example.context, example.text.replace(['«', '»'], "")))
    }

    /// Texts in which the rule must find what is between guillemets.
    pub fn examples_to_find(&self) -> impl Iterator<Item = RuleExample<'_>> {
        self.examples.positive.iter().map(Example::for_people)
    }

    /// Texts in which the rule must find nothing.
    pub fn examples_to_leave(&self) -> impl Iterator<Item = RuleExample<'_>> {
        self.examples.negative.iter().map(Example::for_people)
    }

    /// The stable id.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// A name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pack it comes from.
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// The kind of data, such as `CREDIT_CARD`.
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// What it finds, in a sentence.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn tier(&self) -> Tier {
        self.tier
    }

    /// The name of its tier, as packs write it: what a match needs next to it in order to count.
    pub fn tier_name(&self) -> &'static str {
        self.tier.name()
    }

    /// What its tier means.
    pub fn tier_meaning(&self) -> &'static str {
        match self.tier {
            Tier::Distinctive => "matches anywhere",
            Tier::Bounded => "matches unless it is part of a longer word or number",
            Tier::KeywordOrSeparators if self.has_separated_form() => {
                "needs a keyword, or its official separators"
            }
            Tier::KeywordOrSeparators | Tier::Keyword => "needs a keyword",
        }
    }

    /// Whether a match needs a keyword, except in a form with official separators.
    pub fn needs_keyword(&self) -> bool {
        matches!(self.tier, Tier::KeywordOrSeparators | Tier::Keyword)
    }

    /// What happens to its findings.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// The words that must be near a match.
    pub fn keywords(&self) -> impl Iterator<Item = &str> {
        self.keywords.iter().map(|keyword| keyword.text.as_str())
    }

    /// The regexes, as written.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.source.as_str())
    }

    /// Whether matches are checked by a validator or a weighted sum.
    pub fn is_validated(&self) -> bool {
        self.validator.is_some()
    }

    /// The name of the validator that checks matches, or the weighted sum in a few words.
    pub fn validator(&self) -> Option<&str> {
        self.validator.as_ref().map(ValueCheck::name)
    }

    /// Whether `value` passes the validator or weighted sum; `None` if the rule has none.
    pub fn passes_check(&self, value: &str) -> Option<bool> {
        self.validator.as_ref().map(|check| check.accepts(value))
    }

    /// Whether it searches texts, rather than matching field names only.
    pub fn has_pattern(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Whether it has a form with official separators, which needs no keyword.
    pub fn has_separated_form(&self) -> bool {
        self.tier == Tier::KeywordOrSeparators && self.patterns.iter().any(|pattern| pattern.is_free)
    }

    /// What may not touch a match: the word that packs write, and what it means.
    pub fn boundary(&self) -> &'static str {
        match self.boundary {
            Boundary::None => "none: anything may touch a match",
            Boundary::Word => "word: no letter, digit or underscore may touch a match",
            Boundary::Number => "number: as word, and the match is not part of a longer number",
            Boundary::Address => "address: as number, and no product name and slash come before it",
        }
    }

    /// Whether a match that fails its check still counts if a keyword is right next to it.
    pub fn counts_unchecked_with_keyword(&self) -> bool {
        self.on_failed_check == OnFailedCheck::NeedsKeyword
    }

    /// Literals, of which every match contains one.
    pub fn anchors(&self) -> &[String] {
        &self.anchors
    }

    /// How many bytes before a match a keyword may be.
    pub fn distance(&self) -> usize {
        self.distance
    }

    /// How many examples it has: those that must match, and those that must not.
    pub fn n_examples(&self) -> (usize, usize) {
        (self.examples.positive.len(), self.examples.negative.len())
    }

    /// Its file and line.
    pub fn place(&self) -> (&str, usize) {
        (&self.examples.file, self.examples.line)
    }

    /// The field names whose whole value it redacts, as written.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// How sensitive the values of its keys are, if it has keys.
    pub(crate) fn key_strength(&self) -> Option<KeyStrength> {
        self.key_strength
    }

    /// Whether no suppression applies to the values of its keys.
    pub fn has_secret_keys(&self) -> bool {
        self.key_strength == Some(KeyStrength::Secret)
    }
}

/// A pack of which at least one rule is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name.
    pub name: Arc<str>,
    /// What it covers, in a sentence.
    pub description: String,
    /// The groups that select it.
    pub groups: Vec<String>,
}

/// All rules in force.
#[derive(Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    packs: Vec<Pack>,
    keys: KeyIndex,
    digest: [u8; 32],
}

impl RuleSet {
    /// Builds the rules that `selection` names out of `builtin` and `extra` packs.
    ///
    /// # Errors
    /// Every problem of every pack and of the selection. Nothing is in force then.
    pub fn build(
        builtin: &[PackSource<'_>],
        extra: &[PackSource<'_>],
        selection: &Selection,
    ) -> Result<Self, LoadError> {
        load::build(builtin, extra, selection)
    }

    /// This rule alone, without keys and digest: for the checker.
    pub(crate) fn alone(&self, idx: RuleIdx) -> Self {
        Self { rules: self.rule(idx).cloned().into_iter().collect(), ..Self::default() }
    }

    /// All of them, in order of packs and files.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The packs they come from, in order.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The rule with this index, which must come from this set.
    pub fn rule(&self, idx: RuleIdx) -> Option<&Rule> {
        self.rules.get(usize::from(idx.0))
    }

    /// The index of the rule with this id.
    pub fn find(&self, id: &str) -> Option<RuleIdx> {
        let idx = self.rules.iter().position(|rule| &*rule.id == id)?;
        u16::try_from(idx).ok().map(RuleIdx)
    }

    /// SHA-256 over everything that changes behaviour.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The rule that redacts the whole value of a field with this key, header, parameter or field name.
    /// Matches whole words: `newPassword` and `user[password]` match `password`, and `passport` does not match
    /// `pass`. No allocation for ASCII keys of usual length.
    pub fn key_rule(&self, key: &str) -> Option<RuleIdx> {
        self.keys.find(key)
    }
}
