//! The packs that come with the program, as text.
//!
//! The build script lists the files of `rules/`: packs by subject first, then the countries.

use crate::rules::PackSource;

const PACKS: &[PackSource<'static>] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The packs that come with the program.
pub fn builtin_packs() -> &'static [PackSource<'static>] {
    PACKS
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::rules::load;

    #[test]
    fn subjects_come_first_and_countries_in_alphabetical_order() {
        let names: Vec<&str> = builtin_packs().iter().map(|pack| pack.name).collect();
        let (subjects, countries) = names.split_at(9);
        assert_eq!(subjects.first(), Some(&"rules/contact.toml"));
        assert!(subjects.iter().all(|name| !name.contains("/identity/")));
        assert!(countries.iter().all(|name| name.contains("/identity/")) && countries.is_sorted());
        assert!(countries.len() > 80, "{}", countries.len());
    }

    #[test]
    fn a_pack_has_the_name_of_its_file() {
        let heads = load::heads(builtin_packs());
        assert_eq!(heads.len(), builtin_packs().len());
        for (head, pack) in heads.iter().zip(builtin_packs()) {
            assert_eq!(Path::new(pack.name).file_stem().unwrap().to_str(), Some(head.name.as_str()));
        }
    }

    #[test]
    fn every_country_is_in_one_group() {
        for (head, pack) in load::heads(builtin_packs()).iter().zip(builtin_packs()) {
            if pack.name.starts_with("rules/identity/") {
                assert_eq!(head.groups.len(), 1, "{}: write groups = [\"…\"] in [pack]", pack.name);
            }
        }
    }
}
