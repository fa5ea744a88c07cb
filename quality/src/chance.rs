//! How often a rule takes a random text of its shape for the real thing.
//!
//! A random text is made from the rule's pattern: *in form*, so that the pattern matches and only
//! checksum and context are left to say no, and *in shape*, with every digit of it replaced by a
//! random digit and every letter by a random letter of its case, so that the pattern is tried, too.

use std::sync::Arc;

use blackbar_core::internals::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Value, json};

use crate::engine;
use crate::lines::Result;

/// A small generator of random numbers (SplitMix64): the same texts in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }
}

/// Appends a random text that `hir` matches. Open repetitions are kept short.
fn draw(hir: &Hir, random: &mut Random, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => draw_class(class, random, out),
        HirKind::Repetition(repetition) => {
            let min = repetition.min as usize;
            let max = repetition.max.map_or(min + 8, |max| (max as usize).min(min + 24));
            for _ in 0..random.between(min, max) {
                draw(&repetition.sub, random, out);
            }
        }
        HirKind::Capture(capture) => draw(&capture.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, random, out)),
        HirKind::Alternation(parts) => draw(&parts[random.below(parts.len())], random, out),
    }
}

fn draw_class(class: &Class, random: &mut Random, out: &mut Vec<u8>) {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect(),
        Class::Bytes(class) => class.iter().map(|r| (u32::from(r.start()), u32::from(r.end()))).collect(),
    };
    let ascii: Vec<(u32, u32)> = ranges
        .iter()
        .filter(|r| r.0 < 0x7f)
        .map(|r| (r.0.max(0x20), r.1.min(0x7e)))
        .filter(|r| r.0 <= r.1)
        .collect();
    let ranges = if ascii.is_empty() { ranges } else { ascii };
    let total: u32 = ranges.iter().map(|(low, high)| high - low + 1).sum();
    let mut at = random.below(total as usize) as u32;
    for (low, high) in ranges {
        let n = high - low + 1;
        if at < n {
            let c = char::from_u32(low + at).unwrap_or('x');
            return out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        at -= n;
    }
}

/// The same text with other digits and letters.
fn shake(text: &str, random: &mut Random) -> String {
    let other = |c: char, random: &mut Random| match c {
        '0'..='9' => (b'0' + random.below(10) as u8) as char,
        'a'..='z' => (b'a' + random.below(26) as u8) as char,
        'A'..='Z' => (b'A' + random.below(26) as u8) as char,
        _ => c,
    };
    text.chars().map(|c| other(c, random)).collect()
}

struct Case<'a> {
    /// The rule alone.
    alone: Scanner,
    /// All rules but those of packs that must be named.
    all: &'a Scanner,
    id: &'a str,
    words: String,
    scratch: (ScanBuffers, ScanBuffers),
}

impl Case<'_> {
    /// Whether the rule alone finds something with and without its keyword, and whether any rule does without.
    fn judge(&mut self, text: &str, asks_all: bool) -> [bool; 3] {
        let mut found = Vec::new();
        let mut finds = |scanner: &Scanner, words: &str, scratch: &mut ScanBuffers| {
            found.clear();
            scanner.scan(text, &KeywordContext { words }, scratch, &mut found);
            found.iter().any(|f| scanner.rules().rule(f.rule).is_some_and(|r| !r.id().is_empty()))
        };
        let bare = finds(&self.alone, "", &mut self.scratch.0);
        let beside =
            if self.words.is_empty() { bare } else { finds(&self.alone, &self.words, &mut self.scratch.0) };
        [bare, beside, asks_all && finds(self.all, "", &mut self.scratch.1)]
    }
}

pub fn run(n: usize, to: &str) -> Result<()> {
    let all = engine::scanner("all")?;
    let everything = engine::rules("everything")?;
    let careful = engine::rules("default")?;
    let ids: Vec<String> = everything.rules().iter().map(|rule| rule.id().to_string()).collect();
    let mut report = Vec::new();
    for rule in everything.rules() {
        let id = &**rule.id();
        let disable = ids.iter().filter(|other| *other != id).cloned().collect();
        let selection = Selection { disable, ..engine::selection("everything") };
        let alone = Scanner::new(Arc::new(RuleSet::build(builtin_packs(), &[], &selection)?));
        let words =
            rule.keywords().find(|word| word.is_ascii()).or_else(|| rule.keywords().next()).unwrap_or("");
        let mut case = Case { alone, all: &all, id, words: words.to_owned(), scratch: Default::default() };
        let patterns: Vec<Hir> = rule.patterns().map(parse).collect::<Result<_>>()?;
        let mut counts = [[0_usize; 3]; 2];
        let mut random = Random(id.bytes().fold(7, |seed, b| seed * 31 + u64::from(b)));
        let rounds = if patterns.is_empty() { 0 } else { n };
        // All rules at once cost much more than one.
        let for_all = rounds / 5;
        for i in 0..rounds {
            let mut bytes = Vec::new();
            draw(&patterns[i % patterns.len()], &mut random, &mut bytes);
            let form = String::from_utf8_lossy(&bytes).into_owned();
            let shape = shake(&form, &mut random);
            for (row, text) in counts.iter_mut().zip([&form, &shape]) {
                for (count, hit) in row.iter_mut().zip(case.judge(text, i < for_all)) {
                    *count += usize::from(hit);
                }
            }
        }
        let share =
            |count: usize, n: usize| if n == 0 { Value::Null } else { json!(count as f64 / n as f64) };
        let rate = |count: usize| share(count, rounds);
        let by_default = careful.find(id).and_then(|idx| careful.rule(idx)).map(|rule| rule.tier_name());
        report.push(json!({
            "id": case.id, "pack": rule.pack(), "entity": rule.entity(), "keyword": words,
            "tier": rule.tier_name(), "tier_by_default": by_default,
            "validator": rule.validator(), "n": rounds, "keys": rule.keys().len(),
            "form": {"bare": rate(counts[0][0]), "beside": rate(counts[0][1]), "any": share(counts[0][2], for_all)},
            "shape": {"bare": rate(counts[1][0]), "beside": rate(counts[1][1]), "any": share(counts[1][2], for_all)},
        }));
    }
    Ok(std::fs::write(to, serde_json::to_vec(&report)?)?)
}

fn parse(pattern: &str) -> Result<Hir> {
    Ok(regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .or_else(|_| regex_syntax::parse(pattern))?)
}
