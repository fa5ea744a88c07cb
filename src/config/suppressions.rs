//! `[[suppressions]]`: reasoned exceptions to what rules find.
//!
//! One that could silence more than its author meant is no warning but a problem: nothing starts.

use blackbar_core::redact::suppress::{
    PathPattern, SuppressError, Suppression, What, WholePattern, parse_hash,
};
use blackbar_core::rules::{RuleIdx, RuleSet};
use blackbar_core::session::selector::Selectors;
use blackbar_core::session::treatment::Treatment;
use serde::Deserialize;
use toml::value::Datetime;

use crate::config::checker::Checker;

/// One `[[suppressions]]`, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    value_hash: Option<String>,
    pattern: Option<String>,
    path: Option<String>,
    selector: Option<String>,
    rules: Option<Vec<String>>,
    reason: Option<String>,
    expires: Option<Datetime>,
}

/// Whether the key of hashes outlives this process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// It comes from a file.
    Kept,
    /// It is another one at each start.
    Random,
}

/// Reads all suppressions. Without `rules` their ids are not checked, which is a problem already.
pub(crate) fn check(checker: &mut Checker<'_>, rules: Option<&RuleSet>, key: Key) -> Vec<Suppression> {
    let raws: Vec<(String, Raw)> = checker.sections("suppressions");
    raws.into_iter().filter_map(|(place, raw)| one(checker, &place, raw, rules, key)).collect()
}

fn one(
    checker: &mut Checker<'_>,
    place: &str,
    raw: Raw,
    rules: Option<&RuleSet>,
    key: Key,
) -> Option<Suppression> {
    let Raw { value_hash, pattern, path, selector, rules: ids, reason, expires } = raw;
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    if reason.is_none() {
        checker.problem(&format!("{place}.reason"), "say why: an auditor will ask");
    }
    let ids = rule_idxs(checker, place, ids, rules);
    let expires = match expires {
        Some(date) => Some(end(checker, place, date)?),
        None => None,
    };
    let kinds = [("value_hash", value_hash), ("pattern", pattern), ("path", path), ("selector", selector)];
    let mut named = kinds.into_iter().filter_map(|(kind, text)| Some((kind, text?)));
    let (Some((kind, text)), None) = (named.next(), named.next()) else {
        let hint = "name one thing that it vouches for: value_hash, pattern, path or selector";
        checker.problem(place, hint);
        return None;
    };
    let place = format!("{place}.{kind}");
    if kind == "value_hash" && key == Key::Random {
        let hint = "a key that is another one at each start fits no hash; name redaction.hash_key_file";
        checker.problem(&place, hint);
    }
    let what = match what(kind, text) {
        Ok(what) => what,
        Err(message) => {
            checker.problem(&place, message);
            return None;
        }
    };
    if let What::Pattern(pattern) = &what
        && ids.is_empty()
        && pattern.is_wide()
    {
        checker.warn(&place, "it takes nearly everything that any rule finds; narrow it, or name rules");
    }
    Some(Suppression { what, rules: ids, reason: reason?, expires })
}

fn what(kind: &str, text: String) -> Result<What, String> {
    let told = |error: SuppressError| error.to_string();
    match kind {
        "value_hash" => parse_hash(&text).map(What::Value).map_err(told),
        "pattern" => WholePattern::new(&text).map(What::Pattern).map_err(told),
        "path" => PathPattern::new(&text).map(What::Path).map_err(told),
        _ => match Selectors::parse([(text.as_str(), Treatment::Allow)]) {
            Ok(_) if text.trim() == "*" => {
                Err("this selects every element; write one such as \".public\"".to_owned())
            }
            Ok(_) => Ok(What::Selector(text)),
            Err(error) => Err(format!("{text:?}: {}; write one such as \".public\"", error.reason)),
        },
    }
}

fn rule_idxs(
    checker: &mut Checker<'_>,
    place: &str,
    ids: Option<Vec<String>>,
    rules: Option<&RuleSet>,
) -> Vec<RuleIdx> {
    let Some(ids) = ids else { return Vec::new() };
    if ids.is_empty() {
        let hint = "this names no rule; leave the key out if all are meant";
        checker.problem(&format!("{place}.rules"), hint);
    }
    let mut found = Vec::new();
    for (idx, id) in ids.iter().enumerate() {
        match rules.map(|rules| rules.find(id)) {
            Some(Some(rule)) => found.push(rule),
            Some(None) => {
                let hint = "`blackbar rules list --config FILE` shows those that are";
                checker.problem(
                    &format!("{place}.rules[{idx}]"),
                    format!("the rule {id:?} is not in force; {hint}"),
                );
            }
            None => {}
        }
    }
    found
}

/// The first second after the day that `expires` names, in UTC.
fn end(checker: &mut Checker<'_>, place: &str, expires: Datetime) -> Option<u64> {
    let key = format!("{place}.expires");
    let date = expires.date.filter(|_| expires.time.is_none() && expires.offset.is_none());
    let end = date.and_then(|date| {
        let date = jiff::civil::Date::new(
            i16::try_from(date.year).ok()?,
            i8::try_from(date.month).ok()?,
            i8::try_from(date.day).ok()?,
        );
        let end = date.ok()?.tomorrow().ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
        u64::try_from(end.timestamp().as_second()).ok()
    });
    let Some(end) = end else {
        checker.problem(&key, "this is not a day; write one such as 2027-12-31, without quotes");
        return None;
    };
    if end <= now() {
        checker.warn(&key, &format!("it ended with {expires} and is not applied; take it out or renew it"));
    }
    Some(end)
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default()
}
