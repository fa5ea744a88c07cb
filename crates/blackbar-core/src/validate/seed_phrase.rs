//! Seed phrases of wallets: 12 to 24 words of the list of BIP-39.
//!
//! The list tells its words by their first four letters, so those are all that is kept of it. The checksum is not
//! asked for: a phrase with one word mistaken still opens the wallet to whoever tries.

use std::collections::HashSet;
use std::sync::LazyLock;

/// First four letters of the 2,048 English words.
static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("lists/seed_words.txt").split_ascii_whitespace().collect());

/// `seed-phrase`: Seed phrases of wallets: 12 to 24 words of the list of BIP-39.
pub(super) fn is_valid(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = || lower.split([' ', ',']).filter(|word| !word.is_empty());
    matches!(words().count(), 12 | 15 | 18 | 21 | 24) && words().all(|word| WORDS.contains(head(word)))
}

fn head(word: &str) -> &str {
    word.get(..4).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_words_and_how_many_there_are() {
        assert_eq!(WORDS.len(), 2048);
        assert!(is_valid("legal winner thank year wave sausage worth useful legal winner thank yellow"));
        assert!(!is_valid("legal winner thank year wave sausage worth useful legal winner thank"));
        assert!(!is_valid("this page says that your words are kept where nobody could look them"));
    }
}
