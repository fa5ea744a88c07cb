//! Any body under any wrapping: no panic, and never more than the bound allows.

#![no_main]

use blackbar_core::internals::{Bound, Codecs, Wrapped, Wrapping, decode_lz64, unwrap};
use libfuzzer_sys::fuzz_target;

const MOST: usize = 1 << 16;

fuzz_target!(|data: &[u8]| {
    let Some((&first, body)) = data.split_first() else { return };
    let wrappings = [Wrapping::Capture, Wrapping::CaptureLegacy, Wrapping::Flags, Wrapping::Declared, Wrapping::Json];
    let encodings = [None, Some("gzip"), Some("deflate"), Some("br"), Some("zstd"), Some("lz64"), Some("base64")];
    let wrapping = wrappings[usize::from(first) % wrappings.len()];
    let wrapped = Wrapped {
        query: "",
        content_type: if first & 0x40 == 0 { None } else { Some("application/x-www-form-urlencoded") },
        content_encoding: encodings[usize::from(first >> 3) % encodings.len()],
        body,
    };
    if let Ok(unwrapped) = unwrap(wrapping, &wrapped, Bound { bytes: MOST, ratio: 1000 }, &mut Codecs::default()) {
        assert!(unwrapped.text().len() <= MOST.max(data.len()) * 3);
    }
    let ours = decode_lz64(body, MOST);
    if let (Some(ours), Ok(text)) = (ours, std::str::from_utf8(body)) {
        let theirs = lz_str::decompress_from_base64(text).and_then(|units| String::from_utf16(&units).ok());
        assert!(theirs.is_none_or(|theirs| theirs == ours), "lz-string reads something else");
    }
});
