//! `blackbar rules explain`: what a rule finds, and why it does or does not find something in a given text.
//!
//! Prints the rule's own examples. Of the given text it prints offsets, lengths and ids, never the text itself.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use blackbar_core::internals::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::policy::Policy;
use blackbar_core::report::Span;
use blackbar_core::rules::{Rule, RuleExample, RuleIdx, RuleSet, Selection, builtin_packs};
use clap::Args;

use crate::cli::rules::tier_name::tier_name;
use crate::cli::terminal::counted;
use crate::cli::terminal::failed;
use crate::cli::terminal::put;
use crate::cli::terminal::tell;
use crate::config;
use crate::config::in_force::action;
use crate::config::suppressions::now;

/// Explains a rule: what it finds, what it needs next to it, and examples.
///
/// With a text, also explains why the rule does or does not find something in it. The text comes from
/// FILE or standard input, never from an argument; the output has byte offsets, lengths and ids, never
/// the text. The text is searched as it is: `redact --explain` decodes JSON, URLs and encodings as well.
#[derive(Args)]
#[command(after_help = "Examples:
  blackbar rules explain --rule payment-card
  blackbar rules explain --rule us-ssn --words 'Social security' - < value.txt
  blackbar rules explain --rule acme-customer-number --config blackbar.toml page.txt")]
pub(crate) struct Explain {
    /// The rule's id.
    #[arg(long, value_name = "ID")]
    rule: String,
    /// Use the rules and suppressions of this configuration; without it, all built-in rules.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The words next to the text: a key, a label, a column header.
    #[arg(long, value_name = "WORDS", default_value = "")]
    words: String,
    /// Also print the compiled patterns, the boundary and the anchors.
    #[arg(long)]
    patterns: bool,
    /// The text; standard input if it is `-`, or if it is missing and standard input is not a terminal.
    #[arg(value_name = "FILE")]
    text: Option<PathBuf>,
}

impl Explain {
    pub(crate) fn run(self) -> ExitCode {
        let text = match read(self.text.as_deref()) {
            Ok(text) => text,
            Err(error) => return failed(format_args!("cannot read the text: {}", error.kind())),
        };
        match &self.config {
            None => match RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())) {
                Ok(rules) => self.explain(&Scanner::new(Arc::new(rules)), None, &text),
                Err(error) => failed(error),
            },
            Some(file) => match config::load_redaction_only(file) {
                Ok(loaded) => {
                    let policy = &loaded.policy.policy;
                    self.explain(policy.scanner(), Some(policy), &text)
                }
                Err(problems) => {
                    tell(problems);
                    ExitCode::FAILURE
                }
            },
        }
    }

    fn explain(&self, scanner: &Scanner, policy: Option<&Policy>, text: &str) -> ExitCode {
        let rules = scanner.rules();
        let Some((idx, rule)) = rules.find(&self.rule).and_then(|idx| Some((idx, rules.rule(idx)?))) else {
            let place = if policy.is_some() { "in this configuration" } else { "among the built-in rules" };
            let hint = "`blackbar rules list` lists them";
            return failed(format_args!("no rule {:?} {place}; {hint}", self.rule));
        };
        let mut report = describe(rule);
        if self.patterns && rule.has_pattern() {
            report += &describe_patterns(rule);
        }
        if !text.is_empty() {
            let words = &self.words;
            TextExplanation { scanner, policy, idx, rule, words, text, report: &mut report }.write();
        }
        put(&report);
        ExitCode::SUCCESS
    }
}

/// What one rule does with one text, written to a report.
struct TextExplanation<'a> {
    scanner: &'a Scanner,
    policy: Option<&'a Policy>,
    idx: RuleIdx,
    rule: &'a Rule,
    /// The words next to the text: a label, a key, a column header.
    words: &'a str,
    text: &'a str,
    report: &'a mut String,
}

impl TextExplanation<'_> {
    fn write(mut self) {
        self.line(format_args!("\nin a text of {}", counted(self.text.len(), "byte")));
        let is_this_rules_field = self.write_field();
        let lines = self.matches();
        for (span, what) in &lines {
            self.write_match(*span, what);
        }
        if lines.is_empty() && !is_this_rules_field {
            self.write_what_is_missing();
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.report, "{line}");
    }

    fn write_match(&mut self, span: Span, what: &str) {
        self.line(format_args!("  {:>5}..{:<5}  {what}", span.start, span.end));
    }

    /// Writes which rule masks a field of this name whole, and returns whether it is this rule.
    fn write_field(&mut self) -> bool {
        let rules = self.scanner.rules();
        let Some(of) = rules.key_rule(self.words).and_then(|of| rules.rule(of)) else { return false };
        let what = format!("found by {}: a field of this name is masked whole, whatever its value", of.id());
        self.write_match(Span::new(0, self.text.len()), &what);
        of.id() == self.rule.id()
    }

    /// What the rule finds, and what it matches without finding it, by position.
    fn matches(&self) -> Vec<(Span, String)> {
        let context = KeywordContext { words: self.words };
        let (findings, misses) = self.scanner.explain_with(self.text, &context, &mut ScanBuffers::default());
        let mut lines = Vec::new();
        for finding in findings.iter().filter(|finding| finding.rule == self.idx) {
            let what = match self.suppressed_by(finding.span.of(self.text)) {
                Some(number) => format!("not found: suppressed by #{number}"),
                None => "found".to_owned(),
            };
            lines.push((finding.span, what));
        }
        for miss in misses.iter().filter(|miss| miss.rule == self.idx) {
            let why = miss.why.sentence(self.scanner.rules());
            lines.push((miss.span, format!("not found: {why} ({})", miss.why.code())));
        }
        lines.sort_unstable();
        lines
    }

    fn suppressed_by(&self, value: &str) -> Option<u16> {
        let policy = self.policy?;
        policy.suppressed_by(self.idx, value, Some(now()))
    }

    fn write_what_is_missing(&mut self) {
        let rule = self.rule;
        let literals = self.scanner.literals(self.idx, self.text, &KeywordContext { words: self.words });
        let why = if rule.has_pattern() { "the pattern matches nothing" } else { "the rule has no pattern" };
        self.line(format_args!("  not found: {why}"));
        if !rule.anchors().is_empty() {
            self.line(format_args!("  anchors in it: {}", spans(&literals.anchors)));
        }
        if rule.keywords().next().is_some() {
            let also = if literals.is_in_context { "; and one in the words next to it" } else { "" };
            self.line(format_args!("  keywords in it: {}{also}", spans(&literals.keywords)));
        }
        if rule.has_pattern() {
            let hint =
                "patterns see digits of any script as ASCII, and special spaces and dashes as plain ones";
            self.line(format_args!("  {hint}"));
        }
    }
}

fn spans(spans: &[Span]) -> String {
    const MAX_SPANS: usize = 8;
    let shown = spans.iter().take(MAX_SPANS).map(|span| format!("{}..{}", span.start, span.end));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match spans.len() {
        0 => "none".to_owned(),
        n if n > MAX_SPANS => format!("{shown} and {} more", n - MAX_SPANS),
        _ => shown,
    }
}

/// The first words of a long list, and how many more there are.
fn abridged(words: &[String]) -> String {
    const MAX_WORDS: usize = 100;
    let shown = words.iter().take(MAX_WORDS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match words.len().checked_sub(MAX_WORDS) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// What a person needs to know of a rule: what it finds, what it needs next to it, and examples.
fn describe(rule: &Rule) -> String {
    let mut report = format!("{}: {}\n", rule.id(), rule.description());
    let mut line = |head: &str, text: &str| {
        let _ = writeln!(report, "  {head:11} {text}");
    };
    let (file, line_number) = rule.place();
    line("entity", rule.entity());
    line("pack", &format!("{} ({file}:{line_number})", rule.pack()));
    line("action", &action(rule.action()));
    if rule.has_pattern() {
        line("tier", &format!("{}: {}", tier_name(rule), rule.tier_meaning()));
    }
    let keywords: Vec<&str> = rule.keywords().collect();
    if !keywords.is_empty() {
        let distance = rule.distance();
        line("keywords", &format!("{} (up to {distance} bytes before a match)", keywords.join(", ")));
    }
    if let Some(validator) = rule.validator() {
        let otherwise = if rule.counts_unchecked_with_keyword() {
            "a match that fails it counts only right next to a keyword"
        } else {
            "a match that fails it does not count"
        };
        line("check", &format!("{validator}; {otherwise}"));
    }
    if !rule.keys().is_empty() {
        let strength =
            if rule.has_secret_keys() { "secret: suppressions do not apply to them" } else { "personal" };
        line("field names", &format!("{} ({strength})", rule.keys().join(", ")));
    }
    for example in rule.examples_to_find() {
        line("finds", &with_context(&example));
    }
    for example in rule.examples_to_leave() {
        line("leaves", &format!("{} ({})", with_context(&example), example.because));
    }
    report
}

/// One line: line breaks of an example would tear the table.
fn with_context(example: &RuleExample<'_>) -> String {
    let text = example.text.replace('\n', "\\n");
    if example.context.is_empty() { text } else { format!("{text} next to \"{}\"", example.context) }
}

/// What the scanner runs: patterns, boundary and anchors.
fn describe_patterns(rule: &Rule) -> String {
    let mut report = String::new();
    let mut line = |head: &str, text: &str| {
        let _ = writeln!(report, "  {head:11} {text}");
    };
    for pattern in rule.patterns() {
        line("pattern", pattern);
    }
    line("boundary", rule.boundary());
    if !rule.anchors().is_empty() {
        line("anchors", &abridged(rule.anchors()));
    }
    report
}

fn read(file: Option<&Path>) -> std::io::Result<String> {
    let mut text = String::new();
    match file {
        Some(file) if file != Path::new("-") => text = std::fs::read_to_string(file)?,
        None if std::io::stdin().is_terminal() => {}
        _ => {
            std::io::stdin().lock().read_to_string(&mut text)?;
        }
    }
    Ok(text)
}
