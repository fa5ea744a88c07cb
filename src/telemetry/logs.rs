//! Structured logs to standard error.
//!
//! Only lines of this crate are written, at any level: the HTTP crates below it log headers and
//! addresses at `debug` and `trace`.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::telemetry::{LogFormat, Telemetry};

/// Starts logging. A second call has no effect.
pub fn init(telemetry: Telemetry) {
    let ours = Targets::new().with_target("blackbar", telemetry.log_level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let registry = tracing_subscriber::registry().with(ours);
    let _ = match telemetry.log_format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
}
