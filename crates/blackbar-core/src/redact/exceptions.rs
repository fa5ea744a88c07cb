//! What is let through without being judged as text: the whole list.
//!
//! Everything else is looked at by every rule. The page for operators (`docs/what-leaves.md`)
//! shows this table as it stands here, and a test holds the two together; another one tries each
//! row on both sides of its bound.

/// One exception.
#[derive(Debug)]
pub struct Exception {
    /// What passes.
    pub what: &'static str,
    /// Where it may stand.
    pub place: &'static str,
    /// Why it has to.
    pub why: &'static str,
    /// How far it goes.
    pub bound: &'static str,
}

const fn row(what: &'static str, place: &'static str, why: &'static str, bound: &'static str) -> Exception {
    Exception { what, place, why, bound }
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[
    row(
        "numbers of up to 13 digits",
        "structural positions: node ids, `timestamp`, `delay`, `type`, `source`, coordinates, sizes, `rr_…` attributes, removed ids, pointer, scroll, resize, media and selection events, numbers of canvas commands and of captured requests",
        "the player needs ids, sizes and times in milliseconds",
        "longer ones are judged as numbers",
    ),
    row(
        "numbers of fewer than 4 characters, fractions, exponents",
        "anywhere",
        "too short to be anything, or a measure",
        "unless a key decides: then `0`",
    ),
    row("`true`, `false`, `null`", "anywhere", "–", "–"),
    row(
        "keys of structure (`id`, `x`, `y`, `width`, `positions`, … 30 names)",
        "pointer, scroll, media and selection events",
        "fixed words of rrweb",
        "exact match",
    ),
    row(
        "names of attributes that are in the table of attributes",
        "DOM",
        "fixed words of HTML",
        "exact match",
    ),
    row(
        "`d`, `path`, `points`, `transform`, `viewBox`",
        "DOM attributes",
        "path data",
        "path data that begins with a move, a transform function, or a list of four numbers and more",
    ),
    row(
        "`rr_…` attributes",
        "DOM",
        "lengths and states that the recorder wrote",
        "a number of up to 12 characters, or five known words",
    ),
    row(
        "the project's token",
        "`token`, `api_key`, `$token`; `token=` in the query",
        "public, routes the request",
        "`phc_` and letters, digits, underscores, 64 in all",
    ),
    row(
        "a text that is a project token and nothing else",
        "under keys that decide by themselves, such as `api_key`",
        "public, and SDKs write it under any key",
        "`phc_` and 20 to 60 letters and digits",
    ),
    row(
        "ids shaped like a UUID",
        "`uuid`, `$session_id`, `$window_id`, `distinct_id`, `$device_id`, `$insert_id`, `$pageview_id` and the like",
        "made by the SDK",
        "8-4-4-4-12 hexadecimal digits",
    ),
    row(
        "times",
        "`timestamp`, `sent_at`, `created_at`, `$time`",
        "–",
        "ISO 8601, or 13 digits of milliseconds",
    ),
    row("`cv`", "rrweb events", "version of packing", "exactly `2024-10`"),
    row(
        "switches of the SDK in the query",
        "`_`, `beacon`, `config`, `ip`, `retry_count`, `sent_at`, `v`, `ver`, `lib_version`",
        "–",
        "a flag or number of two digits, 13 digits of milliseconds, or three short numbers; anything else is judged",
    ),
    row(
        "binary `data:` URIs",
        "fonts, sound, film, PDF, anything whose base64 is not UTF-8",
        "a viewer may need them",
        "what of them reads as text is judged; one in which something is found is emptied",
    ),
    row(
        "pixels",
        r#"images under `images = "keep"`"#,
        "–",
        "must be an image whose size can be read; otherwise judged as text",
    ),
    row(
        "text that is masked already",
        "stars and whitespace; `anon_` and 20 of 16 letters",
        "redacting twice changes nothing",
        "exact shape",
    ),
    row("base64 runs of fewer than 12 characters", "anywhere", "read as text, not decoded", "–"),
    row("tag names", "DOM", "judged by rules; one in which something is found becomes `div`", "–"),
];

/// The table as Markdown.
pub fn markdown() -> String {
    let mut text = String::from("| what | where | why | bound |\n| --- | --- | --- | --- |\n");
    for Exception { what, place, why, bound } in EXCEPTIONS {
        text.push_str(&["| ", what, " | ", place, " | ", why, " | ", bound, " |\n"].concat());
    }
    text
}
