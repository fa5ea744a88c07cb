//! Recorded traffic of real sessions, and the secrets planted in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

const BODIES: &[u8] = include_bytes!("../../data/corpus/bodies.bin");
const INDEX: &str = include_str!("../../data/corpus/index.json");
const PLANTED: &str = include_str!("../../data/corpus/planted.json");

/// Kinds that a rule finds anywhere. The others need a field name that identifies them.
const FOUND_ANYWHERE: [&str; 13] = [
    "email", "phone", "iban", "card", "ssn", "ip", "aws", "gh", "stripe", "slack", "jwt", "google", "bearer",
];

/// Kinds that are sentences around such values.
const SENTENCES: [&str; 2] = ["freetext", "ssn"];

/// One request as it was sent.
#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) id: u32,
    pub(crate) session: u32,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
    offset: usize,
    len: usize,
}

impl Request {
    pub(crate) fn body(&self) -> &'static [u8] {
        &BODIES[self.offset..self.offset + self.len]
    }

    /// The recorded headers, and the country header that the edge adds.
    pub(crate) fn headers_from_edge(&self) -> Vec<(&str, &str)> {
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain([("x-country", "DE")]).collect()
    }
}

/// One planted value.
#[derive(Deserialize)]
pub(crate) struct Planted {
    pub(crate) session: u32,
    pub(crate) kind: String,
    pub(crate) value: String,
}

impl Planted {
    /// The parts of the value that must not arrive.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        static PARTS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"[\w.+-]+@[\w.-]+\w|[+(]?\d[\d ().-]{7,}\d").unwrap());
        let kind = self.kind.as_str();
        if SENTENCES.contains(&kind) {
            let is_date = |part: &&str| part.len() == 10 && part.as_bytes()[4] == b'-';
            PARTS.find_iter(&self.value).map(|part| part.as_str()).filter(|part| !is_date(part)).collect()
        } else if FOUND_ANYWHERE.contains(&kind) {
            vec![self.value.trim()]
        } else {
            Vec::new()
        }
    }
}

/// All requests, in the order in which they were sent.
pub(crate) fn requests() -> Vec<Request> {
    serde_json::from_str(INDEX).unwrap()
}

/// Finds the planted secrets of a session.
pub(crate) fn secrets(session: u32) -> &'static AhoCorasick {
    static ALL: LazyLock<BTreeMap<u32, AhoCorasick>> = LazyLock::new(|| {
        let planted = planted();
        let sessions: BTreeSet<u32> = planted.iter().map(|planted| planted.session).collect();
        let of = |session| planted.iter().filter(move |planted| planted.session == session);
        let search = |session| AhoCorasick::new(of(session).flat_map(Planted::secrets)).unwrap();
        sessions.into_iter().map(|session| (session, search(session))).collect()
    });
    &ALL[&session]
}

/// All planted secrets.
pub(crate) fn planted() -> Vec<Planted> {
    serde_json::from_str(PLANTED).unwrap()
}
