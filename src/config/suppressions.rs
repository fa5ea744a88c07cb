//! `[[suppressions]]`: exceptions to what rules find, each with a reason.
//!
//! A suppression that could exempt more than its author meant is an error, not a warning.

use blackbar_core::policy::{Selectors, SuppressError, Suppression, Treatment};
use blackbar_core::rules::{RuleIdx, RuleSet};
use serde::Deserialize;
use toml::value::Datetime;

use crate::config::checker::Checker;

/// One `[[suppressions]]`, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuppression {
    value_hash: Option<String>,
    pattern: Option<String>,
    path: Option<String>,
    selector: Option<String>,
    rules: Option<Vec<String>>,
    reason: Option<String>,
    expires: Option<Datetime>,
}

/// Where the hash key comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HashKey {
    /// From a file. It outlives this process.
    FromFile,
    /// Random at each start.
    Random,
}

/// Reads all suppressions. Without `rules`, which is a problem of its own, their rule ids are not
/// checked.
pub(crate) fn check(checker: &mut Checker<'_>, rules: Option<&RuleSet>, key: HashKey) -> Vec<Suppression> {
    let raws: Vec<(String, RawSuppression)> = checker.sections("suppressions");
    raws.into_iter().filter_map(|(place, raw)| check_one(checker, &place, raw, rules, key)).collect()
}

fn check_one(
    checker: &mut Checker<'_>,
    place: &str,
    raw: RawSuppression,
    rules: Option<&RuleSet>,
    key: HashKey,
) -> Option<Suppression> {
    let RawSuppression { value_hash, pattern, path, selector, rules: ids, reason, expires } = raw;
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    if reason.is_none() {
        checker.problem(&format!("{place}.reason"), "missing; say why this may be exempt");
    }
    let ids = rule_idxs(checker, place, ids, rules);
    let expires = match expires {
        Some(date) => Some(end(checker, place, date)?),
        None => None,
    };
    let kinds = [("value_hash", value_hash), ("pattern", pattern), ("path", path), ("selector", selector)];
    let mut named = kinds.into_iter().filter_map(|(kind, text)| Some((kind, text?)));
    let (Some((kind, text)), None) = (named.next(), named.next()) else {
        let hint = "write exactly one of value_hash, pattern, path and selector";
        checker.problem(place, hint);
        return None;
    };
    let place = format!("{place}.{kind}");
    if kind == "value_hash" && key == HashKey::Random {
        let hint = "hashes need a stable key; set redaction.hash_key_file";
        checker.problem(&place, hint);
    }
    let mut suppression = match suppression(kind, text) {
        Ok(suppression) => suppression,
        Err(message) => {
            checker.problem(&place, message);
            return None;
        }
    };
    if ids.is_empty() && suppression.is_wide() {
        checker.warn(&place, "it exempts nearly everything that any rule finds; narrow it, or list rules");
    }
    suppression.rules = ids;
    suppression.reason = reason?;
    suppression.expires = expires;
    Some(suppression)
}

fn suppression(kind: &str, text: String) -> Result<Suppression, String> {
    let message = |error: SuppressError| error.to_string();
    match kind {
        "value_hash" => Suppression::of_value(&text).map_err(message),
        "pattern" => Suppression::of_pattern(&text).map_err(message),
        "path" => Suppression::of_path(&text).map_err(message),
        _ => match Selectors::parse([(text.as_str(), Treatment::Allow)]) {
            Ok(_) if text.trim() == "*" => {
                Err("selects every element; write a narrower one such as \".public\"".to_owned())
            }
            Ok(_) => Ok(Suppression::of_selector(text)),
            Err(error) => Err(format!("{text:?}: {}; write one such as \".public\"", error.reason())),
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
        let hint = "empty; remove the key to mean all rules";
        checker.problem(&format!("{place}.rules"), hint);
    }
    let mut found = Vec::new();
    for (idx, id) in ids.iter().enumerate() {
        match rules.map(|rules| rules.find(id)) {
            Some(Some(rule)) => found.push(rule),
            Some(None) => {
                let hint = "`blackbar rules list --config FILE` lists the active rules";
                checker.problem(
                    &format!("{place}.rules[{idx}]"),
                    format!("the rule {id:?} is not active; {hint}"),
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
        checker.problem(&key, "not a date; write one such as 2027-12-31, without quotes");
        return None;
    };
    if end <= now() {
        checker.warn(&key, &format!("expired after {expires} and is not applied; remove or renew it"));
    }
    Some(end)
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default()
}
