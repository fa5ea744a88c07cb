//! Findings that cross fields: in the joined text of nodes, glyphs or views that are read as one.

use crate::parse::value::Value;
use crate::redact::policy::Posture;
use crate::redact::recording::fields::Fields;
use crate::redact::recording::windows::Page;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::carry;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::redactor::TextRedactor;
use crate::session::element_kind::ElementKind;
use crate::session::ids::IdMap;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// Longest joined text that is searched, in bytes.
const MAX_JOINED_BYTES: usize = 4096;

/// Findings that cross text nodes: for each node, edits of its text.
pub(crate) type Crossing = IdMap<Vec<Edit>>;

/// Searches the joined texts of a window.
pub(crate) struct CrossingSearch<'r, 'p> {
    pub(super) page: &'r Page,
    pub(super) text: &'r mut TextRedactor<'p>,
}

impl CrossingSearch<'_, '_> {
    /// Findings in the joined text of runs of nodes that none of the nodes shows alone.
    ///
    /// `touched` are the nodes that came or changed; `None` for all. Costs one scan of each run of
    /// two or more nodes with a text that this request brought.
    pub(crate) fn find(&mut self, touched: Option<&[u32]>) -> Crossing {
        let mut runs: Vec<Vec<u32>> = Vec::new();
        let shown = &self.page.shown;
        let mut keep = |ids: &[u32]| {
            // Known texts next to each other; a node that this request did not bring ends the run.
            for part in ids.split(|id| shown.get(*id).is_none()) {
                if part.len() > 1 {
                    runs.push(part.to_vec());
                }
            }
        };
        match touched {
            Some(touched) => self.page.window.reader().visit_runs_touching(touched, &mut keep),
            None => self.page.window.reader().visit_runs(&mut keep),
        }
        let mut crossing = Crossing::default();
        for run in runs {
            self.search(&run, &mut crossing);
        }
        crossing
    }

    fn search(&mut self, run: &[u32], crossing: &mut Crossing) {
        let is_code = |&id: &u32| {
            self.page
                .window
                .reader()
                .node(id)
                .is_none_or(|node| matches!(node.tag, ElementKind::Style | ElementKind::Script))
        };
        if run.iter().any(is_code) {
            return;
        }
        let mut joined = String::new();
        let mut parts = Vec::new();
        for &id in run {
            let Some(text) = self.page.shown.get(id) else { continue };
            parts.push((id, Span::new(joined.len(), joined.len() + text.len())));
            joined.push_str(text);
            if joined.len() > MAX_JOINED_BYTES {
                return;
            }
        }
        for edit in found_in_joined(self.text, &joined, TextContext::new(Surface::Text)) {
            if parts.iter().any(|(_, part)| contains(*part, edit.span)) {
                continue;
            }
            self.text.note_crossing(edit.tag, edit.span, joined.len());
            for (id, part) in parts.iter().filter(|(_, part)| part.overlaps(edit.span)) {
                crossing.entry(*id).or_default().push(piece(&edit, *part, &joined));
            }
        }
    }
}

impl Fields<'_, '_> {
    /// Findings in the joined text of strings that are read as one.
    pub(super) fn cross_strings(&mut self, strings: &[Value<'_>], context: TextContext<'_>) {
        let mut joined = String::new();
        let mut parts = Vec::new();
        for string in strings {
            let text = string.text();
            if joined.len() + text.len() > MAX_JOINED_BYTES {
                return;
            }
            parts.push(Span::new(joined.len(), joined.len() + text.len()));
            joined.push_str(&text);
        }
        let mut found = found_in_joined(self.text, &joined, context);
        found.retain(|edit| !parts.iter().any(|part| contains(*part, edit.span)));
        for edit in &found {
            self.text.note_crossing(edit.tag, edit.span, joined.len());
        }
        for (string, part) in strings.iter().zip(&parts) {
            let edits: Vec<Edit> = found
                .iter()
                .filter(|edit| edit.span.overlaps(*part))
                .map(|edit| piece(edit, *part, &joined))
                .collect();
            carry(*string, part.of(&joined), edits, &mut self.output(context));
        }
    }
}

/// Each part is redacted by itself as well; no suppression applies to what crosses parts.
fn found_in_joined(text: &mut TextRedactor<'_>, joined: &str, context: TextContext<'_>) -> Vec<Edit> {
    let mut found = Vec::new();
    let mut out = Output::new(&mut found, context.with_posture(Posture::Rules));
    text.unsuppressed(|text| text.apply_rules(joined, &mut out));
    found
}

fn contains(part: Span, span: Span) -> bool {
    part.start <= span.start && span.end <= part.end
}

/// The part of an edit of a joined text that falls into one of its parts.
fn piece(edit: &Edit, part: Span, joined: &str) -> Edit {
    let span =
        Span::new(edit.span.start.max(part.start) - part.start, edit.span.end.min(part.end) - part.start);
    let with = mask::mask(span.of(part.of(joined)), MaskChar::Star);
    Edit { span, with, tag: edit.tag }
}
