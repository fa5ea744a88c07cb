//! Reports the file and line of a panic, and nothing else.
//!
//! The message of a panic can quote the payload (an index, a string that could not be sliced), so it
//! is never printed.

/// Replaces the default hook, which prints the message.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let (file, line) = info.location().map_or(("?", 0), |at| (at.file(), at.line()));
        if tracing::dispatcher::has_been_set() {
            tracing::error!(file, line, "thread panicked");
        } else {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "internal error at {file}:{line}");
        }
    }));
}
