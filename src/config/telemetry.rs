//! `[telemetry]`: logs.

use serde::Deserialize;
use tracing::Level;

use crate::config::checker::Checker;

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telemetry {
    /// How a line looks.
    ///
    /// # Default
    /// `text`
    pub log_format: LogFormat,
    /// The least important level that is written.
    ///
    /// # Default
    /// `info`
    pub log_level: Level,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    log_format: Option<String>,
    log_level: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Telemetry {
    let raw: Raw = checker.section("telemetry");
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    Telemetry {
        log_format: checker.word(
            "telemetry.log_format",
            raw.log_format.as_deref(),
            &formats,
            LogFormat::Text,
        ),
        log_level: checker.word("telemetry.log_level", raw.log_level.as_deref(), &levels, Level::INFO),
    }
}
