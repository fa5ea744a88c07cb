//! `[telemetry]`: format and level of the log.

use serde::Deserialize;
use tracing::Level;

use crate::config::checker::Checker;

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people to read.
    Text,
    /// One JSON object per line.
    Json,
}

/// Format and level of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telemetry {
    /// The format of a line.
    ///
    /// # Default
    /// `text`
    pub log_format: LogFormat,
    /// The lowest level that is written.
    ///
    /// # Default
    /// `info`
    pub log_level: Level,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawTelemetry {
    log_format: Option<String>,
    log_level: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Telemetry {
    let raw: RawTelemetry = checker.section("telemetry");
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    Telemetry {
        log_format: checker.one_of(
            "telemetry.log_format",
            raw.log_format.as_deref(),
            &formats,
            LogFormat::Text,
        ),
        log_level: checker.one_of("telemetry.log_level", raw.log_level.as_deref(), &levels, Level::INFO),
    }
}
