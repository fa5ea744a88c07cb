//! The option `--config`, which several commands have.

use std::path::PathBuf;

use clap::Args;

/// The option that names the configuration.
#[derive(Args)]
pub(super) struct ConfigFile {
    /// The configuration file, in TOML.
    #[arg(long, value_name = "FILE")]
    pub(super) config: PathBuf,
}
