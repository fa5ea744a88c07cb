//! An upstream's answer that holds remote config: decode → harden → encode, as a pure function.
//!
//! Headers are up to the caller.

use sha2::Digest;
use sha2::Sha256;

use crate::decode::codec;
use crate::decode::codec::Bound;
use crate::decode::codec::Codecs;
use crate::decode::codec::Level;
use crate::redact::remote_config;
use crate::redact::remote_config::Form;
use crate::redact::remote_config::Hardening;
use crate::redact::remote_config::Unreadable;

/// An answer as it came.
pub struct Answered<'a> {
    /// How the config is served.
    pub form: Form,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// Whether the browser takes gzip. A body that came plain leaves plain.
    pub accepts_gzip: bool,
}

/// An answer that may be relayed.
pub struct Hardened {
    /// The body.
    pub body: Vec<u8>,
    /// `Content-Encoding` of the body.
    pub content_encoding: Option<&'static str>,
    /// Digest of the content: equal for equal configs.
    pub digest: String,
}

impl Answered<'_> {
    /// Hardens the config in it; it may inflate to `max_bytes`, and to `max_ratio` times its size.
    ///
    /// `None` if its encoding is not known, if it inflates past a limit, or if there is no config in it:
    /// then it may not be relayed.
    pub fn harden(&self, how: &Hardening, max_bytes: usize, max_ratio: usize) -> Option<Hardened> {
        harden(self, how, Bound { bytes: max_bytes, ratio: max_ratio }).ok()
    }
}

fn harden(answered: &Answered<'_>, how: &Hardening, bound: Bound) -> Result<Hardened, Unreadable> {
    let mut codecs = Codecs::default();
    let coding = answered.content_encoding.map_or("identity", str::trim).to_ascii_lowercase();
    let mut unpacked = Vec::new();
    let bytes = match coding.as_str() {
        "identity" | "" => Ok(answered.body),
        "gzip" | "x-gzip" => codecs.gunzip(answered.body, bound, &mut unpacked).map(|()| &*unpacked),
        "deflate" => codecs.inflate(answered.body, bound, &mut unpacked).map(|()| &*unpacked),
        "br" => codec::unbrotli(answered.body, bound, &mut unpacked).map(|()| &*unpacked),
        "zstd" => codec::unzstd(answered.body, bound, &mut unpacked).map(|()| &*unpacked),
        _ => return Err(Unreadable),
    };
    let text = str::from_utf8(bytes.map_err(|_| Unreadable)?).map_err(|_| Unreadable)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let plain = remote_config::harden(text, answered.form, how)?;
    let digest =
        Sha256::digest(&plain).iter().take(8).fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    if !answered.accepts_gzip || matches!(coding.as_str(), "identity" | "") {
        return Ok(Hardened { body: plain, content_encoding: None, digest });
    }
    let mut body = Vec::new();
    codecs.gzip(&plain, Level::Body, &mut body);
    Ok(Hardened { body, content_encoding: Some("gzip"), digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &[u8] = br#"{"sessionRecording":{"recordCanvas":true}}"#;
    const BOUND: Bound = Bound { bytes: 1 << 20, ratio: 1000 };

    fn hardened(coding: Option<&str>, body: &[u8], accepts_gzip: bool) -> Result<Hardened, Unreadable> {
        let how = Hardening { mask_text_selector: "*".to_owned(), block_selector: None };
        let answered = Answered { form: Form::Json, content_encoding: coding, body, accepts_gzip };
        harden(&answered, &how, BOUND)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Codecs::default().gzip(bytes, Level::Body, &mut out);
        out
    }

    #[test]
    fn takes_every_encoding_off() {
        let mut brotli = Vec::new();
        brotli::BrotliCompress(&mut &*CONFIG, &mut brotli, &brotli::enc::BrotliEncoderParams::default())
            .unwrap();
        let zstd = zstd::encode_all(CONFIG, 3).unwrap();
        let plain = hardened(None, CONFIG, true).unwrap();
        assert_eq!(plain.content_encoding, None);
        for (coding, body) in [("gzip", gzip(CONFIG)), ("BR", brotli), ("zstd", zstd)] {
            let unpacked = hardened(Some(coding), &body, false).unwrap();
            assert_eq!((unpacked.body, unpacked.content_encoding), (plain.body.clone(), None), "{coding}");
            let packed = hardened(Some(coding), &body, true).unwrap();
            assert_eq!((packed.content_encoding, &packed.digest), (Some("gzip"), &plain.digest), "{coding}");
            assert_eq!(packed.body, gzip(&plain.body), "{coding}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_unpack() {
        for (coding, body) in [
            ("gzip", CONFIG.to_vec()),
            ("compress", CONFIG.to_vec()),
            ("gzip, gzip", gzip(&gzip(CONFIG))),
            ("identity", gzip(CONFIG)),
            ("gzip", gzip(&vec![b' '; 2 << 20])),
        ] {
            assert!(hardened(Some(coding), &body, true).is_err(), "{coding}");
        }
    }
}
