//! The rule checker: every rule against the examples it came with.
//!
//! A positive example marks its finding with guillemets; alone, the rule must find exactly that, and with
//! all rules in force every marked byte must be covered. In a negative example the rule alone must find
//! nothing. Every example is also scanned without a prefilter: both scans must agree. The checker is in
//! this room, not in `rules`, because it scans. Problems report the line of an example, what the rule did
//! and how to fix it, never its text.

use std::sync::Arc;

use crate::detect::finding::Finding;
use crate::detect::finding::KeywordContext;
use crate::detect::miss::Miss;
use crate::detect::miss::Why;
use crate::detect::scanner::ScanBuffers;
use crate::detect::scanner::Scanner;
use crate::rules::PackSource;
use crate::rules::Rule;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::rules::Selection;
use crate::rules::error::LoadError;
use crate::rules::error::Problem;
use crate::text::span::Span;

/// Fewest examples of each kind that a rule with a pattern must have.
const MIN_EXAMPLES: usize = 3;

/// What the checker found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Rules checked.
    pub n_rules: usize,
    /// Rules with a validator.
    pub n_validated: usize,
    /// Examples tried.
    pub n_examples: usize,
    /// The problems; empty if there are none.
    pub problems: Vec<Problem>,
}

/// Checks all rules of `packs`.
///
/// # Errors
/// The packs do not load; nothing was checked.
pub fn check(packs: &[PackSource<'_>]) -> Result<CheckReport, LoadError> {
    let rules = Arc::new(RuleSet::build(packs, &[], &Selection::of_all(packs))?);
    let scanner = Scanner::new(Arc::clone(&rules));
    let mut report = CheckReport::default();
    let mut scratch = ScanBuffers::default();
    for (idx, rule) in rules.rules().iter().enumerate() {
        report.n_rules += 1;
        report.n_validated += usize::from(rule.is_validated());
        let mut case = Case { idx: RuleIdx(idx as u16), rule, scanner: &scanner, report: &mut report };
        case.run(&mut scratch);
    }
    Ok(report)
}

struct Case<'a> {
    idx: RuleIdx,
    rule: &'a Rule,
    scanner: &'a Scanner,
    report: &'a mut CheckReport,
}

impl Case<'_> {
    fn run(&mut self, scratch: &mut ScanBuffers) {
        self.check_keys();
        if self.rule.patterns.is_empty() {
            return;
        }
        let examples = &self.rule.examples;
        for (what, n) in
            [("must_match", examples.positive.len()), ("must_not_match", examples.negative.len())]
        {
            if n < MIN_EXAMPLES {
                self.problem(format!("give at least {MIN_EXAMPLES} examples in {what}; there are {n}"));
            }
        }
        let alone = Scanner::new(Arc::new(self.scanner.rules().alone(self.idx)));
        let mut own = ScanBuffers::default();
        for (idx, example) in examples.positive.iter().enumerate() {
            let (text, expected) = unmark(&example.text);
            let name = format!("must_match[{idx}]");
            let context = KeywordContext { words: &example.context };
            let trial = Trial { line: example.line, name, text: &text, context };
            if expected.is_empty() {
                self.problem_at(&trial, "mark what must be found with « and »");
                continue;
            }
            self.report.n_examples += 1;
            self.check_agreement(&trial, &alone, &mut own);
            self.check_findings(&trial, &alone, &expected, &mut own);
            self.check_coverage(&trial, &expected, scratch);
        }
        for (idx, example) in examples.negative.iter().enumerate() {
            let name = format!("must_not_match[{idx}] (because: {})", example.because);
            let context = KeywordContext { words: &example.context };
            let trial = Trial { line: example.line, name, text: &example.text, context };
            self.report.n_examples += 1;
            self.check_agreement(&trial, &alone, &mut own);
            self.check_findings(&trial, &alone, &[], &mut own);
            self.check_agreement(&trial, self.scanner, scratch);
        }
    }

    fn problem(&mut self, message: String) {
        self.push(self.rule.examples.line, message);
    }

    fn problem_at(&mut self, trial: &Trial<'_>, message: &str) {
        self.push(trial.line, format!("{}: {message}", trial.name));
    }

    fn push(&mut self, line: usize, message: String) {
        let file = self.rule.examples.file.clone();
        self.report.problems.push(Problem { file, line, rule: Some(self.rule.id.to_string()), message });
    }

    /// Every key must select its own rule, and none of `keys_not_matched` may select any.
    fn check_keys(&mut self) {
        for key in &self.rule.keys {
            if self.scanner.rules().key_rule(key) != Some(self.idx) {
                self.problem(format!("the key \"{key}\" does not lead to this rule"));
            }
        }
        for key in &self.rule.examples.keys_not_matched {
            if let Some(rule) =
                self.scanner.rules().key_rule(key).and_then(|idx| self.scanner.rules().rule(idx))
            {
                self.problem(format!("the key \"{key}\" must not match, but it matches {}", rule.id));
            }
        }
    }

    /// The rule alone must find exactly `expected`.
    fn check_findings(
        &mut self,
        trial: &Trial<'_>,
        alone: &Scanner,
        expected: &[Span],
        scratch: &mut ScanBuffers,
    ) {
        let (findings, misses) = alone.explain_with(trial.text, &trial.context, scratch);
        let found: Vec<Span> = findings.iter().map(|finding| finding.span).collect();
        if found == expected {
            return;
        }
        for span in expected.iter().filter(|span| !found.contains(span)) {
            let nearest = || misses.iter().find(|miss| miss.span.overlaps(*span));
            let reason = if let Some(part) = found.iter().find(|found| found.overlaps(*span)) {
                format!("{} is found; mark just that, or change what the pattern takes", place(*part))
            } else if let Some(Miss { span, why, .. }) = nearest() {
                let (what, remedy) = (why.sentence(alone.rules()), why.remedy());
                format!("the pattern matches {}, but {what}; {remedy}", place(*span))
            } else {
                "the pattern matches nothing there; widen it, or correct the example".to_owned()
            };
            self.problem_at(trial, &format!("{} is not found: {reason}", place(*span)));
        }
        let is_marked = |span: &Span| expected.iter().any(|other| other.overlaps(*span));
        for span in found.iter().filter(|span| !is_marked(span)) {
            let remedy = if expected.is_empty() {
                "narrow the pattern, its boundary or its keywords, give it a validator, or list the value in allow"
            } else {
                "mark it as well, or narrow the pattern"
            };
            self.problem_at(trial, &format!("{} is found, and must not be: {remedy}", place(*span)));
        }
    }

    /// A scan that skips nothing must find the same.
    fn check_agreement(&mut self, trial: &Trial<'_>, scanner: &Scanner, scratch: &mut ScanBuffers) {
        let mut findings = Vec::new();
        scanner.scan(trial.text, &trial.context, scratch, &mut findings);
        let (slow, _) = scanner.scan_everything(trial.text, &trial.context, scratch);
        let differs = |a: &[Finding], b: &[Finding]| a.iter().find(|found| !b.contains(found)).copied();
        let Some(lost) = differs(&slow, &findings).or_else(|| differs(&findings, &slow)) else { return };
        let id = scanner.rules().rule(lost.rule).map_or("unknown", |rule| &*rule.id);
        let (what, remedy) = (Why::NoAnchor.sentence(scanner.rules()), Why::NoAnchor.remedy());
        let span = place(lost.span);
        self.problem_at(trial, &format!("{id} matches {span} but the prefilter skips it: {what}; {remedy}"));
    }

    /// With all rules in force, all of `expected` must be covered.
    fn check_coverage(&mut self, trial: &Trial<'_>, expected: &[Span], scratch: &mut ScanBuffers) {
        let mut findings: Vec<Finding> = Vec::new();
        self.scanner.scan(trial.text, &trial.context, scratch, &mut findings);
        let is_covered = |at: usize| findings.iter().any(|f| f.span.start <= at && at < f.span.end);
        for span in expected {
            let open: Vec<usize> = span.range().filter(|&at| !is_covered(at)).collect();
            if let (Some(&first), Some(&last)) = (open.first(), open.last()) {
                let open = place(Span::new(first, last + 1));
                let message = format!(
                    "with all rules in force {open} stays visible: another rule took the rest of it; make the \
                     pattern cover all of it, or give both rules one entity"
                );
                self.problem_at(trial, &message);
            }
        }
    }
}

/// An example, and how to name it.
struct Trial<'a> {
    line: usize,
    name: String,
    text: &'a str,
    context: KeywordContext<'a>,
}

/// A span as people read it: the first byte and the one after the last.
fn place(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

/// The text without guillemets, and the spans between them.
fn unmark(marked: &str) -> (String, Vec<Span>) {
    let mut text = String::with_capacity(marked.len());
    let mut spans = Vec::new();
    let mut start = 0;
    for c in marked.chars() {
        match c {
            '«' => start = text.len(),
            '»' => spans.push(Span::new(start, text.len())),
            other => text.push(other),
        }
    }
    (text, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guillemets_mark() {
        let (text, spans) = unmark("é «a» b«c»");
        assert_eq!(text, "é a bc");
        assert_eq!(spans, [Span::new(3, 4), Span::new(6, 7)]);
    }

    #[test]
    fn a_failing_example_is_a_problem() {
        let text = r#"
            [pack]
            name = "toy"
            description = "toys"
            [[rule]]
            id = "zed"
            entity = "ZED"
            description = "Zeds"
            tier = "distinctive"
            pattern = "zed-[0-9]{3}"
            anchors = ["zed-"]
            must_match = ["«zed-123»",
                "a «zed-12»",
                "«zed»-456"]
            must_not_match = [{ text = "zed", because = "too short" },
                { text = "zed-999", because = "is one" }]
        "#;
        let problems = problems_of(text);
        assert_eq!(problems.len(), 5, "{problems:#?}");
        assert!(problems[0].starts_with("toy.toml:5: rule zed: give at least 3"), "{}", problems[0]);
        for (problem, part) in problems[1..].iter().zip([
            "toy.toml:13: rule zed: must_match[1]: 2..8 is not found: the pattern matches nothing there",
            "toy.toml:13: rule zed: must_match[1]: with all rules in force 2..8 stays visible",
            "toy.toml:14: rule zed: must_match[2]: 0..3 is not found: 0..7 is found",
            "toy.toml:16: rule zed: must_not_match[1] (because: is one): 0..7 is found, and must not be",
        ]) {
            assert!(problem.starts_with(part), "{problem}\nis not {part}");
        }
        assert!(problems.iter().all(|problem| !problem.contains("zed-")), "{problems:#?}");
    }

    #[test]
    fn reports_why_an_example_fails() {
        let text = r#"
            [pack]
            name = "toy"
            description = "toys"
            [[rule]]
            id = "zed"
            entity = "ZED"
            description = "Zeds"
            tier = "keyword"
            pattern = "[0-9]{6}"
            validator = "luhn"
            on_failed_check = "reject"
            keywords = ["zed"]
            distance = 8
            must_match = ["zed «123455»", "zed «123456»", "zed, far away: «123455»", "x«123455» zed", "«123455»"]
            must_not_match = [
                { text = "zed", because = "a" }, { text = "zed 1", because = "b" }, { text = "zed 2", because = "c" },
            ]
        "#;
        let problems = problems_of(text);
        for part in [
            "the checksum failed",
            "the nearest keyword is 12 bytes away",
            "touches it",
            "no keyword of the rule",
        ] {
            assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
        }
    }

    fn problems_of(text: &str) -> Vec<String> {
        let report = check(&[PackSource { name: "toy.toml", text }]).unwrap();
        report.problems.iter().map(ToString::to_string).collect()
    }
}
