//! JSON that no grammar knows: every string, number and key of it is judged.
//!
//! Keys are context: some decide by themselves that their whole value goes. Runs over the flat
//! index in one loop, without recursion.

use std::borrow::Cow;

use crate::parse::json::JsonError;
use crate::parse::json::Kind;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::redact::policy::Posture;
use crate::redact::recording::dom;
use crate::redact::surface::Surface;
use crate::redact::text::labels;
use crate::redact::text::labels::Labels;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::replace_all;
use crate::redact::text::redactor::settle;
use crate::redact::text::tag;
use crate::redact::text::tag::Why;
use crate::rules::RuleIdx;
use crate::text::edit::Edit;
use crate::text::json_str;

/// How a string is judged.
#[derive(Clone, Copy)]
pub(crate) enum Treat {
    /// With every encoding seen through.
    See,
    /// As a URL.
    Url,
    /// As a list of image candidates.
    Srcset,
    /// As CSS.
    Css,
    /// As the address of pixels, or pixels.
    Image,
    /// As the packed list of elements of an autocaptured event.
    ElementsChain,
    /// As the text of a script.
    Script,
    /// As something that names a person: whole, and always to the same pseudonym.
    Identity,
    /// By rules, whatever the posture of the place.
    ByRules,
    /// It goes, whatever it says.
    Whole(Why),
}

/// What a grammar says of the strings below a key.
pub(crate) type ByKey = fn(&str) -> Option<Treat>;

/// A key on the way to a value.
struct Step {
    /// Where it starts in the text of the trail.
    start: usize,
    /// Where its value ends in the index.
    end: usize,
    /// The rule that it, or a key above it, decides by.
    rule: Option<RuleIdx>,
    /// How the strings below it are judged.
    treat: Option<Treat>,
}

/// Keys that lead to a value: the last two are its context.
#[derive(Default)]
struct Trail {
    text: String,
    steps: Vec<Step>,
}

impl Trail {
    fn leave(&mut self, idx: usize) {
        while let Some(step) = self.steps.last()
            && step.end <= idx
        {
            self.text.truncate(step.start.saturating_sub(1));
            self.steps.pop();
        }
    }

    fn enter(&mut self, key: &str, end: usize, rule: Option<RuleIdx>, treat: Option<Treat>) {
        const LONGEST: usize = 64;
        let above = self.steps.last();
        let rule = rule.or(above.and_then(|step| step.rule));
        let treat = treat.or(above.and_then(|step| step.treat));
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(key.get(..key.floor_char_boundary(LONGEST)).unwrap_or(key));
        self.steps.push(Step { start, end, rule, treat });
    }

    fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn words<'a>(&'a self, inherited: &'a str) -> &'a str {
        if self.steps.is_empty() {
            return inherited;
        }
        let from = self.steps.iter().rev().nth(1).map_or(0, |step| step.start);
        self.text.get(from..).unwrap_or("")
    }

    /// The innermost key.
    fn last(&self) -> &str {
        self.steps.last().and_then(|step| self.text.get(step.start..)).unwrap_or("")
    }

    fn rule(&self) -> Option<RuleIdx> {
        self.steps.last().and_then(|step| step.rule)
    }

    fn treat(&self) -> Treat {
        match self.steps.last() {
            Some(Step { rule: Some(idx), .. }) => Treat::Whole(Why::Rule(*idx)),
            Some(Step { treat: Some(treat), .. }) => *treat,
            _ => Treat::See,
        }
    }
}

impl Redactor<'_> {
    /// Judges all of a value.
    pub(crate) fn json(&mut self, value: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        if matches!(value.kind(), Kind::Null | Kind::Bool) {
            return;
        }
        self.walk(value.nodes(), place, |_| None, out);
    }

    /// Judges an entry of an object: its key, and all of its value.
    pub(crate) fn entry(&mut self, key: Value<'_>, value: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        self.walk(std::iter::once(key).chain(value.nodes()), place, |_| None, out);
    }

    /// Judges an entry of an object whose grammar is known.
    pub(crate) fn walk_entry(
        &mut self,
        key: Value<'_>,
        value: Value<'_>,
        place: Place<'_>,
        by_key: ByKey,
        out: &mut Vec<Edit>,
    ) {
        self.walk(std::iter::once(key).chain(value.nodes()), place, by_key, out);
    }

    /// Judges all of a value, where a grammar knows what stands below some keys.
    pub(crate) fn by_key(&mut self, value: Value<'_>, place: Place<'_>, by_key: ByKey, out: &mut Vec<Edit>) {
        self.walk(value.nodes(), place, by_key, out);
    }

    /// Judges an entry of an object, with `above` as the key that leads to the object.
    pub(crate) fn entry_below(
        &mut self,
        above: &str,
        key: Value<'_>,
        value: Value<'_>,
        place: Place<'_>,
        out: &mut Vec<Edit>,
    ) {
        let mut trail = Trail::default();
        trail.enter(above, usize::MAX, None, None);
        self.walk_along(trail, std::iter::once(key).chain(value.nodes()), place, |_| None, out);
    }

    /// Judges all of a value that stands outside of JSON under a name.
    pub(crate) fn json_named(&mut self, name: &str, value: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        let mut trail = Trail::default();
        trail.enter(name, usize::MAX, self.key_rule(Word::of(name), name, ""), None);
        self.walk_along(trail, value.nodes(), place, |_| None, out);
    }

    fn walk<'v>(
        &mut self,
        nodes: impl Iterator<Item = Value<'v>>,
        place: Place<'_>,
        by_key: ByKey,
        out: &mut Vec<Edit>,
    ) {
        self.walk_along(Trail::default(), nodes, place, by_key, out);
    }

    fn walk_along<'v>(
        &mut self,
        mut trail: Trail,
        nodes: impl Iterator<Item = Value<'v>>,
        place: Place<'_>,
        by_key: ByKey,
        out: &mut Vec<Edit>,
    ) {
        let mut labels = Labels::default();
        for node in nodes {
            trail.leave(node.idx());
            match node.kind() {
                Kind::Key => {
                    let key = node.text();
                    let label = labels.of(node);
                    // A value of OTLP says its type in a key: the label above it is what counts.
                    let word = if label.is_some() { Word::Other } else { node.word() };
                    if label.is_some() || trail.is_empty() || !labels::is_type(word) {
                        let name = label.unwrap_or(Cow::Borrowed(&*key));
                        let rule = self.key_rule(word, &name, trail.last());
                        trail.enter(&name, node.value_end(), rule, by_key(&key));
                    }
                    // A word of the format says nothing about anyone.
                    if node.word() == Word::Other {
                        self.key(node, place, out);
                    }
                }
                Kind::String => self.string(node, place.words(trail.words(place.words)), trail.treat(), out),
                Kind::Number if place.keeps_numbers && trail.rule().is_none() => self.measure(node, out),
                Kind::Number => self.number(node, place.words(trail.words(place.words)), trail.rule(), out),
                Kind::Object => labels.read(node),
                Kind::Array | Kind::Bool | Kind::Null => {}
            }
        }
    }

    /// The rule that a key decides by, alone or with the key above it: `user` → `name`.
    fn key_rule(&mut self, word: Word, key: &str, above: &str) -> Option<RuleIdx> {
        const GENERAL: [&str; 12] = [
            "name", "number", "no", "id", "value", "code", "date", "address", "first", "last", "street",
            "key",
        ];
        let rules = self.policy.rules();
        self.tools.keys.rule(word, key, rules).or_else(|| {
            const LONGEST: usize = 7;
            let may_be = !above.is_empty() && key.len() <= LONGEST;
            let is_general = may_be && GENERAL.iter().any(|word| key.eq_ignore_ascii_case(word));
            is_general.then(|| rules.key_rule(&format!("{above} {key}"))).flatten()
        })
    }

    /// Judges a string of a document.
    pub(crate) fn string(&mut self, value: Value<'_>, place: Place<'_>, treat: Treat, out: &mut Vec<Edit>) {
        if value.raw().is_empty() {
            return;
        }
        let text = value.text();
        let mut edits = Vec::new();
        self.at(value, &mut edits, |this, edits| this.text(&text, place, treat, edits));
        carry(value, &text, place.mask, edits, out);
    }

    /// Judges a text as what it is.
    pub(crate) fn text(&mut self, text: &str, place: Place<'_>, treat: Treat, out: &mut Vec<Edit>) {
        let treat = match treat {
            Treat::Whole(Why::Rule(rule)) if self.is_lifted(rule, text) => Treat::See,
            other => other,
        };
        match treat {
            Treat::See if place.surface == Surface::Person => self.identity(text, place, out),
            Treat::See => self.see(text, place, out),
            Treat::Url => self.url(text, place.surface(Surface::Url), out),
            Treat::Srcset => self.srcset(text, place.surface(Surface::Url), out),
            Treat::Css => self.css(text, place.surface(Surface::Css), out),
            Treat::Image => self.image(text, place, out),
            Treat::Script => dom::script(text, out),
            Treat::ElementsChain => self.elements_chain(text, place, out),
            Treat::Identity => self.identity(text, place, out),
            Treat::ByRules => self.see(text, place.posture(Posture::Rules), out),
            // Targeting compares a person's properties: what goes keeps one name everywhere.
            Treat::Whole(why) if place.surface == Surface::Person => {
                self.note_whole(why, text);
                self.pseudonym(text, tag::tag(why, place.surface), out);
            }
            Treat::Whole(why) => self.whole(text, why, place, out),
        }
    }

    /// A text that names a person: if anything is found in it, all of it becomes a pseudonym.
    fn identity(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let mut found = Vec::new();
        self.see(text, place.posture(Posture::Rules), &mut found);
        if let Some(first) = found.first() {
            let tag = first.tag;
            self.pseudonym(text, tag, out);
        }
    }

    fn pseudonym(&mut self, text: &str, tag: u32, out: &mut Vec<Edit>) {
        if !text.is_empty() && !mask::is_pseudonym(text) {
            let with = mask::pseudonym(text, &self.policy.hash_key);
            out.push(Edit { span: (0..text.len()).into(), with: with.into_bytes(), tag });
        }
    }

    /// Judges a number of a document; what goes becomes a zero, which any consumer of a number takes.
    pub(crate) fn number(
        &mut self,
        value: Value<'_>,
        place: Place<'_>,
        rule: Option<RuleIdx>,
        out: &mut Vec<Edit>,
    ) {
        const SHORTEST: usize = 4;
        let raw = value.raw();
        if raw == "0" {
            return;
        }
        let mut found = Vec::new();
        self.at(value, &mut found, |this, found| {
            if let Some(idx) = rule.filter(|&idx| !this.is_lifted(idx, raw)) {
                let why = Why::Rule(idx);
                this.note_whole(why, raw);
                replace_all(raw, "0", why, place.surface, found);
            } else if raw.len() >= SHORTEST && !raw.bytes().any(|b| matches!(b, b'.' | b'e' | b'E')) {
                // A fraction is a measure, and too short a number says nothing without a key that decides.
                this.plain(raw, place.posture(Posture::Rules), found);
            }
        });
        if let Some(edit) = found.first() {
            out.push(Edit { span: value.span(), with: b"0".to_vec(), tag: edit.tag });
        }
    }

    /// Judges a number that is an id, a time or a size by its place: it stays as it is unless it
    /// is too long to be one.
    pub(crate) fn measure(&mut self, value: Value<'_>, out: &mut Vec<Edit>) {
        if !is_measure(value.raw()) {
            self.number(value, Place::new(Surface::Unknown), None, out);
        }
    }

    /// Judges a key; one that goes becomes a pseudonym, which stays unique in its object.
    pub(crate) fn key(&mut self, key: Value<'_>, place: Place<'_>, out: &mut Vec<Edit>) {
        let text = key.text();
        let mut found = Vec::new();
        let place = Place::new(Surface::Key).words(place.words);
        self.at(key, &mut found, |this, found| this.see(&text, place, found));
        if let Some(edit) = found.first() {
            let with = mask::pseudonym(&text, &self.policy.hash_key).into_bytes();
            out.push(Edit { span: key.span(), with, tag: edit.tag });
        }
    }

    /// Judges a text that is JSON, also when it was cut. Says whether it was.
    pub(crate) fn json_text(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) -> bool {
        let trimmed = text.trim_start();
        let may_be = match trimmed.as_bytes().first() {
            Some(b'{' | b'[') => trimmed.len() > 2,
            Some(b'"') => trimmed.trim_end().ends_with('"') && trimmed.len() > 2,
            _ => false,
        };
        if !may_be {
            return false;
        }
        let depth = self.policy.limits.depth;
        self.with_tape(|this, tape| {
            let read = match tape.read(text, depth, Truncated::Reject) {
                Err(JsonError::Eof(_)) => tape.read(text, depth, Truncated::Accept),
                other => other,
            };
            match (read, Doc::new(text, tape).root()) {
                (Ok(()), Some(root)) => {
                    this.json(root, Place { keeps_numbers: false, ..place }, out);
                    true
                }
                _ => false,
            }
        })
    }
}

/// Carries edits of a string's text over to the document.
pub(crate) fn carry(value: Value<'_>, text: &str, mask: MaskChar, mut edits: Vec<Edit>, out: &mut Vec<Edit>) {
    if edits.is_empty() {
        return;
    }
    settle(text, mask, 0, &mut edits);
    json_str::carry_back(value.raw(), &mut edits);
    let start = value.span().start;
    out.extend(edits.into_iter().map(|edit| Edit { span: edit.span.shifted(start), ..edit }));
}

/// Whether a number is short enough to be an id, a size, or a time in milliseconds.
#[inline]
pub(crate) fn is_measure(raw: &str) -> bool {
    const LONGEST: usize = 13;
    raw.len() <= LONGEST
        || raw.bytes().skip_while(|&b| b == b'-').take_while(u8::is_ascii_digit).count() <= LONGEST
}
