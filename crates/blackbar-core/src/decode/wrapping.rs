//! Removes the outer encodings of a request body: form fields, base64, lz-string, compression.
//!
//! The order is that of the backends, and the union of what SDKs of all versions send is accepted. Does
//! not parse the result, which is one JSON text or JSON lines. **Invariant:** the forwarded body is made
//! from that text alone; the original is forwarded only if it is exactly one gzip member of it.
//!
//! This file is long because the tests list every wrapping that SDKs have sent.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::decode::codec;
use crate::decode::codec::Bound;
use crate::decode::codec::CodecError;
use crate::decode::codec::Codecs;
use crate::decode::endpoint::Wrapping;
use crate::decode::form;
use crate::decode::lz64;
use crate::decode::multipart::MultipartError;

/// A body and what the request says about it.
#[derive(Clone, Copy)]
pub struct Wrapped<'a> {
    /// The raw query.
    pub query: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// Why a body was not decoded. Nothing of it may be forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is empty, or only whitespace.
    #[error("the body is empty")]
    Empty,
    /// This endpoint takes no body.
    #[error("this endpoint takes no body")]
    Unexpected,
    /// A compression that this endpoint does not support.
    #[error("the compression of the body is not one that this endpoint takes")]
    UnknownEncoding,
    /// A compressed stream is corrupt or inflates past a limit.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A form without a `data` field.
    #[error("the form body holds no data field")]
    Form,
    /// Not valid lz-string base64, or past the limit.
    #[error("the lz-string data is corrupt or inflates past the limit")]
    Lz64,
    /// Not UTF-8.
    #[error("the body is not UTF-8")]
    Utf8,
    /// Not a multipart form that every reader reads the same way.
    #[error(transparent)]
    Multipart(#[from] MultipartError),
}

impl DecodeError {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty_body",
            Self::Unexpected => "unexpected_body",
            Self::UnknownEncoding => "unknown_encoding",
            Self::Codec(CodecError::Corrupt) => "corrupt_compression",
            Self::Codec(CodecError::TooLarge) => "inflates_too_large",
            Self::Form => "malformed_form",
            Self::Lz64 => "corrupt_lz64",
            Self::Utf8 => "invalid_utf8",
            Self::Multipart(e) => e.code(),
        }
    }
}

/// The text of a body, and whether the original body is one gzip member of exactly that text.
#[derive(PartialEq, Eq)]
pub struct Unwrapped {
    /// UTF-8.
    bytes: Vec<u8>,
    /// The original body may be forwarded if the text does not change.
    pub is_canonical: bool,
}

impl Unwrapped {
    /// JSON, or JSON lines, not parsed yet. Validates UTF-8 once more, which vector code does at several
    /// gigabytes per second, as storing a `String` would take an unchecked conversion.
    pub fn text(&self) -> &str {
        simdutf8::basic::from_utf8(&self.bytes).unwrap_or("")
    }
}

impl std::fmt::Debug for Unwrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unwrapped({} bytes)", self.bytes.len())
    }
}

/// Removes the encodings of a body.
///
/// # Errors
/// [`DecodeError`]: nothing of the body may be forwarded.
pub fn unwrap(
    wrapping: Wrapping,
    wrapped: &Wrapped<'_>,
    bound: Bound,
    codecs: &mut Codecs,
) -> Result<Unwrapped, DecodeError> {
    match wrapping {
        Wrapping::None if wrapped.body.is_empty() => Err(DecodeError::Empty),
        Wrapping::None => Err(DecodeError::Unexpected),
        Wrapping::Declared | Wrapping::Multipart => {
            validated(declared(wrapped, bound, codecs)?, wrapped.body)
        }
        _ => unwrap_capture(wrapping, wrapped, bound, codecs),
    }
}

/// Decodes exactly what `Content-Encoding` declares.
///
/// # Errors
/// [`DecodeError`]: nothing of the body may be forwarded.
pub(crate) fn declared(
    wrapped: &Wrapped<'_>,
    bound: Bound,
    codecs: &mut Codecs,
) -> Result<Vec<u8>, DecodeError> {
    let encoding = wrapped.content_encoding.map(|e| e.trim().to_ascii_lowercase());
    let mut out = Vec::new();
    match encoding.as_deref() {
        None | Some("" | "identity") => out.extend_from_slice(wrapped.body),
        Some("gzip") => codecs.gunzip(wrapped.body, bound, &mut out)?,
        Some("deflate") => codecs.inflate(wrapped.body, bound, &mut out)?,
        Some("br") => codec::unbrotli(wrapped.body, bound, &mut out)?,
        Some("zstd") => codec::unzstd(wrapped.body, bound, &mut out)?,
        Some(_) => return Err(DecodeError::UnknownEncoding),
    }
    Ok(out)
}

/// What a request says about the compression of its data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CompressionHint {
    None,
    Gzip,
    Lz64,
    Base64,
}

fn parse_hint(word: &str) -> Result<CompressionHint, DecodeError> {
    match word.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(CompressionHint::None),
        "gzip" | "gzip-js" => Ok(CompressionHint::Gzip),
        "lz64" | "lz-string" => Ok(CompressionHint::Lz64),
        "base64" | "b64" => Ok(CompressionHint::Base64),
        _ => Err(DecodeError::UnknownEncoding),
    }
}

fn unwrap_capture(
    wrapping: Wrapping,
    wrapped: &Wrapped<'_>,
    bound: Bound,
    codecs: &mut Codecs,
) -> Result<Unwrapped, DecodeError> {
    let from_query = form::value(wrapped.query, "data").filter(|data| !data.is_empty());
    let mut hinted = match form::value(wrapped.query, "compression") {
        Some(word) => parse_hint(&String::from_utf8_lossy(&word))?,
        None => CompressionHint::None,
    };
    let is_form = wrapped.content_type.is_some_and(|t| {
        t.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    let mut data = from_query.unwrap_or(Cow::Borrowed(wrapped.body));
    if data.is_empty() {
        return Err(DecodeError::Empty);
    }
    if looks_like_form(&data) {
        let text = std::str::from_utf8(&data).map_err(|_| DecodeError::Utf8)?;
        if let (CompressionHint::None, Some(word)) = (hinted, form::value(text, "compression")) {
            hinted = parse_hint(&String::from_utf8_lossy(&word))?;
        }
        let field = form::value(text, "data").filter(|field| !field.is_empty()).ok_or(DecodeError::Form)?;
        // A base64 value that was not percent-encoded had its plus signs decoded as spaces.
        data =
            Cow::Owned(field.iter().map(|&b| if b == b' ' && !is_json(&field) { b'+' } else { b }).collect());
    } else if is_form
        && wrapping != Wrapping::Flags
        && !data.starts_with(codec::GZIP_MAGIC)
        && !is_json(&data)
    {
        return Err(DecodeError::Form);
    }
    if hinted == CompressionHint::None {
        hinted = parse_hint(wrapped.content_encoding.unwrap_or(""))?;
    }
    let data = remove_layers(data, hinted, wrapping, bound, codecs)?;
    validated(data.into_owned(), wrapped.body)
}

/// Removes base64, gzip and lz-string, each at most twice: SDKs stack them in several orders.
fn remove_layers<'a>(
    mut data: Cow<'a, [u8]>,
    hinted: CompressionHint,
    wrapping: Wrapping,
    bound: Bound,
    codecs: &mut Codecs,
) -> Result<Cow<'a, [u8]>, DecodeError> {
    if hinted == CompressionHint::Lz64 && !data.starts_with(codec::GZIP_MAGIC) && !is_json(&data) {
        let text = lz64::decode(&data, bound.bytes / 2).ok_or(DecodeError::Lz64)?;
        return Ok(Cow::Owned(text.into_bytes()));
    }
    if hinted == CompressionHint::Gzip
        && !data.starts_with(codec::GZIP_MAGIC)
        && !looks_like_base64(&data)
        && !is_json(&data)
    {
        return Err(CodecError::Corrupt.into());
    }
    // Legacy paths may have base64 twice; gzip may be below each.
    let n_base64 = if wrapping == Wrapping::CaptureLegacy { 2 } else { 1 };
    for round in 0..=n_base64 {
        if data.starts_with(codec::GZIP_MAGIC) {
            let mut out = Vec::new();
            codecs.gunzip(&data, bound, &mut out)?;
            data = Cow::Owned(out);
        }
        if round < n_base64 && looks_like_base64(&data) {
            match STANDARD.decode(&data) {
                Ok(decoded) => data = Cow::Owned(decoded),
                Err(_) => break,
            }
        }
    }
    Ok(data)
}

fn validated(bytes: Vec<u8>, body: &[u8]) -> Result<Unwrapped, DecodeError> {
    let text = simdutf8::basic::from_utf8(&bytes).map_err(|_| DecodeError::Utf8)?;
    if text.trim_ascii().is_empty() {
        return Err(DecodeError::Empty);
    }
    let is_canonical = codec::is_plain_gzip_of(body, &bytes);
    Ok(Unwrapped { bytes, is_canonical })
}

/// How much of a body is looked at to tell its format.
const SNIFFED_BYTES: usize = 128;

fn head(data: &[u8]) -> &[u8] {
    data.get(..SNIFFED_BYTES).unwrap_or(data)
}

fn is_json(data: &[u8]) -> bool {
    matches!(data.trim_ascii_start().first(), Some(b'{' | b'['))
}

fn looks_like_form(data: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [b"data=", b"_=", b"ip=", b"compression="];
    let head = head(data);
    NAMES.iter().any(|name| {
        head.starts_with(name)
            || (!is_json(head)
                && memchr::memmem::find_iter(head, name).any(|at| at > 0 && head.get(at - 1) == Some(&b'&')))
    })
}

fn looks_like_base64(data: &[u8]) -> bool {
    let is_digit = |&b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    !data.is_empty() && data.len().is_multiple_of(4) && head(data).iter().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::codec::Level;

    const BOUND: Bound = Bound { bytes: 1 << 20, ratio: 1000 };
    const JSON: &str = r#"{"event":"x","properties":{"a":"b+c d"}}"#;

    fn gz(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        Codecs::default().gzip(text.as_bytes(), Level::Body, &mut out);
        out
    }

    fn b64(bytes: &[u8]) -> String {
        STANDARD.encode(bytes)
    }

    fn percent(text: &str) -> String {
        percent_encoding::percent_encode(text.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string()
    }

    fn read(
        wrapping: Wrapping,
        query: &str,
        ct: Option<&str>,
        ce: Option<&str>,
        body: &[u8],
    ) -> Result<Unwrapped, DecodeError> {
        let wrapped = Wrapped { query, content_type: ct, content_encoding: ce, body };
        unwrap(wrapping, &wrapped, BOUND, &mut Codecs::default())
    }

    #[track_caller]
    fn reads(wrapping: Wrapping, query: &str, ct: Option<&str>, ce: Option<&str>, body: &[u8]) {
        assert_eq!(read(wrapping, query, ct, ce, body).map(|u| u.text().to_owned()), Ok(JSON.to_owned()));
    }

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    #[test]
    fn reads_what_sdks_of_all_versions_send() {
        use Wrapping::{Capture, CaptureLegacy, Flags};
        reads(Capture, "", Some("text/plain"), None, &gz(JSON));
        reads(Capture, "compression=gzip-js&ver=1.2", Some("text/plain"), None, &gz(JSON));
        reads(Capture, "", Some("application/json"), None, JSON.as_bytes());
        reads(Capture, "", Some("application/json"), Some("gzip"), &gz(JSON));
        reads(Capture, "", FORM, None, format!("data={}", percent(&b64(JSON.as_bytes()))).as_bytes());
        reads(Capture, "", FORM, None, format!("data={}", b64(JSON.as_bytes())).as_bytes());
        reads(
            Capture,
            "compression=base64",
            FORM,
            None,
            format!("data={}", percent(&b64(JSON.as_bytes()))).as_bytes(),
        );
        reads(
            Capture,
            "",
            FORM,
            None,
            format!("compression=gzip-js&data={}", percent(&b64(&gz(JSON)))).as_bytes(),
        );
        reads(Capture, "", FORM, None, format!("data={}", percent(JSON)).as_bytes());
        reads(Capture, &format!("data={}", percent(&b64(JSON.as_bytes()))), None, None, b"");
        let lz = lz_str::compress_to_base64(JSON);
        reads(Capture, "compression=lz64", None, None, lz.as_bytes());
        reads(Capture, "", FORM, None, format!("data={}&compression=lz64", percent(&lz)).as_bytes());
        reads(CaptureLegacy, "", None, None, b64(b64(JSON.as_bytes()).as_bytes()).as_bytes());
        reads(Flags, "", FORM, None, b64(JSON.as_bytes()).as_bytes());
        reads(
            Flags,
            "compression=base64",
            FORM,
            None,
            format!("data={}", percent(&b64(JSON.as_bytes()))).as_bytes(),
        );
    }

    #[test]
    fn the_query_wins_over_the_body() {
        let query = format!("data={}", percent(JSON));
        reads(Wrapping::Capture, &query, None, None, br#"{"other":1}"#);
    }

    #[test]
    fn the_v1_path_decodes_only_what_is_declared() {
        use Wrapping::Declared;
        reads(Declared, "", None, Some("gzip"), &gz(JSON));
        reads(Declared, "", None, None, JSON.as_bytes());
        reads(Declared, "", None, Some("zstd"), &zstd::encode_all(JSON.as_bytes(), 1).unwrap());
        let mut brotli = Vec::new();
        let params = brotli::enc::BrotliEncoderParams::default();
        brotli::BrotliCompress(&mut JSON.as_bytes(), &mut brotli, &params).unwrap();
        reads(Declared, "", None, Some("br"), &brotli);
        let level = libdeflater::CompressionLvl::default();
        for zlib in [true, false] {
            let mut c = libdeflater::Compressor::new(level);
            let mut out = vec![0; 4096];
            let n = if zlib {
                c.zlib_compress(JSON.as_bytes(), &mut out)
            } else {
                c.deflate_compress(JSON.as_bytes(), &mut out)
            };
            reads(Declared, "", None, Some("deflate"), &out[..n.unwrap()]);
        }
        assert_eq!(read(Declared, "", None, Some("lzma"), b"x"), Err(DecodeError::UnknownEncoding));
        assert_eq!(read(Declared, "", None, None, &gz(JSON)), Err(DecodeError::Utf8));
    }

    #[test]
    fn each_malformed_body_has_its_own_error_code() {
        use Wrapping::Capture;
        let whole = gz(JSON);
        let cases: [(&str, Option<&str>, &[u8], &str); 8] = [
            ("", None, b"", "empty_body"),
            ("", None, b"  \n", "empty_body"),
            ("", None, &whole[..20], "corrupt_compression"),
            ("compression=gzip", None, b"\x00\x01\x02", "corrupt_compression"),
            ("", None, b"\xff\xfe{}", "invalid_utf8"),
            ("", FORM, b"nothing here", "malformed_form"),
            ("compression=lz64", None, b"\x00\x01", "corrupt_lz64"),
            ("compression=rot13", None, b"{}", "unknown_encoding"),
        ];
        for (query, ct, body, code) in cases {
            assert_eq!(read(Capture, query, ct, None, body).unwrap_err().code(), code);
        }
        assert_eq!(read(Capture, "", None, Some("br"), b"{}").unwrap_err().code(), "unknown_encoding");
        let bomb = gz(&" ".repeat(2 << 20));
        assert_eq!(read(Capture, "", None, None, &bomb).unwrap_err().code(), "inflates_too_large");
    }

    #[test]
    fn only_a_single_gzip_member_may_be_forwarded_unchanged() {
        assert!(read(Wrapping::Capture, "", None, None, &gz(JSON)).unwrap().is_canonical);
        assert!(!read(Wrapping::Capture, "", None, None, JSON.as_bytes()).unwrap().is_canonical);
        let mut two = gz(JSON);
        two.extend(gz("{}"));
        assert!(!read(Wrapping::Capture, "", None, None, &two).unwrap().is_canonical);
    }
}
