//! Rule packs as people write them: the TOML form, before any check.
//!
//! Nothing here runs. [`crate::rules::load`] turns it into [`crate::rules::Rule`]s or into problems.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::validate::weighted_sum::CountFrom;
use crate::validate::weighted_sum::Parameters;

/// One pack file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackSyntax {
    pub(crate) pack: PackHead,
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<Spanned<RuleSyntax>>,
}

/// The head of a pack.
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackHead {
    pub(crate) name: String,
    pub(crate) description: String,
    /// What its rules do with a finding unless they say otherwise.
    #[serde(default)]
    pub(crate) action: ActionSyntax,
    /// Whether it is in force only where it is named, not with `all`.
    #[serde(default)]
    pub(crate) opt_in: bool,
    /// The groups that select it.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
}

/// One rule.
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleSyntax {
    pub(crate) id: String,
    pub(crate) entity: String,
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) tier: Option<TierSyntax>,
    /// Its tier if the pack was selected by name, and not by a careful group.
    #[serde(default)]
    pub(crate) tier_when_named: Option<TierSyntax>,
    /// What a match looks like. A group named `value` narrows what is masked.
    #[serde(default)]
    pub(crate) pattern: OneOrMany,
    /// Tier `keyword_or_separators` only: the form with its official separators, which needs no keyword.
    #[serde(default)]
    pub(crate) pattern_with_separators: OneOrMany,
    /// Forms that count only next to a keyword, whatever the tier.
    #[serde(default)]
    pub(crate) pattern_with_keyword: OneOrMany,
    /// `any`: next to a keyword, separators may be between any two characters.
    #[serde(default)]
    pub(crate) grouping: GroupingSyntax,
    #[serde(default)]
    pub(crate) boundary: Option<BoundarySyntax>,
    #[serde(default)]
    pub(crate) validator: Option<String>,
    /// A checksum that is a weighted sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) check: Option<CheckSyntax>,
    #[serde(default)]
    pub(crate) on_failed_check: FailedCheckSyntax,
    /// Literals, of which every match contains one.
    #[serde(default)]
    pub(crate) anchors: Vec<String>,
    /// A built-in list of words that are anchors, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anchor_list: Option<String>,
    /// No letter or digit follows an anchor in any match.
    #[serde(default)]
    pub(crate) anchors_end_word: bool,
    /// Least number of digits in the longest stretch of digits and separators of a match.
    #[serde(default)]
    pub(crate) digits: Option<u8>,
    /// Least length of the longest unbroken run of letters and digits in a match.
    #[serde(default)]
    pub(crate) run: Option<u8>,
    /// Least number of groups of one to four hex digits, joined by colons or hyphens, in a match.
    #[serde(default)]
    pub(crate) hex_groups: Option<u8>,
    #[serde(default)]
    pub(crate) keywords: Vec<String>,
    /// How many bytes before a match a keyword may be.
    #[serde(default)]
    pub(crate) distance: Option<u16>,
    /// Rules whose findings inside a match of this one are dropped: they took a part for the whole.
    #[serde(default)]
    pub(crate) replaces: Vec<String>,
    /// Values that are never personal: placeholders of forms and manuals.
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// Names of keys, headers, parameters and fields whose whole value is redacted.
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    #[serde(default)]
    pub(crate) key_strength: Option<KeyStrengthSyntax>,
    #[serde(default)]
    pub(crate) action: Option<ActionSyntax>,
    #[serde(default)]
    pub(crate) must_match: Vec<Spanned<PositiveSyntax>>,
    #[serde(default)]
    pub(crate) must_not_match: Vec<Spanned<NegativeSyntax>>,
    #[serde(default)]
    pub(crate) keys_not_matched: Vec<String>,
}

/// A string, or a list of them.
#[derive(Deserialize, Serialize, Clone)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// `{ weights = [2, 7, 6, 5, 4, 3, 2, 1], modulus = 11 }`: see [`crate::validate::weighted_sum`].
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckSyntax {
    weights: Vec<u32>,
    modulus: u32,
    /// Without a map: what must be left of the whole sum.
    #[serde(default)]
    remainder: u32,
    /// The check character of each remainder.
    #[serde(default)]
    map: Option<String>,
    #[serde(default)]
    from: FromSyntax,
    /// How many characters a number may have.
    #[serde(default)]
    length: Vec<usize>,
    /// Letters that may be in front and do not count.
    #[serde(default)]
    prefix: String,
    /// The characters of a number, in the order of their values.
    #[serde(default)]
    alphabet: Option<String>,
    /// Rejects a number of which all characters are the same.
    #[serde(default)]
    reject_repeated: bool,
}

impl CheckSyntax {
    pub(crate) fn parameters(&self) -> Parameters {
        Parameters {
            weights: self.weights.clone(),
            modulus: self.modulus,
            remainder: self.remainder,
            map: self.map.clone(),
            from: match self.from {
                FromSyntax::Left => CountFrom::Left,
                FromSyntax::Right => CountFrom::Right,
            },
            lengths: self.length.clone(),
            prefix: self.prefix.clone(),
            alphabet: self.alphabet.clone(),
            reject_repeated: self.reject_repeated,
        }
    }
}

/// See [`CountFrom`].
#[derive(Deserialize, Serialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum FromSyntax {
    #[default]
    Left,
    Right,
}

/// See [`crate::rules::Tier`].
#[derive(Deserialize, Serialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TierSyntax {
    Distinctive,
    Bounded,
    KeywordOrSeparators,
    Keyword,
}

/// The name that replaced an old key or tier, from the message about the old one.
///
/// The parser says ``unknown field `worded`, expected one of …``.
pub(crate) fn renamed(message: &str) -> Option<String> {
    const KEYS: [(&str, &str); 5] = [
        ("worded", "pattern_with_keyword"),
        ("official", "pattern_with_separators"),
        ("named_tier", "tier_when_named"),
        ("must_not_decide", "keys_not_matched"),
        ("whole_anchors", "anchors_end_word"),
    ];
    const TIERS: [(&str, &str); 4] =
        [("A", "distinctive"), ("B", "bounded"), ("C", "keyword_or_separators"), ("D", "keyword")];
    let named = |prefix| message.strip_prefix(prefix)?.split_once('`').map(|(name, _)| name);
    let find = |table: &[(&str, &'static str)], old| {
        table.iter().find(|(name, _)| *name == old).map(|(_, new)| *new)
    };
    if let Some(old) = named("unknown field `") {
        return find(&KEYS, old).map(|new| format!("`{old}` is now `{new}`"));
    }
    let old = named("unknown variant `")?;
    find(&TIERS, old).map(|new| format!("tier \"{old}\" is now \"{new}\""))
}

/// Where separators may be.
#[derive(Deserialize, Serialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GroupingSyntax {
    #[default]
    Written,
    Any,
}

/// See [`crate::rules::Boundary`].
#[derive(Deserialize, Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BoundarySyntax {
    None,
    Word,
    Number,
    Address,
}

/// See [`crate::rules::OnFailedCheck`].
#[derive(Deserialize, Serialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FailedCheckSyntax {
    #[default]
    Keyword,
    Reject,
}

/// See [`crate::rules::KeyStrength`].
#[derive(Deserialize, Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyStrengthSyntax {
    Secret,
    Personal,
}

/// `"mask"`, `"hash"`, `"drop"`, `{ replace = "[card]" }` or `{ keep_last = 4 }`.
#[derive(Deserialize, Serialize, Clone)]
#[serde(untagged)]
pub(crate) enum ActionSyntax {
    Word(ActionWord),
    Replace(ReplaceSyntax),
    Partial(PartialSyntax),
}

impl Default for ActionSyntax {
    fn default() -> Self {
        Self::Word(ActionWord::Mask)
    }
}

/// The actions that take no argument.
#[derive(Deserialize, Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ActionWord {
    Mask,
    Hash,
    Drop,
}

/// `{ replace = "[card]" }`
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceSyntax {
    pub(crate) replace: String,
}

/// `{ keep_last = 4 }`
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartialSyntax {
    pub(crate) keep_last: u8,
}

/// A text with its finding between guillemets, with a context or without.
#[derive(Deserialize, Serialize, Clone)]
#[serde(untagged)]
pub(crate) enum PositiveSyntax {
    Text(String),
    InContext(InContext),
}

/// `{ text = "«078051120»", context = "ssn" }`
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct InContext {
    pub(crate) text: String,
    pub(crate) context: String,
}

/// A text in which the rule must find nothing, and why.
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct NegativeSyntax {
    pub(crate) text: String,
    pub(crate) because: String,
    #[serde(default)]
    pub(crate) context: String,
}
