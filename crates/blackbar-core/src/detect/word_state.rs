//! Where a word may begin, byte by byte, as far as one byte at a time can tell.
//!
//! **Invariant:** wherever `boundary::starts_word` says that a word begins, this says that one may.

/// Where a literal may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LiteralStart {
    /// Not after a letter. But a capital may follow a small letter, and what is no ASCII letter or digit may
    /// follow anything.
    Word,
    Anywhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ByteKind {
    Lower,
    Digit,
    /// Other ASCII, and all bytes beyond it: which character they are part of is not known here.
    Other,
    Upper,
}

impl ByteKind {
    pub(crate) const fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            _ => Self::Other,
        }
    }
}

/// Where in a word a text is. Decides whether another word may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WordState {
    /// At the start of the text, or after what is no letter.
    NotInWord,
    /// After a small letter, or after any letter of a literal.
    AfterLower,
    AfterUpper,
    /// In a word that has a capital after a small letter. Where its parts begin is not tracked: they may
    /// begin anywhere. Tracking it would take a state for each way to capitalize a literal.
    InCamelCase,
}

impl WordState {
    pub(crate) const ALL: [Self; 4] =
        [Self::NotInWord, Self::AfterLower, Self::AfterUpper, Self::InCamelCase];

    pub(crate) const fn allows_word(self, first: ByteKind) -> bool {
        match (self, first) {
            (Self::NotInWord | Self::InCamelCase, _)
            | (_, ByteKind::Other)
            | (Self::AfterLower, ByteKind::Upper) => true,
            (Self::AfterLower | Self::AfterUpper, _) => false,
        }
    }

    /// The state after one more byte. `is_begun`: whether a literal has begun.
    pub(crate) const fn then(self, byte: ByteKind, is_begun: bool) -> Self {
        match (self, byte) {
            (Self::InCamelCase, _) if is_begun => Self::InCamelCase,
            (_, ByteKind::Digit | ByteKind::Other) => Self::NotInWord,
            (Self::InCamelCase, _) | (Self::AfterLower, ByteKind::Upper) => Self::InCamelCase,
            (_, ByteKind::Upper) if !is_begun => Self::AfterUpper,
            (_, ByteKind::Lower | ByteKind::Upper) => Self::AfterLower,
        }
    }
}
