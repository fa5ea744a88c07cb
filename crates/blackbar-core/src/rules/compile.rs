//! Compiles one rule as written to one rule that runs, or reports what is wrong with it.

use std::sync::Arc;

use regex_automata::{meta, util::syntax};
use regex_syntax::hir::{Hir, Look};

use crate::rules::allow_separators::allow_separators;
use crate::rules::shape::Shape;
use crate::rules::syntax::{
    BoundarySyntax, FailedCheckSyntax, GroupingSyntax, KeyStrengthSyntax, NegativeSyntax, PositiveSyntax,
    RuleSyntax, TierSyntax,
};
use crate::rules::{
    Action, Boundary, Example, Examples, KeyStrength, Keyword, OnFailedCheck, Pattern, Rule, Tier,
};
use crate::validate;
use crate::validate::ValueCheck;
use crate::validate::weighted_sum::WeightedSum;

/// How many bytes before a match a keyword may be, unless the rule says otherwise.
const DEFAULT_DISTANCE_BYTES: u16 = 48;
/// Shortest keyword or anchor that is worth searching for.
const MIN_LITERAL_LEN: usize = 2;
/// Largest compiled size of one regex, in bytes.
const MAX_REGEX_BYTES: usize = 4 << 20;

/// Compiles `rule`, or returns everything that must change.
pub(crate) fn rule(
    rule: &RuleSyntax,
    pack: &Arc<str>,
    tier: TierSyntax,
    action: Action,
) -> Result<Rule, Vec<String>> {
    let mut wrong = Vec::new();
    let tier = self::tier(tier);
    check_words(rule, &mut wrong);
    let anchors = anchors(rule, &mut wrong);
    let patterns = patterns(rule, tier, &anchors, &mut wrong);
    let validator = value_check(rule, &mut wrong);
    let compiled = Rule {
        id: Arc::from(rule.id.as_str()),
        name: rule.name.clone().unwrap_or_else(|| rule.id.replace('-', " ")),
        pack: Arc::clone(pack),
        entity: rule.entity.clone(),
        entity_idx: 0,
        description: rule.description.clone(),
        tier,
        action,
        boundary: boundary(rule),
        validator,
        on_failed_check: match rule.on_failed_check {
            FailedCheckSyntax::Keyword => OnFailedCheck::NeedsKeyword,
            FailedCheckSyntax::Reject => OnFailedCheck::Reject,
        },
        anchors,
        anchors_end_word: rule.anchors_end_word,
        digits: usize::from(rule.digits.unwrap_or(0)),
        run: usize::from(rule.run.unwrap_or(0)),
        hex_groups: usize::from(rule.hex_groups.unwrap_or(0)),
        keywords: rule.keywords.iter().flat_map(|keyword| parse_keyword(keyword)).collect(),
        distance: usize::from(rule.distance.unwrap_or(DEFAULT_DISTANCE_BYTES)),
        allow: rule.allow.iter().map(|value| value.to_lowercase()).collect(),
        replaces: rule.replaces.clone(),
        keys: rule.keys.clone(),
        key_strength: key_strength(rule),
        examples: examples(rule),
        patterns,
    };
    check_reach(&compiled, rule, &mut wrong);
    if wrong.is_empty() { Ok(compiled) } else { Err(wrong) }
}

fn value_check(rule: &RuleSyntax, wrong: &mut Vec<String>) -> Option<ValueCheck> {
    let checked = match (&rule.validator, &rule.check) {
        (None, None) => return None,
        (Some(_), Some(_)) => Err("give it a validator or a check, not both".to_owned()),
        (Some(name), None) => validate::find(name)
            .map(ValueCheck::Named)
            .ok_or_else(|| format!("unknown validator \"{name}\"; `blackbar rules validators` lists them")),
        (None, Some(check)) => {
            WeightedSum::new(check.parameters()).map(|sum| ValueCheck::WeightedSum(Arc::new(sum)))
        }
    };
    checked.map_err(|message| wrong.push(message)).ok()
}

fn boundary(rule: &RuleSyntax) -> Boundary {
    match rule.boundary.unwrap_or(BoundarySyntax::Word) {
        BoundarySyntax::None => Boundary::None,
        BoundarySyntax::Word => Boundary::Word,
        BoundarySyntax::Number => Boundary::Number,
        BoundarySyntax::Address => Boundary::Address,
    }
}

fn key_strength(rule: &RuleSyntax) -> Option<KeyStrength> {
    if rule.keys.is_empty() {
        return None;
    }
    Some(match rule.key_strength {
        Some(KeyStrengthSyntax::Personal) => KeyStrength::Personal,
        Some(KeyStrengthSyntax::Secret) | None => KeyStrength::Secret,
    })
}

fn tier(tier: TierSyntax) -> Tier {
    match tier {
        TierSyntax::Distinctive => Tier::Distinctive,
        TierSyntax::Bounded => Tier::Bounded,
        TierSyntax::KeywordOrSeparators => Tier::KeywordOrSeparators,
        TierSyntax::Keyword => Tier::Keyword,
    }
}

fn check_words(rule: &RuleSyntax, wrong: &mut Vec<String>) {
    let is_kebab = |id: &str| {
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !is_kebab(&rule.id) {
        wrong.push("write the id in lower-case words joined by hyphens".to_owned());
    }
    for (what, words) in [("keyword", &rule.keywords), ("anchor", &rule.anchors)] {
        for word in words {
            if word.trim_matches('*').len() < MIN_LITERAL_LEN && !matches!(word.as_str(), "@" | "?" | "&") {
                wrong.push(format!("the {what} \"{word}\" is too short to search for"));
            }
        }
    }
    if rule.pattern.as_slice().is_empty() && rule.keys.is_empty() {
        wrong.push("give it a pattern, or keys, or both".to_owned());
    }
}

/// The anchors written in the rule, and those of its word list.
fn anchors(rule: &RuleSyntax, wrong: &mut Vec<String>) -> Vec<String> {
    let mut anchors = rule.anchors.clone();
    if let Some(name) = &rule.anchor_list {
        if let Some(words) = validate::word_list(name) {
            anchors.extend(words);
        } else {
            let known = validate::WORD_LISTS.join(", ");
            wrong.push(format!("unknown anchor_list \"{name}\"; there are: {known}"));
        }
    }
    anchors
}

fn patterns(rule: &RuleSyntax, tier: Tier, anchors: &[String], wrong: &mut Vec<String>) -> Vec<Pattern> {
    let main =
        rule.pattern.as_slice().iter().map(|source| (Ok(source.clone()), tier <= Tier::Bounded, false));
    let separated =
        rule.pattern_with_separators.as_slice().iter().map(|source| (Ok(source.clone()), true, false));
    let with_keyword =
        rule.pattern_with_keyword.as_slice().iter().map(|source| (Ok(source.clone()), false, false));
    let is_loose = rule.grouping == GroupingSyntax::Any;
    let loose =
        rule.pattern.as_slice().iter().chain(rule.pattern_with_keyword.as_slice()).filter(|_| is_loose);
    let loose = loose.map(|source| (with_separators(source), false, true));
    let mut patterns = Vec::new();
    for (source, is_free, is_strict) in main.chain(separated).chain(with_keyword).chain(loose) {
        let compiled = source.and_then(|source| pattern(&source, boundary(rule), anchors));
        match compiled {
            Ok(pattern) => patterns.push(Pattern { is_free, is_strict, ..pattern }),
            Err(message) => wrong.push(message),
        }
    }
    patterns
}

fn with_separators(source: &str) -> Result<String, String> {
    parse(source).map(|hir| allow_separators(&hir).to_string())
}

fn pattern(source: &str, boundary: Boundary, anchors: &[String]) -> Result<Pattern, String> {
    let hir = parse(source)?;
    let is_wide = !source.is_ascii();
    let regex = meta::Regex::builder()
        .configure(
            meta::Config::new()
                .utf8_empty(is_wide)
                .nfa_size_limit(Some(MAX_REGEX_BYTES))
                .hybrid_cache_capacity(1 << 20),
        )
        .build_from_hir(&ends_word(hir.clone(), boundary))
        .map_err(|error| format!("the pattern does not compile: {error}"))?;
    if hir.properties().minimum_len().unwrap_or(0) == 0 {
        return Err("the pattern matches nothing at all; ask for at least one character".to_owned());
    }
    let value = regex.group_info().to_index(regex_automata::PatternID::ZERO, "value");
    Ok(Pattern {
        regex,
        source: source.to_owned(),
        boundary,
        value,
        is_free: false,
        is_strict: false,
        shape: Shape::of(&hir, anchors),
    })
}

/// The pattern must end where its boundary can be clean, so that a match that would end inside a word gives way to
/// a shorter one that does not.
fn ends_word(hir: Hir, boundary: Boundary) -> Hir {
    match boundary {
        Boundary::None => hir,
        Boundary::Word | Boundary::Number | Boundary::Address => {
            Hir::concat(vec![hir, Hir::look(Look::WordEndHalfAscii)])
        }
    }
}

/// The text was folded: ASCII classes are enough unless the author wrote other letters.
fn parse(source: &str) -> Result<Hir, String> {
    let is_wide = !source.is_ascii();
    let config = syntax::Config::new().unicode(is_wide).utf8(is_wide).nest_limit(64);
    syntax::parse_with(source, &config)
        .map_err(|error| format!("the pattern does not parse (no look-around, no back-references): {error}"))
}

/// Every pattern must be one that the prefilter can schedule.
fn check_reach(rule: &Rule, syntax: &RuleSyntax, wrong: &mut Vec<String>) {
    if rule.patterns.is_empty() {
        return;
    }
    if syntax.tier.is_none() {
        wrong.push("set its tier: distinctive, bounded, keyword_or_separators or keyword".to_owned());
    }
    if syntax.tier.is_some_and(|tier| self::tier(tier) >= Tier::KeywordOrSeparators)
        && rule.keywords.is_empty()
    {
        wrong.push("tiers keyword_or_separators and keyword need keywords".to_owned());
    }
    if !syntax.pattern_with_separators.as_slice().is_empty()
        && !matches!(syntax.tier, Some(TierSyntax::KeywordOrSeparators))
    {
        wrong.push("pattern_with_separators is for the tier keyword_or_separators alone".to_owned());
    }
    if rule.keywords.is_empty() && rule.patterns.iter().any(|pattern| !pattern.is_free) {
        wrong.push("a form that counts only next to a keyword needs keywords".to_owned());
    }
    if rule.tier == Tier::Bounded && rule.boundary == Boundary::None {
        wrong.push("tier bounded needs a boundary: word, number or address".to_owned());
    }
    for pattern in &rule.patterns {
        let is_anchored = !rule.anchors.is_empty();
        let is_counted =
            rule.digits > 0 || rule.run > 0 || rule.hex_groups > 0 || pattern.shape.min_digits > 0;
        if pattern.is_free && !is_anchored && !is_counted {
            wrong.push(
                "give it anchors (literals, of which every match contains one) or digits (the least number of digits \
                 in a row that every match contains) or run (of letters and digits), or it would have to run on all text"
                    .to_owned(),
            );
        }
        let begins = pattern.is_free && pattern.shape.starts_with_anchor;
        if pattern.shape.max_len.is_none() && !begins {
            wrong.push("bound the repetitions of the pattern, or let it begin with an anchor".to_owned());
        }
    }
}

/// `*` at an end allows letters there. A space also matches a hyphen, an underscore or nothing.
fn parse_keyword(written: &str) -> impl Iterator<Item = Keyword> {
    let text = written.trim_matches('*').to_lowercase();
    let joints: &[&str] = if text.contains(' ') { &[" ", "-", "_", ""] } else { &[" "] };
    joints.iter().map(move |joint| Keyword {
        text: text.replace(' ', joint),
        is_open_left: written.starts_with('*'),
        is_open_right: written.ends_with('*'),
    })
}

fn examples(rule: &RuleSyntax) -> Examples {
    let example = |text: &str, context: &str, because: &str, offset| Example {
        text: text.to_owned(),
        context: context.to_owned(),
        because: because.to_owned(),
        offset,
        line: 0,
    };
    let positive = rule.must_match.iter().map(|spanned| match spanned.as_ref() {
        PositiveSyntax::Text(text) => example(text, "", "", spanned.span().start),
        PositiveSyntax::InContext(pair) => example(&pair.text, &pair.context, "", spanned.span().start),
    });
    let negative = rule.must_not_match.iter().map(|spanned| {
        let NegativeSyntax { text, context, because } = spanned.as_ref();
        example(text, context, because, spanned.span().start)
    });
    Examples {
        line: 0,
        file: String::new(),
        positive: positive.collect(),
        negative: negative.collect(),
        keys_not_matched: rule.keys_not_matched.clone(),
    }
}

impl Rule {
    /// How many digits a cluster needs so that `pattern` can match in it.
    pub(crate) fn need(&self, pattern: &Pattern) -> usize {
        self.digits.max(pattern.shape.min_row)
    }
}

impl Pattern {
    /// The parsed pattern between clean boundaries, for automata that decide whether it occurs at all.
    pub(crate) fn hir(&self) -> Result<Hir, String> {
        let ended = ends_word(parse(&self.source)?, self.boundary);
        Ok(match self.boundary {
            Boundary::None => ended,
            Boundary::Word | Boundary::Number | Boundary::Address => {
                Hir::concat(vec![Hir::look(Look::WordStartHalfAscii), ended])
            }
        })
    }
}
