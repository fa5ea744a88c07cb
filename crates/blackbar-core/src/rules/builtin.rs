//! The packs that come with the program, as text.

use crate::rules::PackSource;

macro_rules! packs {
    ($($file:literal),* $(,)?) => {
        &[$(PackSource { name: concat!("rules/", $file), text: include_str!(concat!("../../../../rules/", $file)) }),*]
    };
}

/// The packs that come with the program.
pub fn builtin_packs() -> &'static [PackSource<'static>] {
    packs![
        "contact.toml",
        "payment.toml",
        "credentials.toml",
        "network.toml",
        "personal.toml",
        "documents.toml",
        "health.toml",
        "names.toml",
        "dates.toml",
        "identity/ae.toml",
        "identity/al.toml",
        "identity/ar.toml",
        "identity/at.toml",
        "identity/au.toml",
        "identity/bd.toml",
        "identity/be.toml",
        "identity/bg.toml",
        "identity/br.toml",
        "identity/by.toml",
        "identity/ca.toml",
        "identity/ch.toml",
        "identity/cl.toml",
        "identity/cn.toml",
        "identity/co.toml",
        "identity/cr.toml",
        "identity/cu.toml",
        "identity/cy.toml",
        "identity/cz.toml",
        "identity/de.toml",
        "identity/dk.toml",
        "identity/do.toml",
        "identity/ec.toml",
        "identity/ee.toml",
        "identity/eg.toml",
        "identity/energy.toml",
        "identity/es.toml",
        "identity/fi.toml",
        "identity/fr.toml",
        "identity/gb.toml",
        "identity/gh.toml",
        "identity/gr.toml",
        "identity/gt.toml",
        "identity/hk.toml",
        "identity/hr.toml",
        "identity/hu.toml",
        "identity/id.toml",
        "identity/ie.toml",
        "identity/il.toml",
        "identity/in.toml",
        "identity/ir.toml",
        "identity/is.toml",
        "identity/it.toml",
        "identity/jp.toml",
        "identity/ke.toml",
        "identity/kr.toml",
        "identity/kw.toml",
        "identity/kz.toml",
        "identity/lk.toml",
        "identity/lt.toml",
        "identity/lu.toml",
        "identity/lv.toml",
        "identity/md.toml",
        "identity/mk.toml",
        "identity/mo.toml",
        "identity/mt.toml",
        "identity/mu.toml",
        "identity/mx.toml",
        "identity/my.toml",
        "identity/ng.toml",
        "identity/nl.toml",
        "identity/no.toml",
        "identity/nz.toml",
        "identity/pe.toml",
        "identity/ph.toml",
        "identity/pk.toml",
        "identity/pl.toml",
        "identity/pt.toml",
        "identity/py.toml",
        "identity/ro.toml",
        "identity/rs.toml",
        "identity/ru.toml",
        "identity/sa.toml",
        "identity/se.toml",
        "identity/sg.toml",
        "identity/si.toml",
        "identity/sk.toml",
        "identity/th.toml",
        "identity/tr.toml",
        "identity/tw.toml",
        "identity/ua.toml",
        "identity/us.toml",
        "identity/uy.toml",
        "identity/ve.toml",
        "identity/vn.toml",
        "identity/za.toml",
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::rules::groups::GROUPS;
    use crate::rules::load;

    fn workspace() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
    }

    #[expect(clippy::disallowed_methods, reason = "the table is compared with the folder")]
    fn files(dir: &Path, into: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, into);
            } else {
                let root = workspace();
                into.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_file_of_rules_is_in_the_table() {
        let mut there = BTreeSet::new();
        files(&workspace().join("rules"), &mut there);
        let listed: BTreeSet<String> = builtin_packs().iter().map(|pack| pack.name.to_owned()).collect();
        assert_eq!(there, listed);
    }

    #[test]
    fn a_pack_has_the_name_of_its_file() {
        let names = load::names(builtin_packs());
        assert_eq!(names.len(), builtin_packs().len());
        for (name, pack) in names.iter().zip(builtin_packs()) {
            assert_eq!(Path::new(pack.name).file_stem().unwrap().to_str(), Some(name.as_str()));
        }
    }

    #[test]
    fn every_country_is_in_one_group_and_every_member_of_a_group_is_a_pack_or_a_group() {
        let names = load::names(builtin_packs());
        for group in GROUPS {
            for member in group.members {
                let is_group = GROUPS.iter().any(|group| group.name == *member);
                assert!(is_group || names.iter().any(|name| name == member), "{member}");
            }
        }
        for pack in builtin_packs().iter().filter(|pack| pack.name.starts_with("rules/identity/")) {
            let name = Path::new(pack.name).file_stem().unwrap().to_str().unwrap();
            let n = GROUPS.iter().filter(|group| group.members.contains(&name)).count();
            assert_eq!(n, 1, "{name}");
        }
    }
}
