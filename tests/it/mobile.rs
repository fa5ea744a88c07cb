//! Wireframes keep their schema: every field that the mobile player reads has the type that it had.

use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use serde_json::Value;

use crate::support::decoded;

/// What is wrong with a wireframe, by the schema of the mobile player.
fn problems(wireframe: &Value, out: &mut Vec<String>) {
    const TEXTS: &[&str] = &["type", "text", "label", "inputType", "base64", "url"];
    const NUMBERS: &[&str] = &["id", "x", "y", "max", "parentId"];
    const FLAGS: &[&str] = &["checked", "disabled"];
    let Some(fields) = wireframe.as_object() else { return out.push(format!("{wireframe} is no wireframe")) };
    for (key, value) in fields {
        let is_one_of = |names: &[&str]| names.contains(&key.as_str());
        let is_right = match key.as_str() {
            "width" | "height" => value.is_number() || value == "100vw",
            "value" => value.is_string() || value.is_number() || value.is_boolean(),
            "options" => value.as_array().is_some_and(|options| options.iter().all(Value::is_string)),
            "style" => value.is_object(),
            "childWireframes" => value.is_array(),
            _ if is_one_of(TEXTS) => value.is_string(),
            _ if is_one_of(NUMBERS) => value.is_number(),
            _ if is_one_of(FLAGS) => value.is_boolean(),
            _ => true,
        };
        if !is_right && !value.is_null() {
            out.push(format!("{key} is {value}"));
        }
    }
    let is_select = fields.get("inputType").is_some_and(|kind| kind == "select");
    if let (true, Some(value), Some(Value::Array(options))) =
        (is_select, fields.get("value"), fields.get("options"))
        && !options.contains(value)
    {
        out.push(format!("{value} is none of its options"));
    }
    for child in wireframe["childWireframes"].as_array().into_iter().flatten() {
        problems(child, out);
    }
}

/// All wireframes of a recording, those of changes too; and how many there are.
fn of_events(events: &Value) -> (usize, Vec<String>) {
    let (mut n, mut out) = (0, Vec::new());
    for data in events.as_array().into_iter().flatten().map(|event| &event["data"]) {
        let changed =
            ["adds", "updates"].into_iter().flat_map(|key| data[key].as_array().into_iter().flatten());
        let all = data["wireframes"].as_array().into_iter().flatten();
        for wireframe in all.chain(changed.map(|change| &change["wireframe"])) {
            n += 1;
            problems(wireframe, &mut out);
        }
    }
    (n, out)
}

#[test]
fn wireframes_keep_their_schema() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures");
    let manifest = decoded::json(&std::fs::read_to_string(format!("{dir}/MANIFEST.json")).unwrap());
    let mobile = manifest["fixtures"].as_array().unwrap().iter().filter(|f| f["kind"] == "mobile-events");
    let names: Vec<&str> = mobile.filter_map(|fixture| fixture["file"].as_str()).collect();
    let mut n_wireframes = 0;
    for preset in ["strict", "balanced", "rules"] {
        let config = format!("[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"{preset}\"");
        let policy =
            config::parse_redaction_only(&config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy;
        for name in &names {
            let bytes = std::fs::read(format!("{dir}/{name}")).unwrap();
            let (n, before) = of_events(&decoded::body(&bytes));
            let out = document::redact(&bytes, &policy, &mut Workspace::default()).unwrap();
            let (n_after, after) = of_events(&decoded::body(&out.bytes));
            n_wireframes += n;
            assert_eq!(n, n_after, "{preset} {name}");
            assert!(after.is_empty() || !before.is_empty(), "{preset} {name}: {after:?}");
        }
    }
    assert!(n_wireframes > 20, "only {n_wireframes} wireframes");
}
