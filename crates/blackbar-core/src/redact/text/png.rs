//! The size of an image, and a grey placeholder of the same size.

/// Widest and tallest placeholder.
const MAX_SIDE: u32 = 8192;

/// Width and height of a PNG, JPEG, GIF, WebP or BMP, from its header. `None` if it is none of them.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
}

/// A grey PNG of one bit a pixel: some hundred bytes, whatever its size.
pub(crate) fn blank(width: u32, height: u32) -> Vec<u8> {
    let (width, height) = (width.clamp(1, MAX_SIDE), height.clamp(1, MAX_SIDE));
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    // One bit a pixel, palette, no interlace.
    header.extend_from_slice(&[1, 3, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"PLTE", &[0xd9, 0xd9, 0xd9, 0xd9, 0xd9, 0xd9]);
    let rows = vec![0; (1 + width.div_ceil(8) as usize) * height as usize];
    chunk(&mut png, *b"IDAT", &zlib(&rows));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
    // The buffer has the size that the library asks for; it has no other error.
    let len = compressor.zlib_compress(data, &mut out).unwrap_or(0);
    out.truncate(len);
    out
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend_from_slice(&kind);
    png.extend_from_slice(data);
    let crc = libdeflater::crc32(png.get(start..).unwrap_or_default());
    png.extend_from_slice(&crc.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_has_the_size_it_was_asked_for() {
        for (w, h) in [(1, 1), (240, 120), (1170, 2532)] {
            let png = blank(w, h);
            assert_eq!(size(&png), Some((w, h)));
            assert!(png.len() < 1000, "{}", png.len());
        }
    }
}
