//! Names for several packs at once: what `rules.packs` may name instead of a list of countries.
//!
//! A pack says in its head which groups it belongs to. A group may include other groups. One group is *careful*:
//! the configuration does not name the packs that it selects, so their rules keep the tier that is safe for a site
//! whose visitors are unknown.

use crate::rules::syntax::PackHead;

/// Every pack but those that are opt-in.
pub(crate) const ALL: &str = "all";

/// Several packs under one name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// What `rules.packs` calls it.
    pub(crate) name: &'static str,
    /// Whether rules keep their careful tier.
    pub(crate) is_careful: bool,
    /// Groups whose packs it selects, too.
    pub(crate) includes: &'static [&'static str],
}

/// All groups, in the order in which messages list them.
pub(crate) const GROUPS: &[Group] = &[
    Group { name: "identity", is_careful: true, includes: &["identity-us", "identity-eu"] },
    Group { name: "identity-us", is_careful: false, includes: &[] },
    Group { name: "identity-eu", is_careful: false, includes: &[] },
    Group { name: "identity-world", is_careful: false, includes: &[] },
];

/// Whether a selection puts a pack in force, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Membership {
    /// Not selected.
    Out,
    /// Selected by a careful group.
    Careful,
    /// Selected by its own name, by a group that is not careful, or by `all`.
    Named,
}

/// How the words of `rules.packs` select this pack.
pub(crate) fn membership(selected: &[String], pack: &PackHead) -> Membership {
    let by_word = selected.iter().map(|word| {
        if *word == pack.name || (word == ALL && !pack.opt_in) {
            Membership::Named
        } else {
            find(word).map_or(Membership::Out, |group| by_group(group, pack))
        }
    });
    by_word.max().unwrap_or(Membership::Out)
}

fn by_group(group: &Group, pack: &PackHead) -> Membership {
    let is_in = |name: &str| pack.groups.iter().any(|of| of == name);
    match is_in(group.name) || group.includes.iter().any(|name| is_in(name)) {
        false => Membership::Out,
        true if group.is_careful => Membership::Careful,
        true => Membership::Named,
    }
}

/// The group of this name.
pub(crate) fn find(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}

/// The `known` names that `name` may be a misspelling of, nearest first.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const MAX_SUGGESTIONS: usize = 3;
    let bound = if name.chars().count() <= 3 { 1 } else { 2 };
    let mut found: Vec<(usize, &str)> = known
        .map(|word| (distance(name, word), word))
        .filter(|&(distance, word)| distance <= bound || (name.len() > 3 && word.contains(name)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(MAX_SUGGESTIONS).map(|(_, word)| word).collect()
}

/// Edit distance: letters changed, added, left out or swapped with their neighbour.
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

    fn select(selected: &[&str], name: &str, groups: &[&str]) -> Membership {
        let selected: Vec<String> = selected.iter().map(|&word| word.to_owned()).collect();
        let text =
            format!("name = {name:?}\ndescription = \"\"\ngroups = {groups:?}\nopt_in = {}", name == "names");
        membership(&selected, &toml::from_str(&text).unwrap())
    }

    #[test]
    fn a_group_selects_its_packs() {
        assert_eq!(select(&["identity-eu"], "de", &["identity-eu"]), Membership::Named);
        assert_eq!(select(&["identity-eu"], "us", &["identity-us"]), Membership::Out);
        assert_eq!(select(&["identity"], "de", &["identity-eu"]), Membership::Careful);
        assert_eq!(select(&["identity"], "br", &["identity-world"]), Membership::Out);
        assert_eq!(select(&[], "de", &["identity-eu"]), Membership::Out);
    }

    #[test]
    fn naming_a_pack_outweighs_a_careful_group() {
        assert_eq!(select(&["identity", "de"], "de", &["identity-eu"]), Membership::Named);
        assert_eq!(select(&["identity", "all"], "de", &["identity-eu"]), Membership::Named);
    }

    #[test]
    fn all_leaves_out_opt_in_packs() {
        assert_eq!(select(&["all"], "names", &[]), Membership::Out);
        assert_eq!(select(&["all", "names"], "names", &[]), Membership::Named);
    }

    #[test]
    fn suggests_similar_names() {
        let known = ["contact", "payment", "de", "dk", "identity-eu"];
        assert_eq!(near("contcat", known.into_iter()), ["contact"]);
        assert_eq!(near("identity-ue", known.into_iter()), ["identity-eu"]);
        assert_eq!(near("identity", known.into_iter()), ["identity-eu"]);
        assert_eq!(near("zz", known.into_iter()), [""; 0]);
        assert_eq!(near("dd", known.into_iter()), ["de", "dk"]);
    }
}
