//! A scan with the prefilter finds what a scan without it finds: mixtures of all examples and literals of
//! the built-in packs.

use std::sync::Arc;

use proptest::prelude::*;

use crate::detect::{KeywordContext, ScanBuffers, Scanner};
use crate::rules::{RuleSet, Selection, builtin_packs};
use crate::text::span::Span;

fn scanner() -> Scanner {
    Scanner::new(Arc::new(RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())).unwrap()))
}

/// All examples, without their marks.
fn snippets(scanner: &Scanner) -> Vec<String> {
    let rules = scanner.rules().rules().iter();
    let examples = rules.flat_map(|rule| rule.examples.positive.iter().chain(&rule.examples.negative));
    examples.map(|example| example.text.replace(['«', '»'], "")).collect()
}

/// Both scans find the same in a text with this context.
fn agree(scanner: &Scanner, text: &str, words: &str) -> Result<(), TestCaseError> {
    let context = KeywordContext { words };
    let mut scratch = ScanBuffers::default();
    let mut fast = Vec::new();
    scanner.scan(text, &context, &mut scratch, &mut fast);
    let (slow, _) = scanner.scan_everything(text, &context, &mut scratch);
    prop_assert_eq!(&fast, &slow, "{:?} in the context {:?}", text, words);
    let mut end = 0;
    for finding in &fast {
        prop_assert!(finding.span.start >= end && !finding.span.is_empty(), "sorted: {text:?}");
        prop_assert!(text.get(finding.span.range()).is_some(), "characters: {text:?}");
        end = finding.span.end;
    }
    Ok(())
}

#[test]
fn the_prefilter_loses_nothing_in_mixtures_of_examples() {
    let scanner = scanner();
    let snippets = snippets(&scanner);
    let joints = [
        "",
        " ",
        ", ",
        "\n",
        "-",
        "é",
        "\u{200b}",
        " and what follows is long enough to be out of reach of any word: ",
    ];
    let piece = (0..snippets.len(), 0..joints.len());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(160));
    let texts = proptest::collection::vec(piece, 1..6);
    runner
        .run(&texts, |pieces| {
            let text: String = pieces.iter().flat_map(|&(s, j)| [snippets[s].as_str(), joints[j]]).collect();
            agree(&scanner, &text, "")
        })
        .unwrap();
}

/// Keywords and anchors of all rules, at random distances from numbers and runs, many of them too short.
#[test]
fn the_prefilter_loses_nothing_in_mixtures_of_literals_and_numbers() {
    let scanner = scanner();
    let rules = || scanner.rules().rules().iter();
    let anchors = rules().flat_map(|rule| rule.anchors.iter().cloned());
    let keywords = rules().flat_map(|rule| rule.keywords.iter().map(|keyword| keyword.text.clone()));
    let literals: Vec<String> = anchors.chain(keywords).collect();
    let words = prop_oneof![Just(String::new()), proptest::sample::select(literals.clone())];
    let piece = prop_oneof![
        (0..literals.len()).prop_map(move |idx| literals[idx].clone()),
        "[0-9]{1,12}",
        "[0-9]{2,4}([ ./-][0-9]{2,4}){1,4}",
        "[A-Za-z]{0,3}[0-9]{1,9}[A-Za-z]?",
        "[a-z]{1,6}@[a-z]{0,6}\\.[a-z]{2,3}",
        "([0-9a-f]{2}[:-]){1,8}[0-9a-f]{1,2}",
        "[ :=.,é\n-]{1,3}",
        "[a-z ]{1,90}",
    ];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(160));
    runner
        .run(&(words, proptest::collection::vec(piece, 1..14)), |pieces| {
            let (words, pieces) = pieces;
            agree(&scanner, &pieces.concat(), &words)
        })
        .unwrap();
}

#[test]
fn buffers_adapt_to_the_scanner_they_are_used_with() {
    let all = scanner();
    let mail = Selection { packs: vec!["contact".to_owned()], ..Selection::default() };
    let mail = Scanner::new(Arc::new(RuleSet::build(builtin_packs(), &[], &mail).unwrap()));
    let mut scratch = ScanBuffers::default();
    for scanner in [&all, &mail, &all] {
        let mut out = Vec::new();
        scanner.scan("a@example.test", &KeywordContext::default(), &mut scratch, &mut out);
        assert_eq!(out.iter().map(|f| f.span).collect::<Vec<_>>(), [Span::new(0, 14)]);
    }
}
