//! The command line: one file per subcommand. Results go to standard output, everything else to
//! standard error.

mod audit;
mod check;
mod config_file;
mod demo;
mod explain_notes;
mod redact;
mod rules;
mod serve;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
