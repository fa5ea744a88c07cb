//! Documents other than requests: what `blackbar redact` takes and gives back in the same shape.
//!
//! A request body in any wire encoding, a bare array of rrweb events, JSON lines of
//! `[windowId, event]` or `{"window_id","data"}`, or an export of the vendor's user interface.

use crate::decode::codec::Bound;
use crate::decode::codec::GZIP_MAGIC;
use crate::decode::codec::Level;
use crate::decode::endpoint::Wrapping;
use crate::decode::wrapping;
use crate::decode::wrapping::Wrapped;
use crate::parse::json::Kind;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::pipeline::Refusal;
use crate::pipeline::Scratch;
use crate::redact::policy::Policy;
use crate::redact::recording::envelope::Sender;
use crate::redact::recording::page::WindowName;
use crate::redact::report::Report;
use crate::redact::surface::Surface;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::text::edit::Edit;

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
pub fn redact(bytes: &[u8], policy: &Policy, scratch: &mut Scratch) -> Result<Document, Refusal> {
    let mut redactor = Redactor::new(policy, &mut scratch.tools, None);
    let wrapped = Wrapped { query: "", content_type: None, content_encoding: None, body: bytes };
    let bound = Bound { bytes: policy.limits.inflated, ratio: policy.limits.ratio };
    let codecs = &mut redactor.tools.codecs;
    let unwrapped = wrapping::unwrap(Wrapping::CaptureLegacy, &wrapped, bound, codecs)?;
    let text = unwrapped.text();
    redactor.report.decoded_bytes = text.len() as u64;
    let depth = policy.limits.depth;
    let mut edits = Vec::new();
    let mut sender = Sender::default();
    if scratch.tape.read(text, depth, Truncated::Reject).is_ok() {
        if let Some(root) = Doc::new(text, &scratch.tape).root() {
            judge(root, &mut redactor, &mut sender, &mut edits)?;
        }
    } else {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let from = edits.len();
            if !line.trim().is_empty() {
                scratch.tape.read(line, depth, Truncated::Reject)?;
                if let Some(root) = Doc::new(line, &scratch.tape).root() {
                    judge_line(root, &mut redactor, &mut sender, &mut edits)?;
                }
            }
            for edit in edits.iter_mut().skip(from) {
                edit.span = edit.span.shifted(at);
            }
            at += line.len();
        }
    }
    if redactor.is_too_large {
        return Err(Refusal::FieldTooLarge);
    }
    redactor.report.changed = !edits.is_empty();
    let plain = redactor.applied(text, &mut edits);
    let mut out = plain;
    if bytes.starts_with(GZIP_MAGIC) {
        let mut zipped = Vec::new();
        redactor.tools.codecs.gzip(&out, Level::Field, &mut zipped);
        out = zipped;
    }
    Ok(Document { bytes: out, report: redactor.report })
}

fn is_snapshot(value: Value<'_>) -> Result<bool, DuplicateKey> {
    let is_number = |v: Option<Value<'_>>| v.is_some_and(|v| v.kind() == Kind::Number);
    Ok(is_number(value.get("type")?) && is_number(value.get("timestamp")?))
}

fn judge(
    root: Value<'_>,
    redactor: &mut Redactor<'_>,
    sender: &mut Sender,
    out: &mut Vec<Edit>,
) -> Result<(), Refusal> {
    let first = root.items().next();
    let is_line = first.is_some_and(|v| v.kind() == Kind::String) || is_window(root)?;
    if is_line {
        return judge_line(root, redactor, sender, out);
    }
    if is_export(root)? {
        return export(root, redactor, out);
    }
    match first {
        Some(first) if is_snapshot(first)? => redactor.snapshots(root, out)?,
        None if is_snapshot(root)? => redactor.snapshot(root, out)?,
        _ => redactor.envelope(root, sender, out)?,
    }
    Ok(())
}

/// `{"window_id": …, "data": [events]}`.
fn is_window(root: Value<'_>) -> Result<bool, DuplicateKey> {
    Ok(root.get("window_id")?.is_some() && root.get("data")?.is_some_and(|data| data.kind() == Kind::Array))
}

fn judge_line(
    root: Value<'_>,
    redactor: &mut Redactor<'_>,
    sender: &mut Sender,
    out: &mut Vec<Edit>,
) -> Result<(), Refusal> {
    if is_window(root)? {
        redactor.enter_window(WindowName {
            project: "",
            session: "",
            window: &root.get("window_id")?.map(Value::text).unwrap_or_default(),
        });
        for (key, value) in root.entries() {
            match &*key.text() {
                "data" => redactor.snapshots(value, out)?,
                _ => redactor.entry(key, value, Place::new(Surface::Unknown), out),
            }
        }
        return Ok(());
    }
    if root.kind() != Kind::Array {
        return if is_snapshot(root)? {
            Ok(redactor.snapshot(root, out)?)
        } else {
            Ok(redactor.envelope(root, sender, out)?)
        };
    }
    if let Some(window) = root.items().next().filter(|window| window.kind() != Kind::Object) {
        redactor.enter_window(WindowName { project: "", session: "", window: &window.text() });
    }
    for item in root.items() {
        if item.kind() == Kind::Object {
            redactor.snapshot(item, out)?;
        } else {
            redactor.json(item, Place::new(Surface::Unknown), out);
        }
    }
    Ok(())
}

/// `{"version": …, "data": {"person": …, "snapshots": […]}}`.
fn is_export(root: Value<'_>) -> Result<bool, DuplicateKey> {
    let Some(data) = root.get("data")?.filter(|data| data.kind() == Kind::Object) else { return Ok(false) };
    Ok(root.get("version")?.is_some()
        && (data.get("snapshots")?.is_some() || data.get("snapshotsByWindowId")?.is_some()))
}

fn export(root: Value<'_>, redactor: &mut Redactor<'_>, out: &mut Vec<Edit>) -> Result<(), Refusal> {
    for (key, value) in root.entries() {
        if key.is_text("data") {
            for (key, value) in value.entries() {
                match &*key.text() {
                    "snapshots" => redactor.snapshots(value, out)?,
                    "snapshotsByWindowId" => {
                        value.entries().try_for_each(|(_, events)| redactor.snapshots(events, out))?;
                    }
                    "person" => redactor.entry(key, value, Place::new(Surface::Person), out),
                    _ => redactor.entry(key, value, Place::new(Surface::Property), out),
                }
            }
        } else {
            redactor.entry(key, value, Place::new(Surface::Property), out);
        }
    }
    Ok(())
}
