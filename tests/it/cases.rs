//! The cases of `tests/data/cases`: public bug reports, recordings, widgets and texts that others found.
//!
//! Each group has one test. A case that does not hold has to be on the list of gaps, and a case on that list
//! that holds fails the test, so that the list can only shrink.

mod case;
mod gaps;
mod judge;
mod public;
mod readings;
mod texts;
mod tree;

use crate::cases::case::Case;
use crate::cases::judge::ReadingKind;

#[tokio::test]
async fn public_bug_reports_hold() {
    let mut verdicts = Vec::new();
    for case in case::all("public") {
        let problems = if case.request.is_some() {
            continue;
        } else if case.config.is_some() {
            public::check(&case)
        } else {
            judge::document(&case, ReadingKind::Deep)
        };
        verdicts.push((case, problems));
    }
    verdicts.extend(public::exchanges(case::all("public").into_iter().filter(|c| c.request.is_some())).await);
    gaps::compare("public", &verdicts);
}

#[test]
fn recordings_hold() {
    documents_hold("recordings", ReadingKind::Spaced);
}

#[test]
fn components_hold() {
    documents_hold("components", ReadingKind::Shallow);
}

#[test]
fn texts_of_detection_suites_hold() {
    gaps::compare("detect", &texts::verdicts(case::all("detect")));
}

#[test]
fn the_list_of_gaps_names_cases_that_exist_and_each_once() {
    gaps::assert_well_formed();
}

fn documents_hold(group: &str, kind: ReadingKind) {
    let verdicts: Vec<(Case, Vec<String>)> = case::all(group)
        .into_iter()
        .map(|case| {
            let problems = judge::document(&case, kind);
            (case, problems)
        })
        .collect();
    gaps::compare(group, &verdicts);
}
