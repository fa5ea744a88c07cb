//! The readings of an output in which the values of a case are looked for.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::io::Read;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use regex::Regex;

use crate::cases::tree::JsonTree;

const MAX_DEPTH: usize = 5;
const MAX_PACKED_BYTES: usize = 1 << 20;
const MAX_RUNS: usize = 40;

/// Base64 in a text. Shorter runs are words.
static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new("[A-Za-z0-9+/_-]{16,}={0,2}").unwrap());

/// Takes base64 with or without padding, and with stray bits at its end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// All texts of an output, and what they decode to.
#[derive(Default)]
pub(super) struct Readings(BTreeSet<String>);

impl Readings {
    /// Sees through JSON, percent-encoding, entities, base64, and gzip or zlib in base64 or Latin-1.
    pub(super) fn deep(tree: &JsonTree) -> Self {
        let mut readings = Self::default();
        tree.each_text(&mut |text| readings.open(text, 0));
        readings
    }

    /// Sees through JSON in strings, and gives the JSON itself, too, so that keys and values can be looked for
    /// together.
    pub(super) fn spaced(tree: &JsonTree) -> Self {
        let mut readings = Self::default();
        readings.0.insert(tree.spaced());
        tree.each_text(&mut |text| {
            if let Some(inner) = json(text) {
                readings.0.extend(Self::spaced(&inner).0);
            }
            readings.0.insert(text.to_owned());
        });
        readings
    }

    /// Sees through percent-encoding and JSON in strings.
    pub(super) fn shallow(tree: &JsonTree) -> Self {
        let mut readings = Self::default();
        tree.each_text(&mut |text| {
            readings.0.insert(percent_decoded(text));
            if let Some(inner) = json(text) {
                readings.0.extend(Self::shallow(&inner).0);
            }
            readings.0.insert(text.to_owned());
        });
        readings
    }

    pub(super) fn have(&self, text: &str) -> bool {
        self.0.iter().any(|reading| reading.contains(text))
    }

    fn open(&mut self, text: &str, depth: usize) {
        if depth > MAX_DEPTH || !self.0.insert(text.to_owned()) {
            return;
        }
        if let Some(tree) = json(text) {
            tree.each_text(&mut |inner| self.open(inner, depth + 1));
        }
        self.open(&percent_decoded(text), depth + 1);
        self.open(&percent_decoded(&text.replace('+', " ")), depth + 1);
        self.open(&htmlize::unescape(text), depth + 1);
        if text.len() < MAX_PACKED_BYTES {
            for run in RUN.find_iter(text).take(MAX_RUNS) {
                self.open_base64(run.as_str(), depth + 1);
            }
        }
        if text.starts_with("\u{1f}\u{8b}")
            && let Some(bytes) = latin1(text)
            && let Some(inner) = inflated(&bytes)
        {
            self.open(&inner, depth + 1);
        }
    }

    fn open_base64(&mut self, run: &str, depth: usize) {
        let run = run.trim_end_matches('=').replace('-', "+").replace('_', "/");
        let Ok(bytes) = LENIENT.decode(run) else { return };
        if let Some(inner) = inflated(&bytes) {
            self.open(&inner, depth);
        }
        if let Ok(inner) = String::from_utf8(bytes) {
            self.open(&inner, depth);
        }
    }
}

fn json(text: &str) -> Option<JsonTree> {
    text.starts_with(['{', '[', '"']).then(|| JsonTree::read(text)).flatten()
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// What gzip, zlib or deflate bytes hold; of a stream that is cut short, what is there.
fn inflated(bytes: &[u8]) -> Option<String> {
    let readers: [Box<dyn Read + '_>; 3] = [
        Box::new(flate2::read::GzDecoder::new(bytes)),
        Box::new(flate2::read::ZlibDecoder::new(bytes)),
        Box::new(flate2::read::DeflateDecoder::new(bytes)),
    ];
    readers.into_iter().find_map(|reader| {
        let mut out = Vec::new();
        let read = reader.take(MAX_PACKED_BYTES as u64).read_to_end(&mut out);
        let is_usable = read.is_ok() || read.is_err_and(|e| e.kind() == ErrorKind::UnexpectedEof);
        String::from_utf8(out).ok().filter(|text| is_usable && !text.is_empty())
    })
}
