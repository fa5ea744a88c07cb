//! Seed phrase of a wallet: 12 to 24 words of the BIP-39 list.
//!
//! The first four letters identify a word of the list, so only those are kept. The checksum is not verified: a phrase
//! with one wrong word still gives an attacker the wallet.

use std::collections::HashSet;
use std::sync::LazyLock;

/// First four letters of the 2,048 English words.
static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("lists/seed_words.txt").split_ascii_whitespace().collect());

/// `seed-phrase`: Seed phrase of a wallet: 12 to 24 words of the BIP-39 list.
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
        assert!(!is_valid("this page says that your words are kept where no one could look them"));
    }
}
