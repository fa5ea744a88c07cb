//! The record of a form control, or of an element that is edited in place.
//!
//! It holds one verdict for each attribute that may describe the value, and a few words of that
//! attribute. It never holds the value. Labels that are elements of their own are not kept here:
//! [`crate::session::node_context`] looks them up.

use crate::rules::RuleIdx;
use crate::session::autofill::Autofill;
use crate::session::bytes::ByteReader;
use crate::session::bytes::ByteWriter;
use crate::session::element_kind::InputKind;
use crate::session::html_id::hash_name;
use crate::session::label_rules::LabelRules;
use crate::session::label_text::label_words;
use crate::session::label_text::trim_label;

/// Ids of one `aria-labelledby` that are followed.
const MAX_LABELLED_BY: usize = 4;

const LABELLED_BY: &str = "aria-labelledby";

/// The kind of element a record is kept for. It decides which attributes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ControlKind {
    /// `<input>`
    Input,
    /// `<textarea>`, `<select>`
    TextareaOrSelect,
    /// Edited in place.
    Editable,
    /// Any other element that may become editable later: verdicts are kept, words are not.
    MaybeEditable,
}

/// The attribute that a verdict comes from, most certain first. The first that has a verdict
/// decides, and the first that has words provides them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VerdictSource {
    Autocomplete,
    Type,
    AriaLabel,
    Placeholder,
    Title,
    Name,
    Id,
    TestId,
}

const SOURCES: [(&str, VerdictSource); 8] = [
    ("autocomplete", VerdictSource::Autocomplete),
    ("type", VerdictSource::Type),
    ("aria-label", VerdictSource::AriaLabel),
    ("placeholder", VerdictSource::Placeholder),
    ("title", VerdictSource::Title),
    ("name", VerdictSource::Name),
    ("id", VerdictSource::Id),
    ("data-testid", VerdictSource::TestId),
];

/// The record of one control.
#[derive(Default)]
pub(super) struct FormControl {
    verdicts: [AttributeVerdict; SOURCES.len()],
    /// The rule of an earlier verdict or finding. It stays once it is set.
    sticky: Option<RuleIdx>,
    /// Hashes of the ids in `aria-labelledby`.
    pub(super) labelled_by: Vec<u32>,
    /// Hash of the HTML id.
    pub(super) html_id: Option<u32>,
}

#[derive(Default)]
struct AttributeVerdict {
    rule: Option<RuleIdx>,
    words: Option<Box<str>>,
}

impl FormControl {
    /// Whether an attribute of such an element can describe its value.
    pub(super) fn reads(name: &str, kind: ControlKind) -> bool {
        match kind {
            ControlKind::Input => name == LABELLED_BY || SOURCES.iter().any(|(source, _)| *source == name),
            // Only the `type` of an input describes its value; that of a select does not.
            ControlKind::TextareaOrSelect => name != "type" && Self::reads(name, ControlKind::Input),
            ControlKind::Editable | ControlKind::MaybeEditable => {
                matches!(name, LABELLED_BY | "aria-label" | "placeholder")
            }
        }
    }

    /// Sets or removes an attribute. Returns whether it makes the field a password.
    pub(super) fn set_attribute(
        &mut self,
        name: &str,
        value: Option<&str>,
        kind: ControlKind,
        labels: &dyn LabelRules,
    ) -> bool {
        let before = self.own_rule();
        let is_secret = self.replace_verdict(name, value, kind, labels);
        if self.own_rule().is_none() {
            // A page cannot make a personal field plain by taking the attribute away.
            self.sticky = before;
        }
        is_secret
    }

    fn replace_verdict(
        &mut self,
        name: &str,
        value: Option<&str>,
        kind: ControlKind,
        labels: &dyn LabelRules,
    ) -> bool {
        if name == LABELLED_BY {
            let ids = value.unwrap_or("").split_ascii_whitespace().take(MAX_LABELLED_BY);
            self.labelled_by = ids.map(hash_name).collect();
            return false;
        }
        let Some((_, source)) = SOURCES.iter().find(|(attribute, _)| *attribute == name) else {
            return false;
        };
        if *source == VerdictSource::Id {
            self.html_id = value.map(hash_name);
        }
        let (mut verdict, is_secret) = match value {
            Some(value) => verdict(*source, value, labels),
            None => (AttributeVerdict::default(), false),
        };
        if kind == ControlKind::MaybeEditable {
            verdict.words = None;
        }
        if let Some(slot) = self.verdicts.get_mut(*source as usize) {
            *slot = verdict;
        }
        is_secret
    }

    /// Whether it has a name that assistive technology reads out.
    pub(super) fn is_named(&self) -> bool {
        self.verdicts.get(VerdictSource::AriaLabel as usize).is_some_and(|verdict| verdict.words.is_some())
    }

    /// The rule that its own attributes name now, or named before.
    pub(super) fn own_rule(&self) -> Option<RuleIdx> {
        self.verdicts.iter().find_map(|v| v.rule).or(self.sticky)
    }

    /// The words of the most certain of its own attributes.
    pub(super) fn own_words(&self) -> &str {
        self.verdicts.iter().find_map(|v| v.words.as_deref()).unwrap_or("")
    }

    /// Records that a finding showed what the field holds. The first such rule stays.
    pub(super) fn remember(&mut self, rule: RuleIdx) {
        self.sticky = self.sticky.or(Some(rule));
    }

    /// Whether both are the same control of the page, by name and id.
    pub(super) fn is_same_control(&self, other: &Self) -> bool {
        fn words(c: &FormControl, s: VerdictSource) -> Option<&str> {
            c.verdicts.get(s as usize)?.words.as_deref()
        }
        self.html_id == other.html_id && words(self, VerdictSource::Name) == words(other, VerdictSource::Name)
    }

    pub(super) fn write(&self, out: &mut ByteWriter) {
        for verdict in &self.verdicts {
            out.rule(verdict.rule);
            out.text(verdict.words.as_deref().unwrap_or(""));
        }
        out.rule(self.sticky);
        out.number(self.labelled_by.len() as u32);
        self.labelled_by.iter().for_each(|&hash| out.number(hash));
        out.option(self.html_id);
    }

    pub(super) fn read(from: &mut ByteReader<'_>) -> Option<Self> {
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

    pub(super) fn heap_bytes(&self) -> usize {
        let words: usize = self.verdicts.iter().filter_map(|v| v.words.as_deref()).map(str::len).sum();
        words + self.labelled_by.capacity() * size_of::<u32>()
    }
}

fn verdict(source: VerdictSource, value: &str, labels: &dyn LabelRules) -> (AttributeVerdict, bool) {
    match source {
        VerdictSource::Autocomplete => {
            let autofill = Autofill::read(value, labels);
            (AttributeVerdict { rule: autofill.rule, words: None }, autofill.is_secret)
        }
        VerdictSource::Type => {
            let (rule, is_secret) = match InputKind::from_type(value) {
                InputKind::Password => (labels.rule_for("password"), true),
                InputKind::Email => (labels.rule_for("email"), false),
                InputKind::Tel => (labels.rule_for("phone"), false),
                _ => (None, false),
            };
            (AttributeVerdict { rule, words: None }, is_secret)
        }
        _ => (AttributeVerdict { rule: labels.rule_for(trim_label(value)), words: kept_words(value) }, false),
    }
}

fn kept_words(text: &str) -> Option<Box<str>> {
    Some(label_words(text)).filter(|text| !text.is_empty()).map(Into::into)
}
