//! What a string of a document is, as the grammar around it knows.

use crate::redact::text::reason::Reason;

/// How a string is redacted.
#[derive(Clone, Copy)]
pub(crate) enum StringKind {
    /// As text, with all that it may decode to.
    Text,
    /// As a URL.
    Url,
    /// As a list of image candidates.
    Srcset,
    /// As CSS.
    Css,
    /// As the address of pixels, or pixels.
    Image,
    /// As the packed list of elements of an autocaptured event.
    ElementsChain,
    /// As the text of a script.
    Script,
    /// As something that names a person: whole, and always to the same pseudonym.
    Identity,
    /// As text, by rules, whatever the posture of the context.
    TextByRules,
    /// All of it is masked, whatever it says.
    Masked(Reason),
}

/// What a grammar says of the strings below a key.
pub(crate) type KindByKey = fn(&str) -> Option<StringKind>;

/// What rrweb writes for the text of a script.
pub(crate) const SCRIPT_PLACEHOLDER: &str = "SCRIPT_PLACEHOLDER";
