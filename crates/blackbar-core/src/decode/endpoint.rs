//! The endpoints that SDKs call: paths, methods, what each is for, and how its body is encoded.
//!
//! A table, not code. Knows nothing about the content of a body. **Invariant:** a request that matches no
//! row is refused.

/// What an endpoint is for. Also a closed set of labels for metrics and audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `/s/`: session replay.
    Replay,
    /// `/i/v0/e/`, `/e/`, `/track/`, `/capture/`, `/engage/`.
    Events,
    /// `/batch/`.
    Batch,
    /// `/i/v1/analytics/events`, `/i/v1/ai/events`.
    EventsV1,
    /// `/flags/` and the older `/decide/`.
    Flags,
    /// `/i/v0/ai/…`.
    Ai,
    /// `/i/v1/logs`, `/i/v1/metrics`, `/i/v1/traces`.
    Telemetry,
    /// `/api/…`: surveys, tours, experiments, early access, conversations, push subscriptions.
    Api,
    /// `/array/<token>/…`: remote config.
    Config,
    /// `/static/…`: the SDK's own scripts.
    Static,
}

impl Class {
    /// All classes, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Replay,
        Self::Events,
        Self::Batch,
        Self::EventsV1,
        Self::Flags,
        Self::Ai,
        Self::Telemetry,
        Self::Api,
        Self::Config,
        Self::Static,
    ];

    /// The label for metrics and audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Events => "events",
            Self::Batch => "batch",
            Self::EventsV1 => "events_v1",
            Self::Flags => "flags",
            Self::Ai => "ai",
            Self::Telemetry => "telemetry",
            Self::Api => "api",
            Self::Config => "config",
            Self::Static => "static",
        }
    }
}

/// How the body of an endpoint is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// No body; one that is sent anyway is refused.
    None,
    /// Capture v0: query or form `data`, gzip by magic, lz64, base64.
    Capture,
    /// Like [`Wrapping::Capture`], and base64 may be there twice.
    CaptureLegacy,
    /// Flags: JSON first, base64 as a fallback.
    Flags,
    /// Capture v1: exactly what `Content-Encoding` declares.
    Declared,
    /// JSON or JSON lines, gzip by magic or as declared.
    Json,
    /// Like [`Wrapping::Json`], at a backend that tries protobuf first.
    Otlp,
    /// A multipart form, gzip as declared.
    Multipart,
}

/// Which host of a region serves an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The ingest host.
    Upstream,
    /// The host of scripts and remote config.
    Assets,
}

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The path without a trailing slash. `*` matches one segment, at the end one or more.
    pub path: &'static str,
    /// Methods besides `OPTIONS`.
    pub methods: &'static [&'static str],
    /// What it is for.
    pub class: Class,
    /// How its body is encoded.
    pub(crate) wrapping: Wrapping,
    /// Which host serves it.
    pub host: Host,
}

impl Endpoint {
    /// Whether any row has a path that begins with `prefix`. A route with another prefix never matches.
    pub fn exists_under(prefix: &str) -> bool {
        let have: Vec<&str> = prefix.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_cut = |idx: usize| idx + 1 == have.len() && !prefix.ends_with('/');
        ENDPOINTS.iter().any(|row| {
            let mut want = row.path.split('/').filter(|segment| !segment.is_empty());
            have.iter().enumerate().all(|(idx, have)| match want.next() {
                Some(want) => want == "*" || want == *have || is_cut(idx) && want.starts_with(have),
                None => row.path.ends_with("/*"),
            })
        })
    }

    /// Whether its bodies are JSON or lines of JSON, plain or as gzip.
    pub fn takes_plain_json(&self) -> bool {
        self.wrapping == Wrapping::Json
    }
}

const GET: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];
const BOTH: &[&str] = &["GET", "POST"];

const fn row(
    path: &'static str,
    methods: &'static [&'static str],
    class: Class,
    wrapping: Wrapping,
) -> Endpoint {
    let host = match class {
        Class::Config | Class::Static => Host::Assets,
        _ => Host::Upstream,
    };
    Endpoint { path, methods, class, wrapping, host }
}

/// Every path that is accepted.
pub const ENDPOINTS: &[Endpoint] = &[
    row("/s", BOTH, Class::Replay, Wrapping::Capture),
    row("/i/v0/e", BOTH, Class::Events, Wrapping::Capture),
    row("/e", BOTH, Class::Events, Wrapping::CaptureLegacy),
    row("/track", BOTH, Class::Events, Wrapping::CaptureLegacy),
    row("/capture", BOTH, Class::Events, Wrapping::CaptureLegacy),
    row("/engage", BOTH, Class::Events, Wrapping::CaptureLegacy),
    row("/batch", BOTH, Class::Batch, Wrapping::Capture),
    row("/i/v1/analytics/events", POST, Class::EventsV1, Wrapping::Declared),
    row("/i/v1/ai/events", POST, Class::EventsV1, Wrapping::Declared),
    row("/flags", BOTH, Class::Flags, Wrapping::Flags),
    row("/decide", BOTH, Class::Flags, Wrapping::Flags),
    row("/i/v0/ai", POST, Class::Ai, Wrapping::Multipart),
    row("/i/v0/ai/batch", POST, Class::Ai, Wrapping::Capture),
    row("/i/v0/ai/otel", POST, Class::Ai, Wrapping::Otlp),
    row("/i/v1/logs", POST, Class::Telemetry, Wrapping::Otlp),
    row("/i/v1/metrics", POST, Class::Telemetry, Wrapping::Otlp),
    row("/i/v1/traces", POST, Class::Telemetry, Wrapping::Otlp),
    row("/api/surveys", GET, Class::Api, Wrapping::None),
    row("/api/early_access_features", GET, Class::Api, Wrapping::None),
    row("/api/web_experiments", GET, Class::Api, Wrapping::None),
    row("/api/product_tours", GET, Class::Api, Wrapping::None),
    row("/api/conversations/v1/widget/*", BOTH, Class::Api, Wrapping::Json),
    row("/api/push_subscriptions", &["POST", "DELETE"], Class::Api, Wrapping::Json),
    row("/flags/definitions", GET, Class::Api, Wrapping::None),
    row("/api/feature_flag/local_evaluation", GET, Class::Api, Wrapping::None),
    row("/api/projects/@current/feature_flags/*/remote_config", GET, Class::Api, Wrapping::None),
    row("/array/*", GET, Class::Config, Wrapping::None),
    row("/static/*", GET, Class::Static, Wrapping::None),
];

/// Why a request matches no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEndpoint {
    /// No row has this path.
    #[error("no endpoint has this path")]
    UnknownPath,
    /// A row has this path, but not this method.
    #[error("the endpoint does not take this method")]
    MethodNotAllowed,
}

/// Finds the row for a request.
///
/// Double slashes count as one, which the iOS SDKs rely on. A path with an escape, a dot segment or
/// anything but printable ASCII matches nothing: two servers could read it in two ways.
pub fn classify(method: &str, path: &str) -> Result<&'static Endpoint, NoEndpoint> {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'%' && b != b'\\');
    if !plain || path.split('/').any(|s| s == "." || s == "..") {
        return Err(NoEndpoint::UnknownPath);
    }
    let segments = || path.split('/').filter(|s| !s.is_empty());
    let row = ENDPOINTS.iter().find(|row| matches(row.path, segments())).ok_or(NoEndpoint::UnknownPath)?;
    if row.methods.contains(&method) { Ok(row) } else { Err(NoEndpoint::MethodNotAllowed) }
}

fn matches<'a>(pattern: &str, mut segments: impl Iterator<Item = &'a str>) -> bool {
    let is_open = pattern.ends_with("/*");
    for want in pattern.split('/').filter(|s| !s.is_empty()) {
        match segments.next() {
            Some(_) if want == "*" => {}
            Some(have) if have == want => {}
            _ => return false,
        }
    }
    is_open || segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_row_with_and_without_a_trailing_slash() {
        for row in ENDPOINTS {
            let path =
                row.path.strip_suffix('*').map_or_else(|| row.path.replace('*', "a"), |p| format!("{p}a/b"));
            for method in row.methods {
                assert_eq!(classify(method, &path), Ok(row), "{path}");
                assert_eq!(classify(method, &format!("{path}/")), Ok(row), "{path}/");
                assert_eq!(classify(method, &format!("/{path}")), Ok(row), "/{path}");
            }
            assert_eq!(classify("PATCH", &path), Err(NoEndpoint::MethodNotAllowed), "{path}");
        }
    }

    #[test]
    fn knows_which_prefixes_some_path_has() {
        for prefix in ["/", "/s", "/s/", "/i/v", "/i/v0/ai", "/array/phc_x", "/array/phc_x/config", "//e/"] {
            assert!(Endpoint::exists_under(prefix), "{prefix}");
        }
        for prefix in ["/ingest", "/ingest/s/", "/sx", "/S/", "/e/x", "/i/v9/"] {
            assert!(!Endpoint::exists_under(prefix), "{prefix}");
        }
    }

    #[test]
    fn refuses_paths_that_are_not_in_the_table() {
        for path in [
            "/",
            "/_readiness",
            "/s/x",
            "/static",
            "/array/",
            "/S/",
            "/api/projects",
            "/api/projects/1/feature_flags/a/remote_config",
            "/api/projects/@current/feature_flags/remote_config",
            "/api/projects/@current/feature_flags/a/b/remote_config",
            "/%73/",
            "/static/../s",
        ] {
            assert_eq!(classify("POST", path), Err(NoEndpoint::UnknownPath), "{path}");
        }
    }
}
