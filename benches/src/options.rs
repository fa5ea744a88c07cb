//! What all benches may be told: `--corpus DIR`, `--rounds N`, `--out DIR`.

use std::path::{Path, PathBuf};

use crate::{Error, corpus};

/// What a bench was told.
pub struct Options {
    /// Where recorded requests are.
    pub corpus: PathBuf,
    /// How many rounds are measured.
    pub rounds: usize,
    /// Where the JSON goes.
    pub out: PathBuf,
}

/// Reads the arguments of the process.
///
/// # Errors
/// An argument is unknown, or has no value.
pub fn read() -> Result<Options, Error> {
    let mut options = Options {
        corpus: corpus::default_folder(),
        rounds: 7,
        out: Path::new(env!("CARGO_MANIFEST_DIR")).join("target/results"),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--corpus" => options.corpus = value.into(),
            "--rounds" => options.rounds = value.parse()?,
            "--out" => options.out = value.into(),
            _ => return Err(format!("{name} is unknown; known are --corpus, --rounds, --out").into()),
        }
    }
    Ok(options)
}

/// Which allocator the bench was built with.
pub const fn allocator() -> &'static str {
    if cfg!(feature = "mimalloc") { "mimalloc" } else { "the system's allocator" }
}
