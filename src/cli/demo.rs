//! `blackbar demo`: shows the proxy at work on this machine alone.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::terminal::failed;
use crate::cli::terminal::put;
use crate::demo::{self, Console, DemoOptions};
use crate::listen::Drained;

/// Shows what Blackbar does, without a configuration.
///
/// Starts the proxy in front of two recording backends, "eu" and "us", and sends a bundled recording
/// of invented people through it. Prints what was found, masked, routed and recorded. Then it keeps
/// running, so that you can send it data from a real SDK; Ctrl-C stops it. It listens on loopback
/// only, and nothing leaves this machine.
#[derive(Args)]
#[command(after_help = "Example, with a page that is recorded live:
  npm install posthog-js
  blackbar demo --sdk node_modules/posthog-js/dist")]
pub(crate) struct Demo {
    /// Where recordings and audit are written: a new or empty directory [default: a temporary one].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The dist folder of the npm package posthog-js. Serves a page with a form that is recorded live.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
    /// The port of the proxy [default: 8000, or a free port if that is taken].
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Exit after the summary.
    #[arg(long)]
    once: bool,
}

impl Demo {
    pub(crate) fn run(self) -> ExitCode {
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return failed(error),
        };
        let Self { dir, sdk, port, once } = self;
        let options = DemoOptions { dir, sdk, port, once };
        match runtime.block_on(demo::run(options, console())) {
            Ok(Drained::Whole) => ExitCode::SUCCESS,
            Ok(Drained::CutShort) => ExitCode::FAILURE,
            Err(error) => failed(error),
        }
    }
}

/// Standard output, with bold headings if it is a terminal and `NO_COLOR` is not set.
fn console() -> Console {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Console { print: put, is_bold: !no_color && std::io::stdout().is_terminal() }
}
