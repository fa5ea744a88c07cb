//! Documents other than requests: `blackbar redact` reads them and writes them in the same shape.
//!
//! A request body in any wire encoding, a bare array of rrweb events, JSON lines of
//! `[windowId, event]` or `{"window_id","data"}`, or an export of the vendor's user interface.

use crate::decode::codec::Bound;
use crate::decode::codec::GZIP_MAGIC;
use crate::decode::codec::Level;
use crate::decode::endpoint::Wrapping;
use crate::decode::wrapping;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::JsonKind;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::pipeline::refusal::Refusal;
use crate::pipeline::refusal::RefusalCause;
use crate::pipeline::workspace::Workspace;
use crate::redact::policy::Policy;
use crate::redact::recording::envelope::EnvelopeWalk;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::redactor::RecordingRedactor;
use crate::redact::recording::redactor::Walk;
use crate::redact::recording::windows::WindowName;
use crate::redact::report::Report;
use crate::redact::surface::Surface;

/// A redacted document.
pub struct Document {
    /// Its bytes: gzip if it came as gzip, otherwise text.
    pub bytes: Vec<u8>,
    /// What was found.
    pub report: Report,
}

/// Redacts a document.
///
/// # Errors
/// A [`Refusal`]: nothing of the document may be passed on.
pub fn redact(bytes: &[u8], policy: &Policy, scratch: &mut Workspace) -> Result<Document, Refusal> {
    Ok(redact_document(bytes, policy, scratch)?)
}

fn redact_document(bytes: &[u8], policy: &Policy, scratch: &mut Workspace) -> Result<Document, RefusalCause> {
    let mut redactor = RecordingRedactor::new(policy, &mut scratch.redaction, None);
    let wrapped = Wrapped { query: "", content_type: None, content_encoding: None, body: bytes };
    let bound = Bound { bytes: policy.limits.inflated, ratio: policy.limits.ratio };
    let codecs = &mut redactor.text.workspace.codecs;
    let unwrapped = wrapping::unwrap(Wrapping::CaptureLegacy, &wrapped, bound, codecs)?;
    let text = unwrapped.text();
    redactor.text.report.decoded_bytes = text.len() as u64;
    let depth = policy.limits.depth;
    let mut edits = Vec::new();
    let mut sender = Sender::default();
    if scratch.tape.read(text, depth, Truncated::Reject).is_ok() {
        if let Some(root) = Doc::new(text, &scratch.tape).root() {
            DocumentWalk { walk: redactor.walk(&mut edits), sender: &mut sender }.document(root)?;
        }
    } else {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let from = edits.len();
            if !line.trim().is_empty() {
                scratch.tape.read(line, depth, Truncated::Reject)?;
                if let Some(root) = Doc::new(line, &scratch.tape).root() {
                    DocumentWalk { walk: redactor.walk(&mut edits), sender: &mut sender }.line(root)?;
                }
            }
            for edit in edits.iter_mut().skip(from) {
                edit.span = edit.span.shifted(at);
            }
            at += line.len();
        }
    }
    if redactor.text.inflation.is_exceeded {
        return Err(RefusalCause::FieldTooLarge);
    }
    redactor.text.report.changed = !edits.is_empty();
    let plain = redactor.text.apply_edits(text, &mut edits);
    let mut out = plain;
    if bytes.starts_with(GZIP_MAGIC) {
        let mut zipped = Vec::new();
        redactor.text.workspace.codecs.gzip(&out, Level::Field, &mut zipped);
        out = zipped;
    }
    Ok(Document { bytes: out, report: redactor.text.report })
}

fn is_snapshot(value: Value<'_>) -> Result<bool, DuplicateKey> {
    let is_number = |v: Option<Value<'_>>| v.is_some_and(|v| v.kind() == JsonKind::Number);
    Ok(is_number(value.get("type")?) && is_number(value.get("timestamp")?))
}

/// Walks a document of any shape.
struct DocumentWalk<'r, 'p> {
    walk: Walk<'r, 'p>,
    sender: &'r mut Sender,
}

impl DocumentWalk<'_, '_> {
    fn document(self, root: Value<'_>) -> Result<(), DuplicateKey> {
        let first = root.items().next();
        let is_line = first.is_some_and(|v| v.kind() == JsonKind::String) || is_window(root)?;
        if is_line {
            return self.line(root);
        }
        if is_export(root)? {
            return self.export(root);
        }
        let Self { mut walk, sender } = self;
        match first {
            Some(first) if is_snapshot(first)? => walk.snapshots(root),
            None if is_snapshot(root)? => walk.snapshot(root),
            _ => EnvelopeWalk { walk, sender }.body(root),
        }
    }

    fn line(self, root: Value<'_>) -> Result<(), DuplicateKey> {
        let Self { mut walk, sender } = self;
        if is_window(root)? {
            walk.enter_window(WindowName {
                project: "",
                session: "",
                window: &root.get("window_id")?.map(Value::text).unwrap_or_default(),
            });
            for (key, value) in root.entries() {
                match &*key.text() {
                    "data" => walk.snapshots(value)?,
                    _ => walk.entry(key, value, Surface::Unknown),
                }
            }
            return Ok(());
        }
        if root.kind() != JsonKind::Array {
            return if is_snapshot(root)? {
                walk.snapshot(root)
            } else {
                EnvelopeWalk { walk, sender }.body(root)
            };
        }
        if let Some(window) = root.items().next().filter(|window| window.kind() != JsonKind::Object) {
            walk.enter_window(WindowName { project: "", session: "", window: &window.text() });
        }
        for item in root.items() {
            if item.kind() == JsonKind::Object {
                walk.snapshot(item)?;
            } else {
                walk.json(item, Surface::Unknown);
            }
        }
        Ok(())
    }

    fn export(self, root: Value<'_>) -> Result<(), DuplicateKey> {
        let Self { mut walk, .. } = self;
        for (key, value) in root.entries() {
            if key.is_text("data") {
                for (key, value) in value.entries() {
                    match &*key.text() {
                        "snapshots" => walk.snapshots(value)?,
                        "snapshotsByWindowId" => {
                            value.entries().try_for_each(|(_, events)| walk.snapshots(events))?;
                        }
                        "person" => walk.entry(key, value, Surface::Person),
                        _ => walk.entry(key, value, Surface::Property),
                    }
                }
            } else {
                walk.entry(key, value, Surface::Property);
            }
        }
        Ok(())
    }
}

/// `{"window_id": …, "data": [events]}`.
fn is_window(root: Value<'_>) -> Result<bool, DuplicateKey> {
    Ok(root.get("window_id")?.is_some()
        && root.get("data")?.is_some_and(|data| data.kind() == JsonKind::Array))
}

/// `{"version": …, "data": {"person": …, "snapshots": […]}}`.
fn is_export(root: Value<'_>) -> Result<bool, DuplicateKey> {
    let Some(data) = root.get("data")?.filter(|data| data.kind() == JsonKind::Object) else {
        return Ok(false);
    };
    Ok(root.get("version")?.is_some()
        && (data.get("snapshots")?.is_some() || data.get("snapshotsByWindowId")?.is_some()))
}
