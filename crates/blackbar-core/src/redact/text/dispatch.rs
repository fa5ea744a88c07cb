//! Redacts a text and everything it may decode to (percent, entities, JSON, base64, URLs …).
//!
//! The text itself is redacted first, and then each thing that it may be an encoding of. A finding
//! inside an encoding is replaced there and the encoding rebuilt. Costs one look over the text to
//! see which encodings are possible at all; most texts have none.
//!
//! This file is long because encodings contain each other: a URL may hold JSON that holds a style sheet
//! that holds a URL. All that recurses is here, and the grammars (`url.rs`, `css.rs`, `markup.rs`,
//! `encodings.rs`, `json_walk.rs`) know nothing of it. Split into files, it would be a circle.
//!
//! **Invariant:** each text meets [`TextRedactor::apply_rules`], a mask, or a grammar of its parts.

use crate::decode::codec::EditedText;
use crate::decode::codec::Level;
use crate::parse::json::JsonError;
use crate::parse::json::JsonKind;
use crate::parse::json::Truncated;
use crate::parse::known_key::KnownKey;
use crate::parse::value::Doc;
use crate::parse::value::Value;
use crate::redact::policy::ImagePosture;
use crate::redact::policy::Posture;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::carry;
use crate::redact::text::css;
use crate::redact::text::css::CssPart;
use crate::redact::text::css_tokens;
use crate::redact::text::encodings;
use crate::redact::text::encodings::Base64Text;
use crate::redact::text::encodings::Signs;
use crate::redact::text::font;
use crate::redact::text::json_walk::JsonWalk;
use crate::redact::text::markup;
use crate::redact::text::mask;
use crate::redact::text::mask::MaskChar;
use crate::redact::text::memo::Reading;
use crate::redact::text::png;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::redact::text::redactor::TextRedactor;
use crate::redact::text::rules::is_left_alone;
use crate::redact::text::string_kind::KindByKey;
use crate::redact::text::string_kind::SCRIPT_PLACEHOLDER;
use crate::redact::text::string_kind::StringKind;
use crate::redact::text::url;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::text::view::Encoding;
use crate::text::view::View;

/// Number of nested encodings that are followed; deeper text is masked whole.
const MAX_NESTED_ENCODINGS: usize = 8;

/// How many times its own length a text may cost, all that it decodes to together. A text that is
/// several encodings at once at every level would cost without end; the rest of it is masked.
const MAX_EFFORT_PER_BYTE: usize = 48;

/// The same for short texts, in bytes.
const MIN_EFFORT_BYTES: usize = 16 << 10;

impl TextRedactor<'_> {
    /// Redacts a text and all that it decodes to.
    pub(crate) fn redact_text(&mut self, text: &str, out: &mut Output<'_>) {
        if text.is_empty() {
            return;
        }
        if self.level == 0 {
            self.effort = MAX_EFFORT_PER_BYTE.saturating_mul(text.len()).saturating_add(MIN_EFFORT_BYTES);
        }
        if self.level >= MAX_NESTED_ENCODINGS || self.effort < text.len() {
            self.mask_whole(text, Reason::Nesting, out);
            return;
        }
        self.effort -= text.len();
        self.level += 1;
        self.memoized(Reading::Text, text, out, |this, out| {
            let from = out.len();
            this.redact_decodings(text, out);
            out.settle(text, from);
        });
        self.level -= 1;
    }

    fn redact_decodings(&mut self, text: &str, out: &mut Output<'_>) {
        if text.starts_with("\u{1f}\u{8b}") {
            return self.redact_stray_packed(text, out);
        }
        if encodings::is_data_uri(text) {
            return self.redact_data_uri(text, out);
        }
        if self.redact_json_text(text, out) {
            return;
        }
        self.apply_rules(text, out);
        if out.context.posture != Posture::Rules {
            return;
        }
        let signs = Signs::of(text);
        if signs.has(Signs::COLON | Signs::QUESTION) {
            self.redact_urls_in(text, out);
        }
        if signs.has(Signs::EQUALS) {
            for word in url::pairs_in(text) {
                out.within(text, word, |pairs, out| self.redact_pairs(pairs, out));
            }
        }
        if signs.has(Signs::ANGLE) {
            for element in markup::elements(text) {
                self.redact_named(element, text, out, Self::apply_rules);
            }
        }
        self.redact_encodings(text, signs, out);
        if memchr::memmem::find(text.as_bytes(), b"form-data;").is_some() {
            for part in markup::form_parts(text) {
                self.redact_named(part, text, out, Self::redact_text);
            }
        }
        for line in encodings::json_lines(text) {
            out.within(text, line, |line, out| self.redact_text(line, out));
        }
    }

    /// Redacts what parts of a text decode to.
    fn redact_encodings(&mut self, text: &str, signs: Signs, out: &mut Output<'_>) {
        if signs.has(Signs::PERCENT) {
            self.redact_decoded_as(Encoding::Percent, text, out);
        }
        if signs.has(Signs::AMPERSAND) {
            self.redact_decoded_as(Encoding::Entities, text, out);
        }
        if signs.has(Signs::BACKSLASH) {
            self.redact_decoded_as(Encoding::Backslash, text, out);
        }
        for run in encodings::base64_runs(text) {
            let Some(decoded) = Base64Text::decode(text, run) else { continue };
            if let Some((redacted, _)) = self.redact_content(&decoded.text, out.context) {
                let (span, with) = decoded.encode(text, run, &redacted);
                out.replace_counted(span, with);
            }
        }
    }

    /// Redacts what a text decodes to.
    fn redact_decoded_as(&mut self, encoding: Encoding, text: &str, out: &mut Output<'_>) {
        let Some(view) = View::new(text, encoding) else { return };
        let from = out.len();
        self.redact_text(view.text(), out);
        if let Some(edits) = out.edits.get_mut(from..) {
            view.carry_back(edits);
        }
    }

    /// Redacts the content of an encoding that is rebuilt. `None` if nothing in it changes.
    fn redact_content(&mut self, content: &str, context: TextContext<'_>) -> Option<(Vec<u8>, Vec<Edit>)> {
        let mut edits = Vec::new();
        self.redact_text(content, &mut Output::new(&mut edits, context));
        if edits.is_empty() {
            return None;
        }
        let redacted = self.apply_edits(content, &mut edits);
        Some((redacted, edits))
    }

    /// Redacts a text as what it is.
    pub(crate) fn redact_as(&mut self, kind: StringKind, text: &str, out: &mut Output<'_>) {
        let kind = match kind {
            StringKind::Masked(Reason::Rule(rule)) if self.is_lifted(rule, text) => StringKind::Text,
            other => other,
        };
        match kind {
            StringKind::Text if out.context.surface == Surface::Person => self.redact_identity(text, out),
            StringKind::Text => self.redact_text(text, out),
            StringKind::Url => self.redact_url(text, &mut out.on_surface(Surface::Url)),
            StringKind::Srcset => self.redact_srcset(text, &mut out.on_surface(Surface::Url)),
            StringKind::Css => self.redact_css(text, &mut out.on_surface(Surface::Css)),
            StringKind::Image => self.redact_image(text, out),
            StringKind::Script if text.trim().is_empty() => {}
            StringKind::Script => {
                out.on_surface(Surface::Text).replace_all(text, SCRIPT_PLACEHOLDER, Reason::Script);
            }
            StringKind::ElementsChain => self.redact_elements_chain(text, out),
            StringKind::Identity => self.redact_identity(text, out),
            StringKind::TextByRules => self.redact_text(text, &mut out.by_rules()),
            // Targeting compares a person's properties: a masked value keeps one name everywhere.
            StringKind::Masked(reason) if out.context.surface == Surface::Person => {
                self.note_masked(reason, text);
                self.pseudonymize(text, reason::tag(reason, Surface::Person), out);
            }
            StringKind::Masked(reason) => self.mask_whole(text, reason, out),
        }
    }

    /// Masks all of a text, unless a suppression lifts what the name of its field implies.
    fn mask_whole(&mut self, text: &str, reason: Reason, out: &mut Output<'_>) {
        if is_left_alone(text, reason) {
            return;
        }
        match reason {
            Reason::Rule(rule) if self.is_lifted(rule, text) => self.redact_text(text, out),
            _ => self.mask_all(text, reason, out),
        }
    }

    /// A text that names a person: if anything is found in it, all of it becomes a pseudonym.
    fn redact_identity(&mut self, text: &str, out: &mut Output<'_>) {
        let mut found = Vec::new();
        let context = out.context.with_posture(Posture::Rules);
        self.redact_text(text, &mut Output::new(&mut found, context));
        if let Some(first) = found.first() {
            self.pseudonymize(text, first.tag, out);
        }
    }

    /// Redacts a URL part by part: credentials, host, path, query, fragment.
    fn redact_url(&mut self, text: &str, out: &mut Output<'_>) {
        self.memoized(Reading::Url, text, out, |this, out| {
            let from = out.len();
            let scheme_len = url::scheme_len(text);
            let scheme = text.get(..scheme_len).unwrap_or("").to_ascii_lowercase();
            match scheme.as_str() {
                "data:" => this.redact_data_uri(text, out),
                "javascript:" | "blob:" => this.redact_text(text, out),
                _ => {
                    // `user:password@host` would read as an e-mail address.
                    let part = Span::new(url::userinfo_end(text, scheme_len), text.len());
                    out.within(text, part, |text, out| this.apply_rules(text, out));
                    this.redact_url_parts(text, scheme_len, out);
                    // A hash or semicolon of an entity cuts the URL in the wrong place.
                    this.redact_decoded_as(Encoding::Entities, text, out);
                    this.redact_decoded_as(Encoding::Backslash, text, out);
                }
            }
            out.settle(text, from);
        });
    }

    fn redact_url_parts(&mut self, text: &str, scheme_len: usize, out: &mut Output<'_>) {
        let parts = url::parts(text, scheme_len);
        if let Some(userinfo) = parts.userinfo {
            out.within(text, userinfo, |text, out| self.mask_whole(text, Reason::Userinfo, out));
        }
        if let Some(host) = parts.host {
            out.within(text, host, |host, out| self.apply_rules(host, out));
        }
        let mut previous = "";
        for segment in url::segments(text, parts.path) {
            out.with_words(previous).within(text, segment, |segment, out| {
                self.redact_url_piece(segment, Encoding::Percent, out);
            });
            previous = segment.of(text);
        }
        if let Some(query) = parts.query {
            out.within(text, query, |query, out| self.redact_pairs(query, out));
        }
        if let Some(fragment) = parts.fragment {
            // A fragment may be a query, a path with a query, or a word.
            out.within(text, fragment, |text, out| {
                let Some((path, query)) = url::fragment_query(text) else {
                    return self.redact_text(text, out);
                };
                if let Some(path) = path {
                    out.within(text, path, |path, out| self.redact_text(path, out));
                }
                out.within(text, query, |query, out| self.redact_pairs(query, out));
            });
        }
    }

    /// A query or form: names are context for their values, and some decide on them.
    pub(crate) fn redact_pairs(&mut self, text: &str, out: &mut Output<'_>) {
        for (name, value) in url::pairs(text) {
            let from = out.len();
            out.within(text, name, |name, out| self.redact_url_piece(name, Encoding::Form, out));
            // A name with a finding in it is no context for its value: both were one text once.
            let is_named = out.len() == from;
            let Some(value) = value else { continue };
            let decoded = View::new(name.of(text), Encoding::Form);
            let words = decoded.as_ref().map_or(name.of(text), View::text);
            let rule = if is_named { self.policy.rules().key_rule(words) } else { None };
            out.with_words(words).within(text, value, |value, out| {
                if let Some(idx) = rule {
                    return self.mask_whole(value, Reason::Rule(idx), out);
                }
                let from = out.len();
                self.redact_url_piece(value, Encoding::Form, out);
                if out.len() == from && url::is_opaque(value) && !url::is_version(words) {
                    self.mask_whole(value, Reason::UrlToken, out);
                }
            });
        }
    }

    /// A segment, name or value: as it is written, and decoded.
    fn redact_url_piece(&mut self, text: &str, encoding: Encoding, out: &mut Output<'_>) {
        if text.is_empty() {
            return;
        }
        let from = out.len();
        self.redact_text(text, out);
        if encoding == Encoding::Form && text.contains('+') {
            self.redact_decoded_as(encoding, text, out);
        }
        out.settle(text, from);
    }

    /// Candidates of `srcset`: each URL, descriptors kept.
    fn redact_srcset(&mut self, text: &str, out: &mut Output<'_>) {
        let from = out.len();
        // A text with whitespace that is not a list of candidates would be cut into pieces.
        self.apply_rules(text, out);
        for (url, descriptor) in url::candidates(text) {
            out.within(text, url, |url, out| self.redact_url(url, out));
            out.within(text, descriptor, |descriptor, out| self.apply_rules(descriptor, out));
        }
        out.settle(text, from);
    }

    /// Redacts each URL in a text, unless the text is the URL that is being redacted.
    fn redact_urls_in(&mut self, text: &str, out: &mut Output<'_>) {
        let mut out = out.on_surface(Surface::Url);
        for span in url::urls_in(text) {
            let is_whole = span.start == 0 && span.len() == text.len();
            if self.level >= MAX_NESTED_ENCODINGS || is_whole && self.in_url {
                continue;
            }
            out.within(text, span, |url, out| {
                let was = std::mem::replace(&mut self.in_url, true);
                self.redact_url(url, out);
                self.in_url = was;
            });
        }
    }

    /// Redacts a style sheet, a rule, or a list of declarations. Rules run over all of it, so that no
    /// corner is left out; strings and `url(…)` are parsed besides. Masks are made of letters,
    /// because a star can end a comment and a slash begin one.
    fn redact_css(&mut self, text: &str, out: &mut Output<'_>) {
        let context = TextContext { mask: MaskChar::Letter, posture: Posture::Rules, ..out.context };
        self.memoized(Reading::Css, text, &mut out.with(context), |this, out| {
            let from = out.len();
            let parts = css::parts(text);
            this.apply_rules(text, out);
            css_tokens::withdraw_measures(text, &parts, out.edits, from);
            out.edits.iter_mut().skip(from).for_each(|edit| css::keep_comment_marks(text, edit));
            let n_found = out.len();
            this.redact_encodings(text, Signs::of(text), out);
            css_tokens::withdraw_measures(text, &parts, out.edits, n_found);
            for part in parts {
                match part {
                    CssPart::Literal(span) => {
                        out.within(text, span, |text, out| this.redact_text(text, out));
                    }
                    CssPart::Url(span) => out.within(text, span, |text, out| this.redact_url(text, out)),
                }
            }
            out.settle(text, from);
        });
    }

    /// A part of a text that has a name: all of it is masked if the name decides so.
    fn redact_named(
        &mut self,
        (name, part): (&str, Span),
        text: &str,
        out: &mut Output<'_>,
        otherwise: fn(&mut Self, &str, &mut Output<'_>),
    ) {
        let rule = self.policy.rules().key_rule(name);
        out.with_words(name).within(text, part, |part, out| match rule {
            Some(idx) => self.mask_whole(part, Reason::Rule(idx), out),
            None => otherwise(self, part, out),
        });
    }

    /// `tag.class:name="value"…;…`: each value by its name, the rest by rules.
    fn redact_elements_chain(&mut self, text: &str, out: &mut Output<'_>) {
        self.apply_rules(text, out);
        for (name, value) in markup::elements_chain(text) {
            let context = match name {
                "text" => out.context.with_surface(Surface::Text),
                _ => out.context.with_words(name),
            };
            let is_url = matches!(name, "href" | "src" | "action");
            let kind = if is_url { StringKind::Url } else { StringKind::Text };
            out.with(context).within(text, value, |value, out| self.redact_as(kind, value, out));
        }
    }

    /// A `data:` URI: pixels by the posture of images, text as text.
    fn redact_data_uri(&mut self, text: &str, out: &mut Output<'_>) {
        let Some(comma) = memchr::memchr(b',', text.as_bytes()) else { return self.apply_rules(text, out) };
        let head = text.get(..comma).unwrap_or("").to_ascii_lowercase();
        let data = Span::new(comma + 1, text.len());
        if head.starts_with("data:image/") && !head.starts_with("data:image/svg") {
            return self.redact_pixels(text, data, out);
        }
        out.within(text, Span::new(0, comma), |head, out| self.apply_rules(head, out));
        let from = out.len();
        if head.ends_with(";base64") {
            return self.redact_base64_data(text, data, out);
        }
        // The digits of its escapes are no text.
        out.within(text, data, |data, out| match View::new(data, Encoding::Percent) {
            Some(view) => {
                self.redact_inlined(view.text(), out);
                view.carry_back(out.edits.get_mut(from..).unwrap_or_default());
            }
            None => self.redact_inlined(data, out),
        });
    }

    /// The text of a `data:` URI, where a drawing is no finding.
    fn redact_inlined(&mut self, text: &str, out: &mut Output<'_>) {
        let from = out.len();
        self.redact_text(text, out);
        markup::withdraw_geometry(text, out.edits, from);
    }

    fn redact_base64_data(&mut self, text: &str, data: Span, out: &mut Output<'_>) {
        match encodings::decode_base64(data.of(text)).map(String::from_utf8) {
            Some(Ok(decoded)) => {
                if let Some((redacted, _)) = self.redact_content(&decoded, out.context) {
                    out.replace_counted(data, encodings::encode_base64(&redacted));
                }
            }
            // A document, font or sound: it is emptied if a rule finds something in what reads as text.
            Some(Err(binary)) => {
                let readable = String::from_utf8_lossy(binary.as_bytes());
                let mut found = Vec::new();
                let context = out.context.with_posture(Posture::Rules);
                self.apply_rules(&readable, &mut Output::new(&mut found, context));
                if font::is_font(binary.as_bytes()) {
                    found.retain(|edit| font::is_in_a_text(&readable, edit.span));
                }
                if let Some(first) = found.first() {
                    let with = encodings::EMPTY_DATA_URI.into();
                    out.edits.push(Edit { span: Span::new(0, text.len()), with, tag: first.tag });
                }
            }
            None => out.within(text, data, |data, out| self.apply_rules(data, out)),
        }
    }

    /// Pixels: a `data:` URI, or base64 without one as mobile SDKs send it; else an address of some.
    fn redact_image(&mut self, text: &str, out: &mut Output<'_>) {
        if encodings::is_data_uri(text) {
            self.redact_data_uri(text, out);
        } else if encodings::decode_base64(text).is_some_and(|bytes| png::size(&bytes).is_some()) {
            self.redact_pixels(text, Span::new(0, text.len()), out);
        } else {
            self.redact_url(text, &mut out.on_surface(Surface::Url));
        }
    }

    fn redact_pixels(&mut self, text: &str, data: Span, out: &mut Output<'_>) {
        let bytes = encodings::decode_base64(data.of(text));
        let size = bytes.as_deref().and_then(png::size);
        let whole = Span::new(0, text.len());
        match (self.policy.postures.images, size) {
            (ImagePosture::Keep, Some(_)) => {}
            (ImagePosture::Drop, _) => {
                out.on_surface(Surface::Image).replace(whole, encodings::EMPTY_DATA_URI, Reason::Posture);
            }
            // What claims to be pixels and is not is redacted as text.
            (ImagePosture::Keep, None) => out.within(text, data, |data, out| {
                self.apply_rules(data, out);
                self.redact_decoded_as(Encoding::Percent, data, out);
            }),
            (ImagePosture::Placeholder, size) => {
                let (width, height) = size.unwrap_or((1, 1));
                let png = encodings::encode_base64(&png::blank(width, height));
                let has_head = data.start > 0;
                let with = if has_head { format!("data:image/png;base64,{png}") } else { png };
                out.on_surface(Surface::Image).replace_all(text, &with, Reason::Posture);
            }
        }
    }

    /// Redacts a text that looks like a packed field in an unexpected place.
    fn redact_stray_packed(&mut self, text: &str, out: &mut Output<'_>) {
        let zipped: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
        let mut plain = Vec::new();
        let opened = zipped.filter(|zipped| {
            let codecs = &mut self.workspace.codecs;
            self.inflation.inflate(codecs, &self.policy.limits, zipped, &mut plain).is_some()
        });
        let (Some(zipped), Ok(inner)) = (opened, String::from_utf8(plain)) else {
            return out.replace_all(text, "", Reason::Packed);
        };
        if encodings::holds_nothing(&inner) {
            return;
        }
        if let Some((mut redacted, mut edits)) = self.redact_content(&inner, out.context) {
            encodings::keep_number(&inner, &mut redacted, &mut edits);
            let mut rezipped = Vec::new();
            let change = EditedText { old: inner.as_bytes(), edits: &edits, new: &redacted };
            self.workspace.codecs.regzip_edited(&zipped, &change, Level::Field, &mut rezipped);
            let with: String = rezipped.iter().map(|&b| char::from(b)).collect();
            out.replace_counted(Span::new(0, text.len()), with);
        }
    }

    /// Redacts a text that is JSON, also when it was cut. Returns whether it is.
    fn redact_json_text(&mut self, text: &str, out: &mut Output<'_>) -> bool {
        let trimmed = text.trim_start();
        let may_be = match trimmed.as_bytes().first() {
            Some(b'{' | b'[') => trimmed.len() > 2,
            Some(b'"') => trimmed.trim_end().ends_with('"') && trimmed.len() > 2,
            _ => false,
        };
        if !may_be {
            return false;
        }
        let depth = self.policy.limits.depth;
        self.with_tape(|this, tape| {
            let read = match tape.read(text, depth, Truncated::Reject) {
                Err(JsonError::Eof(_)) => tape.read(text, depth, Truncated::Accept),
                other => other,
            };
            let (Ok(()), Some(root)) = (read, Doc::new(text, tape).root()) else { return false };
            let context = TextContext { keeps_numbers: false, ..out.context };
            this.redact_json(root, &mut out.with(context));
            true
        })
    }

    /// Redacts all of a value.
    pub(crate) fn redact_json(&mut self, value: Value<'_>, out: &mut Output<'_>) {
        if !matches!(value.kind(), JsonKind::Null | JsonKind::Bool) {
            self.redact_nodes(JsonWalk::default(), value.nodes(), |_| None, out);
        }
    }

    /// Redacts nodes in the order of the document, each by the keys that lead to it.
    pub(super) fn redact_nodes<'v>(
        &mut self,
        mut walk: JsonWalk<'v>,
        nodes: impl Iterator<Item = Value<'v>>,
        kind_by_key: KindByKey,
        out: &mut Output<'_>,
    ) {
        let above = out.context.words;
        for node in nodes {
            walk.advance(node.idx());
            match node.kind() {
                JsonKind::Key => {
                    walk.enter_key(node, kind_by_key, &mut self.workspace.keys, self.policy.rules());
                    // A word of the format says nothing about anyone.
                    if node.known_key() == KnownKey::Other {
                        self.redact_key(node, out);
                    }
                }
                JsonKind::String => {
                    self.redact_string(node, walk.kind(), &mut out.with_words(walk.words(above)));
                }
                JsonKind::Number if out.context.keeps_numbers && walk.rule().is_none() => {
                    self.redact_measure(node, out);
                }
                JsonKind::Number => {
                    self.redact_number(node, walk.rule(), &mut out.with_words(walk.words(above)));
                }
                JsonKind::Object => walk.enter_object(node),
                JsonKind::Array | JsonKind::Bool | JsonKind::Null => {}
            }
        }
    }

    /// Redacts a string of a document.
    pub(crate) fn redact_string(&mut self, value: Value<'_>, kind: StringKind, out: &mut Output<'_>) {
        if value.raw().is_empty() {
            return;
        }
        let text = value.text();
        let mut edits = Vec::new();
        let mut own = Output::new(&mut edits, out.context);
        self.redact_field(value, &mut own, |this, out| this.redact_as(kind, &text, out));
        carry(value, &text, edits, out);
    }

    /// Redacts a key; one with a finding becomes a pseudonym, which stays unique in its object.
    pub(crate) fn redact_key(&mut self, key: Value<'_>, out: &mut Output<'_>) {
        let text = key.text();
        let mut found = Vec::new();
        let context = TextContext::new(Surface::Key).with_words(out.context.words);
        let context = context.with_element(out.context.element);
        let mut own = Output::new(&mut found, context);
        self.redact_field(key, &mut own, |this, out| this.redact_text(&text, out));
        if let Some(edit) = found.first() {
            let with = mask::pseudonym(&text, &self.policy.hash_key).into_bytes();
            out.edits.push(Edit { span: key.span(), with, tag: edit.tag });
        }
    }
}
