//! Names of people: one of the words is a common given name or surname.
//!
//! The lists hold some thousand frequent names of Europe and America, written without accents. Rare names and most
//! names of other scripts are not in them, and some of them are words, too (`Rose`, `Long`): who asks must have
//! another sign that a name stands there.

use std::collections::HashSet;
use std::sync::LazyLock;

static GIVEN: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("given_names.txt").split_ascii_whitespace().collect());
static SURNAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("surnames.txt").split_ascii_whitespace().collect());

pub(super) fn is_valid(text: &str) -> bool {
    let mut words = text.split([' ', '-']).map(plain).filter(|word| !word.is_empty());
    words.any(|word| GIVEN.contains(word.as_str()) || SURNAMES.contains(word.as_str()))
}

/// In small letters, without accents.
fn plain(word: &str) -> String {
    let kept = word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic());
    kept.map(|c| match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_common_name_is_enough() {
        for name in ["Jane", "Jürgen Krummacker", "Xyla O'Connor", "Marie-Claire", "José", "NOWAK"] {
            assert!(is_valid(name), "{name}");
        }
        for words in ["World", "Customer Service", "Basket", ""] {
            assert!(!is_valid(words), "{words}");
        }
    }

    #[test]
    fn lists_are_words_in_small_letters() {
        for list in [include_str!("given_names.txt"), include_str!("surnames.txt")] {
            assert!(list.split_ascii_whitespace().all(|word| word.bytes().all(|b| b.is_ascii_lowercase())));
            assert!(list.split_ascii_whitespace().count() > 400);
        }
    }
}
