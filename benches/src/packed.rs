//! Packed fields (`cv`): gzip bytes written as the characters of a JSON string.

use std::collections::HashSet;
use std::ops::Range;

use libdeflater::{DecompressionError, Decompressor};

use crate::Error;

/// How a packed field begins in JSON, quote included.
const BEGIN: &[u8] = b"\"\\u001f\xc2\x8b";

/// Where packed fields stand in a JSON text: the insides of their strings.
pub fn spans(json: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(found) = find(&json[at..], BEGIN) {
        let start = at + found + 1;
        let mut end = start;
        while end < json.len() && json[end] != b'"' {
            end += if json[end] == b'\\' { 2 } else { 1 };
        }
        spans.push(start..end.min(json.len()));
        at = end.min(json.len());
    }
    spans
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The bytes behind the characters of a JSON string's inside. Nothing is allocated if `out` is large
/// enough.
pub fn unescape(inside: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut at = 0;
    while let Some(&byte) = inside.get(at) {
        match byte {
            b'\\' => {
                let (byte, len) = escape(&inside[at + 1..]);
                out.push(byte);
                at += 1 + len;
            }
            0xc2 | 0xc3 => {
                let low = inside.get(at + 1).copied().unwrap_or(0);
                out.push(if byte == 0xc2 { low } else { low + 0x40 });
                at += 2;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
}

/// What an escape stands for, and how long it is behind the backslash.
fn escape(behind: &[u8]) -> (u8, usize) {
    let digit = |at: usize| behind.get(at).map_or(0, |&d| if d > b'9' { (d & 0xf) + 9 } else { d & 0xf });
    match behind.first() {
        Some(b'u') => (digit(3) << 4 | digit(4), 5),
        Some(b'b') => (8, 1),
        Some(b't') => (9, 1),
        Some(b'n') => (10, 1),
        Some(b'f') => (12, 1),
        Some(b'r') => (13, 1),
        Some(&byte) => (byte, 1),
        None => (0, 0),
    }
}

/// Writes bytes as characters of a JSON string.
pub fn escape_into(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.clear();
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            9 => out.extend_from_slice(b"\\t"),
            10 => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            13 => out.extend_from_slice(b"\\r"),
            0..0x20 => {
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            0x20..0x80 => out.push(byte),
            0x80..0xc0 => out.extend_from_slice(&[0xc2, byte]),
            0xc0.. => out.extend_from_slice(&[0xc3, byte - 0x40]),
        }
    }
}

/// Inflates a gzip member, however large it becomes.
///
/// # Errors
/// It is none.
pub fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut size = bytes.len().saturating_mul(8).max(1024);
    loop {
        let mut out = vec![0; size];
        match Decompressor::new().gzip_decompress(bytes, &mut out) {
            Ok(len) => {
                out.truncate(len);
                return Ok(out);
            }
            Err(DecompressionError::InsufficientSpace) => size *= 2,
            Err(DecompressionError::BadData) => return Err("not gzip".into()),
        }
    }
}

/// One packed field of a body.
pub struct Field {
    /// The inside of its string, in the body's JSON.
    pub span: Range<usize>,
    /// Its gzip bytes.
    pub gzip: Vec<u8>,
    /// What they hold.
    pub content: Vec<u8>,
}

/// All packed fields of a JSON text.
///
/// # Errors
/// One of them does not open.
pub fn fields(json: &[u8]) -> Result<Vec<Field>, Error> {
    let field = |span: Range<usize>| {
        let mut gzip = Vec::new();
        unescape(&json[span.clone()], &mut gzip);
        let content = gunzip(&gzip)?;
        Ok(Field { span, gzip, content })
    };
    spans(json).into_iter().map(field).collect()
}

/// The fields of `after` that do not stand in `before`: those that were packed anew.
pub fn repacked<'a>(before: &[Field], after: &'a [Field]) -> Vec<&'a Field> {
    let known: HashSet<&[u8]> = before.iter().map(|field| field.gzip.as_slice()).collect();
    after.iter().filter(|field| !known.contains(field.gzip.as_slice())).collect()
}

/// A JSON text with its packed fields put in as they are: what there is to look at.
pub fn expanded_len(json: &[u8], fields: &[Field]) -> usize {
    let packed: usize = fields.iter().map(|field| field.span.len() + 2).sum();
    let unpacked: usize = fields.iter().map(|field| field.content.len()).sum();
    json.len() - packed + unpacked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescape_undoes_escape() {
        let all: Vec<u8> = (0..=255).collect();
        let (mut written, mut read) = (Vec::new(), Vec::new());
        escape_into(&all, &mut written);
        assert_eq!(
            serde_json::from_slice::<String>(&[b"\"", written.as_slice(), b"\""].concat()).unwrap(),
            all.iter().map(|&byte| char::from(byte)).collect::<String>()
        );
        unescape(&written, &mut read);
        assert_eq!(read, all);
    }
}
