//! The raw codecs, each with a bound. Nothing else in the program inflates or deflates; what is
//! deflated without a library is in `deflate`.
//!
//! Sizes that a peer writes into a stream are hints for the first buffer, never trusted.

use std::io::Read;

use libdeflater::CompressionLvl;
use libdeflater::Compressor;
use libdeflater::DecompressionError;
use libdeflater::Decompressor;

use crate::decode::deflate::Deflater;

pub use crate::decode::deflate::Change;

/// How large an output may become.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// In bytes.
    pub bytes: usize,
    /// Times the input; small inputs may always grow to 64 KiB.
    pub ratio: usize,
}

impl Bound {
    fn for_input(self, len: usize) -> usize {
        const ALWAYS: usize = 64 << 10;
        len.saturating_mul(self.ratio).max(ALWAYS).min(self.bytes)
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
    /// For streams that begin with the codes that are agreed on, as small ones do: it has its tables for
    /// those ready as long as it sees no others.
    inflate_agreed: Decompressor,
    deflate: [Option<(Level, Compressor)>; 2],
    own: Deflater,
    /// Where the library writes: as large as the largest so far needed, never cleared.
    buffer: Vec<u8>,
}

/// How hard to deflate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Bodies: they are large, and their bulk is compressed already. Packed fields in them are not
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
            inflate_agreed: Decompressor::new(),
            deflate: [None, None],
            own: Deflater::default(),
            buffer: Vec::new(),
        }
    }
}

/// A buffer that is not kept, in bytes: it was for one body in very many.
const LARGE: usize = 4 << 20;

/// A body of fewer bytes is deflated sooner by the library, which does not look for matches as hard as
/// it does in fields, than along the matches that it had.
const LONG: usize = 64 << 10;

/// The first bytes of a gzip stream.
pub const GZIP_MAGIC: &[u8] = b"\x1f\x8b\x08";

impl Codecs {
    /// Inflates the first member of a gzip stream into `out`; what follows it is not read.
    ///
    /// # Errors
    /// [`CodecError`]; `out` is then empty.
    pub fn gunzip(&mut self, bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let first = gzip_content(bytes).and_then(<[u8]>::first);
        let is_agreed = first.is_some_and(|first| first >> 1 & 3 == 1);
        let library = if is_agreed { &mut self.inflate_agreed } else { &mut self.inflate };
        grow(bytes.len(), claims(bytes), bound, out, |buffer| library.gzip_decompress(bytes, buffer))
    }

    /// Inflates what HTTP calls deflate: zlib, or raw as some senders have it.
    ///
    /// # Errors
    /// [`CodecError`]; `out` is then empty.
    pub fn inflate(&mut self, bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let zlib = grow(bytes.len(), 0, bound, out, |buffer| self.inflate.zlib_decompress(bytes, buffer));
        match zlib {
            Err(CodecError::Corrupt) => {
                grow(bytes.len(), 0, bound, out, |buffer| self.inflate.deflate_decompress(bytes, buffer))
            }
            other => other,
        }
    }

    /// Deflates `bytes` as one gzip member with an empty header into `out`.
    pub fn gzip(&mut self, bytes: &[u8], level: Level, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(GZIP_HEADER);
        let is_done = level == Level::Body && self.own.body(bytes, out);
        self.finish(is_done, bytes, level, out);
    }

    /// Does what [`gzip`](Self::gzip) does, in less time where `old` is a gzip stream of one member, and
    /// long if it is a body. `new` is about as small then as `old` was, or else of this level.
    pub fn gzip_again(&mut self, old: &[u8], change: &Change<'_>, level: Level, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(GZIP_HEADER);
        let mut is_done = level == Level::Body && self.own.body(change.new, out);
        if !is_done && (level == Level::Field || change.new.len() >= LONG) {
            let stream = gzip_content(old).filter(|_| old.ends_with(&gzip_trailer(change.old)));
            is_done = stream.is_some_and(|stream| self.own.again(stream, change, out));
        }
        self.finish(is_done, change.new, level, out);
    }

    /// Writes what stands behind a stream, or all of it by the library if it is not done.
    fn finish(&mut self, is_done: bool, content: &[u8], level: Level, out: &mut Vec<u8>) {
        if self.own.heap_bytes() > LARGE {
            self.own.let_go();
        }
        if is_done {
            out.extend_from_slice(&gzip_trailer(content));
        } else {
            self.gzip_by_library(content, level, out);
        }
    }

    fn gzip_by_library(&mut self, bytes: &[u8], level: Level, out: &mut Vec<u8>) {
        let slot = match level {
            Level::Body => &mut self.deflate[0],
            Level::Field => &mut self.deflate[1],
        };
        let (_, compressor) = slot.get_or_insert_with(|| {
            let number = CompressionLvl::new(level.number()).unwrap_or_default();
            (level, Compressor::new(number))
        });
        let most = compressor.gzip_compress_bound(bytes.len());
        if self.buffer.len() < most {
            self.buffer.resize(most, 0);
        }
        // The buffer has the size that the library asks for; it has no other error.
        let len = compressor.gzip_compress(bytes, &mut self.buffer).unwrap_or(0);
        out.clear();
        out.extend_from_slice(self.buffer.get(..len).unwrap_or_default());
        if most > LARGE {
            self.buffer = Vec::new();
        }
    }
}

/// What a gzip stream says of its size. Only a hint.
fn claims(bytes: &[u8]) -> usize {
    bytes.last_chunk::<4>().map_or(0, |&n| u32::from_le_bytes(n) as usize)
}

/// A header without a name, a time or a system.
const GZIP_HEADER: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\xff";

/// What stands behind the deflate stream of a gzip member.
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
        let (len, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*len))..)?;
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
pub fn is_plain_gzip_of(bytes: &[u8], content: &[u8]) -> bool {
    let header_is_empty = bytes.starts_with(GZIP_MAGIC) && bytes.get(3) == Some(&0);
    header_is_empty && bytes.len() >= 18 && bytes.ends_with(&gzip_trailer(content))
}

/// Calls `decode` with larger and larger buffers, up to the bound.
fn grow(
    input_len: usize,
    claimed: usize,
    bound: Bound,
    out: &mut Vec<u8>,
    mut decode: impl FnMut(&mut [u8]) -> Result<usize, DecompressionError>,
) -> Result<(), CodecError> {
    let most = bound.for_input(input_len);
    let mut size = if claimed > 0 { claimed } else { input_len.saturating_mul(4) }.clamp(64, most.max(64));
    loop {
        out.resize(size, 0);
        match decode(out) {
            Ok(len) if len <= most => {
                out.truncate(len);
                return Ok(());
            }
            Err(DecompressionError::InsufficientSpace) if size < most => {
                size = size.saturating_mul(2).min(most);
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
pub fn unbrotli(bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
    read_bounded(brotli_decompressor::Decompressor::new(bytes, 16 << 10), bytes.len(), bound, out)
}

/// Inflates a zstd stream.
///
/// # Errors
/// [`CodecError`]
pub fn unzstd(bytes: &[u8], bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let mut decoder = zstd::Decoder::with_buffer(bytes).map_err(|_| CodecError::Corrupt)?;
    // The window is memory that the sender chooses: 8 MiB, as RFC 8878 asks receivers to support.
    decoder.window_log_max(23).map_err(|_| CodecError::Corrupt)?;
    read_bounded(decoder, bytes.len(), bound, out)
}

fn read_bounded(reader: impl Read, len: usize, bound: Bound, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.clear();
    let most = bound.for_input(len);
    let read = reader.take(most as u64 + 1).read_to_end(out);
    let result = match read {
        Ok(n) if n > most => Err(CodecError::TooLarge),
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
    use crate::text::edit::Edit;

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
    fn gzips_again_whatever_stands_in_the_header_and_whether_or_not_it_fits() {
        let (old, new) = (b"one two three one two three", b"one *** three one two three");
        let edits = [Edit { span: (4..7).into(), with: b"***".to_vec(), tag: 0 }];
        let change = Change { old, edits: &edits, new };
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
                gzip_content(&stream).is_some_and(|s| codecs.own.again(s, &change, &mut Vec::new())),
                fits
            );
            codecs.gzip_again(&stream, &change, Level::Field, &mut out);
            assert_eq!(gunzip(&out, BOUND).unwrap(), new);
            assert!(is_plain_gzip_of(&out, new));
        }
    }

    #[test]
    fn refuses_corrupt_and_cut_streams() {
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
    fn reads_only_the_first_member_and_knows_that_there_is_more() {
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
