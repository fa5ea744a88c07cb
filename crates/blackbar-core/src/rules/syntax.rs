//! Rule packs as people write them: the TOML form, before anything was checked.
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
    /// Its tier where its pack was named, and not taken in by a careful group.
    #[serde(default)]
    pub(crate) named_tier: Option<TierSyntax>,
    /// What a match looks like. A group named `value` narrows what is masked.
    #[serde(default)]
    pub(crate) pattern: OneOrMany,
    /// Tier C only: the form with its official separators, which needs no keyword.
    #[serde(default)]
    pub(crate) official: OneOrMany,
    /// Forms that count only beside a keyword, whatever the tier.
    #[serde(default)]
    pub(crate) worded: OneOrMany,
    /// `any`: beside a keyword, separators may stand anywhere in it.
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
    /// Literals one of which every match holds.
    #[serde(default)]
    pub(crate) anchors: Vec<String>,
    /// A list of words that are anchors, too: it stands in the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anchor_list: Option<String>,
    /// No letter or digit follows an anchor in any match.
    #[serde(default)]
    pub(crate) whole_anchors: bool,
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
    /// How many bytes a keyword may stand before a match.
    #[serde(default)]
    pub(crate) distance: Option<u16>,
    /// Rules whose findings inside a match of this one are none: what they took for a whole is a part.
    #[serde(default)]
    pub(crate) replaces: Vec<String>,
    /// Values that are never personal: placeholders of forms and manuals.
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// Names of keys, headers, parameters and fields whose whole value goes.
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
    pub(crate) must_not_decide: Vec<String>,
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
pub(crate) enum TierSyntax {
    A,
    B,
    C,
    D,
}

/// Where separators may stand.
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

/// A text whose finding stands in guillemets; with a context, or without.
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

/// A text that must come through this rule, and why.
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct NegativeSyntax {
    pub(crate) text: String,
    pub(crate) because: String,
    #[serde(default)]
    pub(crate) context: String,
}
