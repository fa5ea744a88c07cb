//! Names for several packs at once: what `rules.packs` may say instead of a list of countries.
//!
//! A group is a name and its members, nothing else. One group is *careful*: the packs that it takes in were not
//! named by anybody, so their rules keep the tier that is safe for a site whose visitors nobody described.

/// Everything but the packs that must be asked for by name.
pub(crate) const ALL: &str = "all";

/// Several packs under one name.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What `rules.packs` calls it.
    pub name: &'static str,
    /// Whether rules keep their careful tier.
    pub is_careful: bool,
    /// Packs, or groups.
    pub members: &'static [&'static str],
}

/// All groups, in the order in which people are told of them.
pub const GROUPS: &[Group] = &[
    Group { name: "identity", is_careful: true, members: &["identity-us", "identity-eu"] },
    Group { name: "identity-us", is_careful: false, members: &["documents", "us", "ca", "mx"] },
    Group {
        name: "identity-eu",
        is_careful: false,
        members: &[
            "documents",
            "gb",
            "ie",
            "de",
            "at",
            "ch",
            "nl",
            "be",
            "lu",
            "fr",
            "es",
            "pt",
            "it",
            "gr",
            "mt",
            "cy",
            "se",
            "no",
            "dk",
            "fi",
            "is",
            "ee",
            "lt",
            "lv",
            "pl",
            "cz",
            "sk",
            "hu",
            "ro",
            "bg",
            "hr",
            "si",
            "rs",
            "ua",
            "ru",
            "tr",
            "al",
            "by",
            "md",
            "mk",
            "energy",
        ],
    },
    Group {
        name: "identity-world",
        is_careful: false,
        members: &[
            "documents",
            "br",
            "ar",
            "cl",
            "co",
            "pe",
            "ec",
            "ve",
            "py",
            "do",
            "in",
            "pk",
            "cn",
            "hk",
            "tw",
            "jp",
            "kr",
            "sg",
            "my",
            "id",
            "th",
            "au",
            "nz",
            "kz",
            "il",
            "sa",
            "ae",
            "kw",
            "ir",
            "za",
            "eg",
            "ke",
            "ng",
            "gh",
            "mu",
            "uy",
            "gt",
            "cr",
            "cu",
            "bd",
            "lk",
            "mo",
            "vn",
            "ph",
        ],
    },
];

/// How a pack came to be in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It did not.
    Out,
    /// A careful group took it in.
    Careful,
    /// It was named, or a group of its kind was, or everything.
    Named,
}

/// How the pack `name` stands in a selection of packs and groups.
pub(crate) fn standing(selected: &[String], name: &str, is_opt_in: bool) -> Standing {
    let by_word = selected.iter().map(|word| {
        if word == name || (word == ALL && !is_opt_in) {
            Standing::Named
        } else {
            find(word).map_or(Standing::Out, |group| of_group(group, name))
        }
    });
    by_word.max().unwrap_or(Standing::Out)
}

fn of_group(group: &Group, name: &str) -> Standing {
    let holds = |member: &&str| {
        *member == name || find(member).is_some_and(|inner| of_group(inner, name) > Standing::Out)
    };
    match group.members.iter().any(holds) {
        false => Standing::Out,
        true if group.is_careful => Standing::Careful,
        true => Standing::Named,
    }
}

/// The group of this name.
pub(crate) fn find(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}

/// Of the `known` words those that `name` may have meant, nearest first.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const MOST: usize = 3;
    let bound = if name.chars().count() <= 3 { 1 } else { 2 };
    let mut found: Vec<(usize, &str)> = known
        .map(|word| (distance(name, word), word))
        .filter(|&(distance, word)| distance <= bound || (name.len() > 3 && word.contains(name)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MOST).map(|(_, word)| word).collect()
}

/// How many letters must be changed, added, left out or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut older = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut best =
                (at(&last, j) + usize::from(from != to)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let is_swap = i > 0 && j > 0 && a.get(i - 1) == Some(&to) && b.get(j - 1) == Some(&from);
            if is_swap {
                best = best.min(at(&older, j - 1) + 1);
            }
            row.push(best);
        }
        older = last;
        last = row;
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(selected: &[&str], name: &str) -> Standing {
        let selected: Vec<String> = selected.iter().map(|&word| word.to_owned()).collect();
        standing(&selected, name, name == "names")
    }

    #[test]
    fn a_group_takes_its_members_in() {
        assert_eq!(stands(&["identity-eu"], "de"), Standing::Named);
        assert_eq!(stands(&["identity-eu"], "us"), Standing::Out);
        assert_eq!(stands(&["identity"], "de"), Standing::Careful);
        assert_eq!(stands(&["identity"], "br"), Standing::Out);
        assert_eq!(stands(&[], "de"), Standing::Out);
    }

    #[test]
    fn who_is_named_is_named_whatever_group_has_it_too() {
        assert_eq!(stands(&["identity", "de"], "de"), Standing::Named);
        assert_eq!(stands(&["identity", "all"], "de"), Standing::Named);
    }

    #[test]
    fn all_leaves_out_what_must_be_asked_for() {
        assert_eq!(stands(&["all"], "names"), Standing::Out);
        assert_eq!(stands(&["all", "names"], "names"), Standing::Named);
    }

    #[test]
    fn near_names_are_told() {
        let known = ["contact", "payment", "de", "dk", "identity-eu"];
        assert_eq!(near("contcat", known.into_iter()), ["contact"]);
        assert_eq!(near("identity-ue", known.into_iter()), ["identity-eu"]);
        assert_eq!(near("identity", known.into_iter()), ["identity-eu"]);
        assert_eq!(near("zz", known.into_iter()), [""; 0]);
        assert_eq!(near("dd", known.into_iter()), ["de", "dk"]);
    }
}
