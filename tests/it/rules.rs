//! The packs that come with the program keep what they promise.

use blackbar::detect::check::check;
use blackbar::rules::builtin_packs;

#[test]
fn built_in_packs_keep_their_promises() {
    let report = check(builtin_packs()).unwrap_or_else(|error| panic!("{error}"));
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
