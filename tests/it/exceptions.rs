//! What passes without being judged as text passes up to its bound, and no further.

use blackbar::config;
use blackbar_core::internals::{EXCEPTIONS, markdown};
use blackbar_core::pipeline::{Workspace, document};
use serde_json::{Value, json};

use crate::hostile::{gz, packed};
use crate::support::decoded;

/// Whether `secret` can be read in what becomes of a document under the rules alone.
fn passes(document: &Value, secret: &str) -> bool {
    let config = "[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"rules\"";
    let policy = config::parse_redaction_only(config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy;
    let out = document::redact(document.to_string().as_bytes(), &policy, &mut Workspace::default()).unwrap();
    let text = decoded::opened(&decoded::body(&out.bytes)).to_string();
    text.contains(secret)
}

fn custom(payload: &Value) -> Value {
    json!([{"type": 5, "timestamp": 1, "data": {"tag": "t", "payload": payload}}])
}

fn element(tag: &str, attributes: &Value) -> Value {
    let node = json!({"type": 0, "id": 1, "childNodes": [{"type": 2, "id": 2, "tagName": tag, "attributes": attributes, "childNodes": []}]});
    json!([{"type": 2, "timestamp": 1, "data": {"node": node, "initialOffset": {"top": 0, "left": 0}}}])
}

fn event(name: &str, value: &Value) -> Value {
    json!([{"event": "x", "distinct_id": "d", "properties": {"token": "phc_t", name: value}}])
}

/// For a row of the table: what passes, and what just does not.
struct Case {
    row: &'static str,
    passes: (Value, &'static str),
    goes: (Value, &'static str),
}

fn case(row: &'static str, passes: (Value, &'static str), goes: (Value, &'static str)) -> Case {
    Case { row, passes, goes }
}

const MAIL: &str = "needle@leak.example.test";
const CARD: &str = "5555555555554444";

fn cases() -> Vec<Case> {
    let input =
        |id: Value| json!([{"type": 3, "timestamp": 1, "data": {"source": 3, "id": id, "x": 1, "y": 1}}]);
    let cv = |cv: &str| json!([{"type": 2, "timestamp": 1, "cv": cv, "data": packed(&gz(b"{\"a\":1}"))}]);
    let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    vec![
        case(
            "numbers of up to 13 digits",
            (input(json!(4_222_222_222_222_u64)), "4222222222222"),
            (input(json!(5_555_555_555_554_444_u64)), CARD),
        ),
        case(
            "numbers of fewer than 4 characters",
            (custom(&json!({"n": 911.5})), "911.5"),
            (custom(&json!({"n": 5_555_555_555_554_444_u64})), CARD),
        ),
        case(
            "`true`, `false`, `null`",
            (custom(&json!({"email": true})), "true"),
            (custom(&json!({"email": MAIL})), MAIL),
        ),
        case(
            "keys of structure",
            (input(json!(1)), "\"x\":1"),
            (json!([{"type": 3, "timestamp": 1, "data": {"source": 3, "id": 1, MAIL: 1}}]), MAIL),
        ),
        case(
            "names of attributes",
            (element("a", &json!({"href": "/"})), "href"),
            (element("a", &json!({MAIL: "x"})), MAIL),
        ),
        case(
            "`d`, `path`, `points`",
            (element("path", &json!({"d": "M5555 5555 L5555 4444 Z"})), "M5555 5555 L5555 4444 Z"),
            (element("path", &json!({"d": CARD})), CARD),
        ),
        case(
            "`rr_…` attributes",
            (element("p", &json!({"rr_width": "120px"})), "120px"),
            (element("p", &json!({"rr_width": MAIL})), MAIL),
        ),
        case(
            "the project's token",
            (event("token", &json!("phc_needle_of_the_project")), "phc_needle_of_the_project"),
            (json!([{"event": "x", "properties": {"token": format!("phc_{MAIL}")}}]), MAIL),
        ),
        case(
            "a text that is a project token",
            (
                event("api_key_backup", &json!("phc_abcdefghij0123456789abcdefghij")),
                "phc_abcdefghij0123456789abcdefghij",
            ),
            (event("password", &json!("phc_needle_1987")), "needle_1987"),
        ),
        case(
            "ids shaped like a UUID",
            (event("$window_id", &json!("55555555-5555-4444-8111-411111111111")), "55555555-5555-4444"),
            (event("$window_id", &json!(MAIL)), MAIL),
        ),
        case(
            "times",
            (event("$time", &json!("2026-11-24T11:12:13.123Z")), "2026-11-24T11:12:13.123Z"),
            (event("$time", &json!(format!("2026-11-24T11:12:13 {MAIL}"))), MAIL),
        ),
        case("`cv`", (cv("2024-10"), "2024-10"), (cv(MAIL), MAIL)),
        case(
            "switches of the SDK",
            (custom(&json!("no query in a document")), "no query"),
            (custom(&json!(format!("/?ver={MAIL}"))), MAIL),
        ),
        case(
            "binary `data:` URIs",
            (custom(&json!("data:font/woff2;base64,d09GMgABAAAA/w==")), "d09GMgABAAAA"),
            (
                custom(&json!(
                    "data:application/pdf;base64,JVBERi0xLjQK//8gbmVlZGxlQGxlYWsuZXhhbXBsZS50ZXN0Cg=="
                )),
                "JVBERi0xLjQK",
            ),
        ),
        case(
            "pixels",
            (element("img", &json!({"src": format!("data:image/png;base64,{png}")})), "iVBORw0KGgo"),
            (element("img", &json!({"src": format!("data:image/png;base64,{MAIL}")})), MAIL),
        ),
        case(
            "text that is masked already",
            (custom(&json!("**** ****")), "**** ****"),
            (custom(&json!(format!("**** {MAIL}"))), MAIL),
        ),
        case(
            "base64 runs of fewer than 12",
            (custom(&json!("YUBiLmNv")), "YUBiLmNv"),
            (custom(&json!("bmVlZGxlQGxlYWsuZXhhbXBsZS50ZXN0")), "bmVlZGxlQGxlYWsuZXhhbXBsZS50ZXN0"),
        ),
        case("tag names", (element("my-card", &json!({})), "my-card"), (element(MAIL, &json!({})), MAIL)),
    ]
}

#[test]
fn each_exception_is_limited_to_its_documented_values() {
    for case in cases() {
        let (kept, word) = &case.passes;
        assert!(passes(kept, word), "{}: {word:?} should pass", case.row);
        let (gone, word) = &case.goes;
        assert!(!passes(gone, word), "{}: {word:?} should go", case.row);
    }
}

#[test]
fn each_documented_exception_has_a_case() {
    let cases = cases();
    for exception in EXCEPTIONS {
        assert!(
            cases.iter().any(|case| exception.what.starts_with(case.row)),
            "no case for {:?}",
            exception.what
        );
    }
}

#[test]
fn the_exceptions_page_matches_the_table() {
    let page = include_str!("../../docs/what-leaves.md");
    assert!(page.contains(&markdown()), "docs/what-leaves.md should hold\n{}", markdown());
}
