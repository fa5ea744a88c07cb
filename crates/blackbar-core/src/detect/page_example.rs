//! The text that `docs/how-scanning-works.md` follows, run: the page shows what the code does.

use std::sync::Arc;

use crate::detect::boundary;
use crate::detect::cluster;
use crate::detect::finding::KeywordContext;
use crate::detect::miss::Why;
use crate::detect::prefilter::LiteralRole;
use crate::detect::prefilter::Prefilter;
use crate::detect::run::PlannedSearch;
use crate::detect::scanner::ScanBuffers;
use crate::detect::scanner::Scanner;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::rules::Selection;
use crate::rules::builtin_packs;
use crate::text::fold::fold;
use crate::text::span::Span;

const TEXT: &str = "Order 20240017 paid by card 4111 1111 1111 1111 12/28, not 4111 1111 1111 1112. See https://ada:pw@shop.example.com/ or mail ada@example.com";

fn row(columns: &[&str]) -> String {
    format!("| {} |", columns.join(" | "))
}

fn range(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

/// Rows in the order in which they come first, each once.
fn distinct(rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for row in rows {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all
}

fn cluster_rows(prefilter: &Prefilter) -> (Vec<String>, usize) {
    let mut clusters = Vec::new();
    cluster::find_all(TEXT.as_bytes(), prefilter.min_digits, &mut clusters);
    let rows = clusters.iter().map(|found| {
        let span = Span::new(found.start, found.end);
        row(&[&range(span), &quoted(span.of(TEXT)), &found.n_digits.to_string()])
    });
    (rows.collect(), clusters.iter().map(|found| found.n_digits).max().unwrap())
}

fn literal_rows(prefilter: &Prefilter, rules: &RuleSet, most_digits: usize) -> Vec<String> {
    let mut found = Vec::new();
    prefilter.for_each_literal(TEXT, most_digits, |role, span| {
        let (name, rule) = match role {
            LiteralRole::Anchor(rule) => ("anchor", *rule),
            LiteralRole::Keyword(rule, keyword) => {
                assert!(boundary::is_keyword(TEXT, span, keyword), "the page says that all are words");
                ("keyword", *rule)
            }
        };
        found.push((span, name, rule));
    });
    found.sort_unstable();
    let rows = found.into_iter().map(|(span, name, rule)| {
        row(&[&range(span), &quoted(span.of(TEXT)), name, &quoted(&rules.rule(rule).unwrap().id)])
    });
    rows.collect()
}

fn search_rows(scratch: &ScanBuffers, id: impl Fn(RuleIdx) -> String) -> Vec<String> {
    let same = |search: &PlannedSearch| (search.pattern.rule, search.start, search.end);
    let rows = scratch.searches.iter().map(|search| {
        let n = scratch.searches.iter().filter(|other| same(other) == same(search)).count();
        let window = Span::new(search.start, search.end);
        row(&[&id(search.pattern.rule), &n.to_string(), &range(window)])
    });
    distinct(rows)
}

#[test]
fn the_page_shows_what_the_code_does() {
    let rules = Arc::new(RuleSet::build(builtin_packs(), &[], &Selection::all()).unwrap());
    assert_eq!(fold(TEXT).as_str(), TEXT);
    let id = |rule: RuleIdx| quoted(&rules.rule(rule).unwrap().id);
    let prefilter = Prefilter::new(&rules);
    let (mut rows, most_digits) = cluster_rows(&prefilter);
    rows.extend(literal_rows(&prefilter, &rules, most_digits));
    let scanner = Scanner::new(Arc::clone(&rules));
    let (mut scratch, mut findings) = (ScanBuffers::default(), Vec::new());
    scanner.scan(TEXT, &KeywordContext::default(), &mut scratch, &mut findings);
    rows.extend(search_rows(&scratch, id));
    let has_run = |rule: RuleIdx| scratch.searches.iter().any(|search| search.pattern.rule == rule);
    let misses = scanner.explain(TEXT, &KeywordContext::default());
    let misses = misses.iter().filter(|miss| has_run(miss.rule));
    let misses = misses.filter(|miss| !matches!(miss.why, Why::Boundary | Why::NoKeyword));
    rows.extend(distinct(misses.map(|miss| {
        row(&[&range(miss.span), &quoted(miss.span.of(TEXT)), &id(miss.rule), miss.why.code()])
    })));
    scratch.candidates.sort_by_key(|found| found.span);
    rows.extend(distinct(scratch.candidates.iter().map(|found| {
        let has_keyword = if found.has_keyword { "yes" } else { "no" };
        row(&[&range(found.span), &quoted(found.span.of(TEXT)), &id(found.rule), has_keyword])
    })));
    rows.extend(
        findings
            .iter()
            .map(|found| row(&[&range(found.span), &quoted(found.span.of(TEXT)), &id(found.rule)])),
    );
    let n_patterns: usize = rules.rules().iter().map(|rule| rule.patterns.len()).sum();
    rows.push(format!("{} rules with {n_patterns} patterns", rules.rules().len()));
    let page = include_str!("../../../../docs/how-scanning-works.md");
    assert!(page.contains(TEXT));
    let missing: Vec<&String> = rows.iter().filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/how-scanning-works.md lacks\n{missing:#?}");
    assert!(page.split_whitespace().count() <= 1_500);
}
