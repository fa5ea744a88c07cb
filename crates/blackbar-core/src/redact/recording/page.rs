//! The window at hand: its context, and the texts that this request has shown of it so far.
//!
//! The context outlives the request; the texts do not. They are here for what crosses nodes and
//! events: a number in three spans, an address that two mutations bring.

use crate::parse::value::Value;
use crate::redact::policy::Policy;
use crate::redact::policy::Posture;
use crate::redact::recording::dom::Crossing;
use crate::redact::recording::typing::Grown;
use crate::redact::surface::Surface;
use crate::redact::text::json::carry;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::session::shown::Shown;
use crate::session::store::Key;
use crate::session::store::Lease;
use crate::session::store::Store;
use crate::session::store::Taken;
use crate::session::table::IdMap;
use crate::session::tag::Tag;
use crate::session::window::Window;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// Longest run that is searched as one text, in bytes.
const LONGEST_RUN: usize = 4096;

/// Where windows are kept between requests, and what time it is.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// Milliseconds on a clock that does not run backwards by much.
    pub now_ms: u64,
}

impl Memory<'_> {
    fn take(self, policy: &Policy, name: WindowName<'_>) -> Page {
        let WindowName { project, session, window } = name;
        let key = Key::new(&policy.hash_key, policy.digest().as_bytes(), project, session, window);
        match self.store.take(key, self.now_ms) {
            Taken::Known(window, lease) => Page { window, lease: Some(lease), ..Page::default() },
            Taken::Unknown(lease) => Page { lease: Some(lease), ..Page::default() },
            // Another request works on it and will miss what this one brings.
            Taken::Busy => {
                self.store.forget(key);
                Page::default()
            }
        }
    }
}

/// Names a window of a recording.
#[derive(Clone, Copy)]
pub(crate) struct WindowName<'a> {
    pub project: &'a str,
    pub session: &'a str,
    pub window: &'a str,
}

/// What becomes of the windows of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its events go on.
    Kept,
    /// They do not.
    Lost,
}

/// One window while a request works on it.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) window: Window,
    /// The right to put it back.
    lease: Option<Lease>,
    /// What this request has shown of it.
    pub(crate) shown: Shown,
    /// What texts and values of this request grow into, by node.
    pub(crate) grown: IdMap<Vec<Grown>>,
}

impl Redactor<'_> {
    /// Turns to a window. Ids restart in each window: one is not another.
    pub(crate) fn enter_window(&mut self, name: WindowName<'_>) {
        let WindowName { project, session, window } = name;
        let whole = format!("{project}\n{session}\n{window}");
        if self.page_name == whole {
            return;
        }
        let known = self.pages.remove(&whole);
        let other = known
            .unwrap_or_else(|| self.memory.map(|memory| memory.take(self.policy, name)).unwrap_or_default());
        let left = std::mem::replace(&mut self.page, other);
        let left_name = std::mem::replace(&mut self.page_name, whole);
        self.pages.insert(left_name, left);
    }

    /// Puts all windows back, or gives them up where the request is refused: its events are lost.
    pub(crate) fn leave_windows(&mut self, fate: Fate) {
        let last = std::mem::take(&mut self.page);
        let all = self.pages.drain().map(|(_, page)| page).chain([last]);
        for Page { window, lease, .. } in all {
            match (self.memory, lease, fate) {
                (Some(memory), Some(lease), Fate::Kept) => memory.store.put(lease, window, memory.now_ms),
                (Some(memory), Some(lease), Fate::Lost) => memory.store.abandon(lease),
                _ => {}
            }
        }
    }

    /// Forgets the texts of the page before, for a full snapshot that replaces it.
    pub(crate) fn turn_page(&mut self) {
        self.page.shown.clear();
    }

    /// Findings in the joined text of runs of nodes that none of the nodes shows alone.
    ///
    /// `touched` are the nodes that came or changed; `None` for all. Costs one scan of each run of
    /// two or more nodes that has a text in it which this request showed.
    pub(crate) fn crossing(&mut self, touched: Option<&[u32]>) -> Crossing {
        let mut runs: Vec<Vec<u32>> = Vec::new();
        {
            let shown = &self.page.shown;
            let mut keep = |ids: &[u32]| {
                // Known texts side by side; a node that this request did not show ends the run.
                for part in ids.split(|id| shown.get(*id).is_none()) {
                    if part.len() > 1 {
                        runs.push(part.to_vec());
                    }
                }
            };
            match touched {
                Some(touched) => self.page.window.runs_touching(touched, &mut keep),
                None => self.page.window.runs(&mut keep),
            }
        }
        let mut crossing = Crossing::default();
        for run in runs {
            self.cross(&run, &mut crossing);
        }
        crossing
    }

    /// Findings in the joined text of strings that are read as one.
    pub(crate) fn cross_strings(&mut self, strings: &[Value<'_>], place: Place<'_>, out: &mut Vec<Edit>) {
        let mut joined = String::new();
        let mut parts = Vec::new();
        for string in strings {
            let text = string.text();
            if joined.len() + text.len() > LONGEST_RUN {
                return;
            }
            parts.push(Span::new(joined.len(), joined.len() + text.len()));
            joined.push_str(&text);
        }
        let mut found = Vec::new();
        // Each of them is judged by itself as well; what crosses them no suppression vouches for.
        self.unsuppressed(|this| this.plain(&joined, place.posture(Posture::Rules), &mut found));
        found.retain(|edit| {
            !parts.iter().any(|part| part.start <= edit.span.start && edit.span.end <= part.end)
        });
        for edit in &found {
            self.note_crossing(edit.tag, edit.span, joined.len());
        }
        for (string, part) in strings.iter().zip(&parts) {
            let edits: Vec<Edit> = found
                .iter()
                .filter(|edit| edit.span.overlaps(*part))
                .map(|edit| piece(edit, *part, &joined))
                .collect();
            carry(*string, part.of(&joined), place.mask, edits, out);
        }
    }

    fn cross(&mut self, run: &[u32], crossing: &mut Crossing) {
        if run
            .iter()
            .any(|&id| self.page.window.node(id).is_none_or(|n| matches!(n.tag, Tag::Style | Tag::Script)))
        {
            return;
        }
        let mut joined = String::new();
        let mut parts = Vec::new();
        for &id in run {
            let Some(text) = self.page.shown.get(id) else { continue };
            parts.push((id, Span::new(joined.len(), joined.len() + text.len())));
            joined.push_str(text);
            if joined.len() > LONGEST_RUN {
                return;
            }
        }
        let mut found = Vec::new();
        let place = Place::new(Surface::Text).posture(Posture::Rules);
        self.unsuppressed(|this| this.plain(&joined, place, &mut found));
        for edit in found {
            if parts.iter().any(|(_, part)| part.start <= edit.span.start && edit.span.end <= part.end) {
                continue;
            }
            self.note_crossing(edit.tag, edit.span, joined.len());
            for (id, part) in parts.iter().filter(|(_, part)| part.overlaps(edit.span)) {
                crossing.entry(*id).or_default().push(piece(&edit, *part, &joined));
            }
        }
    }
}

/// The part of an edit of a joined text that falls into one of its parts.
fn piece(edit: &Edit, part: Span, joined: &str) -> Edit {
    let span =
        Span::new(edit.span.start.max(part.start) - part.start, edit.span.end.min(part.end) - part.start);
    let with = mask::mask(span.of(part.of(joined)), MaskChar::Star);
    Edit { span, with, tag: edit.tag }
}
