//! What was edited is still what it was: CSS, URLs, JSON, `data:` URIs and `srcset` are parsed again
//! by other libraries, before and after, over all fixtures and around findings in awkward places.

use base64::Engine;
use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::policy::Policy;
use cssparser::Parser;
use cssparser::Token;
use serde_json::Value;
use serde_json::json;
use url::Url;

use crate::support::decoded;

/// Findings of several shapes: with an at sign, with spaces, with dashes, all digits.
const FINDINGS: &[&str] =
    &["jane.testperson@example.test", "5555 5555 5555 4444", "219-09-9999", "5555555555554444"];

/// The tokens of CSS, the texts in them left out. What is broken has tokens of its own.
fn css_shape(css: &str) -> Vec<String> {
    fn tokens(parser: &mut Parser<'_>, out: &mut Vec<String>) {
        while let Ok(token) = parser.next_including_whitespace_and_comments() {
            let (name, is_block) = match token {
                Token::WhiteSpace(_) => continue,
                Token::Comment(_) => ("comment".to_owned(), false),
                Token::QuotedString(_) => ("string".to_owned(), false),
                Token::UnquotedUrl(_) => ("url".to_owned(), false),
                Token::Ident(_) => ("ident".to_owned(), false),
                Token::IDHash(_) | Token::Hash(_) => ("hash".to_owned(), false),
                Token::Function(name) => (format!("{name}("), true),
                Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                    (format!("{token:?}"), true)
                }
                Token::BadString(_) => ("bad string".to_owned(), false),
                Token::BadUrl(_) => ("bad url".to_owned(), false),
                other => (format!("{other:?}"), false),
            };
            out.push(name);
            if is_block {
                let _: Result<(), cssparser::ParseError<()>> = parser.parse_nested_block(|inner| {
                    tokens(inner, out);
                    Ok(())
                });
                out.push("end".to_owned());
            }
        }
    }
    let mut out = Vec::new();
    tokens(&mut Parser::new(css), &mut out);
    out
}

fn css_problem(before: &str, after: &str) -> Option<String> {
    let (a, b) = (css_shape(before), css_shape(after));
    (a != b).then(|| format!("CSS {before:?} became {after:?}\n    {a:?}\n    {b:?}"))
}

/// A name or host that went keeps neither its spelling nor its letters.
fn is_masked(text: &str) -> bool {
    text.contains("**") || text.contains("xx") || text.contains("anon_")
}

fn url_problem(before: &str, after: &str) -> Option<String> {
    let base = Url::parse("https://base.example.test/dir/").unwrap();
    let a = base.join(before).ok()?;
    let found = || {
        let b = base.join(after).map_err(|e| e.to_string())?;
        if a.scheme() != b.scheme() || a.port() != b.port() {
            return Err("another scheme or port".to_owned());
        }
        if a.host_str() != b.host_str() && !b.host_str().is_some_and(is_masked) {
            return Err("another host".to_owned());
        }
        let names = |url: &Url| url.query_pairs().map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
        let (c, d) = (names(&a), names(&b));
        if c.len() != d.len() || c.iter().zip(&d).any(|(c, d)| c != d && !is_masked(d)) {
            return Err(format!("parameters {c:?} became {d:?}"));
        }
        let n_segments = |url: &Url| url.path_segments().map_or(0, Iterator::count);
        if n_segments(&a) != n_segments(&b) || a.fragment().is_some() != b.fragment().is_some() {
            return Err("another path or fragment".to_owned());
        }
        Ok(())
    };
    found().err().map(|problem| format!("URL {before:?} became {after:?}: {problem}"))
}

fn json_problem(before: &str, after: &str) -> Option<String> {
    fn shape(value: &Value) -> Value {
        match value {
            Value::Object(entries) => entries.values().map(shape).collect::<Vec<_>>().into(),
            Value::Array(items) => items.iter().map(shape).collect(),
            Value::String(_) => "".into(),
            Value::Number(_) => 0.into(),
            other => other.clone(),
        }
    }
    let a = serde_json::from_str::<Value>(before).ok()?;
    match serde_json::from_str::<Value>(after) {
        Ok(b) => {
            // Masked keys stand elsewhere in a sorted map: their number is compared, not their order.
            let n = |value: &Value| shape(value).to_string().len();
            (n(&a) != n(&b)).then(|| format!("JSON {before:?} became {after:?}"))
        }
        Err(error) => Some(format!("JSON {before:?} became {after:?}: {error}")),
    }
}

/// The type of a `data:` URI and its bytes, if they are base64.
fn data_uri(text: &str) -> Option<(&str, Vec<u8>)> {
    let (head, data) = text.strip_prefix("data:")?.split_once(',')?;
    let clean: String = data.chars().filter(|c| !c.is_whitespace()).collect();
    Some((head.strip_suffix(";base64")?, base64::engine::general_purpose::STANDARD.decode(clean).ok()?))
}

fn data_problem(before: &str, after: &str) -> Option<String> {
    let (_, a) = data_uri(before)?;
    let Some((_, b)) = data_uri(after) else { return Some(format!("data {before:?} became {after:?}")) };
    let size = |bytes: &[u8]| imagesize::blob_size(bytes).ok().map(|size| (size.width, size.height));
    if size(&a).is_some() && size(&a) != size(&b) {
        return Some(format!("an image of {:?} became one of {:?}", size(&a), size(&b)));
    }
    let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    (is_text(&a) && !is_text(&b)).then(|| format!("data {before:?} became {after:?}"))
}

/// Candidates as the HTML standard splits them: a URL up to a blank, and its descriptors up to a comma.
fn srcset(text: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = text.trim_start_matches([' ', ',', '\n', '\t']);
    while !rest.is_empty() {
        let (url, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let bare = url.trim_end_matches(',');
        let (descriptor, next) = if bare.len() == url.len() {
            after.split_at(after.find(',').unwrap_or(after.len()))
        } else {
            ("", after)
        };
        out.push((bare, descriptor.trim()));
        rest = next.trim_start_matches([' ', ',', '\n', '\t']);
    }
    out
}

fn srcset_problem(before: &str, after: &str) -> Option<String> {
    let (a, b) = (srcset(before), srcset(after));
    if a.len() != b.len() || a.iter().zip(&b).any(|(a, b)| a.1 != b.1) {
        return Some(format!("srcset {before:?} became {after:?}"));
    }
    a.iter().zip(&b).find_map(|(a, b)| url_problem(a.0, b.0))
}

/// What is wrong with a string that was edited.
fn problem(key: &str, is_css: bool, before: &str, after: &str) -> Option<String> {
    // A posture that masks a text whole keeps no form.
    if !after.chars().any(char::is_alphanumeric) {
        return None;
    }
    if before.starts_with("data:") {
        return data_problem(before, after);
    }
    // Images of mobile views: bare base64.
    if ["backgroundImage", "iconLeft", "iconRight"].contains(&key) {
        return data_problem(&format!("data:;base64,{before}"), &format!("data:;base64,{after}"));
    }
    let css = ["_cssText", "style", "rule", "replace", "replaceSync", "cssTexts"];
    if is_css || css.contains(&key) {
        return css_problem(before, after);
    }
    if ["srcset", "imagesrcset"].contains(&key) {
        return srcset_problem(before, after);
    }
    let is_address = ["href", "src", "action", "url", "poster", "fontSource"].contains(&key);
    if is_address && !before.contains("url(") || before.starts_with("https://") && !before.contains(' ') {
        return url_problem(before, after);
    }
    before.trim_start().starts_with(['{', '[', '"']).then(|| json_problem(before, after)).flatten()
}

/// Calls [`problem`] for all strings that differ. Blocked elements are emptied, and left out.
fn walk(before: &Value, after: &Value, key: &str, is_css: bool, out: &mut Vec<String>) -> usize {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let is_style = a.get("isStyle") == Some(&true.into());
            a.iter()
                .filter_map(|(key, value)| Some((key, value, b.get(key)?)))
                .map(|(key, a, b)| {
                    let is_object = key == "style" && a.is_object();
                    walk(a, b, key, is_css || is_object || is_style && key == "textContent", out)
                })
                .sum()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.iter().zip(b).map(|(a, b)| walk(a, b, key, is_css, out)).sum()
        }
        (Value::String(a), Value::String(b)) if a != b => {
            out.extend(problem(key, is_css, a, b));
            1
        }
        _ => 0,
    }
}

fn policy(config: &str) -> std::sync::Arc<Policy> {
    config::parse_redaction_only(config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy
}

const PRESETS: &[&str] = &["strict", "balanced", "rules"];

fn redacted(document: &Value, policy: &Policy, scratch: &mut Workspace) -> Value {
    let out =
        document::redact(document.to_string().as_bytes(), policy, scratch).unwrap_or_else(|e| panic!("{e}"));
    decoded::opened(&decoded::body(&out.bytes))
}

#[test]
fn edited_fixtures_are_still_valid() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures");
    let (mut problems, mut n_edited) = (Vec::new(), 0);
    for preset in PRESETS {
        let policy = policy(&format!(
            "[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"{preset}\"\nimages = \"placeholder\""
        ));
        let mut scratch = Workspace::default();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.extension() != Some("json".as_ref())
                || name == "MANIFEST.json"
                || name == "guard-deep-nesting.json"
            {
                continue;
            }
            let before = decoded::body(&std::fs::read(&path).unwrap());
            let mut found = Vec::new();
            n_edited += walk(
                &decoded::opened(&before),
                &redacted(&before, &policy, &mut scratch),
                "",
                false,
                &mut found,
            );
            problems.extend(found.into_iter().map(|problem| format!("{preset} {name}: {problem}")));
        }
    }
    assert!(n_edited > 300, "only {n_edited} strings were edited");
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

/// Puts each finding into each template, as an attribute; what comes out is valid, and the finding gone.
#[track_caller]
fn check(attribute: &str, templates: &[&str], encode: impl Fn(&str) -> String) {
    let policy = policy("[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"rules\"");
    let mut scratch = Workspace::default();
    let mut problems = Vec::new();
    for template in templates {
        for finding in FINDINGS {
            let value = template.replace("{}", &encode(finding));
            let element = json!({"type": 2, "tagName": "a", "id": 2, "attributes": {attribute: value}, "childNodes": []});
            let document = json!([{"type": 2, "timestamp": 1, "data": {"node": {"type": 0, "id": 1, "childNodes": [element]}}}]);
            let after = redacted(&document, &policy, &mut scratch);
            if decoded::deep_strings(&after).iter().any(|text| text.contains(finding)) {
                problems.push(format!("{value:?} leaks"));
            }
            walk(&document, &after, "", false, &mut problems);
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn css_around_a_finding_stays_css() {
    let templates = &[
        r#"a{content:"{}"}b{c:d}"#,
        "a{content:'{} x'}b{c:d}",
        r#"a{content:"x {}";b:c}"#,
        r#"a{content:"({})"}"#,
        r#"a{content:"\"{}\""}b{c:d}"#,
        r#"a{content:"a" "{}" "b"}"#,
        "/*{}*/a{b:c}",
        "/* {} */a{b:c}/* d */",
        "/**{}**/a{b:c}",
        "/*'{}'*/a{b:c}",
        r#"a[title="{}"]{b:c}"#,
        r#"@import "{}";a{b:c}"#,
        r#"--who:"{}";color:red"#,
        r#"a{background:url("https://x.example.test/{}.png")}"#,
        "a{background:url( '{}' );b:c}",
        r#"a{content:"{}"#,
        "a{b:c}/*{}",
    ];
    check("_cssText", templates, str::to_owned);
    check("style", templates, str::to_owned);
    let unquoted = &[
        "a{background:url({})}b{c:d}",
        "a{background:url(https://x.example.test/{}.png) no-repeat;b:c}",
        "a{background:url(https://x.example.test/?a=1&m={}&b=2)}",
        "a{background:url( /{}/x )}",
    ];
    check("_cssText", unquoted, percent);
}

#[test]
fn urls_around_a_finding_stay_urls() {
    let templates = &[
        "https://x.example.test/{}",
        "https://x.example.test/{}/a?b=c",
        "https://x.example.test:8443/a/{}.png#top",
        "https://x.example.test/a?q={}",
        "https://x.example.test/a?q={}&b=2",
        "https://x.example.test/a?a=1&q=x+{}&b=2#{}",
        "https://x.example.test/a?a=1&q={}%26z%3D1&b=2",
        "https://x.example.test/a?a=1;q={};b=2",
        "https://x.example.test/a?{}=1&b=2",
        "https://x.example.test/a?q=%7B%22m%22%3A%22{}%22%7D&b=2",
        "https://u:{}@x.example.test/a",
        "/a/{}/b?c={}",
        "?q={}",
        "//x.example.test/{}",
        "https://x.example.test/a?next=https%3A%2F%2Fy.example.test%2F%3Fm%3D{}&b=2",
    ];
    check("href", templates, percent);
    let raw = &[
        "https://x.example.test/a?q={}&b=2",
        "https://x.example.test/{}/a",
        "/a?b=({})&c=d",
        "/a?b='{}'&c=d",
    ];
    check("href", raw, str::to_owned);
}

#[test]
fn candidates_around_a_finding_stay_candidates() {
    let templates = &[
        "https://x.example.test/{}.png 1x, https://x.example.test/b.png 2x",
        "/a.png?m={} 100w,/b.png?m={}&c=d 200w",
        "/a/{} 1x",
        "/a.png, /{}.png 2x",
    ];
    check("srcset", templates, percent);
}

#[test]
fn pixels_among_candidates_are_pixels() {
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let policy = policy("[redaction]\npreset = \"strict\"");
    for value in [
        format!("data:image/png;base64,{PIXEL} 1x, /b.png 2x"),
        format!("/a.png, data:image/png;base64,{PIXEL}"),
    ] {
        let element =
            json!({"type": 2, "tagName": "img", "id": 2, "attributes": {"srcset": value}, "childNodes": []});
        let document = json!([{"type": 2, "timestamp": 1, "data": {"node": {"type": 0, "id": 1, "childNodes": [element]}}}]);
        let after = redacted(&document, &policy, &mut Workspace::default());
        let mut problems = Vec::new();
        assert_eq!(walk(&document, &after, "", false, &mut problems), 1, "{after}");
        assert!(problems.is_empty() && !after.to_string().contains(PIXEL), "{problems:?} {after}");
    }
}

#[test]
fn json_around_a_finding_stays_json() {
    let templates = &[
        r#"{"a":"{}"}"#,
        r#"{"a":["{}",1,null],"b":{"c":"x {} y"}}"#,
        r#"{"a":"\"{}\"","{}":true}"#,
        r#"["{\"a\":\"{}\"}",2]"#,
        r#"{"a":"C:\\{}\\b","c":"\u00e9 {}\n"}"#,
    ];
    check("data-state", templates, str::to_owned);
    check("data-state", &[r#"{"m":"{}"}"#], |text| {
        text.chars().map(|c| format!("\\u{:04x}", c as u32)).collect::<Vec<_>>().concat()
    });
}

#[test]
fn data_around_a_finding_stays_data() {
    let encode = |text: &str| {
        base64::engine::general_purpose::STANDARD.encode(format!("<svg><text>{text}</text></svg>"))
    };
    check("src", &["data:image/svg+xml;base64,{}", "data:text/html;base64,{}"], encode);
    check("src", &["data:image/svg+xml,%3Csvg%3E%3Ctext%3E{}%3C/text%3E%3C/svg%3E"], percent);
}
