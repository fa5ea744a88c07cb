//! `blackbar rules explain`: what a rule is, and why it finds something in a text or does not.
//!
//! Shows offsets, lengths and ids; never the text.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use blackbar_core::detect::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::redact::policy::Policy;
use blackbar_core::rules::{
    Boundary, KeyStrength, OnFailedCheck, Rule, RuleIdx, RuleSet, Selection, Tier, builtin_packs,
};
use blackbar_core::text::span::Span;
use clap::Args;

use crate::cli::rules::{counted, tier};
use crate::cli::{failed, put, tell};
use crate::config;
use crate::config::in_force::action;
use crate::config::suppressions::now;

/// Says what a rule is, and why it finds something in a text or does not.
///
/// Reads the text from FILE or standard input, never from an argument, and shows offsets in bytes,
/// lengths and ids, never the text. Without a text it says what the rule is. The text is taken as
/// it stands: `redact --explain` opens JSON, URLs and encodings as well.
#[derive(Args)]
#[command(after_help = "Examples:
  blackbar rules explain --rule payment-card
  blackbar rules explain --rule us-ssn --words 'Social security' - < value.txt
  blackbar rules explain --rule acme-customer-number --config blackbar.toml page.txt")]
pub(crate) struct Explain {
    /// The rule's id.
    #[arg(long, value_name = "ID")]
    rule: String,
    /// The configuration whose rules and suppressions are asked; without it, all rules that come
    /// with the program.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What stands beside the text: a key, a label, a column's head.
    #[arg(long, value_name = "WORDS", default_value = "")]
    words: String,
    /// The text; standard input if it is `-`, or if it is missing and standard input is no terminal.
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
            let of =
                if policy.is_some() { "is in force in this configuration" } else { "comes with the program" };
            let hint = "`blackbar rules list` shows those that there are";
            return failed(format_args!("no rule {:?} {of}; {hint}", self.rule));
        };
        let mut told = describe(rule);
        if !text.is_empty() {
            self.judge(scanner, policy, idx, rule, text, &mut told);
        }
        put(&told);
        ExitCode::SUCCESS
    }

    fn judge(
        &self,
        scanner: &Scanner,
        policy: Option<&Policy>,
        idx: RuleIdx,
        rule: &Rule,
        text: &str,
        told: &mut String,
    ) {
        let rules = scanner.rules();
        let context = KeywordContext { words: &self.words };
        let _ = writeln!(told, "\nin a text of {}", counted(text.len(), "byte"));
        let mut say = |span: Span, what: &str| {
            let _ = writeln!(told, "  {:>5}..{:<5}  {what}", span.start, span.end);
        };
        let mut is_silent = true;
        if let Some(of) = rules.key_rule(&self.words).and_then(|of| rules.rule(of)) {
            is_silent = of.id() != rule.id();
            let what =
                format!("found by {}: a field of this name goes whole, whatever stands in it", of.id());
            say(Span::new(0, text.len()), &what);
        }
        let (findings, misses) = scanner.explain_with(text, &context, &mut ScanBuffers::default());
        let mut lines = Vec::new();
        for finding in findings.iter().filter(|finding| finding.rule == idx) {
            let value = finding.span.of(text);
            let by = policy
                .and_then(|policy| policy.suppressions().by_value(idx, value, &policy.hash_key, Some(now())));
            lines.push((
                finding.span,
                match by {
                    Some(number) => format!("not found: suppressed by #{number}"),
                    None => "found".to_owned(),
                },
            ));
        }
        for miss in misses.iter().filter(|miss| miss.rule == idx) {
            lines.push((miss.span, format!("not found: {} ({})", miss.why.sentence(rules), miss.why.code())));
        }
        lines.sort_unstable();
        for (span, what) in &lines {
            say(*span, what);
        }
        if !lines.is_empty() || !is_silent {
            return;
        }
        let literals = scanner.literals(idx, text, &context);
        let why = if rule.has_pattern() { "the pattern matches nothing" } else { "the rule has no pattern" };
        let _ = writeln!(told, "  not found: {why}");
        if !rule.anchors().is_empty() {
            let _ = writeln!(told, "  anchors there: {}", spans(&literals.anchors));
        }
        if rule.keywords().next().is_some() {
            let beside = if literals.is_in_context { "; and one in the words beside it" } else { "" };
            let _ = writeln!(told, "  keywords there: {}{beside}", spans(&literals.keywords));
        }
        if rule.has_pattern() {
            let hint = "patterns see digits of any script as ASCII, and odd blanks and dashes as plain ones";
            let _ = writeln!(told, "  {hint}");
        }
    }
}

fn spans(spans: &[Span]) -> String {
    const MOST: usize = 8;
    let shown = spans.iter().take(MOST).map(|span| format!("{}..{}", span.start, span.end));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match spans.len() {
        0 => "none".to_owned(),
        n if n > MOST => format!("{shown} and {} more", n - MOST),
        _ => shown,
    }
}

/// Of a long list the first few and how many more there are.
fn some(words: &[String]) -> String {
    const MOST: usize = 100;
    let shown = words.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match words.len().checked_sub(MOST) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// What a rule is.
fn describe(rule: &Rule) -> String {
    let mut told = format!("{}: {}\n", rule.id(), rule.description());
    let mut say = |what: &str, text: &str| {
        let _ = writeln!(told, "  {what:10} {text}");
    };
    let (file, line) = rule.place();
    say("pack", &format!("{} ({file}:{line})", rule.pack()));
    say("entity", rule.entity());
    if rule.has_pattern() {
        say("tier", &format!("{}: {}", tier(rule), tier_means(rule)));
        for pattern in rule.patterns() {
            say("pattern", pattern);
        }
        say(
            "boundary",
            match rule.boundary() {
                Boundary::None => "none: anything may touch a match",
                Boundary::Word => "word: no letter, digit or underscore may touch a match",
                Boundary::Number => "number: as word, and it is no part of a longer number",
                Boundary::Address => "address: as number, and no product's name and slash stand before it",
            },
        );
    }
    if let Some(validator) = rule.validator() {
        let otherwise = match rule.on_failed_check() {
            OnFailedCheck::NeedsKeyword => "a keyword right beside a match makes up for a failed one",
            OnFailedCheck::Reject => "a match that fails is none",
        };
        say("validator", &format!("{validator}; {otherwise}"));
    }
    if !rule.anchors().is_empty() {
        say("anchors", &some(rule.anchors()));
    }
    let keywords: Vec<&str> = rule.keywords().collect();
    if !keywords.is_empty() {
        let distance = rule.distance();
        say("keywords", &format!("{} (at most {distance} bytes before a match)", keywords.join(", ")));
    }
    if !rule.keys().is_empty() {
        let strength = match rule.key_strength() {
            Some(KeyStrength::Personal) => "personal",
            _ => "secret: no suppression lifts them",
        };
        say("keys", &format!("{} ({strength})", rule.keys().join(", ")));
    }
    say("action", &action(rule.action()));
    let (positive, negative) = rule.n_examples();
    say("examples", &format!("{positive} that must match, {negative} that must not"));
    told
}

fn tier_means(rule: &Rule) -> &'static str {
    match rule.tier() {
        Tier::A => "matches anywhere",
        Tier::B => "matches where its boundaries are clean",
        Tier::C if rule.has_official_form() => "needs a keyword, or its official form",
        Tier::C | Tier::D => "needs a keyword",
    }
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
