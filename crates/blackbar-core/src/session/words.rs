//! Words of labels: of `<label>`, `<th>`, `<dt>`, `<legend>`, and of short texts that the policy
//! knows for labels. Everything else of the page's text is looked at and forgotten.

use crate::rules::RuleIdx;
use crate::session::control::MAX_WORDS;
use crate::session::control::is_like_value;
use crate::session::control::label;
use crate::session::control::words;
use crate::session::knowledge::Knowledge;
use crate::session::table::Flag;
use crate::session::tag::Tag;
use crate::session::window::Changes;
use crate::session::window::Window;

/// Nodes of one label that are looked at.
const MAX_LABEL_NODES: usize = 64;

/// The words of a label, or of a text that is part of one.
pub(crate) struct Words {
    pub(crate) text: Box<str>,
    pub(crate) rule: Option<RuleIdx>,
}

impl Words {
    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.len() + 8
    }
}

impl Window {
    /// Takes in what a text node reads now.
    pub(crate) fn set_text(&mut self, id: u32, text: &str, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        let flags = self.flags(id);
        let hidden = self.table.parent(id).and_then(|p| self.table.get(p)).is_none_or(|p| p.tag.hides_text());
        let text = text.trim();
        self.set_flag(id, Flag::Blank, text.is_empty());
        let words = if hidden || text.is_empty() {
            None
        } else if flags.has(Flag::InLabel) {
            Some(Words { text: words(text).into(), rule: None })
        } else if text.len() <= MAX_WORDS
            && let Some(rule) = k.labels.rule_for(label(text))
            && !text.split_whitespace().any(is_like_value)
        {
            Some(Words { text: label(text).into(), rule: Some(rule) })
        } else {
            None
        };
        self.set_words(id, words);
        self.touch_label(id, changes);
    }

    fn set_words(&mut self, id: u32, words: Option<Words>) {
        let had_words = self.flags(id).has(Flag::Words);
        self.set_flag(id, Flag::Words, words.is_some());
        match words {
            Some(words) => {
                if words.rule.is_some() {
                    self.mark_named(id);
                }
                self.words.insert(id, words);
            }
            None if had_words => {
                self.words.remove(&id);
            }
            None => {}
        }
    }

    /// Notes that the label around `id` must be joined again.
    pub(crate) fn touch_label(&self, id: u32, changes: &mut Changes<'_>) {
        if !self.flags(id).has(Flag::InLabel) {
            return;
        }
        let is_label = |&up: &u32| self.table.get(up).is_some_and(|n| n.tag.is_label());
        changes.labels.extend(self.table.ancestors(id).take(MAX_LABEL_NODES).filter(is_label));
    }

    /// Joins the words of a label from the texts in it.
    pub(crate) fn join_label(&mut self, id: u32, k: &Knowledge<'_>) {
        let mut joined = String::new();
        for text in self.table.subtree(id).take(MAX_LABEL_NODES) {
            let is_text = self.tag(text) == Some(Tag::Text) && self.flags(text).has(Flag::InLabel);
            if let Some(words) = self.words.get(&text).filter(|w| is_text && !w.text.is_empty()) {
                if !joined.is_empty() {
                    joined.push(' ');
                }
                joined.push_str(&words.text);
            }
            if joined.len() >= MAX_WORDS {
                break;
            }
        }
        let text = label(&joined);
        let words = Words { text: text.into(), rule: k.labels.rule_for(text) };
        self.set_words(id, (!text.is_empty()).then_some(words).filter(|_| self.table.get(id).is_some()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::support::Bench;
    use crate::session::support::el;
    use crate::session::support::tag;
    use crate::session::support::text;

    #[test]
    fn keeps_no_text_but_labels_and_no_values_in_them() {
        let mut b = Bench::new(&[]);
        b.page(vec![
            tag(10, "p", vec![text(11, "Jane Roe")]),
            tag(
                12,
                "label",
                vec![text(13, "Email (now jane@x.test, 2025550143)"), el(14, "input", json!({}), vec![])],
            ),
            tag(15, "textarea", vec![text(16, "SSN")]),
            el(17, "input", json!({"placeholder": "jane@x.test", "name": "q"}), vec![]),
        ]);
        let kept: Vec<&str> = b.window.words.values().map(|words| words.text.as_ref()).collect();
        assert_eq!(kept, ["Email (now", "Email (now"]);
        assert_eq!([b.words(14), b.words(17)], ["Email (now", "q"]);
    }

    #[test]
    fn the_name_of_a_label_is_cut() {
        let mut b = Bench::new(&[]);
        b.page(vec![tag(10, "label", vec![text(11, &"é".repeat(100)), el(12, "input", json!({}), vec![])])]);
        assert_eq!(b.words(12), "é".repeat(32));
    }
}
