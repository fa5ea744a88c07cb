//! What the commands print: results on standard output, lines for people on standard error.

use std::process::ExitCode;

/// Prints a line for people on standard error.
#[expect(clippy::print_stderr, reason = "the command line reports to people here")]
pub(super) fn tell(line: impl std::fmt::Display) {
    eprintln!("{line}");
}

/// Prints a result on standard output. A reader that closed the pipe is not an error.
pub(super) fn put(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Prints the reason, and returns the exit code of a failed command.
pub(super) fn failed(reason: impl std::fmt::Display) -> ExitCode {
    tell(format_args!("error: {reason}"));
    ExitCode::FAILURE
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
