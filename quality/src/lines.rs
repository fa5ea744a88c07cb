//! JSON lines in and out.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A text to look at.
#[derive(Deserialize)]
pub struct Text {
    pub id: String,
    pub text: String,
    #[serde(default)]
    pub words: String,
}

/// What was found in it.
#[derive(Serialize)]
pub struct Found {
    pub id: String,
    pub spans: Vec<Span>,
}

#[derive(Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub entity: String,
    pub by: String,
}

impl Span {
    /// From byte offsets of `text`.
    pub fn of(text: &str, start: usize, end: usize, entity: &str, by: &str) -> Self {
        let chars = |at: usize| text[..at].chars().count();
        Self { start: chars(start), end: chars(end), entity: entity.to_owned(), by: by.to_owned() }
    }
}

pub fn read<T: DeserializeOwned>(path: &str) -> Result<impl Iterator<Item = Result<T>>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
}

/// Writes one value a line.
pub struct Out(BufWriter<File>);

impl Out {
    pub fn new(path: &str) -> Result<Self> {
        Ok(Self(BufWriter::new(File::create(path)?)))
    }

    pub fn line(&mut self, value: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.0, value)?;
        Ok(self.0.write_all(b"\n")?)
    }
}
