//! Any text, edited anywhere: redeflated it inflates to what the edits made of it.

#![no_main]

use blackbar_deflate::{Deflater, TextEdit, Revision};
use libdeflater::{CompressionLvl, Compressor, Decompressor};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (Vec<u8>, Vec<(u8, u8, Vec<u8>)>, u8)| {
    let (old, cuts, level) = data;
    let (mut new, mut edits) = (Vec::new(), Vec::new());
    let (mut at, mut copied) = (0, 0);
    for (gap, len, with) in cuts {
        let from = at + usize::from(gap);
        let to = from + usize::from(len);
        if to > old.len() {
            break;
        }
        new.extend_from_slice(&old[copied..from]);
        new.extend_from_slice(&with);
        edits.push(TextEdit { range: from..to, new_len: with.len() });
        (at, copied) = (to + 1, to);
    }
    new.extend_from_slice(&old[copied..]);
    let level = CompressionLvl::new(i32::from(level % 13)).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut stream = vec![0; compressor.deflate_compress_bound(old.len())];
    let len = compressor.deflate_compress(&old, &mut stream).expect("the buffer is large enough");
    stream.truncate(len);

    let mut redeflated = Vec::new();
    let revision = Revision { old: &old, new: &new, edits };
    let is_done = Deflater::default().redeflate(&stream, revision, &mut redeflated);
    assert!(is_done || old.is_empty(), "a sound stream is refused");
    if is_done {
        let mut inflated = vec![0; new.len()];
        let n = Decompressor::new().deflate_decompress(&redeflated, &mut inflated);
        assert!(n == Ok(new.len()) && inflated == new, "it inflates to something else");
    }

    // Any bytes in place of the stream: no panic, and nothing appended unless they are one.
    let mut out = Vec::new();
    let revision = Revision { old: &old, new: &old, edits: Vec::new() };
    assert!(Deflater::default().redeflate(&old, revision, &mut out) || out.is_empty());
});
