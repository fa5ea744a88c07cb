//! DataDog's engine over the same texts, and its validators as judges beside those of Blackbar.

use std::collections::BTreeMap;
use std::sync::Arc;

use blackbar_core::internals::find_validator;
use dd_sds::{
    MatchAction, ProximityKeywordsConfig, RegexRuleConfig, RootRuleConfig, RuleConfig, Scanner,
    ScannerBuilder, SecondaryValidator, SimpleEvent,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lines::{Found, Out, Result, Span, Text, read};

#[derive(Deserialize)]
struct Families {
    family: Vec<Family>,
}

#[derive(Deserialize)]
struct Family {
    id: String,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    datadog: Vec<RuleLine>,
}

#[derive(Deserialize)]
struct RuleLine {
    pattern: String,
    validator: Option<String>,
    /// Whether a label must stand near.
    #[serde(default)]
    label: bool,
}

type Rule = RootRuleConfig<Arc<dyn RuleConfig>>;

fn validator(name: &str) -> Result<SecondaryValidator> {
    Ok(serde_json::from_value(json!({"type": name}))?)
}

pub fn run(families: &str, from: &str, to: &str) -> Result<()> {
    let families: Families = toml::from_str(&std::fs::read_to_string(families)?)?;
    let mut rules: Vec<Rule> = Vec::new();
    let mut names = Vec::new();
    for family in &families.family {
        for line in &family.datadog {
            let mut config = RegexRuleConfig::new(&line.pattern);
            config.validator = line.validator.as_deref().map(validator).transpose()?;
            if line.label {
                config = config.with_proximity_keywords(ProximityKeywordsConfig {
                    look_ahead_character_count: 30,
                    included_keywords: family.labels.clone(),
                    excluded_keywords: Vec::new(),
                });
            }
            rules.push(RootRuleConfig::new(config.build()).match_action(MatchAction::None));
            names.push(family.id.clone());
        }
    }
    // One scanner a family: rules of one scanner hide each other where they overlap.
    let mut scanners: BTreeMap<&str, Vec<Rule>> = BTreeMap::new();
    for (name, rule) in names.iter().zip(rules) {
        scanners.entry(name).or_default().push(rule);
    }
    let scanners: Vec<(&str, Scanner)> = scanners
        .into_iter()
        .map(|(name, rules)| {
            Ok((name, ScannerBuilder::new(&rules).build().map_err(|e| format!("{name}: {e}"))?))
        })
        .collect::<Result<_>>()?;
    let mut out = Out::new(to)?;
    for text in read::<Text>(from)? {
        let text = text?;
        let mut spans = Vec::new();
        for (name, scanner) in &scanners {
            let body = SimpleEvent::String(text.text.clone());
            let mut event = if text.words.is_empty() {
                body
            } else {
                SimpleEvent::Map(BTreeMap::from([(text.words.clone(), body)]))
            };
            for found in scanner.scan(&mut event).map_err(|e| format!("{}: {e:?}", text.id))? {
                spans.push(Span::of(&text.text, found.start_index, found.end_index_exclusive, name, name));
            }
        }
        out.line(&Found { id: text.id, spans })?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Candidate {
    text: String,
    blackbar: String,
    datadog: Option<String>,
}

/// What the validators say of candidates.
pub fn judge(from: &str, to: &str) -> Result<()> {
    let mut out = Out::new(to)?;
    let mut scanners: BTreeMap<String, Scanner> = BTreeMap::new();
    let rules = crate::engine::rules("everything")?;
    for candidate in read::<Candidate>(from)? {
        let Candidate { text, blackbar, datadog } = candidate?;
        let ours = match find_validator(&blackbar) {
            Some(validator) => validator.accepts(&text),
            // A weighted sum has no name: it is that of the rule.
            None => {
                let rule = rules.find(&blackbar).and_then(|idx| rules.rule(idx));
                let passes = rule.and_then(|rule| rule.passes_check(&text));
                passes.ok_or_else(|| format!("no validator or rule with a check {blackbar}"))?
            }
        };
        let mut theirs = Value::Null;
        if let Some(name) = datadog {
            if !scanners.contains_key(&name) {
                let mut config = RegexRuleConfig::new(r"[0-9A-Za-z][0-9A-Za-z /.()-]+");
                config.validator = Some(validator(&name)?);
                let rule: Rule = RootRuleConfig::new(config.build()).match_action(MatchAction::None);
                scanners
                    .insert(name.clone(), ScannerBuilder::new(&[rule]).build().map_err(|e| e.to_string())?);
            }
            let mut event = SimpleEvent::String(text.clone());
            let found = scanners[&name].scan(&mut event).map_err(|e| format!("{e:?}"))?;
            theirs = found.iter().any(|m| m.start_index == 0 && m.end_index_exclusive == text.len()).into();
        }
        out.line(&json!({"blackbar": ours, "datadog": theirs}))?;
    }
    Ok(())
}
