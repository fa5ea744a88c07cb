//! What is kept for a form control, or an element that is edited in place: the verdict of each of
//! its own attributes, and short words beside the value. Never the value.

use crate::rules::RuleIdx;
use crate::session::autofill::Autofill;
use crate::session::bytes::Reader;
use crate::session::bytes::Writer;
use crate::session::dialect;
use crate::session::knowledge::Labels;
use crate::session::tag::InputKind;

/// No more than this is kept of a label.
pub(crate) const MAX_WORDS: usize = 64;
/// Ids of one `aria-labelledby` that are followed.
const MAX_LABELLED_BY: usize = 4;

const LABELLED_BY: &str = "aria-labelledby";

/// What a record is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// `<input>`
    Input,
    /// `<textarea>`, `<select>`
    Control,
    /// Edited in place.
    Editable,
    /// May become edited in place: verdicts are kept, words are not.
    Other,
}

/// Where a verdict comes from. The first that has one decides; the first that has words gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Autocomplete,
    Type,
    AriaLabel,
    Placeholder,
    Title,
    Name,
    Id,
    TestId,
}

const SOURCES: [(&str, Source); 8] = [
    ("autocomplete", Source::Autocomplete),
    ("type", Source::Type),
    ("aria-label", Source::AriaLabel),
    ("placeholder", Source::Placeholder),
    ("title", Source::Title),
    ("name", Source::Name),
    ("id", Source::Id),
    ("data-testid", Source::TestId),
];

/// The record of one control.
#[derive(Default)]
pub(crate) struct Control {
    verdicts: [Verdict; SOURCES.len()],
    /// Found once, by whatever means: stays.
    sticky: Option<RuleIdx>,
    /// Hashes of the ids in `aria-labelledby`.
    pub(crate) labelled_by: Vec<u32>,
    /// Hash of the HTML id.
    pub(crate) html_id: Option<u32>,
}

#[derive(Default)]
struct Verdict {
    rule: Option<RuleIdx>,
    words: Option<Box<str>>,
}

impl Control {
    /// Whether the attribute of such an element says anything about its value.
    pub(crate) fn reads(name: &str, host: Host) -> bool {
        match host {
            Host::Input => name == LABELLED_BY || SOURCES.iter().any(|(source, _)| *source == name),
            // Only an input has a type that says what it holds.
            Host::Control => name != "type" && Self::reads(name, Host::Input),
            Host::Editable | Host::Other => matches!(name, LABELLED_BY | "aria-label" | "placeholder"),
        }
    }

    /// Takes an attribute in, or out. Returns whether it makes the field a password.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>, host: Host, labels: &dyn Labels) -> bool {
        let before = self.own_rule();
        let is_secret = self.replace(name, value, host, labels);
        if self.own_rule().is_none() {
            self.sticky = before;
        }
        is_secret
    }

    fn replace(&mut self, name: &str, value: Option<&str>, host: Host, labels: &dyn Labels) -> bool {
        if name == LABELLED_BY {
            let ids = value.unwrap_or("").split_ascii_whitespace().take(MAX_LABELLED_BY);
            self.labelled_by = ids.map(dialect::hash).collect();
            return false;
        }
        let Some((_, source)) = SOURCES.iter().find(|(attribute, _)| *attribute == name) else {
            return false;
        };
        if *source == Source::Id {
            self.html_id = value.map(dialect::hash);
        }
        let (mut verdict, is_secret) = match value {
            Some(value) => verdict(*source, value, labels),
            None => (Verdict::default(), false),
        };
        if host == Host::Other {
            verdict.words = None;
        }
        if let Some(slot) = self.verdicts.get_mut(*source as usize) {
            *slot = verdict;
        }
        is_secret
    }

    /// What its own attributes say, or once said.
    pub(crate) fn own_rule(&self) -> Option<RuleIdx> {
        self.verdicts.iter().find_map(|v| v.rule).or(self.sticky)
    }

    /// The best words of its own attributes.
    pub(crate) fn own_words(&self) -> &str {
        self.verdicts.iter().find_map(|v| v.words.as_deref()).unwrap_or("")
    }

    /// A finding elsewhere says what it holds: that stays.
    pub(crate) fn remember(&mut self, rule: RuleIdx) {
        self.sticky = self.sticky.or(Some(rule));
    }

    /// What outlives the record, if the same control comes again.
    pub(crate) fn sticky(&self) -> Option<RuleIdx> {
        self.own_rule()
    }

    /// Whether both are, by name and id, the same control of the page.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        fn words(c: &Control, s: Source) -> Option<&str> {
            c.verdicts.get(s as usize)?.words.as_deref()
        }
        self.html_id == other.html_id && words(self, Source::Name) == words(other, Source::Name)
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        for verdict in &self.verdicts {
            out.rule(verdict.rule);
            out.text(verdict.words.as_deref().unwrap_or(""));
        }
        out.rule(self.sticky);
        out.number(self.labelled_by.len() as u32);
        self.labelled_by.iter().for_each(|&hash| out.number(hash));
        out.option(self.html_id);
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut control = Self::default();
        for verdict in &mut control.verdicts {
            verdict.rule = from.rule()?;
            verdict.words = Some(from.text()?).filter(|words| !words.is_empty()).map(Into::into);
        }
        control.sticky = from.rule()?;
        let n_labels = from.count().filter(|&n| n <= MAX_LABELLED_BY)?;
        control.labelled_by = (0..n_labels).map(|_| from.number()).collect::<Option<_>>()?;
        control.html_id = from.option()?;
        Some(control)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let words: usize = self.verdicts.iter().filter_map(|v| v.words.as_deref()).map(str::len).sum();
        words + self.labelled_by.capacity() * size_of::<u32>()
    }
}

fn verdict(source: Source, value: &str, labels: &dyn Labels) -> (Verdict, bool) {
    match source {
        Source::Autocomplete => {
            let autofill = Autofill::read(value, labels);
            (Verdict { rule: autofill.rule, words: None }, autofill.is_secret)
        }
        Source::Type => {
            let (rule, is_secret) = match InputKind::from_type(value) {
                InputKind::Password => (labels.rule_for("password"), true),
                InputKind::Email => (labels.rule_for("email"), false),
                InputKind::Tel => (labels.rule_for("phone"), false),
                _ => (None, false),
            };
            (Verdict { rule, words: None }, is_secret)
        }
        _ => (Verdict { rule: labels.rule_for(label(value)), words: short(value) }, false),
    }
}

/// A label without what decorates it, cut to what is kept.
pub(crate) fn label(text: &str) -> &str {
    let text = text.trim().trim_end_matches([':', '*', '：', ' ', '\u{a0}']);
    text.get(..text.floor_char_boundary(MAX_WORDS)).unwrap_or("")
}

/// The words of a label that may be kept: those that could be a value themselves are left out.
pub(crate) fn words(text: &str) -> String {
    let mut kept = String::new();
    for word in label(text).split_whitespace().filter(|word| !is_like_value(word)) {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// Whether a word of a label looks like part of a value: an address, a number, or a masked one.
pub(crate) fn is_like_value(word: &str) -> bool {
    let is_mask = word.len() > 1 && word.bytes().all(|b| b == b'*');
    is_mask || word.contains('@') || word.chars().filter(|c| c.is_numeric()).count() > 2
}

fn short(text: &str) -> Option<Box<str>> {
    Some(words(text)).filter(|text| !text.is_empty()).map(Into::into)
}
