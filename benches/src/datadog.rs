//! DataDog's scanner with the regexes of Blackbar's rules.

use std::time::Duration;

use blackbar_core::rules::{Rule, RuleSet};
use dd_sds::{MatchAction, RegexRuleConfig, RootRuleConfig, Scanner, SimpleEvent};

use crate::{Error, clock};

/// A scanner, and how many rules it has.
pub struct Peer {
    scanner: Scanner,
    /// Rules whose regex it took.
    pub n_rules: usize,
}

impl Peer {
    /// One rule for each of ours: its first pattern, and its keywords where it needs one.
    ///
    /// # Errors
    /// It refuses all of them together.
    pub fn new(rules: &RuleSet) -> Result<Self, Error> {
        let configs: Vec<_> = rules.rules().iter().filter_map(config).collect();
        let n_rules = configs.len();
        let scanner = Scanner::builder(&configs).build().map_err(|error| error.to_string())?;
        Ok(Self { scanner, n_rules })
    }

    /// Scans texts one by one; gives the time and the number of matches.
    pub fn scan(&self, texts: &[&str]) -> (Duration, usize) {
        let mut events: Vec<SimpleEvent> =
            texts.iter().map(|text| SimpleEvent::String((*text).to_owned())).collect();
        clock::timed(|| {
            events.iter_mut().map(|event| self.scanner.scan(event).map_or(0, |found| found.len())).sum()
        })
    }
}

fn config(rule: &Rule) -> Option<RootRuleConfig<std::sync::Arc<dyn dd_sds::RuleConfig>>> {
    let pattern = rule.patterns().next()?;
    let mut config = RegexRuleConfig::new(pattern);
    if rule.needs_keyword() {
        let keywords: Vec<&str> = rule.keywords().collect();
        if !keywords.is_empty() {
            config = config.with_included_keywords(keywords);
        }
    }
    let action = MatchAction::Redact { replacement: "[redacted]".to_owned() };
    let config = RootRuleConfig::new(config.build()).match_action(action);
    Scanner::builder(std::slice::from_ref(&config)).build().is_ok().then_some(config)
}
