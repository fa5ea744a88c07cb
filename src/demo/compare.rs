//! Before and after: compares the sample as it was sent with what the backend received.
//!
//! The sample is its only input, because that data is invented. No other request is ever compared.

use serde_json::Value;

/// How much of a text is shown.
const SHOWN_CHARS: usize = 62;

/// How much unchanged text is shown before the first difference.
const LEAD_CHARS: usize = 18;

/// A text that differs between the client and the backend.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextChange {
    /// The kind of place it occurs in, for people.
    pub(super) place: String,
    pub(super) sent: String,
    pub(super) received: String,
}

/// All texts that changed between two lists of events or bodies.
pub(super) fn changes(sent: &[Value], received: &[Value]) -> Vec<TextChange> {
    let mut found = Vec::new();
    for (sent, received) in sent.iter().zip(received) {
        walk(sent, received, place_of(sent), &mut |place, sent, received| {
            found.push(TextChange { place, sent, received });
        });
    }
    found
}

/// Picks one change for each planted secret, and varies the kinds of places.
pub(super) fn pick(changes: &[TextChange], planted: &[String], max_changes: usize) -> Vec<TextChange> {
    let mut picked: Vec<TextChange> = Vec::new();
    for text in planted {
        let kind = |change: &TextChange| change.place.split(' ').next().map(str::to_owned);
        let n_picked =
            |change: &&TextChange| picked.iter().filter(|other| kind(other) == kind(change)).count();
        let holding = changes.iter().filter(|change| change.sent.contains(text.as_str()));
        if let Some(change) = holding.min_by_key(n_picked) {
            let (sent, received) = shorten(&change.sent, &change.received);
            picked.push(TextChange { place: change.place.clone(), sent, received });
        }
    }
    picked.truncate(max_changes);
    picked.sort_by(|a, b| a.place.cmp(&b.place));
    picked
}

/// The planted secrets that occur in something that was received.
pub(super) fn leaked<'a>(planted: &'a [String], received: &[Value]) -> Vec<&'a str> {
    let is_leaked = |text: &&String| received.iter().any(|value| contains(value, text));
    planted.iter().filter(is_leaked).map(String::as_str).collect()
}

fn contains(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => value.contains(text),
        Value::Array(items) => items.iter().any(|item| contains(item, text)),
        Value::Object(fields) => {
            fields.iter().any(|(key, value)| key.contains(text) || contains(value, text))
        }
        _ => false,
    }
}

fn walk(sent: &Value, received: &Value, place: &str, found: &mut impl FnMut(String, String, String)) {
    match (sent, received) {
        (Value::Object(sent), Value::Object(received)) => {
            for (key, sent) in sent {
                let Some(received) = received.get(key) else { continue };
                match sent {
                    Value::String(_) => walk(sent, received, &place_with_key(place, key), found),
                    _ if key == "attributes" => walk(sent, received, "attribute", found),
                    _ => walk(sent, received, place, found),
                }
            }
        }
        (Value::Array(sent), Value::Array(received)) => {
            sent.iter().zip(received).for_each(|(sent, received)| walk(sent, received, place, found));
        }
        (Value::String(sent), Value::String(received)) if sent != received => {
            found(place.to_owned(), sent.clone(), received.clone());
        }
        _ => {}
    }
}

/// The kind of place of all texts of an event or body.
fn place_of(value: &Value) -> &'static str {
    let number = |value: Option<&Value>| value.and_then(Value::as_u64);
    let data = value.get("data");
    let plugin = data.and_then(|data| data.get("plugin")).and_then(Value::as_str).unwrap_or_default();
    match (number(value.get("type")), number(data.and_then(|data| data.get("source")))) {
        (Some(4), _) => "page address",
        (Some(3), Some(5)) => "typed into a field",
        (Some(2 | 3), _) => "page text",
        (Some(6), _) if plugin.contains("console") => "console",
        (Some(6), _) => "network",
        (Some(5), _) => "custom event",
        _ if value.get("person_properties").is_some() => "flags",
        _ => "event",
    }
}

fn place_with_key(place: &str, key: &str) -> String {
    match place {
        "attribute" | "network" | "event" | "flags" => format!("{place} {key}"),
        _ => place.to_owned(),
    }
}

/// Cuts both texts to the same window around the first difference.
fn shorten(sent: &str, received: &str) -> (String, String) {
    let same = sent.chars().zip(received.chars()).take_while(|(sent, received)| sent == received).count();
    let skipped = if sent.chars().count() > SHOWN_CHARS { same.saturating_sub(LEAD_CHARS) } else { 0 };
    let cut = |text: &str| {
        let mut shown: String = text.chars().skip(skipped).take(SHOWN_CHARS).collect();
        if skipped > 0 {
            shown.insert(0, '…');
        }
        if text.chars().count() > skipped + SHOWN_CHARS {
            shown.push('…');
        }
        shown.replace(char::is_control, " ")
    };
    (cut(sent), cut(received))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(place: &str, sent: &str, received: &str) -> TextChange {
        TextChange { place: place.to_owned(), sent: sent.to_owned(), received: received.to_owned() }
    }

    #[test]
    fn finds_changed_texts_and_their_places() {
        let input = |text: &str| json!({"type": 3, "data": {"source": 5, "id": 7, "text": text}});
        let meta = json!({"type": 4, "data": {"href": "same"}});
        assert_eq!(
            changes(&[input("ab"), meta.clone()], &[input("**"), meta]),
            [change("typed into a field", "ab", "**")]
        );
    }

    #[test]
    fn picks_one_change_per_planted_secret() {
        let all =
            [change("text", "one", "***"), change("text", "one two", "*** ***"), change("url", "two", "")];
        let planted = ["one", "two", "three"].map(str::to_owned);
        let picked = pick(&all, &planted, 9);
        assert_eq!(picked.iter().map(|c| c.sent.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn finds_leaks_in_keys_and_values() {
        let planted = ["one", "two", "three"].map(str::to_owned);
        let received = [json!({"a one": [{"b": "twofold"}]})];
        assert_eq!(leaked(&planted, &received), ["one", "two"]);
    }

    #[test]
    fn long_texts_are_cut_around_the_difference() {
        let (sent, received) = shorten(&format!("{}secret", "x".repeat(100)), &"x".repeat(106));
        assert!(sent.starts_with('…') && sent.ends_with("xsecret"), "{sent}");
        assert_eq!(sent.chars().count(), received.chars().count());
    }
}
