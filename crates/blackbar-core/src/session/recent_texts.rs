//! Short texts of a window that the current request contained, by node.
//!
//! They let the redactor search text that a reader sees as one although several nodes hold it.
//! They do not outlive the request: a window keeps none of them.

use std::fmt;

use crate::session::ids::IdMap;
use crate::text::span::Span;

/// Longest text kept for joining with its neighbours: text that is split over nodes is short.
const MAX_TEXT_BYTES: usize = 512;

/// Texts by node, in one buffer.
#[derive(Default)]
pub(crate) struct RecentTexts {
    buffer: String,
    spans: IdMap<Span>,
}

impl RecentTexts {
    /// Records the current text of a node. Long texts are not kept.
    pub(crate) fn insert(&mut self, id: u32, text: &str) {
        if text.len() > MAX_TEXT_BYTES {
            self.spans.remove(&id);
            return;
        }
        // The text that this one replaces stays in the buffer until `clear`: a request is short.
        let start = self.buffer.len();
        self.buffer.push_str(text);
        self.spans.insert(id, Span::new(start, self.buffer.len()));
    }

    /// The text of a node, if this request contained it.
    pub(crate) fn get(&self, id: u32) -> Option<&str> {
        self.spans.get(&id).map(|span| span.of(&self.buffer))
    }

    /// Forgets all texts.
    pub(crate) fn clear(&mut self) {
        self.buffer.clear();
        self.spans.clear();
    }
}

impl fmt::Debug for RecentTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("len", &self.spans.len()).finish_non_exhaustive()
    }
}
