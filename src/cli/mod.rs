//! The command line: one file per subcommand. Results go to standard output, everything else to
//! standard error.

mod audit;
mod check;
mod demo;
mod explain_notes;
mod redact;
mod rules;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::telemetry::panics;

/// A privacy and redaction proxy for session replay.
///
/// SDKs send their data to Blackbar instead of to the backend. Blackbar decodes each request, masks
/// personal data and secrets, forwards the request to the one region that it belongs to, and keeps a
/// hash-chained audit of what it removed.
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
    Audit(audit::AuditCommand),
    Demo(demo::Demo),
}

/// The option that names the configuration.
#[derive(Args)]
struct ConfigFile {
    /// The configuration file, in TOML.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Parses the command line and runs the command.
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

/// Prints a line for people on standard error.
#[expect(clippy::print_stderr, reason = "the command line reports to people here")]
fn tell(line: impl std::fmt::Display) {
    eprintln!("{line}");
}

/// Prints a result on standard output. A reader that closed the pipe is not an error.
fn put(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Prints the reason, and returns the exit code of a failed command.
fn failed(reason: impl std::fmt::Display) -> ExitCode {
    tell(format_args!("error: {reason}"));
    ExitCode::FAILURE
}
