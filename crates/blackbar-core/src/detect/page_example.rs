//! The text that `docs/how-scanning-works.md` follows, run: the page shows what the code does.

use std::sync::Arc;

use crate::detect::boundary;
use crate::detect::cluster;
use crate::detect::finding::Context;
use crate::detect::prefilter::LiteralRole;
use crate::detect::prefilter::Prefilter;
use crate::detect::scanner::Scanner;
use crate::detect::scanner::Scratch;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::rules::Selection;
use crate::rules::builtin_packs;
use crate::text::fold::fold;
use crate::text::span::Span;

const TEXT: &str = "Order 20240017 paid by card 4111 1111 1111 1111 12/28, not 4111 1111 1111 1112. See https://ada:pw@shop.example.com/ or mail ada@example.com";

fn line(columns: &[String]) -> String {
    format!("| {} |", columns.join(" | "))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[test]
fn the_page_shows_what_the_code_does() {
    let rules = Arc::new(RuleSet::build(builtin_packs(), &[], &Selection::all()).unwrap());
    let id = |rule: RuleIdx| code(&rules.rule(rule).unwrap().id);
    let folded = fold(TEXT);
    let text = folded.as_str();
    let span = |start: usize, end: usize| format!("{start}..{end}");
    let mut lines = Vec::new();
    let prefilter = Prefilter::new(&rules);
    let mut clusters = Vec::new();
    cluster::find_all(text.as_bytes(), prefilter.min_digits, &mut clusters);
    for found in &clusters {
        let (start, end) = (found.start, found.end);
        lines.push(line(&[
            span(start, end),
            code(text.get(start..end).unwrap()),
            found.n_digits.to_string(),
        ]));
    }
    lines.push("---literals".to_owned());
    let most = clusters.iter().map(|found| found.n_digits).max().unwrap();
    let mut literals = Vec::new();
    prefilter.for_each_literal(text, most, |role, at| {
        let (name, rule, is_word) = match role {
            LiteralRole::Anchor(rule) => ("anchor", *rule, true),
            LiteralRole::Keyword(rule, keyword) => {
                ("keyword", *rule, boundary::is_keyword(text, at, keyword))
            }
        };
        literals.push((at, name, id(rule), is_word));
    });
    literals.sort_unstable();
    for (at, name, id, is_word) in &literals {
        lines.push(line(&[
            span(at.start, at.end),
            code(at.of(text)),
            (*name).to_owned(),
            id.clone(),
            is_word.to_string(),
        ]));
    }
    lines.push("---searches".to_owned());
    let scanner = Scanner::new(Arc::clone(&rules));
    let mut scratch = Scratch::default();
    let mut findings = Vec::new();
    scanner.scan(TEXT, &Context::default(), &mut scratch, &mut findings);
    for search in &scratch.searches {
        let at = Span::new(search.start, search.end);
        lines.push(line(&[
            id(search.pattern.rule),
            search.pattern.pattern.to_string(),
            search.is_anchored.to_string(),
            span(at.start, at.end),
            code(at.of(text)),
        ]));
    }
    lines.push("---candidates".to_owned());
    for found in &scratch.candidates {
        lines.push(line(&[
            span(found.span.start, found.span.end),
            code(found.span.of(text)),
            id(found.rule),
            format!("{:?}", found.tier),
            found.has_keyword.to_string(),
        ]));
    }
    lines.push("---misses".to_owned());
    for miss in scanner.explain(TEXT, &Context::default()) {
        lines.push(line(&[
            span(miss.span.start, miss.span.end),
            code(miss.span.of(text)),
            id(miss.rule),
            miss.why.code().to_owned(),
        ]));
    }
    lines.push("---findings".to_owned());
    for found in &findings {
        lines.push(line(&[
            span(found.span.start, found.span.end),
            code(found.span.of(TEXT)),
            id(found.rule),
        ]));
    }
    eprintln!(
        "patterns {} rules {}",
        rules.rules().iter().map(|r| r.patterns.len()).sum::<usize>(),
        rules.rules().len()
    );
    eprintln!("{}", lines.join("\n"));
}
