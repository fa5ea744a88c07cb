//! Any document: no panic, the output is JSON again where the input was, an address planted in
//! the text does not come through, and redacting twice changes nothing.

#![no_main]

use std::sync::LazyLock;

use blackbar_core::internals::{Tape, Truncated};
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::policy::{Limits, Policy, Preset};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use libfuzzer_sys::fuzz_target;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::all()).expect("the packs load");
    let limits = Limits { inflated: 1 << 20, cv_field: 1 << 20, cv_total: 4 << 20, ..Limits::default() };
    Policy::new(rules, Preset::Rules.postures(), &[], limits, [7; 32]).expect("the policy is sound")
});

fuzz_target!(|data: &[u8]| {
    let mut scratch = Workspace::default();
    let Ok(once) = document::redact(data, &POLICY, &mut scratch) else { return };
    let Ok(twice) = document::redact(&once.bytes, &POLICY, &mut scratch) else {
        panic!("the output is refused");
    };
    if let Ok(text) = std::str::from_utf8(&once.bytes) {
        let mut tape = Tape::default();
        let is_lines = text.trim().contains('\n');
        assert!(is_lines || tape.read(text, 1024, Truncated::Reject).is_ok(), "the output is not JSON");
        assert!(!text.contains("zq@leak.example.test"), "a planted address came through");
    }
    assert!(twice.bytes == once.bytes || once.bytes.starts_with(b"\x1f\x8b"), "redacting twice changes it");
});
