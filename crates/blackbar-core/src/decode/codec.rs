//! The codecs: gzip, zlib, raw deflate, brotli and zstd, each with a bound on its output.
//!
//! Nothing else in the program inflates or deflates. Does not know what a body or a field is.
//! **Invariant:** no output exceeds its bound. The sizes that a peer writes into a stream are hints for
//! the first buffer, never trusted.
//!
//! This file is long because everything that inflates is in it, so that one reader can check every bound.

use std::io::Read;

use blackbar_deflate::Deflater;
use blackbar_deflate::Revision;
use libdeflater::CompressionLvl;
use libdeflater::Compressor;
use libdeflater::DecompressionError;
use libdeflater::Decompressor;

use crate::text::edit::Edit;

/// A text and what edits made of it.
#[derive(Clone, Copy)]
pub(crate) struct EditedText<'a> {
    /// The text before.
    pub old: &'a [u8],
    /// Sorted and not overlapping.
    pub edits: &'a [Edit],
    /// The text with the edits applied.
    pub new: &'a [u8],
}

/// How large an output may become.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Most bytes.
    pub bytes: usize,
    /// Most bytes per byte of input; small inputs may always grow to 64 KiB.
    pub ratio: usize,
}

impl Bound {
    fn for_input(self, len: usize) -> usize {
        const ALWAYS_ALLOWED_BYTES: usize = 64 << 10;
        len.saturating_mul(self.ratio).max(ALWAYS_ALLOWED_BYTES).min(self.bytes)
    }
}

/// Why a stream was not decoded. Its bytes are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// It is corrupt or cut off.
    #[error("the compressed data is corrupt or cut off")]
    Corrupt,
    /// It inflates past a bound.
    #[error("the compressed data inflates past the limit")]
    TooLarge,
}

/// Gzip, zlib and raw deflate in both directions; keeps its tables between calls.
pub struct Codecs {
    inflate: Decompressor,
    /// For streams that begin with a fixed block, as small ones do: the library keeps the tables of fixed
    /// blocks until it sees a dynamic one.
    inflate_fixed: Decompressor,
    body_compressor: Option<Compressor>,
    field_compressor: Option<Compressor>,
    deflater: Deflater,
    /// Where the library writes. As large as the largest output so far; never cleared.
    buffer: Vec<u8>,
}

/// How hard to deflate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Bodies: quickly, as they are large and most of their bytes are packed fields, which are not even
    /// searched for matches.
    Body,
    /// Fields inside a body.
    Field,
}

impl Level {
    const fn number(self) -> i32 {
        match self {
            Self::Body => 1,
            Self::Field => 6,
        }
    }
}

impl Default for Codecs {
    fn default() -> Self {
        Self {
            inflate: Decompressor::new(),
            inflate_fixed: Decompressor::new(),
            body_compressor: None,
            field_compressor: None,
            deflater: Deflater::default(),
            buffer: Vec::new(),
        }
    }
}

/// A larger buffer is released after use: bodies that need one are rare.
const MAX_RETAINED_BYTES: usize = 4 << 20;

/// A body this long is recompressed along its old matches. The library, which searches bodies only
/// quickly, is faster with shorter ones.
const MIN_REDEFLATED_BODY_BYTES: usize = 64 << 10;

/// The first bytes of a gzip stream.
pub const GZIP_MAGIC: &[u8] = b"\x1f\x8b\x08";

impl Codecs {
    /// Inflates the first member of a gzip stream into `out`; what follows it is not read.
    ///
    /// # Errors
    /// [`CodecError`]; `out` is then empty.
    pub fn gunzip(&mut self, bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let first = gzip_content(bytes).and_then(<[u8]>::first);
        // Bits 1 and 2 are the type of the first block.
        let is_fixed = first.is_some_and(|first| first >> 1 & 3 == 1);
        let library = if is_fixed { &mut self.inflate_fixed } else { &mut self.inflate };
        decode_growing(bytes.len(), claimed_len(bytes), bound, out, |buffer| {
            library.gzip_decompress(bytes, buffer)
        })
    }

    /// Inflates what HTTP calls deflate: zlib, or raw deflate, which some senders use.
    ///
    /// # Errors
    /// [`CodecError`]; `out` is then empty.
    pub fn inflate(&mut self, bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let library = &mut self.inflate;
        let zlib =
            decode_growing(bytes.len(), 0, bound, out, |buffer| library.zlib_decompress(bytes, buffer));
        match zlib {
            Err(CodecError::Corrupt) => {
                decode_growing(bytes.len(), 0, bound, out, |buffer| library.deflate_decompress(bytes, buffer))
            }
            other => other,
        }
    }

    /// Deflates `bytes` as one gzip member with an empty header into `out`.
    pub fn gzip(&mut self, bytes: &[u8], level: Level, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(GZIP_HEADER);
        let is_done = level == Level::Body && self.deflater.deflate_body(bytes, out);
        self.finish_gzip(is_done, bytes, level, out);
    }

    /// Does what [`gzip`](Self::gzip) does, but faster, along the matches of `old`: the gzip stream of
    /// the old text. Falls back to `gzip` if `old` has several members, or is a short body. The result
    /// is about as small as `old` was, or as the level makes it.
    pub(crate) fn regzip_edited(
        &mut self,
        old: &[u8],
        change: &EditedText<'_>,
        level: Level,
        out: &mut Vec<u8>,
    ) {
        out.clear();
        out.extend_from_slice(GZIP_HEADER);
        let &EditedText { old: old_text, new, .. } = change;
        let mut is_done = level == Level::Body && self.deflater.deflate_body(new, out);
        if !is_done && (level == Level::Field || new.len() >= MIN_REDEFLATED_BODY_BYTES) {
            // The trailer at the very end says that there is one member, and that its text is the old one.
            let stream = gzip_content(old).filter(|_| old.ends_with(&gzip_trailer(old_text)));
            is_done = stream.is_some_and(|stream| self.redeflate(stream, change, out));
        }
        self.finish_gzip(is_done, new, level, out);
    }

    fn redeflate(&mut self, stream: &[u8], change: &EditedText<'_>, out: &mut Vec<u8>) -> bool {
        let &EditedText { old, edits, new } = change;
        let edits = edits
            .iter()
            .map(|edit| blackbar_deflate::TextEdit { range: edit.span.range(), new_len: edit.with.len() });
        self.deflater.redeflate(stream, Revision { old, new, edits }, out)
    }

    /// Writes the gzip trailer, or the whole stream by the library if nothing is written yet.
    fn finish_gzip(&mut self, is_done: bool, content: &[u8], level: Level, out: &mut Vec<u8>) {
        if self.deflater.retained_bytes() > MAX_RETAINED_BYTES {
            self.deflater.release_memory();
        }
        if is_done {
            out.extend_from_slice(&gzip_trailer(content));
        } else {
            self.gzip_by_library(content, level, out);
        }
    }

    fn gzip_by_library(&mut self, bytes: &[u8], level: Level, out: &mut Vec<u8>) {
        let compressor = match level {
            Level::Body => &mut self.body_compressor,
            Level::Field => &mut self.field_compressor,
        };
        let compressor = compressor
            .get_or_insert_with(|| Compressor::new(CompressionLvl::new(level.number()).unwrap_or_default()));
        let max_len = compressor.gzip_compress_bound(bytes.len());
        if self.buffer.len() < max_len {
            self.buffer.resize(max_len, 0);
        }
        // Too small a buffer is the only error of the library, and this one has the size it asks for.
        let len = compressor.gzip_compress(bytes, &mut self.buffer).unwrap_or(0);
        out.clear();
        out.extend_from_slice(self.buffer.get(..len).unwrap_or_default());
        if max_len > MAX_RETAINED_BYTES {
            self.buffer = Vec::new();
        }
    }
}

/// The size of its content that a gzip stream claims. Only a hint.
fn claimed_len(bytes: &[u8]) -> usize {
    bytes.last_chunk::<4>().map_or(0, |&n| u32::from_le_bytes(n) as usize)
}

/// A header without a file name, a time or an operating system.
const GZIP_HEADER: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\xff";

/// What follows the deflate stream of a gzip member: checksum and size of its content.
fn gzip_trailer(content: &[u8]) -> [u8; 8] {
    let mut trailer = [0; 8];
    let (crc, size) = trailer.split_at_mut(4);
    crc.copy_from_slice(&libdeflater::crc32(content).to_le_bytes());
    size.copy_from_slice(&(content.len() as u32).to_le_bytes());
    trailer
}

/// The deflate stream of the first member, and what follows it.
fn gzip_content(bytes: &[u8]) -> Option<&[u8]> {
    const CHECKSUM: u8 = 1 << 1;
    const EXTRA: u8 = 1 << 2;
    const NAME: u8 = 1 << 3;
    const COMMENT: u8 = 1 << 4;
    let (head, mut rest) = bytes.split_at_checked(GZIP_HEADER.len())?;
    let flags = *head.strip_prefix(GZIP_MAGIC)?.first()?;
    if flags & EXTRA != 0 {
        let (len, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*len))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|&byte| byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CHECKSUM == 0 { Some(rest) } else { rest.get(2..) }
}

/// Whether `bytes` is exactly one gzip member that holds `content`, without names or comments.
pub(crate) fn is_plain_gzip_of(bytes: &[u8], content: &[u8]) -> bool {
    let header_is_empty = bytes.starts_with(GZIP_MAGIC) && bytes.get(3) == Some(&0);
    header_is_empty && bytes.len() >= 18 && bytes.ends_with(&gzip_trailer(content))
}

/// Calls `decode` with buffers that double in size, up to the bound.
fn decode_growing(
    input_len: usize,
    claimed: usize,
    bound: Bound,
    out: &mut Vec<u8>,
    mut decode: impl FnMut(&mut [u8]) -> Result<usize, DecompressionError>,
) -> Result<(), CodecError> {
    let max_len = bound.for_input(input_len);
    let guess = if claimed > 0 { claimed } else { input_len.saturating_mul(4) };
    let mut size = guess.clamp(64, max_len.max(64));
    loop {
        out.resize(size, 0);
        match decode(out) {
            Ok(len) if len <= max_len => {
                out.truncate(len);
                return Ok(());
            }
            Err(DecompressionError::InsufficientSpace) if size < max_len => {
                size = size.saturating_mul(2).min(max_len);
            }
            Err(DecompressionError::BadData) => {
                out.clear();
                return Err(CodecError::Corrupt);
            }
            _ => {
                out.clear();
                return Err(CodecError::TooLarge);
            }
        }
    }
}

/// Inflates a brotli stream.
///
/// # Errors
/// [`CodecError`]
pub(crate) fn unbrotli(bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
    read_bounded(brotli_decompressor::Decompressor::new(bytes, 16 << 10), bytes.len(), bound, out)
}

/// Inflates a zstd stream.
///
/// # Errors
/// [`CodecError`]
pub(crate) fn unzstd(bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut decoder = zstd::Decoder::with_buffer(bytes).map_err(|_| CodecError::Corrupt)?;
    // The window is memory that the sender chooses: 8 MiB, as RFC 8878 asks receivers to support.
    decoder.window_log_max(23).map_err(|_| CodecError::Corrupt)?;
    read_bounded(decoder, bytes.len(), bound, out)
}

fn read_bounded(reader: impl Read, len: usize, bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.clear();
    let max_len = bound.for_input(len);
    // One byte more than allowed is enough to know.
    let read = reader.take(max_len as u64 + 1).read_to_end(out);
    let result = match read {
        Ok(n) if n > max_len => Err(CodecError::TooLarge),
        Ok(_) => Ok(()),
        Err(_) => Err(CodecError::Corrupt),
    };
    if result.is_err() {
        out.clear();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound { bytes: 1 << 20, ratio: 1000 };

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Codecs::default().gzip(bytes, Level::Body, &mut out);
        out
    }

    fn gunzip(bytes: &[u8], bound: Bound) -> Result<Vec<u8>, CodecError> {
        let mut out = Vec::new();
        Codecs::default().gunzip(bytes, bound, &mut out).map(|()| out)
    }

    #[test]
    fn gunzips_what_it_gzipped() {
        for len in [0, 1, 100, 100_000] {
            let data: Vec<u8> = (0..=250).cycle().take(len).collect();
            assert_eq!(gunzip(&gz(&data), BOUND).unwrap(), data);
            assert!(is_plain_gzip_of(&gz(&data), &data));
        }
    }

    #[test]
    fn regzips_whatever_the_header_contains_and_whether_or_not_the_old_stream_fits() {
        let (old, new) = (b"one two three one two three", b"one *** three one two three");
        let edits = [Edit { span: (4..7).into(), with: b"***".to_vec(), tag: 0 }];
        let change = EditedText { old, edits: &edits, new };
        let plain = gz(old);
        let with =
            |flags: u8, fields: &[u8]| [&plain[..3], &[flags], &plain[4..10], fields, &plain[10..]].concat();
        let (mut codecs, mut out) = (Codecs::default(), Vec::new());
        for (stream, fits) in [
            (plain.clone(), true),
            (with(4, b"\x03\0abc"), true),
            (with(8, b"name\0"), true),
            (with(16 | 8, b"name\0comment\0"), true),
            (with(2, b"\0\0"), true),
            (with(8, b""), false),
            (gz(b"something else"), false),
            ([&plain[..], &plain[..]].concat(), true),
            (plain[..9].to_vec(), false),
            (Vec::new(), false),
        ] {
            assert_eq!(
                gzip_content(&stream).is_some_and(|s| codecs.redeflate(s, &change, &mut Vec::new())),
                fits
            );
            codecs.regzip_edited(&stream, &change, Level::Field, &mut out);
            assert_eq!(gunzip(&out, BOUND).unwrap(), new);
            assert!(is_plain_gzip_of(&out, new));
        }
    }

    #[test]
    fn refuses_corrupt_and_truncated_streams() {
        let whole = gz(b"some text that is long enough to be cut somewhere");
        for cut in 0..whole.len() {
            assert_eq!(gunzip(&whole[..cut], BOUND), Err(CodecError::Corrupt), "{cut}");
        }
        let mut flipped = whole;
        flipped[15] ^= 0x10;
        assert_eq!(gunzip(&flipped, BOUND), Err(CodecError::Corrupt));
    }

    #[test]
    fn bounds_bytes_and_ratio_whatever_the_stream_claims() {
        let bomb = gz(&vec![0; 1 << 20]);
        assert!(gunzip(&bomb, BOUND).is_ok());
        assert_eq!(gunzip(&bomb, Bound { bytes: (1 << 20) - 1, ratio: 2000 }), Err(CodecError::TooLarge));
        assert_eq!(gunzip(&bomb, Bound { bytes: 1 << 30, ratio: 100 }), Err(CodecError::TooLarge));
        let mut lie = bomb;
        let at = lie.len() - 4;
        lie[at..].copy_from_slice(&[10, 0, 0, 0]);
        assert!(gunzip(&lie, BOUND).is_err());
    }

    #[test]
    fn reads_only_the_first_member_and_notices_the_second() {
        let mut two = gz(b"first");
        two.extend(gz(b"second"));
        assert_eq!(gunzip(&two, BOUND).unwrap(), b"first");
        assert!(!is_plain_gzip_of(&two, b"first"));
    }

    #[test]
    fn bounds_brotli_and_zstd() {
        let zeros = vec![0; 1 << 20];
        let tight = Bound { bytes: 1000, ratio: 1000 };
        let zstd = zstd::encode_all(zeros.as_slice(), 3).unwrap();
        let mut brotli = Vec::new();
        brotli::BrotliCompress(
            &mut zeros.as_slice(),
            &mut brotli,
            &brotli::enc::BrotliEncoderParams::default(),
        )
        .unwrap();
        let mut out = Vec::new();
        let wide = Bound { bytes: 1 << 20, ratio: 1_000_000 };
        unzstd(&zstd, wide, &mut out).unwrap();
        assert_eq!(out, zeros);
        unbrotli(&brotli, wide, &mut out).unwrap();
        assert_eq!(out, zeros);
        assert_eq!(unzstd(&zstd, tight, &mut out), Err(CodecError::TooLarge));
        assert_eq!(unbrotli(&brotli, tight, &mut out), Err(CodecError::TooLarge));
        assert_eq!(unzstd(&zstd[..9], wide, &mut out), Err(CodecError::Corrupt));
        assert_eq!(unbrotli(&brotli[..3], wide, &mut out), Err(CodecError::Corrupt));
    }
}
