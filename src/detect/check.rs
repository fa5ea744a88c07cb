//! The rule checker: every rule against the examples it came with.
//!
//! A positive example marks its finding with guillemets; alone, the rule must find exactly that, and with all
//! rules in force every marked byte must be covered. A negative example must come through the rule alone.
//! Every example is also searched without a prefilter: both ways must agree. It stands here and not in
//! `rules` because it searches.

use std::sync::Arc;

use crate::detect::{Context, Finding, Scanner, Scratch};
use crate::rules::error::{LoadError, Problem};
use crate::rules::{PackSource, Rule, RuleIdx, RuleSet, Selection};
use crate::text::span::Span;

/// Fewest examples of each kind that a rule with a pattern must have.
const MIN_EXAMPLES: usize = 3;

/// What the checker found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Rules checked.
    pub n_rules: usize,
    /// Rules with a checksum behind them.
    pub n_validated: usize,
    /// Examples tried.
    pub n_examples: usize,
    /// What is wrong; empty if nothing is.
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
    let mut scratch = Scratch::default();
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
    fn run(&mut self, scratch: &mut Scratch) {
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
        let mut own = Scratch::default();
        for example in &self.rule.examples.positive {
            let (text, expected) = unmark(&example.text);
            if expected.is_empty() {
                self.problem(format!("mark what is to be found with « and »: {}", example.text));
            }
            self.compare(&alone, &text, &example.context, Some(&expected), &mut own);
            self.covers(&text, &example.context, &expected, scratch);
        }
        for example in &self.rule.examples.negative {
            self.compare(&alone, &example.text, &example.context, Some(&[]), &mut own);
            let all = self.scanner;
            self.compare(all, &example.text, &example.context, None, scratch);
        }
    }

    fn problem(&mut self, message: String) {
        self.report.problems.push(Problem {
            file: self.rule.examples.file.clone(),
            line: self.rule.examples.line,
            rule: Some(self.rule.id.to_string()),
            message,
        });
    }

    /// Keys decide for their own rule, and not where the author says so.
    fn check_keys(&mut self) {
        for key in &self.rule.keys {
            if self.scanner.rules().key_rule(key) != Some(self.idx) {
                self.problem(format!("the key \"{key}\" does not lead to this rule"));
            }
        }
        for key in &self.rule.examples.undecided_keys {
            if let Some(rule) =
                self.scanner.rules().key_rule(key).and_then(|idx| self.scanner.rules().rule(idx))
            {
                self.problem(format!("the key \"{key}\" must not decide, but {} claims it", rule.id));
            }
        }
    }

    /// Scans with and without prefilter; both must agree, and give what is expected.
    fn compare(
        &mut self,
        scanner: &Scanner,
        text: &str,
        context: &str,
        expected: Option<&[Span]>,
        scratch: &mut Scratch,
    ) {
        self.report.n_examples += 1;
        let context = Context { words: context };
        let mut findings = Vec::new();
        scanner.scan(text, &context, scratch, &mut findings);
        let (slow, misses) = scanner.scan_everything(text, &context, scratch);
        if findings != slow {
            self.problem(format!("the prefilter changes what is found in: {text}"));
        }
        let spans: Vec<Span> = findings.iter().map(|finding| finding.span).collect();
        if let Some(expected) = expected
            && spans != expected
        {
            let why: Vec<&str> = misses.iter().map(|miss| miss.why.code()).collect();
            let why = why.join(", ");
            let [found, wanted] = [mark(text, &spans), mark(text, expected)];
            self.problem(format!("finds {found} instead of {wanted} (misses: {why})"));
        }
    }

    fn covers(&mut self, text: &str, context: &str, expected: &[Span], scratch: &mut Scratch) {
        let mut findings: Vec<Finding> = Vec::new();
        self.scanner.scan(text, &Context { words: context }, scratch, &mut findings);
        let is_covered = |at: usize| findings.iter().any(|f| f.span.start <= at && at < f.span.end);
        if !expected.iter().all(|span| span.range().all(is_covered)) {
            self.problem(format!("with all rules in force something of it stays visible: {text}"));
        }
    }
}

/// The text without guillemets, and the spans that stood between them.
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

fn mark(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len() + 4 * spans.len());
    let mut cursor = 0;
    for span in spans {
        out.push_str(Span::new(cursor, span.start).of(text));
        out.push('«');
        out.push_str(span.of(text));
        out.push('»');
        cursor = span.end;
    }
    out.push_str(Span::new(cursor, text.len()).of(text));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guillemets_mark_and_unmark() {
        let (text, spans) = unmark("é «a» b«c»");
        assert_eq!(text, "é a bc");
        assert_eq!(mark(&text, &spans), "é «a» b«c»");
    }

    #[test]
    fn a_promise_that_is_not_kept_is_a_problem() {
        let text = r#"
            [pack]
            name = "toy"
            description = "toys"
            [[rule]]
            id = "zed"
            entity = "ZED"
            description = "Zeds"
            tier = "A"
            pattern = "zed-[0-9]{3}"
            anchors = ["zed-"]
            must_match = ["«zed-123»", "a «zed-12»", "«zed-456»"]
            must_not_match = [{ text = "zed", because = "too short" }, { text = "zed-999", because = "is one" }]
        "#;
        let report = check(&[PackSource { name: "toy.toml", text }]).unwrap();
        let messages: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(messages.len(), 4, "{messages:#?}");
        assert!(messages[0].starts_with("toy.toml:5: rule zed: give at least 3"), "{}", messages[0]);
    }
}
