//! Rule packs: TOML that people write → checked → compiled rules that run.
//!
//! What the user wrote and what runs are two types and one conversion; all that can fail, fails there.

/// Index of a rule in its [`RuleSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIdx(pub u16);

/// What is done to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Same length, blanks and line breaks kept, so the layout holds.
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

/// All rules in force.
pub struct RuleSet {}
