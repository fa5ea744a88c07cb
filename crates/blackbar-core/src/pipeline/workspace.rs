//! What a worker thread keeps between requests: buffers, caches, and the switches of its caller.
//!
//! Holds payload text only until the next request; what one large body has left is released.

use crate::parse::json::Tape;
use crate::redact::recording::redactor::RecordingWorkspace;
use crate::redact::text::notes::Note;
use crate::redact::text::notes::Notes;
use crate::redact::text::workspace::MAX_RETAINED_BYTES;
use crate::rules::RuleIdx;

/// Buffers and caches that are kept between requests. One per worker thread.
#[derive(Default)]
pub struct Workspace {
    pub(super) redaction: RecordingWorkspace,
    pub(super) tape: Tape,
}

impl Workspace {
    /// Releases what one large body has left.
    pub(super) fn trim(&mut self) {
        self.redaction.trim();
        if self.tape.heap_bytes() > MAX_RETAINED_BYTES {
            self.tape = Tape::default();
        }
    }

    /// Sets the time, in seconds since 1970, by which suppressions expire. Without it, any suppression
    /// with an expiry counts as expired.
    pub fn set_time(&mut self, now: Option<u64>) {
        self.redaction.text.now = now;
    }

    /// Explains from now on what rules found and nearly found: `only` these rules, or all of them if it
    /// is empty. Slow.
    pub fn take_notes(&mut self, only: Vec<RuleIdx>) {
        self.redaction.text.notes = Some(Notes::on(only));
    }

    /// Returns the notes, and takes no more.
    pub fn notes(&mut self) -> Vec<Note> {
        self.redaction.text.notes.take().map(Notes::into_all).unwrap_or_default()
    }
}
