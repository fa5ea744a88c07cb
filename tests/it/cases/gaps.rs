//! The list of the cases that do not hold yet.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::cases::case;
use crate::cases::case::Case;

/// The cases of the list and why they are there.
fn list() -> Vec<(String, String)> {
    std::fs::read_to_string(case::dir("gaps.txt"))
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (id, why) = line.split_once("  ").unwrap_or_else(|| panic!("no reason: {line}"));
            (id.to_owned(), why.trim().to_owned())
        })
        .collect()
}

/// Fails if a case fails that is not on the list, or holds and is on it.
pub(super) fn compare(group: &str, verdicts: &[(Case, Vec<String>)]) {
    let gaps: BTreeMap<String, String> = list().into_iter().collect();
    let (mut failing, mut holding) = (String::new(), String::new());
    let mut n_holding = 0;
    for (case, problems) in verdicts {
        let id = format!("{group}/{}", case.id);
        n_holding += usize::from(problems.is_empty());
        match (problems.is_empty(), gaps.contains_key(&id)) {
            (true, true) => writeln!(holding, "  {id}").unwrap(),
            (false, false) => writeln!(failing, "  {id} ({}): {}", case.about, problems.join("; ")).unwrap(),
            _ => {}
        }
    }
    let report = report(&failing, &holding);
    assert!(report.is_empty(), "{n_holding} of {} cases of {group} hold\n{report}", verdicts.len());
}

fn report(failing: &str, holding: &str) -> String {
    let mut text = String::new();
    if !failing.is_empty() {
        write!(text, "these cases fail:\n{failing}").unwrap();
    }
    if !holding.is_empty() {
        write!(text, "these cases hold now, take them off tests/data/cases/gaps.txt:\n{holding}").unwrap();
    }
    text
}

/// Fails if the list names a case twice, without a reason, or one that there is not; or if two cases share an id.
pub(super) fn assert_well_formed() {
    let mut known = BTreeSet::new();
    for group in case::GROUPS {
        for case in case::all(group) {
            assert!(
                known.insert(format!("{group}/{}", case.id)),
                "two cases of {group} are called {}",
                case.id
            );
        }
    }
    let mut seen = BTreeSet::new();
    for (id, why) in list() {
        assert!(!why.is_empty(), "{id} has no reason");
        assert!(known.contains(&id), "there is no case {id}");
        assert!(seen.insert(id.clone()), "{id} is on the list twice");
    }
}
