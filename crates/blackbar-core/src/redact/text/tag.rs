//! Why an edit was made, packed into the tag that edits carry.

use std::sync::Arc;

use crate::redact::report::Cause;
use crate::redact::surface::Surface;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;

/// Why a text was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// A rule matched it, or its name.
    Rule(RuleIdx),
    /// A posture or selector masks all of its kind, or it could not be understood.
    Fixed(Fixed),
}

/// The reasons that are not rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixed {
    /// The posture of the surface.
    Posture,
    /// A selector with `treat = "mask"`, or below it.
    SelectorMask,
    /// A selector with `treat = "block"`, or below it.
    SelectorBlock,
    /// A value of a field that takes passwords or one-time codes.
    Password,
    /// An element that no snapshot told of.
    UnknownNode,
    /// A packed field that could not be opened.
    Packed,
    /// More encodings inside each other than are followed.
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

impl Fixed {
    const ALL: [(Self, Cause); 14] = [
        (Self::Posture, Cause::Posture("mask")),
        (Self::SelectorMask, Cause::Selector("mask")),
        (Self::SelectorBlock, Cause::Selector("block")),
        (Self::Password, Cause::Guard("password")),
        (Self::UnknownNode, Cause::Guard("unknown_node")),
        (Self::Packed, Cause::Guard("packed")),
        (Self::Nesting, Cause::Guard("nesting")),
        (Self::Script, Cause::Guard("script")),
        (Self::Userinfo, Cause::Guard("url_userinfo")),
        (Self::UrlToken, Cause::Guard("url_token")),
        (Self::Typing, Cause::Guard("typing")),
        (Self::FileName, Cause::Guard("file_name")),
        (Self::BinaryPart, Cause::Guard("binary_part")),
        (Self::ClientIp, Cause::Guard("client_ip")),
    ];
}

/// The tag of an edit that was counted already.
pub(crate) const COUNTED: u32 = 0;

const FIXED_BASE: u32 = 0x10000;

/// The word for a reason that is no rule, as in reports.
pub(crate) fn fixed_label(fixed: Fixed) -> String {
    let known = Fixed::ALL.iter().find(|(other, _)| *other == fixed);
    known.map(|(_, cause)| cause.label()).unwrap_or_default()
}

/// Packs a reason and a surface.
pub(crate) fn tag(why: Why, surface: Surface) -> u32 {
    let cause = match why {
        Why::Rule(idx) => 1 + u32::from(idx.0),
        Why::Fixed(fixed) => {
            let at = Fixed::ALL.iter().position(|(f, _)| *f == fixed).unwrap_or(0);
            FIXED_BASE + at as u32
        }
    };
    cause << 8 | surface as u32
}

/// The rule of a tag, if it is one.
pub(crate) fn rule(tag: u32) -> Option<RuleIdx> {
    match tag >> 8 {
        rule @ 1..FIXED_BASE => u16::try_from(rule - 1).ok().map(RuleIdx),
        _ => None,
    }
}

/// Unpacks a tag; `None` for edits that were counted already.
pub(crate) fn read(tag: u32, rules: &RuleSet) -> Option<(Cause, Surface)> {
    let surface = *Surface::ALL.get((tag & 0xff) as usize)?;
    let cause = match tag >> 8 {
        0 => return None,
        fixed @ FIXED_BASE.. => Fixed::ALL.get((fixed - FIXED_BASE) as usize)?.1.clone(),
        rule => {
            let idx = RuleIdx(u16::try_from(rule - 1).ok()?);
            Cause::Rule(rules.rule(idx).map_or_else(|| Arc::from("unknown"), |rule| rule.id().clone()))
        }
    };
    Some((cause, surface))
}
