//! The command line: one file a subcommand. What it prints is for people, or for a pipe.

mod audit;
mod check;
mod demo;
mod explain;
mod redact;
mod rules;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::telemetry::panics;

/// A privacy and redaction proxy for session replay.
///
/// SDKs send to it instead of to the backend. It decodes each request, masks what is personal,
/// forwards it to the one region it belongs to, and keeps a chained record of what it removed.
#[derive(Parser)]
#[command(name = "blackbar", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  blackbar demo
  blackbar check --config blackbar.toml
  blackbar serve --config blackbar.toml
  blackbar redact recording.json > redacted.json
  blackbar rules explain --rule payment-card
  blackbar audit verify --dir /var/lib/blackbar/audit";

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Check(check::Check),
    Redact(redact::Redact),
    #[command(subcommand)]
    Rules(rules::Rules),
    #[command(subcommand)]
    Audit(audit::Audit),
    Demo(demo::Demo),
}

/// Where the configuration is.
#[derive(Args)]
struct ConfigFile {
    /// The configuration, a TOML file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    panics::install_hook();
    match Cli::parse().command {
        Command::Serve(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Redact(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Demo(command) => command.run(),
    }
}

/// Writes a line for people, on standard error.
#[expect(clippy::print_stderr, reason = "the command line speaks to people here")]
fn tell(line: impl std::fmt::Display) {
    eprintln!("{line}");
}

/// Writes a result, on standard output. A reader that has gone away is no fault.
fn put(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// What a failed command returns.
fn failed(reason: impl std::fmt::Display) -> ExitCode {
    tell(format_args!("error: {reason}"));
    ExitCode::FAILURE
}
