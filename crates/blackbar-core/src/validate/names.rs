//! Classifies words as personal names, by lists of names and by the words next to them.
//!
//! This is a classifier, not a checksum: every answer is a guess, and docs/QUALITY.md measures how good it is. It is
//! in this room because rules use it like any other validator. The lists in `lists/` have given names and surnames
//! that are common in Europe, America and, romanized, in Asia and Africa. Names that are also words, places or
//! things (`Grace`, `Long`) have lists of their own: they count next to another name, never alone. Rare names and
//! other scripts are on none of the lists.

use std::collections::HashSet;
use std::sync::LazyLock;

type Names = LazyLock<HashSet<String>>;

const GIVEN_NAMES: &str = include_str!("lists/given_names.txt");
const GIVEN_WORDS: &str = include_str!("lists/given_words.txt");
const SURNAME_LIST: &str = include_str!("lists/surnames.txt");
const SURNAME_WORDS: &str = include_str!("lists/surname_words.txt");
const NEIGHBOURS: &str = include_str!("lists/name_neighbours.txt");
const ENDINGS: &str = include_str!("lists/surname_endings.txt");

static GIVEN: Names = LazyLock::new(|| set(GIVEN_NAMES));
static WORDLY_GIVEN: Names = LazyLock::new(|| set(GIVEN_WORDS));
static SURNAMES: Names = LazyLock::new(|| set(SURNAME_LIST));
static WORDLY_SURNAMES: Names = LazyLock::new(|| set(SURNAME_WORDS));
/// Words that follow names in streets, companies and things, and words that follow people in headings.
static NO_SURNAMES: Names = LazyLock::new(|| set(NEIGHBOURS));

const PARTICLES: [&str; 32] = [
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le",
    "les", "el", "al", "bin", "bint", "ibn", "ben", "ter", "ten", "te", "zu", "zum", "zur", "af", "av", "y",
    "e",
];
const SUFFIXES: [&str; 10] = ["jr", "sr", "ii", "iii", "iv", "phd", "md", "dds", "esq", "mba"];

fn set(list: &str) -> HashSet<String> {
    spellings(list).collect()
}

/// With accents and without.
fn spellings(list: &str) -> impl Iterator<Item = String> {
    list.split_ascii_whitespace().flat_map(|word| [word.to_owned(), plain(word)])
}

/// The words of a list, with accents and without.
pub(super) fn names(list: &str) -> Option<Vec<String>> {
    let lists: &[&str] = match list {
        "given-names" => &[GIVEN_NAMES, GIVEN_WORDS],
        "lone-given-names" => &[GIVEN_NAMES],
        "surnames" => &[SURNAME_LIST],
        "surname-endings" => &[ENDINGS],
        _ => return None,
    };
    Some(lists.iter().flat_map(|list| spellings(list)).collect())
}

/// `person`: Contains a common name that is not also a word.
pub(super) fn is_valid(text: &str) -> bool {
    let mut words = text.split([' ', '-']).map(plain).filter(|word| !word.is_empty());
    words.any(|word| is_given(&word) || SURNAMES.contains(&word))
}

/// `person-given`: A given name alone, which is not also a word.
pub(super) fn is_given_alone(text: &str) -> bool {
    GIVEN.contains(&first_part(text))
}

/// `person-given-first`: A given name first, in any letter case, and nothing after it that no name contains.
pub(super) fn is_given_first(text: &str) -> bool {
    let mut words = text.split(' ').map(plain).filter(|word| !word.is_empty());
    words.next().is_some_and(|word| is_given(&word)) && words.all(|word| !NO_SURNAMES.contains(&word))
}

/// `person-full`: A given name and surnames, one of which may be unknown.
pub(super) fn is_full(text: &str) -> bool {
    is_name(text, 1)
}

/// `person-known`: A given name and surnames, all of them known.
pub(super) fn is_known_full(text: &str) -> bool {
    is_name(text, 0)
}

fn is_name(text: &str, most_unknown: usize) -> bool {
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return false };
    let given = first_part(first);
    let is_clear = GIVEN.contains(&given);
    if !is_clear && !WORDLY_GIVEN.contains(&given) {
        return false;
    }
    let mut unknown = 0;
    let mut n_surnames = 0;
    for word in words {
        let lower = plain(word);
        if lower.chars().count() <= 1
            || PARTICLES.contains(&lower.as_str())
            || SUFFIXES.contains(&lower.as_str())
        {
            continue;
        }
        if NO_SURNAMES.contains(&lower) {
            return false;
        }
        n_surnames += 1;
        let is_known = is_surname(word, &lower) || (is_clear && is_either(&lower));
        unknown += usize::from(!is_known);
    }
    // A given name that may be a word needs a surname that is not one.
    n_surnames > 0 && unknown <= if is_clear { most_unknown } else { 0 }
}

/// `person-surname-first`: `Smith, John` and `Smith, John A.`
pub(super) fn is_surname_first(text: &str) -> bool {
    let Some((surname, given)) = text.split_once(',') else { return false };
    let known = surname.split([' ', '-']).filter(|word| !word.is_empty()).all(|word| {
        let lower = plain(word);
        PARTICLES.contains(&lower.as_str()) || is_surname(word, &lower) || WORDLY_SURNAMES.contains(&lower)
    });
    let given = given.split(' ').find(|word| !word.is_empty());
    known && given.is_some_and(|word| GIVEN.contains(&first_part(word)))
}

/// `person-initial`: `J. Smith`, `J.R. Smith`.
pub(super) fn is_initialled(text: &str) -> bool {
    let last = text.rsplit([' ', '.']).next().unwrap_or(text);
    SURNAMES.contains(&first_part(last))
}

/// `person-by-ending`: A word with a typical surname ending.
pub(super) fn is_surname_by_ending(text: &str) -> bool {
    let lower = text.to_lowercase();
    has_ending(&lower) && !NO_SURNAMES.contains(&plain(text))
}

fn has_ending(lower: &str) -> bool {
    const STEM: usize = 3;
    ENDINGS
        .split_ascii_whitespace()
        .any(|ending| lower.strip_suffix(ending).is_some_and(|stem| stem.chars().count() >= STEM))
}

/// The part before the first hyphen, in lower case, accents as written: what anchors of the rule find. Only listed
/// spellings are names, so that a search with anchors finds the same as one without.
fn first_part(word: &str) -> String {
    word.split('-').next().unwrap_or(word).to_lowercase()
}

fn is_given(word: &str) -> bool {
    GIVEN.contains(word) || WORDLY_GIVEN.contains(word)
}

/// A surname that is not a word: by the list, by its first half or by its ending.
fn is_surname(word: &str, lower: &str) -> bool {
    let first = word.split('-').next().unwrap_or(word);
    SURNAMES.contains(lower) || SURNAMES.contains(&plain(first)) || has_ending(&word.to_lowercase())
}

/// After a given name that is not a word, any name counts.
fn is_either(lower: &str) -> bool {
    WORDLY_SURNAMES.contains(lower) || is_given(lower)
}

/// In lower case, without accents and apostrophes.
fn plain(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic()) {
        match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' | 'ā' | 'ă' => out.push('a'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ď' | 'đ' | 'ð' => out.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' | 'ė' | 'ē' => out.push('e'),
            'ğ' | 'ģ' => out.push('g'),
            'í' | 'ì' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => out.push('i'),
            'ķ' => out.push('k'),
            'ł' | 'ľ' | 'ļ' => out.push('l'),
            'ñ' | 'ń' | 'ň' | 'ņ' => out.push('n'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ő' | 'ō' => out.push('o'),
            'ř' => out.push('r'),
            'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
            'ť' | 'ț' | 'ţ' => out.push('t'),
            'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' | 'ū' | 'ų' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_valid: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for name in good {
            assert!(is_valid(name), "{name}");
        }
        for words in bad {
            assert!(!is_valid(words), "{words}");
        }
    }

    #[test]
    fn one_common_name_is_enough() {
        let good = ["Jane", "Jürgen Krummacker", "Xyla O'Connor", "Marie-Claire", "José", "NOWAK", "Jose"];
        check(is_valid, &good, &["World", "Customer Service", "Basket", ""]);
    }

    #[test]
    fn a_word_is_no_given_name_by_itself() {
        check(
            is_given_alone,
            &["Jennifer", "Łukasz", "Lukasz", "Jean-Marc"],
            &["Grace", "Charlotte", "Basket"],
        );
    }

    #[test]
    fn one_surname_may_be_unknown() {
        let good = [
            "Jane Testperson",
            "Ana de la Cruz Garcia",
            "Sabine K. Beispiel",
            "John Smith Jr",
            "Grace Kowalski",
        ];
        let bad = [
            "Jane",
            "Charles Street",
            "Grace Period",
            "Jane Testperson Otherword",
            "David Wrote",
            "Blue Widget",
        ];
        check(is_full, &good, &bad);
        check(is_known_full, &["Jane Kowalski", "Grace Kowalski"], &["Jane Testperson", "Grace Testperson"]);
    }

    #[test]
    fn surnames_stand_before_given_names_and_behind_initials() {
        check(
            is_surname_first,
            &["Smith, John", "Müller, Hans-Peter", "Long, Jennifer"],
            &["Oslo, Jane", "Smith, Ltd"],
        );
        check(is_initialled, &["J. Smith", "J.R. Kowalski"], &["A. Street", "B. Long"]);
        check(is_surname_by_ending, &["Gunnarsdóttir", "Horvatinčić"], &["Sson", "Basket"]);
    }

    #[test]
    fn what_is_said_to_be_a_name_may_be_small() {
        check(is_given_first, &["jane testperson", "Jane"], &["looking for", "jane and", "blue"]);
    }

    #[test]
    fn lists_are_words_in_small_letters_and_apart() {
        for list in [GIVEN_NAMES, GIVEN_WORDS, SURNAME_LIST, SURNAME_WORDS, NEIGHBOURS, ENDINGS] {
            assert!(list.split_ascii_whitespace().all(|word| word.chars().all(char::is_lowercase)));
            let words: Vec<&str> = list.split_ascii_whitespace().collect();
            assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
            assert!(words.iter().all(|word| plain(word).is_ascii()), "an accent that nothing takes off");
        }
        assert!(GIVEN.is_disjoint(&WORDLY_GIVEN) && SURNAMES.is_disjoint(&WORDLY_SURNAMES));
        assert!(GIVEN.len() > 5000 && SURNAMES.len() > 4000);
    }

    #[test]
    fn a_list_has_both_spellings() {
        let list = names("given-names").unwrap_or_default();
        assert!(["jürgen", "jurgen", "grace"].iter().all(|name| list.iter().any(|word| word == name)));
        assert!(names("nothing").is_none());
    }
}
