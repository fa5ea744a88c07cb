//! Why an edit was made, packed into the tag that edits carry.

use std::sync::Arc;

use crate::redact::report::Cause;
use crate::redact::surface::Surface;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;

/// Why a text was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A rule matched it, or its name.
    Rule(RuleIdx),
    /// The posture of the surface.
    Posture,
    /// A selector with `treat = "mask"` matches the element, or one around it.
    SelectorMask,
    /// A selector with `treat = "block"` matches the element, or one around it.
    SelectorBlock,
    /// The value of a field that takes passwords or one-time codes.
    Password,
    /// An element that no snapshot described.
    UnknownNode,
    /// A packed field that could not be opened.
    Packed,
    /// More nested encodings than are followed.
    Nesting,
    /// Script text: replay never needs it.
    Script,
    /// Credentials in a URL.
    Userinfo,
    /// An opaque value in the query of a URL.
    UrlToken,
    /// A typed value that reads like the beginning of something personal.
    Typing,
    /// The name of a chosen file.
    FileName,
    /// A part of a form that is neither text nor JSON.
    BinaryPart,
    /// The address of the client.
    ClientIp,
}

/// The reasons that are not rules, as reports name them. A tag holds the index.
const CAUSES: [(Reason, Cause); 14] = [
    (Reason::Posture, Cause::Posture("mask")),
    (Reason::SelectorMask, Cause::Selector("mask")),
    (Reason::SelectorBlock, Cause::Selector("block")),
    (Reason::Password, Cause::Guard("password")),
    (Reason::UnknownNode, Cause::Guard("unknown_node")),
    (Reason::Packed, Cause::Guard("packed")),
    (Reason::Nesting, Cause::Guard("nesting")),
    (Reason::Script, Cause::Guard("script")),
    (Reason::Userinfo, Cause::Guard("url_userinfo")),
    (Reason::UrlToken, Cause::Guard("url_token")),
    (Reason::Typing, Cause::Guard("typing")),
    (Reason::FileName, Cause::Guard("file_name")),
    (Reason::BinaryPart, Cause::Guard("binary_part")),
    (Reason::ClientIp, Cause::Guard("client_ip")),
];

/// The tag of an edit that was counted already.
pub(crate) const COUNTED: u32 = 0;

/// The first number of reasons that are not rules.
const FIRST_CAUSE_NUMBER: u32 = 0x10000;

/// The label of a reason that is not a rule, as in reports; empty for a rule.
pub(crate) fn label(reason: Reason) -> String {
    let known = CAUSES.iter().find(|(other, _)| *other == reason);
    known.map(|(_, cause)| cause.label()).unwrap_or_default()
}

/// Packs a reason and a surface.
pub(crate) fn tag(reason: Reason, surface: Surface) -> u32 {
    let number = match reason {
        Reason::Rule(idx) => 1 + u32::from(idx.0),
        other => {
            let at = CAUSES.iter().position(|(reason, _)| *reason == other).unwrap_or(0);
            FIRST_CAUSE_NUMBER + at as u32
        }
    };
    number << 8 | surface as u32
}

/// The rule of a tag, if its reason is one.
pub(crate) fn rule(tag: u32) -> Option<RuleIdx> {
    match tag >> 8 {
        rule @ 1..FIRST_CAUSE_NUMBER => u16::try_from(rule - 1).ok().map(RuleIdx),
        _ => None,
    }
}

/// Unpacks a tag; `None` for edits that were counted already.
pub(crate) fn read(tag: u32, rules: &RuleSet) -> Option<(Cause, Surface)> {
    let surface = *Surface::ALL.get((tag & 0xff) as usize)?;
    let cause = match tag >> 8 {
        0 => return None,
        number @ FIRST_CAUSE_NUMBER.. => CAUSES.get((number - FIRST_CAUSE_NUMBER) as usize)?.1.clone(),
        rule => {
            let idx = RuleIdx(u16::try_from(rule - 1).ok()?);
            Cause::Rule(rules.rule(idx).map_or_else(|| Arc::from("unknown"), |rule| rule.id().clone()))
        }
    };
    Some((cause, surface))
}
