//! Events that have no element: console, network and canvas.

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::policy::Posture;
use crate::redact::recording::fields::Fields;
use crate::redact::recording::fields::UNKNOWN;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;

impl Fields<'_, '_> {
    /// Redacts the event of a plugin.
    pub(super) fn plugin(&mut self, data: Value<'_>) -> Result<(), DuplicateKey> {
        let name = data.under(KnownKey::Plugin)?.map(Value::text);
        let postures = &self.text.policy.postures;
        let (context, is_network) = match name.as_deref() {
            Some("rrweb/console@1") => {
                (TextContext::new(Surface::Console).with_posture(postures.console), false)
            }
            Some("rrweb/network@1" | "posthog/network@1") => {
                (TextContext::new(Surface::Network).with_posture(postures.network), true)
            }
            Some("rrweb/canvas-webrtc@1" | "rrweb/sequential-id@1") => {
                self.structure(data);
                return Ok(());
            }
            _ => (UNKNOWN.with_posture(postures.attributes), false),
        };
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Plugin => self.json(value, UNKNOWN),
                KnownKey::Payload if is_network => self.network(value, context),
                KnownKey::Payload => self.console(value, context),
                _ => self.entry(key, value, UNKNOWN),
            }
        }
        Ok(())
    }

    /// A console message. Its level says nothing about anyone.
    fn console(&mut self, payload: Value<'_>, context: TextContext<'_>) {
        const MAX_LEVEL_BYTES: usize = 8;
        for (key, value) in payload.entries() {
            match key.known_key() {
                KnownKey::Level if value.raw().len() <= MAX_LEVEL_BYTES => {
                    self.json(value, context.with_posture(Posture::Rules));
                }
                KnownKey::Payload | KnownKey::Trace => self.json(value, context),
                _ => {
                    self.key(key, context);
                    self.json(value, context);
                }
            }
        }
        if payload.kind() != JsonKind::Object {
            self.json(payload, context);
        }
    }

    /// Captured requests. Under a strict posture bodies and header values are masked whole; names and
    /// timings are redacted by rules, because the list of requests is useless without them.
    fn network(&mut self, payload: Value<'_>, context: TextContext<'_>) {
        let by_rules = context.with_posture(Posture::Rules).keeping_numbers();
        let is_strict = context.posture != Posture::Rules;
        self.json_by(payload, by_rules, if is_strict { network_key_strict } else { network_key });
    }

    /// Drawing commands: text by the posture of canvas, pixels by the posture of images.
    pub(super) fn canvas(&mut self, data: Value<'_>) -> Result<(), DuplicateKey> {
        let context = TextContext::new(Surface::Canvas).keeping_numbers();
        let is_text = |command: Value<'_>| -> Result<bool, DuplicateKey> {
            let property = command.under(KnownKey::Property)?;
            Ok(property
                .is_some_and(|p| ["fillText", "strokeText", "measureText"].iter().any(|t| p.is_text(t))))
        };
        let text_context = context.with_posture(self.text.policy.postures.canvas);
        self.cross_glyphs(data)?;
        for (key, value) in data.entries() {
            match key.known_key() {
                KnownKey::Commands if value.kind() == JsonKind::Array => {
                    for command in value.items() {
                        let context = if is_text(command)? { text_context } else { context };
                        self.json_by(command, context, canvas_key);
                    }
                }
                KnownKey::Args if is_text(data)? => self.json_by(value, text_context, canvas_key),
                _ => self.entry_by(key, value, context, canvas_key),
            }
        }
        Ok(())
    }

    /// Findings in texts that are drawn next to each other, glyph by glyph.
    fn cross_glyphs(&mut self, data: Value<'_>) -> Result<(), DuplicateKey> {
        let mut glyphs = Vec::new();
        for command in data.under(KnownKey::Commands)?.into_iter().flat_map(Value::items) {
            let is_text = command
                .under(KnownKey::Property)?
                .is_some_and(|p| p.is_text("fillText") || p.is_text("strokeText"));
            let mut args =
                command.under(KnownKey::Args)?.filter(|_| is_text).into_iter().flat_map(Value::items);
            if let Some(text) = args.next().filter(|text| text.kind() == JsonKind::String) {
                let x = args.next().and_then(Value::as_f64).unwrap_or(0.0);
                let y = args.next().and_then(Value::as_f64).unwrap_or(0.0);
                glyphs.push((y, x, text));
            }
        }
        glyphs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for row in glyphs.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).filter(|row| row.len() > 1) {
            let row: Vec<Value<'_>> = row.iter().map(|(.., text)| *text).collect();
            self.cross_strings(&row, TextContext::new(Surface::Canvas));
        }
        Ok(())
    }
}

fn canvas_key(key: &str) -> Option<StringKind> {
    match key {
        "base64" | "rr_dataURL" | "src" => Some(StringKind::Image),
        "property" | "rr_type" | "type" => Some(StringKind::TextByRules),
        _ => None,
    }
}

fn network_key(key: &str) -> Option<StringKind> {
    matches!(key, "name" | "url").then_some(StringKind::Url)
}

fn network_key_strict(key: &str) -> Option<StringKind> {
    match key {
        "requestBody" | "responseBody" | "requestHeaders" | "responseHeaders" | "description" => {
            Some(StringKind::Masked(Reason::Posture))
        }
        _ => network_key(key),
    }
}
