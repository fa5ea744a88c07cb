//! The redactor: one text at a time, from its place and the policy to edits.
//!
//! All functions append to `out`, in the coordinates of the text they were given; whoever called
//! carries the edits on to the text around it. Nothing is decided here about where in a body a
//! text stands: that is what [`Place`] says.

use std::collections::HashMap;

use crate::decode::codec::Codecs;
use crate::detect;
use crate::detect::Finding;
use crate::parse::json::Tape;
use crate::redact::policy::Policy;
use crate::redact::policy::Posture;
use crate::redact::recording::packed::Unpacked;
use crate::redact::recording::page::Memory;
use crate::redact::recording::page::Page;
use crate::redact::report::Report;
use crate::redact::surface::Surface;
use crate::redact::text::field::Field;
use crate::redact::text::keys::Keys;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::memo::Memo;
use crate::redact::text::memo::Reading;
use crate::redact::text::memo::Served;
use crate::redact::text::memo::Setting;
use crate::redact::text::memo::Verdict;
use crate::redact::text::notes::Notes;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::rules::Action;
use crate::text::edit;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// Buffers that are kept between bodies.
#[derive(Default)]
pub(crate) struct Tools {
    pub(crate) scan: detect::Scratch,
    findings: Vec<Finding>,
    pub(crate) tapes: Vec<Tape>,
    pub(crate) unpacked: Vec<Unpacked>,
    pub(crate) zipped: Vec<u8>,
    /// A packed empty array, as it stands in documents; empty until one was seen.
    pub(crate) packed_empty: String,
    pub(crate) codecs: Codecs,
    pub(crate) memo: Memo,
    /// Seconds since 1970, if anybody said.
    pub(crate) now: Option<u64>,
    /// Where it is noted why; nobody asked if there are none.
    pub(crate) notes: Option<Notes>,
    pub(crate) keys: Keys,
}

/// So many bytes of one kind of buffer are kept: more was for one body in very many, and a body may
/// have had thousands of packed fields open at once.
pub(crate) const MOST_KEPT: usize = 4 << 20;

impl Tools {
    /// Lets go of what one large body has left behind.
    pub(crate) fn trim(&mut self) {
        keep_some(&mut self.tapes, Tape::heap_bytes);
        keep_some(&mut self.unpacked, Unpacked::heap_bytes);
        self.scan.trim(MOST_KEPT);
        if self.zipped.capacity() > MOST_KEPT {
            self.zipped = Vec::new();
        }
    }
}

/// Keeps of some buffers as many as are [`MOST_KEPT`] together.
fn keep_some<T>(buffers: &mut Vec<T>, heap_bytes: impl Fn(&T) -> usize) {
    let mut n_kept = 0;
    buffers.retain(|buffer| {
        let n_bytes = n_kept + heap_bytes(buffer);
        let is_kept = n_bytes <= MOST_KEPT;
        if is_kept {
            n_kept = n_bytes;
        }
        is_kept
    });
}

/// Where a text stands, and what follows from it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The kind of place.
    pub surface: Surface,
    /// Words that stand beside it: key, attribute name, label.
    pub words: &'a str,
    /// What happens to text nobody vouched for.
    pub posture: Posture,
    /// What a mask is made of.
    pub mask: MaskChar,
    /// Its numbers are measures and ids: only its strings are judged.
    pub keeps_numbers: bool,
}

impl Place<'_> {
    /// A place that is judged by rules.
    pub(crate) const fn new(surface: Surface) -> Self {
        Self { surface, words: "", posture: Posture::Rules, mask: MaskChar::Star, keeps_numbers: false }
    }

    /// The same place with another posture.
    pub(crate) fn posture(self, posture: Posture) -> Self {
        Self { posture, ..self }
    }

    /// The same place with other words beside it.
    pub(crate) fn words(self, words: &str) -> Place<'_> {
        let Self { surface, posture, mask, keeps_numbers, .. } = self;
        Place { surface, words, posture, mask, keeps_numbers }
    }

    /// The same place, its numbers kept.
    pub(crate) fn keep_numbers(self) -> Self {
        Self { keeps_numbers: true, ..self }
    }

    /// The same place, seen as another surface.
    pub(crate) fn surface(self, surface: Surface) -> Self {
        Self { surface, ..self }
    }
}

/// Works on one body.
pub(crate) struct Redactor<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) tools: &'p mut Tools,
    pub(crate) report: Report,
    /// Encodings inside each other at this moment.
    pub(crate) level: usize,
    /// Bytes that the text at hand and what it decodes to may still cost.
    pub(crate) effort: usize,
    /// Bytes that packed fields may still inflate to.
    pub(crate) packed_budget: usize,
    /// A packed field was larger than that, or than one may be.
    pub(crate) is_too_large: bool,
    /// Where windows come from and go to.
    pub(crate) memory: Option<Memory<'p>>,
    /// The window that the event at hand belongs to.
    pub(crate) page: Page,
    /// Its name, and all others of this request.
    pub(crate) page_name: String,
    pub(crate) pages: HashMap<String, Page>,
    /// Packed fields of the events at hand that were opened before their turn.
    pub(crate) unpacked: HashMap<usize, Unpacked>,
    /// The text at hand is a URL already.
    pub(crate) in_url: bool,
    /// Where the text at hand stands, and what is suppressed there.
    pub(crate) field: Field,
}

/// How many encodings inside each other are followed; what lies deeper is masked whole.
pub(crate) const MAX_LEVEL: usize = 8;

impl<'p> Redactor<'p> {
    /// A redactor for one body.
    pub(crate) fn new(policy: &'p Policy, tools: &'p mut Tools, memory: Option<Memory<'p>>) -> Self {
        if tools.memo.serve(policy.digest(), &policy.hash_key) == Served::Anew {
            tools.keys.clear();
        }
        Self {
            policy,
            tools,
            report: Report::default(),
            level: 0,
            effort: 0,
            packed_budget: policy.limits.cv_total,
            is_too_large: false,
            in_url: false,
            field: Field::default(),
            memory,
            page: Page::default(),
            page_name: String::new(),
            pages: HashMap::new(),
            unpacked: HashMap::new(),
        }
    }

    /// Judges a text as it stands: posture, then rules.
    pub(crate) fn plain(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        if place.posture != Posture::Rules {
            self.by_posture(text, place, out);
            return;
        }
        let mut findings = std::mem::take(&mut self.tools.findings);
        findings.clear();
        self.find(text, place, &mut findings);
        for finding in &findings {
            let matched = finding.span.of(text);
            if mask::is_masked(matched) {
                continue;
            }
            let with = match self.policy.rules().rule(finding.rule).map(crate::rules::Rule::action) {
                Some(action) => mask::render(action, matched, place.mask, &self.policy.hash_key),
                None => mask::mask(matched, place.mask),
            };
            out.push(Edit {
                span: finding.span,
                with,
                tag: tag::tag(Why::Rule(finding.rule), place.surface),
            });
        }
        self.tools.findings = findings;
    }

    fn by_posture(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let why = Why::Fixed(Fixed::Posture);
        match place.posture {
            Posture::Drop => {
                self.note_whole(why, text);
                replace_all(text, "", why, place.surface, out);
            }
            _ => self.whole(text, why, place, out),
        }
    }

    /// Masks all of a text; the action of a rule that names the whole value is honoured.
    pub(crate) fn whole(&mut self, text: &str, why: Why, place: Place<'_>, out: &mut Vec<Edit>) {
        // The token of a project is public: SDKs write it under keys that otherwise hold secrets.
        if mask::is_masked(text) || matches!(why, Why::Rule(_)) && is_project_token(text) {
            return;
        }
        if let Why::Rule(rule) = why
            && self.is_lifted(rule, text)
        {
            self.see(text, place, out);
            return;
        }
        self.note_whole(why, text);
        let action = match why {
            Why::Rule(idx) => self.policy.rules().rule(idx).map_or(&Action::Mask, crate::rules::Rule::action),
            Why::Fixed(Fixed::Password) => {
                replace_all(text, mask::FIXED, why, place.surface, out);
                return;
            }
            Why::Fixed(_) => &Action::Mask,
        };
        let with = mask::render(action, text, place.mask, &self.policy.hash_key);
        if with != text.as_bytes() {
            out.push(Edit { span: Span::new(0, text.len()), with, tag: tag::tag(why, place.surface) });
        }
    }

    /// Calls `judge` unless it is known what would come of it.
    ///
    /// `judge` depends on nothing but the text, the policy, `place` and what [`Setting`] holds; it
    /// does nothing but append edits of the text, settled.
    pub(crate) fn unless_known(
        &mut self,
        reading: Reading,
        text: &str,
        place: Place<'_>,
        out: &mut Vec<Edit>,
        judge: impl FnOnce(&mut Self, &mut Vec<Edit>),
    ) {
        if self.tools.notes.is_some() {
            judge(self, out);
            return;
        }
        let may_know_edits = self.may_keep_edits();
        let setting = Setting { reading, place, level: self.level, in_url: self.in_url };
        let name = self.tools.memo.name(text, setting);
        match self.tools.memo.verdict(name) {
            Some(Verdict::Clean) => return,
            Some(Verdict::Edited(edits)) if may_know_edits => {
                out.extend_from_slice(edits);
                return;
            }
            _ => {}
        }
        let from = (out.len(), self.field.n_silenced);
        judge(self, out);
        let edits = out.get(from.0..).unwrap_or_default();
        // What a suppression let through is not clean: it may end, and holds for this place alone.
        let is_silenced = self.field.n_silenced != from.1;
        // Deeper texts may be masked for the effort that the text around them has cost.
        let may_keep = edits.is_empty() || self.level <= 1 && may_know_edits;
        if !is_silenced && may_keep {
            self.tools.memo.remember(name, edits);
        }
    }

    /// Calls `f` on a part of a text and carries its edits over to the whole.
    pub(crate) fn within(
        &mut self,
        text: &str,
        part: Span,
        out: &mut Vec<Edit>,
        f: impl FnOnce(&mut Self, &str, &mut Vec<Edit>),
    ) {
        let from = out.len();
        f(self, part.of(text), out);
        for edit in out.iter_mut().skip(from) {
            edit.span = edit.span.shifted(part.start);
        }
    }

    /// Counts edits whose text is about to be written.
    pub(crate) fn count(&mut self, edits: &[Edit]) {
        for edit in edits {
            if let Some((cause, surface)) = tag::read(edit.tag, self.policy.rules()) {
                self.report.count(cause, surface);
            }
        }
    }

    /// Writes `text` with `edits` applied, counts them, and gives the bytes.
    pub(crate) fn applied(&mut self, text: &str, edits: &mut Vec<Edit>) -> Vec<u8> {
        settle(text, MaskChar::Star, 0, edits);
        self.count(edits);
        let mut out = Vec::new();
        edit::apply(text.as_bytes(), edits, &mut out);
        out
    }

    /// Lends an index for a text inside a text.
    pub(crate) fn with_tape<T>(&mut self, f: impl FnOnce(&mut Self, &mut Tape) -> T) -> T {
        let mut tape = self.tools.tapes.pop().unwrap_or_default();
        let result = f(self, &mut tape);
        self.tools.tapes.push(tape);
        result
    }
}

/// Whether a text is the public token of a project, and nothing else: nobody remembers one.
fn is_project_token(text: &str) -> bool {
    const SHORTEST: usize = 20;
    text.strip_prefix("phc_").is_some_and(|rest| {
        (SHORTEST..=60).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// Joins overlapping edits of `text` from index `from` on.
pub(crate) fn settle(text: &str, mask: MaskChar, from: usize, out: &mut Vec<Edit>) {
    edit::settle(out, from, |span| mask::mask(span.of(text), mask), |edit| edit.tag == tag::COUNTED);
}

/// Puts `with` in place of all of a text.
pub(crate) fn replace_all(text: &str, with: &str, why: Why, surface: Surface, out: &mut Vec<Edit>) {
    if text != with {
        let with = with.as_bytes().to_vec();
        out.push(Edit { span: Span::new(0, text.len()), with, tag: tag::tag(why, surface) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_buffers_up_to_the_limit_together() {
        let of = |sizes: &[usize]| {
            let mut buffers: Vec<Vec<u8>> = sizes.iter().map(|&size| Vec::with_capacity(size)).collect();
            keep_some(&mut buffers, Vec::capacity);
            buffers.iter().map(Vec::capacity).collect::<Vec<_>>()
        };
        assert_eq!(of(&[MOST_KEPT]), [MOST_KEPT]);
        assert_eq!(of(&[MOST_KEPT + 1, 5]), [5]);
        assert_eq!(of(&[MOST_KEPT / 2; 3]), [MOST_KEPT / 2; 2]);
    }
}
