//! Short texts from the test suites of detectors, each as the text of an element or as a captured response.

use serde_json::Value;
use serde_json::json;

use crate::cases::case::Case;
use crate::cases::case::CaseSurface;
use crate::cases::judge;
use crate::cases::tree::JsonTree;

/// The cases with their problems. All texts of a policy are on one page.
pub(super) fn verdicts(cases: Vec<Case>) -> Vec<(Case, Vec<String>)> {
    let mut verdicts = Vec::new();
    let (all_packs, default): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.policies == ["balanced-all-packs"]);
    for cases in [default, all_packs] {
        let policy = cases[0].policies[0].clone();
        assert!(cases.iter().all(|case| case.policies == [policy.as_str()]), "one policy a page");
        let page = judge::redacted(page(&cases).to_string().as_bytes(), &policy).unwrap();
        let mut n_responses = 0;
        for (n, case) in cases.into_iter().enumerate() {
            let pointer = if case.surface == CaseSurface::Network {
                n_responses += 1;
                format!("/2/data/payload/requests/{}/responseBody", n_responses - 1)
            } else {
                format!("/1/data/node/childNodes/0/childNodes/0/childNodes/{n}/childNodes/0/textContent")
            };
            let problems = problems(&case, page.at(&pointer).map_or("", JsonTree::as_text));
            verdicts.push((case, problems));
        }
    }
    verdicts
}

fn text(case: &Case) -> &str {
    case.text.as_deref().unwrap()
}

/// A recording of a page with a paragraph for each text and a request for each response.
fn page(cases: &[Case]) -> Value {
    let paragraph = |(n, case): (usize, &Case)| {
        let text = if case.surface == CaseSurface::Text { text(case) } else { "-" };
        let child = json!({ "type": 3, "textContent": text, "id": 101 + 2 * n });
        json!({ "type": 2, "tagName": "p", "attributes": {}, "childNodes": [child], "id": 100 + 2 * n })
    };
    let request = |case: &Case| {
        json!({
            "name": "https://api.example.test/u", "method": "POST", "status": 200, "responseBody": text(case),
        })
    };
    let paragraphs: Vec<Value> = cases.iter().enumerate().map(paragraph).collect();
    let requests: Vec<Value> =
        cases.iter().filter(|c| c.surface == CaseSurface::Network).map(request).collect();
    let element = |tag: &str, id: u64, children: Vec<Value>| json!({ "type": 2, "tagName": tag, "attributes": {}, "childNodes": children, "id": id });
    let html = element("html", 2, vec![element("body", 3, paragraphs)]);
    json!([
        { "type": 4, "timestamp": 1_764_000_000_000_u64,
          "data": { "href": "https://a.example.test/", "width": 1, "height": 1 } },
        { "type": 2, "timestamp": 1_764_000_000_001_u64,
          "data": { "node": { "type": 0, "childNodes": [html], "id": 1 }, "initialOffset": { "left": 0, "top": 0 } } },
        { "type": 6, "timestamp": 1_764_000_000_002_u64,
          "data": { "plugin": "rrweb/network@1", "payload": { "requests": requests } } },
    ])
}

fn problems(case: &Case, output: &str) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend(
        case.gone
            .iter()
            .filter(|value| !is_gone(text(case), output, value))
            .map(|value| format!("survived whole or in part: {value:?} in {output:?}")),
    );
    problems.extend(
        case.kept
            .iter()
            .filter(|value| !output.contains(*value))
            .map(|value| format!("lost: {value:?} in {output:?}")),
    );
    problems
}

/// Whether no letter or digit of the value is left where it was. In an output of another length it is enough that
/// the value does not occur.
fn is_gone(text: &str, output: &str, value: &str) -> bool {
    let (before, after, wanted) = (units(text), units(output), units(value));
    if before.len() != after.len() {
        return !output.contains(value);
    }
    let mut places =
        before.windows(wanted.len()).enumerate().filter(|(_, found)| *found == wanted).peekable();
    places.peek().is_some()
        && places.all(|(at, found)| {
            found.iter().zip(&after[at..]).all(|(old, new)| !old.is_alphanumeric() || old != new)
        })
}

/// The characters of a text, each as often as it has units in UTF-16: masking keeps that length.
fn units(text: &str) -> Vec<char> {
    text.chars().flat_map(|c| std::iter::repeat_n(c, c.len_utf16())).collect()
}
