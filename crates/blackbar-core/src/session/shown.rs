//! Short texts of a window that a request has shown, by node.
//!
//! For what a reader sees as one text though it stands in many nodes. They do not outlive the
//! request: a window keeps none of them.

use crate::session::table::IdMap;
use crate::text::span::Span;

/// Longest text that is joined with its neighbours, in bytes: what is split is short.
const LONGEST: usize = 512;

/// Texts by node, one behind the other.
#[derive(Default)]
pub struct Shown {
    all: String,
    spans: IdMap<Span>,
}

impl Shown {
    /// Takes note of what a text node reads now. A long text is as good as none.
    pub(crate) fn insert(&mut self, id: u32, text: &str) {
        if text.len() > LONGEST {
            self.spans.remove(&id);
            return;
        }
        let start = self.all.len();
        self.all.push_str(text);
        self.spans.insert(id, Span::new(start, self.all.len()));
    }

    /// What a text node reads, if this request showed it.
    pub(crate) fn get(&self, id: u32) -> Option<&str> {
        self.spans.get(&id).map(|span| span.of(&self.all))
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.spans.clear();
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shown").field("len", &self.spans.len()).finish_non_exhaustive()
    }
}
