//! Pixels: kept, replaced by an image of the same size, or removed. `data:` URIs by their type.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::redact::policy::ImagePosture;
use crate::redact::policy::Posture;
use crate::redact::surface::Surface;
use crate::redact::text::png;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::text::view::Encoding;

impl Redactor<'_> {
    /// Judges a `data:` URI: pixels by the posture of images, text as text.
    pub(crate) fn data_uri(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let Some(comma) = memchr::memchr(b',', text.as_bytes()) else {
            self.plain(text, place, out);
            return;
        };
        let head = text.get(..comma).unwrap_or("").to_ascii_lowercase();
        let is_base64 = head.ends_with(";base64");
        let data = Span::new(comma + 1, text.len());
        if head.starts_with("data:image/") && !head.starts_with("data:image/svg") {
            self.pixels(text, data, place, out);
            return;
        }
        self.within(text, Span::new(0, comma), out, |this, head, out| this.plain(head, place, out));
        if is_base64 {
            self.text_in_base64(text, data, place, out);
        } else {
            self.within(text, data, out, |this, data, out| {
                this.see(data, place, out);
                this.through(data, Encoding::Percent, place, out);
            });
        }
    }

    fn text_in_base64(&mut self, text: &str, data: Span, place: Place<'_>, out: &mut Vec<Edit>) {
        let decoded = match decode(data.of(text)).map(String::from_utf8) {
            Some(Ok(decoded)) => decoded,
            Some(Err(binary)) => {
                self.binary(text, &String::from_utf8_lossy(binary.as_bytes()), place, out);
                return;
            }
            None => {
                self.within(text, data, out, |this, data, out| this.plain(data, place, out));
                return;
            }
        };
        let mut edits = Vec::new();
        self.see(&decoded, place, &mut edits);
        if !edits.is_empty() {
            let redacted = self.applied(&decoded, &mut edits);
            out.push(Edit { span: data, with: STANDARD.encode(redacted).into_bytes(), tag: tag::COUNTED });
        }
    }

    /// A document, font or sound: it goes whole if a rule finds something in what of it is text.
    fn binary(&mut self, text: &str, readable: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let mut found = Vec::new();
        self.plain(readable, place.posture(Posture::Rules), &mut found);
        if let Some(first) = found.first() {
            out.push(Edit { span: Span::new(0, text.len()), with: b"data:,".to_vec(), tag: first.tag });
        }
    }

    /// Judges a text that is pixels: a `data:` URI, or base64 without one as mobile SDKs send it.
    pub(crate) fn image(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        if text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:")) {
            self.data_uri(text, place, out);
        } else if decode(text).is_some_and(|bytes| png::size(&bytes).is_some()) {
            self.pixels(text, Span::new(0, text.len()), place, out);
        } else {
            self.url(text, place.surface(Surface::Url), out);
        }
    }

    fn pixels(&mut self, text: &str, data: Span, place: Place<'_>, out: &mut Vec<Edit>) {
        let bytes = decode(data.of(text));
        let size = bytes.as_deref().and_then(png::size);
        let why = Why::Fixed(Fixed::Posture);
        match (self.policy.postures.images, size) {
            (ImagePosture::Keep, Some(_)) => {}
            (ImagePosture::Drop, _) => {
                out.push(Edit {
                    span: Span::new(0, text.len()),
                    with: b"data:,".to_vec(),
                    tag: tag::tag(why, Surface::Image),
                });
            }
            // What claims to be pixels and is not is judged as text.
            (ImagePosture::Keep, None) => self.within(text, data, out, |this, data, out| {
                this.plain(data, place, out);
                this.through(data, Encoding::Percent, place, out);
            }),
            (ImagePosture::Placeholder, size) => {
                let (width, height) = size.unwrap_or((1, 1));
                let png = STANDARD.encode(png::blank(width, height));
                let has_head = data.start > 0;
                let with = if has_head { format!("data:image/png;base64,{png}") } else { png };
                if with != text {
                    out.push(Edit {
                        span: Span::new(0, text.len()),
                        with: with.into_bytes(),
                        tag: tag::tag(why, Surface::Image),
                    });
                }
            }
        }
    }
}

/// Decodes base64, line breaks ignored as Android writes them.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut clean: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    if clean.contains(&b'%') {
        clean = percent_encoding::percent_decode(&clean).collect();
    }
    STANDARD.decode(clean).ok()
}
