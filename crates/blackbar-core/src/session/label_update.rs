//! Keeps label texts up to date: of `<label>`, `<th>`, `<dt>`, `<legend>`, and of short texts that
//! the policy knows as labels. Every other text of the page is read and forgotten.

use crate::session::editor::MAX_LABEL_NODES;
use crate::session::editor::WindowEditor;
use crate::session::element_kind::ElementKind;
use crate::session::label_text::LabelText;
use crate::session::label_text::MAX_LABEL_BYTES;
use crate::session::label_text::is_like_value;
use crate::session::label_text::label_words;
use crate::session::label_text::trim_label;
use crate::session::node::Flag;

impl WindowEditor<'_> {
    /// Updates what the window keeps of the text of a text node.
    pub(super) fn set_text(&mut self, id: u32, text: &str) {
        let window = &mut *self.window;
        let flags = window.flags(id);
        let parent = window.table.parent(id).and_then(|parent| window.table.get(parent));
        let is_hidden = parent.is_none_or(|parent| parent.tag.hides_text());
        let text = text.trim();
        window.set_flag(id, Flag::Blank, text.is_empty());
        let label = if is_hidden || text.is_empty() {
            None
        } else if flags.has(Flag::InLabel) {
            Some(LabelText { text: label_words(text).into(), rule: None })
        } else if text.len() <= MAX_LABEL_BYTES
            && let Some(rule) = self.policy.labels.rule_for(trim_label(text))
            && !text.split_whitespace().any(is_like_value)
        {
            Some(LabelText { text: trim_label(text).into(), rule: Some(rule) })
        } else {
            None
        };
        window.set_label_text(id, label);
        self.mark_label_dirty(id);
    }

    /// Joins the text of a label from the text nodes inside it.
    pub(super) fn rebuild_label(&mut self, id: u32) {
        let window = &mut *self.window;
        let mut joined = String::new();
        for text in window.table.subtree(id).take(MAX_LABEL_NODES) {
            let is_text =
                window.tag(text) == Some(ElementKind::Text) && window.flags(text).has(Flag::InLabel);
            if let Some(part) = window.label_texts.get(&text).filter(|part| is_text && !part.text.is_empty())
            {
                if !joined.is_empty() {
                    joined.push(' ');
                }
                joined.push_str(&part.text);
            }
            if joined.len() >= MAX_LABEL_BYTES {
                break;
            }
        }
        let text = trim_label(&joined);
        let label = LabelText { text: text.into(), rule: self.policy.labels.rule_for(text) };
        let is_kept = !text.is_empty() && window.table.get(id).is_some();
        window.set_label_text(id, is_kept.then_some(label));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::test_support::Bench;
    use crate::session::test_support::el;
    use crate::session::test_support::tag;
    use crate::session::test_support::text;

    #[test]
    fn keeps_only_label_texts_and_no_values_in_them() {
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
        let kept: Vec<&str> = b.window.label_texts.values().map(|label| label.text.as_ref()).collect();
        assert_eq!(kept, ["Email (now", "Email (now"]);
        assert_eq!([b.words(14), b.words(17)], ["Email (now", "q"]);
    }

    #[test]
    fn long_labels_are_cut() {
        let mut b = Bench::new(&[]);
        b.page(vec![tag(10, "label", vec![text(11, &"é".repeat(100)), el(12, "input", json!({}), vec![])])]);
        assert_eq!(b.words(12), "é".repeat(32));
    }
}
