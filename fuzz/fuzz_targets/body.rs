//! Any bytes, with what looks like packed fields among them: deflated as a body they inflate again.

#![no_main]

use blackbar_deflate::Deflater;
use libdeflater::Decompressor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: Vec<(Vec<u8>, u8)>| {
    let mut body = Vec::new();
    for (part, times) in parts {
        body.extend_from_slice(b"\"\\u001f\xc2\x8b\\b");
        for _ in 0..times {
            body.extend_from_slice(&part);
        }
        body.push(b'"');
    }
    let mut stream = Vec::new();
    if Deflater::default().deflate_body(&body, &mut stream) {
        let mut inflated = vec![0; body.len()];
        let n = Decompressor::new().deflate_decompress(&stream, &mut inflated);
        assert!(n == Ok(body.len()) && inflated == body, "it inflates to something else");
    }
});
