//! What a selector of the policy does with an element.

/// What is done with an element that a selector matches, and with everything inside it.
///
/// Ordered by strictness: where several apply, own or inherited, the strictest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treatment {
    /// Lifts postures (mask all, drop all), never rules.
    Allow,
    /// Every text and value is masked.
    Mask,
    /// The element is emptied, and all later events about its content are dropped.
    Block,
}
