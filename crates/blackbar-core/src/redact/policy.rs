//! The policy in force: rules, postures, limits, and the digest that identifies them.

use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use crate::detect::Scanner;
use crate::redact::client_ip::ClientIp;
use crate::redact::suppress::Suppression;
use crate::redact::suppress::Suppressions;
use crate::redact::suppress::What;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::session::label_rules::LabelRules;
use crate::session::selector::SelectorError;
use crate::session::selector::Selectors;
use crate::session::treatment::Treatment;

/// What happens to text that no selector allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posture {
    /// Mask what rules find.
    Rules,
    /// Mask all that is not allowed by a selector.
    Mask,
    /// Remove it.
    Drop,
}

/// What happens to pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImagePosture {
    /// They stay.
    Keep,
    /// An image of the same size replaces them.
    Placeholder,
    /// They are removed.
    Drop,
}

/// One posture a surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postures {
    /// DOM text.
    pub text: Posture,
    /// Typed and chosen values.
    pub inputs: Posture,
    /// Attributes.
    pub attributes: Posture,
    /// Console messages.
    pub console: Posture,
    /// Captured requests and responses.
    pub network: Posture,
    /// Drawing commands with text.
    pub canvas: Posture,
    /// Pixels.
    pub images: ImagePosture,
}

/// A named set of postures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Mask everything that is not allowed.
    Strict,
    /// Inputs masked, everything else by rules.
    Balanced,
    /// Only what rules find.
    Rules,
}

impl Preset {
    /// Its postures.
    pub const fn postures(self) -> Postures {
        match self {
            Self::Strict => Postures {
                text: Posture::Mask,
                inputs: Posture::Mask,
                attributes: Posture::Mask,
                console: Posture::Mask,
                network: Posture::Mask,
                canvas: Posture::Mask,
                images: ImagePosture::Placeholder,
            },
            Self::Balanced => Postures { inputs: Posture::Mask, ..Self::Rules.postures() },
            Self::Rules => Postures {
                text: Posture::Rules,
                inputs: Posture::Rules,
                attributes: Posture::Rules,
                console: Posture::Rules,
                network: Posture::Rules,
                canvas: Posture::Rules,
                images: ImagePosture::Keep,
            },
        }
    }
}

/// Bounds of everything that a peer controls. All sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A body on the wire, on `/s/`.
    pub replay_body: usize,
    /// A body on the wire, on `/batch/` and the v1 path.
    pub batch_body: usize,
    /// A body on the wire, on `/i/v0/ai` and below.
    pub ai_body: usize,
    /// A body on the wire, everywhere else.
    pub other_body: usize,
    /// A body with its outer wrappings taken off.
    pub inflated: usize,
    /// One `cv` field, inflated.
    pub cv_field: usize,
    /// All `cv` fields of one body, inflated.
    pub cv_total: usize,
    /// Inflated size over wire size, of the body and of each field.
    pub ratio: usize,
    /// Levels of JSON, strings that hold JSON included.
    pub depth: usize,
    /// Parts of a multipart body.
    pub parts: usize,
    /// The headers of one part.
    pub part_header: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            replay_body: 25 * MIB,
            batch_body: 20 * MIB,
            ai_body: 28 * MIB,
            other_body: 2 * MIB,
            inflated: 64 * MIB,
            cv_field: 64 * MIB,
            cv_total: 256 * MIB,
            ratio: 1000,
            depth: 1024,
            parts: 128,
            part_header: 8 << 10,
        }
    }
}

/// What happens to parts of a form that are neither text nor JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BinaryParts {
    /// The whole request is refused.
    #[default]
    Refuse,
    /// The part is taken out, the others go on.
    Drop,
}

/// Choices of the operator besides postures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Properties of persons that flags target by: their values stay unless they are secrets.
    pub person_properties_allow: Vec<String>,
    /// What happens to parts of forms that cannot be redacted.
    pub binary_parts: BinaryParts,
    /// How much of the client's address stays in events.
    pub client_ip: ClientIp,
}

/// Classes by which applications mark private elements for recorders. They are enforced here
/// whatever the recorder in the browser did.
pub(crate) const BUILT_IN_SELECTORS: &[(&str, Treatment)] = &[
    (".ph-no-capture, .rr-block", Treatment::Block),
    (".ph-mask, .rr-mask, .ph-ignore-input, .rr-ignore", Treatment::Mask),
];

/// The policy in force.
pub struct Policy {
    scanner: Scanner,
    /// The postures.
    pub postures: Postures,
    /// The bounds.
    pub limits: Limits,
    /// Elements to block, mask or allow.
    pub selectors: Selectors,
    /// The other choices.
    pub choices: Choices,
    /// Key of the `hash` action and of pseudonyms.
    pub hash_key: [u8; 32],
    suppressions: Suppressions,
    digest: String,
}

impl Policy {
    /// Puts a policy together.
    ///
    /// `selectors` come on top of the built-in ones; the strictest wins.
    ///
    /// # Errors
    /// [`SelectorError`] for the first of `selectors` that cannot be used.
    pub fn new(
        rules: RuleSet,
        postures: Postures,
        selectors: &[(String, Treatment)],
        limits: Limits,
        hash_key: [u8; 32],
    ) -> Result<Self, SelectorError> {
        let own = selectors.iter().map(|(css, treat)| (css.as_str(), *treat));
        let compiled = Selectors::parse(own.clone().chain(BUILT_IN_SELECTORS.iter().copied()))?;
        let mut hasher = Sha256::new();
        hasher.update(rules.digest());
        hasher.update(format!("{postures:?} {limits:?}"));
        for (css, treat) in own {
            hasher.update(format!("\n{treat:?} {css}"));
        }
        let digest = hex(&hasher.finalize());
        let scanner = Scanner::new(Arc::new(rules));
        let choices = Choices::default();
        let suppressions = Suppressions::default();
        let selectors = compiled;
        Ok(Self { scanner, postures, limits, selectors, choices, hash_key, suppressions, digest })
    }

    /// The same policy with other choices.
    #[must_use]
    pub fn choosing(mut self, choices: Choices) -> Self {
        if choices != self.choices {
            let digest = Sha256::digest(format!("{} {choices:?}", self.digest));
            self.digest = hex(&digest);
            self.choices = choices;
        }
        self
    }

    /// The same policy with exceptions. Their expiry is part of the digest; whether it has passed is
    /// not: the suppressions in force follow from the digest and the time.
    ///
    /// # Errors
    /// [`SelectorError`] for the first selector that cannot be used.
    pub fn suppressing(mut self, suppressions: Vec<Suppression>) -> Result<Self, SelectorError> {
        let suppressions = Suppressions::new(suppressions);
        for (number, suppression) in suppressions.numbered() {
            if let What::Selector(css) = &suppression.what {
                let index = usize::from(number) - 1;
                self.selectors
                    .add_exemption(css, number)
                    .map_err(|reason| SelectorError { index, reason })?;
            }
        }
        if !suppressions.is_empty() {
            let rule_id = |idx| self.rules().rule(idx).map(|rule| rule.id().to_string()).unwrap_or_default();
            let digest = Sha256::digest(format!("{} {}", self.digest, suppressions.describe(rule_id)));
            self.digest = hex(&digest);
        }
        self.suppressions = suppressions;
        Ok(self)
    }

    /// The exceptions, each with its number; numbers begin at 1.
    pub fn suppressions(&self) -> impl Iterator<Item = (u16, &Suppression)> {
        self.suppressions.numbered()
    }

    /// The number of the first suppression that lets a value through which `rule` found, at `now` in seconds
    /// since 1970. Paths and selectors are left out, since they depend on where the value is.
    pub fn suppressed_by(&self, rule: RuleIdx, value: &str, now: Option<u64>) -> Option<u16> {
        self.suppressions.by_value(rule, value, &self.hash_key, now)
    }

    pub(crate) fn all_suppressions(&self) -> &Suppressions {
        &self.suppressions
    }

    /// The rules in force.
    pub fn rules(&self) -> &RuleSet {
        self.scanner.rules()
    }

    /// The scanner for these rules.
    pub fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// SHA-256 over everything that decides what is redacted, except the key.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl LabelRules for RuleSet {
    fn rule_for(&self, label: &str) -> Option<RuleIdx> {
        self.key_rule(label)
    }
}
