//! The least that must be done: inflate both layers, look at every byte once, deflate what changed.
//!
//! With the library that the pipeline uses, at its levels, into buffers that are large enough from
//! the start. What must be deflated is found beforehand, by comparing what went in with what came
//! out.

use std::hint::black_box;
use std::ops::Range;

use blackbar_core::internals::{Codecs, Level};
use libdeflater::{CompressionLvl, Compressor, Decompressor};

use crate::Error;
use crate::corpus::Body;
use crate::packed;

/// What a body asks for.
pub struct Plan {
    wire: Vec<u8>,
    /// Of its packed fields, in its JSON: the insides of their strings.
    spans: Vec<Range<usize>>,
    /// Their gzip bytes.
    packed: Vec<Vec<u8>>,
    /// Fields that were packed anew.
    repacked: Vec<Vec<u8>>,
    /// The JSON of the body, if it was deflated anew.
    deflated: Option<Vec<u8>>,
    /// Bytes of JSON, with the packed fields put in.
    pub expanded_len: usize,
}

impl Plan {
    /// Compares a body with what the pipeline made of it.
    ///
    /// # Errors
    /// One of them does not inflate.
    pub fn new(body: &Body, redacted: &[u8]) -> Result<Self, Error> {
        let json = packed::gunzip(&body.bytes)?;
        let fields = packed::fields(&json)?;
        let expanded_len = packed::expanded_len(&json, &fields);
        let (mut repacked, mut deflated) = (Vec::new(), None);
        if body.bytes != redacted {
            let json = packed::gunzip(redacted)?;
            let after = packed::fields(&json)?;
            repacked = packed::repacked(&fields, &after).iter().map(|field| field.content.clone()).collect();
            deflated = Some(json);
        }
        Ok(Self {
            wire: body.bytes.clone(),
            spans: fields.iter().map(|field| field.span.clone()).collect(),
            packed: fields.into_iter().map(|field| field.gzip).collect(),
            repacked,
            deflated,
            expanded_len,
        })
    }

    /// Whether the body is deflated anew.
    pub fn changes(&self) -> bool {
        self.deflated.is_some()
    }

    /// Packed fields.
    pub fn n_packed(&self) -> usize {
        self.packed.len()
    }

    /// Packed fields that are packed anew.
    pub fn n_repacked(&self) -> usize {
        self.repacked.len()
    }
}

/// Whether a packed field's way between its bytes and JSON's characters is part of the floor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Gzip bytes are given, and left as they are.
    Free,
    /// They are read from the characters of the body's JSON, and written as such.
    Paid,
}

/// The library's tables, and buffers.
pub struct Floor {
    inflate: Decompressor,
    body: Compressor,
    field: Compressor,
    json: Vec<u8>,
    gzip: Vec<u8>,
    content: Vec<u8>,
    out: Vec<u8>,
    written: Vec<u8>,
    /// The levels at which the pipeline deflates bodies and fields.
    pub levels: (i32, i32),
}

impl Floor {
    /// Buffers that are large enough for `plans`.
    ///
    /// # Errors
    /// The pipeline deflates with another library.
    pub fn new(plans: &[&Plan]) -> Result<Self, Error> {
        const ROOM: usize = 64 << 20;
        let sample = plans.iter().max_by_key(|plan| plan.wire.len()).ok_or("no body")?;
        // Without its packed fields: those the pipeline deflates with codes of its own.
        let (json, mut sample, mut from) = (packed::gunzip(&sample.wire)?, Vec::new(), 0);
        for span in packed::spans(&json) {
            sample.extend_from_slice(&json[from..span.start]);
            from = span.end;
        }
        sample.extend_from_slice(&json[from..]);
        let levels = (level_of(Level::Body, &sample)?, level_of(Level::Field, &sample)?);
        let compressor =
            |number| CompressionLvl::new(number).map(Compressor::new).map_err(|_| "no such level");
        Ok(Self {
            inflate: Decompressor::new(),
            body: compressor(levels.0)?,
            field: compressor(levels.1)?,
            json: vec![0; ROOM],
            gzip: Vec::with_capacity(ROOM),
            content: vec![0; ROOM],
            out: vec![0; ROOM],
            written: Vec::with_capacity(ROOM),
            levels,
        })
    }

    /// Does the least for one body.
    pub fn run(&mut self, plan: &Plan, characters: Characters) {
        let len = self.inflate.gzip_decompress(&plan.wire, &mut self.json).unwrap_or(0);
        black_box(look_at(&self.json[..len]));
        for (span, gzip) in plan.spans.iter().zip(&plan.packed) {
            let gzip = if characters == Characters::Paid {
                packed::unescape(&self.json[span.clone()], &mut self.gzip);
                &self.gzip
            } else {
                gzip
            };
            let len = self.inflate.gzip_decompress(gzip, &mut self.content).unwrap_or(0);
            black_box(look_at(&self.content[..len]));
        }
        for content in &plan.repacked {
            let len = self.field.gzip_compress(content, &mut self.out).unwrap_or(0);
            if characters == Characters::Paid {
                packed::escape_into(&self.out[..len], &mut self.written);
            }
            black_box(&self.written);
        }
        if let Some(json) = &plan.deflated {
            black_box(self.body.gzip_compress(json, &mut self.out).unwrap_or(0));
        }
    }
}

/// Looks at every byte once.
fn look_at(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte)).sum()
}

/// The level at which the pipeline deflates, by what it makes of a sample.
fn level_of(level: Level, sample: &[u8]) -> Result<i32, Error> {
    let mut made = Vec::new();
    Codecs::default().gzip(sample, level, &mut made);
    for number in 0..=12 {
        let mut compressor = Compressor::new(CompressionLvl::new(number).map_err(|_| "no such level")?);
        let mut out = vec![0; compressor.gzip_compress_bound(sample.len())];
        let len = compressor.gzip_compress(sample, &mut out)?;
        if out[..len] == made[..] {
            return Ok(number);
        }
    }
    Err("the pipeline deflates with another library: the floor must, too".into())
}
