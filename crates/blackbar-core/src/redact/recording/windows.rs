//! The windows of a request: element context, and the texts seen so far in this request.
//!
//! The context outlives the request; the texts do not. They are kept for values that cross nodes and
//! events: a number in three spans, an address that two mutations bring.

use std::collections::HashMap;

use crate::redact::policy::Policy;
use crate::redact::text::context::ElementScope;
use crate::rules::RuleIdx;
use crate::session::ids::IdMap;
use crate::session::recent_texts::RecentTexts;
use crate::session::store::TakenWindow;
use crate::session::store::WindowKey;
use crate::session::store::WindowLease;
use crate::session::store::WindowStore;
use crate::session::window::Window;

/// Where windows are kept between requests, and what time it is.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    /// The store.
    pub store: &'a dyn WindowStore,
    /// Milliseconds on a clock that does not run backwards by much.
    pub now_ms: u64,
}

impl Memory<'_> {
    fn take(self, policy: &Policy, name: WindowName<'_>) -> Page {
        let WindowName { project, session, window } = name;
        let key = WindowKey::new(&policy.hash_key, policy.digest().as_bytes(), project, session, window);
        match self.store.take(key, self.now_ms) {
            TakenWindow::Known(window, lease) => Page { window, lease: Some(lease), ..Page::default() },
            TakenWindow::Unknown(lease) => Page { lease: Some(lease), ..Page::default() },
            // Another request works on it and will miss what this one brings.
            TakenWindow::Busy => {
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

/// What happens to the windows of a request at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowUpdate {
    /// Its events are forwarded.
    Commit,
    /// They are lost.
    Discard,
}

/// A finding in the final value of a node that earlier values are prefixes of.
pub(crate) struct CompletedValue {
    /// The text before the finding.
    pub before: String,
    pub found: String,
    pub rule: RuleIdx,
}

/// One window while a request works on it.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) window: Window,
    /// The right to put it back.
    lease: Option<WindowLease>,
    /// The texts that this request has brought.
    pub(crate) shown: RecentTexts,
    /// Findings in later values of this request, by node.
    pub(crate) completed: IdMap<Vec<CompletedValue>>,
}

impl Page {
    /// An element of the window.
    pub(crate) fn scope(&self, id: Option<u32>) -> Option<ElementScope<'_>> {
        id.map(|id| ElementScope { window: &self.window, id })
    }
}

/// All windows of a request.
pub(crate) struct Windows<'p> {
    memory: Option<Memory<'p>>,
    /// The window that the current event belongs to.
    pub(crate) current: Page,
    /// Its name.
    name: String,
    others: HashMap<String, Page>,
}

impl<'p> Windows<'p> {
    /// Windows that come from `memory`, or last for one document.
    pub(crate) fn new(memory: Option<Memory<'p>>) -> Self {
        Self { memory, current: Page::default(), name: String::new(), others: HashMap::new() }
    }

    /// Whether windows outlive the document.
    pub(crate) fn are_kept(&self) -> bool {
        self.memory.is_some()
    }

    /// Switches to a window. Ids restart in each window: equal ids in two of them are two nodes.
    pub(crate) fn enter(&mut self, policy: &Policy, name: WindowName<'_>) {
        let WindowName { project, session, window } = name;
        let whole = format!("{project}\n{session}\n{window}");
        if self.name == whole {
            return;
        }
        let known = self.others.remove(&whole);
        let other =
            known.unwrap_or_else(|| self.memory.map(|memory| memory.take(policy, name)).unwrap_or_default());
        let left = std::mem::replace(&mut self.current, other);
        let left_name = std::mem::replace(&mut self.name, whole);
        self.others.insert(left_name, left);
    }

    /// Puts all windows back, or gives them up where the request is rejected: its events are lost.
    pub(crate) fn leave(&mut self, update: WindowUpdate) {
        let last = std::mem::take(&mut self.current);
        let all = self.others.drain().map(|(_, page)| page).chain([last]);
        for Page { window, lease, .. } in all {
            match (self.memory, lease, update) {
                (Some(memory), Some(lease), WindowUpdate::Commit) => {
                    memory.store.put(lease, window, memory.now_ms);
                }
                (Some(memory), Some(lease), WindowUpdate::Discard) => memory.store.abandon(lease),
                _ => {}
            }
        }
    }
}
