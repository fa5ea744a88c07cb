//! Remote config on its way to a browser: made to mask at the source, too.
//!
//! Settings that an application passes to `init` win over remote config, so this is the second fence:
//! recordings are redacted whatever the browser did. Everything but the settings of session recording
//! stays as it is. A text whose config is not found is [`Unreadable`], so that the caller can withhold
//! it. Hardening twice changes nothing.

mod script;
mod unreadable;

use crate::parse::json::JsonKind;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::Value;
use crate::text::edit;
use crate::text::edit::Edit;
use crate::text::json_str;
use crate::text::span::Span;

pub(crate) use crate::redact::remote_config::unreadable::Unreadable;

/// What the config is made to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// Elements whose text the SDK masks, besides those that the config names.
    pub mask_text_selector: String,
    /// Elements that the SDK blocks, besides those that the config names.
    pub block_selector: Option<String>,
}

/// How a config is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An object with `sessionRecording` in it.
    Json,
    /// A script that assigns such an object, with functions next to it.
    Script,
}

/// Levels of JSON in a config.
const DEPTH: usize = 128;

/// Gives the text with its config hardened.
///
/// # Errors
/// [`Unreadable`]: the text must not be relayed.
pub(crate) fn harden(text: &str, form: Form, how: &Hardening) -> Result<Vec<u8>, Unreadable> {
    let mut edits = Vec::new();
    match form {
        Form::Json => config(text, how, &mut edits)?,
        Form::Script => {
            for span in script::configs(text)? {
                let from = edits.len();
                config(span.of(text), how, &mut edits)?;
                for edit in edits.iter_mut().skip(from) {
                    edit.span = edit.span.shifted(span.start);
                }
            }
        }
    }
    edits.sort_by_key(|edit| edit.span);
    let mut out = Vec::new();
    edit::apply(text.as_bytes(), &edits, &mut out);
    Ok(out)
}

fn config(text: &str, how: &Hardening, out: &mut Vec<Edit>) -> Result<(), Unreadable> {
    let mut tape = Tape::default();
    tape.read(text, DEPTH, Truncated::Reject).map_err(|_| Unreadable)?;
    let root =
        Doc::new(text, &tape).root().filter(|root| root.kind() == JsonKind::Object).ok_or(Unreadable)?;
    no_prototype(root)?;
    for recording in values(root, "sessionRecording") {
        match (recording.kind(), recording.raw()) {
            (JsonKind::Object, _) => self::recording(recording, how, out)?,
            // Nothing is recorded.
            (JsonKind::Null, _) | (JsonKind::Bool, "false") => {}
            _ => return Err(Unreadable),
        }
    }
    Ok(())
}

fn recording(recording: Value<'_>, how: &Hardening, out: &mut Vec<Edit>) -> Result<(), Unreadable> {
    no_prototype(recording)?;
    let mut wanted = vec![
        ("networkPayloadCapture", "null".to_owned()),
        ("consoleLogRecordingEnabled", "false".to_owned()),
        ("recordCanvas", "false".to_owned()),
    ];
    let masking: Vec<Value<'_>> = values(recording, "masking").collect();
    if !masking.is_empty() && masking.iter().all(|value| value.kind() == JsonKind::Object) {
        for masking in masking {
            no_prototype(masking)?;
            set(masking, &wanted_masking(how, Some(masking)), out);
        }
    } else {
        let entries = wanted_masking(how, None);
        let entries: Vec<String> = entries.iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
        wanted.push(("masking", format!("{{{}}}", entries.join(","))));
    }
    set(recording, &wanted, out);
    Ok(())
}

/// The settings of masking, what is configured already included.
fn wanted_masking(how: &Hardening, known: Option<Value<'_>>) -> Vec<(&'static str, String)> {
    let selector = |name: &str, own: &str| {
        // Of equal keys the last one counts.
        let value = known.and_then(|known| values(known, name).last());
        let value = value.filter(|value| value.kind() == JsonKind::String).map(Value::text);
        joined(own, value.as_deref().unwrap_or_default())
    };
    let mut wanted = vec![
        ("maskAllInputs", "true".to_owned()),
        ("maskAllElementAttributes", "true".to_owned()),
        ("maskTextSelector", selector("maskTextSelector", &how.mask_text_selector)),
    ];
    if let Some(own) = &how.block_selector {
        wanted.push(("blockSelector", selector("blockSelector", own)));
    }
    wanted
}

/// Both lists of selectors as one, as a JSON string.
fn joined(own: &str, known: &str) -> String {
    let known = known.trim();
    let has_own = known == own || known.strip_prefix(own).is_some_and(|rest| rest.starts_with(", "));
    let list = if own == "*" || known.is_empty() {
        own.to_owned()
    } else if has_own {
        known.to_owned()
    } else {
        format!("{own}, {known}")
    };
    let mut quoted = Vec::new();
    json_str::escape_into(list.as_bytes(), &mut quoted);
    format!("\"{}\"", String::from_utf8_lossy(&quoted))
}

/// Gives entries of an object other values, and adds those that are not there.
fn set(object: Value<'_>, wanted: &[(&str, String)], out: &mut Vec<Edit>) {
    let mut missing = Vec::new();
    for (name, json) in wanted {
        let mut is_missing = true;
        for value in values(object, name) {
            is_missing = false;
            let span = match value.kind() {
                JsonKind::String => Span::new(value.span().start.saturating_sub(1), value.span().end + 1),
                _ => value.span(),
            };
            let is_so = match value.kind() {
                JsonKind::String => {
                    json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) == Some(value.raw())
                }
                _ => value.raw() == json,
            };
            if !is_so {
                out.push(Edit { span, with: json.clone().into_bytes(), tag: 0 });
            }
        }
        if is_missing {
            missing.push(format!("\"{name}\":{json}"));
        }
    }
    if missing.is_empty() {
        return;
    }
    let mut with = missing.join(",");
    if object.entries().next().is_some() {
        with.push(',');
    }
    let at = object.span().start + 1;
    out.push(Edit { span: Span::new(at, at), with: with.into_bytes(), tag: 0 });
}

/// All values of a key: which one counts is for the browser to say, so all of them are set.
fn values<'a>(object: Value<'a>, name: &str) -> impl Iterator<Item = Value<'a>> {
    object.entries().filter(move |(key, _)| key.is_text(name)).map(|(_, value)| value)
}

/// In a script this key brings in entries that it does not show.
fn no_prototype(object: Value<'_>) -> Result<(), Unreadable> {
    if values(object, "__proto__").next().is_some() { Err(Unreadable) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn how() -> Hardening {
        Hardening { mask_text_selector: "*".to_owned(), block_selector: None }
    }

    fn hardened(text: &str, form: Form, how: &Hardening) -> String {
        let once = String::from_utf8(harden(text, form, how).unwrap()).unwrap();
        let twice = harden(&once, form, how).unwrap();
        assert_eq!(String::from_utf8(twice).unwrap(), once);
        once
    }

    fn as_json(text: &str, how: &Hardening) -> serde_json::Value {
        serde_json::from_str(&hardened(text, Form::Json, how)).unwrap()
    }

    #[test]
    fn sets_what_is_missing_and_what_differs() {
        let text = r#"{"a": 1.50, "sessionRecording": {"endpoint":"/s/","consoleLogRecordingEnabled":true,
            "networkPayloadCapture":{"recordBody":true}, "masking":null},"z":[]}"#;
        let expected = json!({
            "a": 1.5,
            "sessionRecording": {
                "endpoint": "/s/",
                "consoleLogRecordingEnabled": false,
                "networkPayloadCapture": null,
                "recordCanvas": false,
                "masking": {
                    "maskAllInputs": true,
                    "maskAllElementAttributes": true,
                    "maskTextSelector": "*",
                },
            },
            "z": [],
        });
        assert_eq!(as_json(text, &how()), expected);
        assert!(hardened(text, Form::Json, &how()).starts_with(r#"{"a": 1.50, "sessionRecording": {"#));
        let empty = as_json(r#"{"sessionRecording":{}}"#, &how());
        assert_eq!(empty["sessionRecording"]["masking"]["maskTextSelector"], "*");
    }

    #[test]
    fn keeps_the_selectors_that_are_there() {
        let how = Hardening {
            mask_text_selector: ".private".to_owned(),
            block_selector: Some("[data-x=\"1\"]".to_owned()),
        };
        let text = r#"{"sessionRecording":{"masking":{"maskAllInputs":false,"blockSelector":".secret",
            "maskTextSelector":"","maskTextFn":1}}}"#;
        let masking = &as_json(text, &how)["sessionRecording"]["masking"];
        let expected = json!({
            "maskAllInputs": true,
            "maskAllElementAttributes": true,
            "blockSelector": "[data-x=\"1\"], .secret",
            "maskTextSelector": ".private",
            "maskTextFn": 1,
        });
        assert_eq!(*masking, expected);
    }

    #[test]
    fn sets_every_one_of_equal_keys() {
        let text =
            r#"{"sessionRecording":{"recordCanvas":true,"record\u0043anvas":true},"sessionRecording":{}}"#;
        let out = hardened(text, Form::Json, &how());
        assert!(!out.contains(r#"anvas":true"#), "{out}");
        assert_eq!(out.matches("maskAllInputs").count(), 2);
    }

    #[test]
    fn leaves_a_config_without_recording_as_it_stands() {
        for text in [r#"{"sessionRecording": false}"#, r#"{ "flags": {} }"#, r#"{"sessionRecording":null}"#] {
            assert_eq!(hardened(text, Form::Json, &how()), text);
        }
    }

    #[test]
    fn refuses_what_is_no_config() {
        let cases = [
            "",
            "[]",
            "null",
            "<html>",
            r#"{"sessionRecording":true}"#,
            r#"{"sessionRecording":"x"}"#,
            r#"{"__proto__":{"sessionRecording":{}}}"#,
            r#"{"sessionRecording":{}"#,
        ];
        for text in cases {
            assert_eq!(harden(text, Form::Json, &how()), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn edits_the_object_in_a_script_and_nothing_around_it() {
        let before = "(function() {\n  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {};\n  \
                      window._POSTHOG_REMOTE_CONFIG['phc_x'] = {\n    config: ";
        let after = ",\n    siteApps: [{ id: 'a', init: function(c) { return /}[{]/ } }]\n  }\n})();";
        let config = r#"{"a":"}{\"","sessionRecording": {"recordCanvas": true}}"#;
        let out = hardened(&format!("{before}{config}{after}"), Form::Script, &how());
        let inner = out.strip_prefix(before).unwrap().strip_suffix(after).unwrap();
        let inner: serde_json::Value = serde_json::from_str(inner).unwrap();
        assert_eq!(inner["sessionRecording"]["recordCanvas"], false);
        assert_eq!(inner["a"], "}{\"");
    }
}
