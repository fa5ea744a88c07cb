//! Earlier keystrokes of a value that a later event of the same request completes.

use crate::redact::recording::windows::Page;
use crate::redact::text::context::Output;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::reason::Reason;
use crate::redact::text::redactor::TextRedactor;
use crate::text::span::Span;

/// Masks in a node's text what another event of this request completes.
pub(super) fn mask_prefixes(
    redactor: &TextRedactor<'_>,
    page: &Page,
    id: Option<u32>,
    text: &str,
    out: &mut Output<'_>,
) {
    if page.completed.is_empty() {
        return;
    }
    let known = id.and_then(|id| page.completed.get(&id));
    for completed in known.into_iter().flatten() {
        let Some(rest) = text.strip_prefix(&*completed.before).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        let is_prefix = completed.found.starts_with(rest) || rest.starts_with(&*completed.found);
        if is_prefix && !redactor.is_suppressed_in(page.scope(id), completed.rule, &completed.found) {
            let start = completed.before.len();
            let span = Span::new(start, start + rest.len().min(completed.found.len()));
            out.replace(span, mask::mask(span.of(text), MaskChar::Star), Reason::Rule(completed.rule));
        }
    }
}
