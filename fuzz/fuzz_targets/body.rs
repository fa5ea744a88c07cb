//! Any bytes, with what looks like packed fields among them: deflated as a body they inflate again.

#![no_main]

use blackbar_core::decode::codec::{Bound, Codecs, Level};
use libfuzzer_sys::fuzz_target;

const BOUND: Bound = Bound { bytes: 1 << 24, ratio: 1 << 20 };

fuzz_target!(|parts: Vec<(Vec<u8>, u8)>| {
    let mut body = Vec::new();
    for (part, times) in parts {
        body.extend_from_slice(b"\"\\u001f\xc2\x8b\\b");
        for _ in 0..times {
            body.extend_from_slice(&part);
        }
        body.push(b'"');
    }
    let mut codecs = Codecs::default();
    let (mut zipped, mut read) = (Vec::new(), Vec::new());
    codecs.gzip(&body, Level::Body, &mut zipped);
    assert!(codecs.gunzip(&zipped, BOUND, &mut read).is_ok_and(|()| read == body));
});
