//! Configuration: converts the file into checked values.
//!
//! Each section has a file here with two types and one conversion. The raw type is the file's syntax;
//! the checked type is what the proxy uses. Everything that can fail fails in [`parse`], which
//! reports all problems at once with file, line and key. Nothing here opens a socket or starts a
//! thread.

pub mod admin;
pub mod audit;
mod checker;
pub mod forward;
pub mod in_force;
pub mod limits;
pub mod listen;
pub mod policy;
pub mod problem;
pub mod redaction;
pub mod region;
pub mod restart;
pub mod routing;
pub(crate) mod rules;
mod sdk;
pub mod session_store;
mod source;
pub(crate) mod suppressions;
pub mod telemetry;
pub mod units;

use std::path::Path;
use std::sync::Arc;

use blackbar_core::remote_config::Hardening;

use crate::config::admin::Admin;
use crate::config::audit::AuditConfig;
use crate::config::checker::Checker;
use crate::config::forward::Forward;
use crate::config::limits::ProxyLimits;
use crate::config::listen::Listen;
use crate::config::policy::PolicyInForce;
use crate::config::problem::{ConfigProblem, ConfigProblems};
use crate::config::region::Region;
use crate::config::routing::Routing;
use crate::config::session_store::SessionStore;
use crate::config::source::Source;
use crate::config::telemetry::Telemetry;

/// The checked configuration of `serve`.
pub struct Config {
    /// The SDK listener.
    pub listen: Listen,
    /// The admin listener.
    pub admin: Admin,
    /// Where and how the audit chain is written.
    pub audit: AuditConfig,
    /// The regions, in the order of the file.
    pub regions: Vec<Region>,
    /// Which request goes to which region.
    pub routing: Routing,
    /// Which request headers are forwarded.
    pub forward: Forward,
    /// What is redacted, and how.
    pub policy: PolicyInForce,
    /// How remote config is hardened; `None` if it is relayed unchanged.
    pub sdk: Option<Arc<Hardening>>,
    /// The limits of the proxy. Those of the payload are part of the policy.
    pub limits: ProxyLimits,
    /// Where element context is kept between requests.
    pub session_store: SessionStore,
    /// Logs.
    pub telemetry: Telemetry,
    /// What is allowed but probably not intended.
    pub warnings: Vec<String>,
}

/// The configuration of redaction without a proxy.
pub struct RedactionOnly {
    /// What is redacted, and how.
    pub policy: PolicyInForce,
    /// What is allowed but probably not intended.
    pub warnings: Vec<String>,
}

/// The top-level sections.
const SECTIONS: &[&str] = &[
    "listen",
    "admin",
    "audit",
    "region",
    "routing",
    "route",
    "redaction",
    "rules",
    "suppressions",
    "sdk",
    "forward",
    "limits",
    "session_store",
    "telemetry",
];

/// Reads and checks a configuration file.
///
/// # Errors
/// All problems, each with its place.
pub fn load(path: &Path) -> Result<Config, ConfigProblems> {
    parse(&read(path)?, &path.display().to_string())
}

/// Checks a configuration text. `file` is the name used in messages.
///
/// # Errors
/// All problems, each with its place.
pub fn parse(text: &str, file: &str) -> Result<Config, ConfigProblems> {
    let source = Source::parse(text, file)?;
    let mut checker = Checker::new(&source);
    checker.reject_unknown_sections(SECTIONS);
    let listen = listen::check(&mut checker);
    let admin = admin::check(&mut checker);
    let audit = audit::check(&mut checker);
    let regions = region::check(&mut checker);
    let routing = routing::check(&mut checker, &regions, &listen);
    let limits = limits::check_proxy(&mut checker);
    let shares_key = redaction::has_hash_key_file(&mut checker);
    let session_store = session_store::check(&mut checker, shares_key);
    let telemetry = telemetry::check(&mut checker);
    let forward = forward::check(&mut checker);
    let sdk = sdk::check(&mut checker);
    let policy = policy::check(&mut checker);
    let (policy, warnings) = checker.finish(policy)?;
    Ok(Config {
        listen,
        admin,
        audit,
        regions,
        routing,
        forward,
        policy,
        sdk,
        limits,
        session_store,
        telemetry,
        warnings,
    })
}

/// Reads the sections that redaction needs. All others may be missing or wrong.
///
/// # Errors
/// All problems in `[redaction]`, `[rules]`, `[[suppressions]]` and `[limits]`.
pub fn load_redaction_only(path: &Path) -> Result<RedactionOnly, ConfigProblems> {
    parse_redaction_only(&read(path)?, &path.display().to_string())
}

/// Like [`load_redaction_only`], from a text. An empty text gives the defaults.
///
/// # Errors
/// All problems in `[redaction]`, `[rules]`, `[[suppressions]]` and `[limits]`.
pub fn parse_redaction_only(text: &str, file: &str) -> Result<RedactionOnly, ConfigProblems> {
    let source = Source::parse(text, file)?;
    let mut checker = Checker::new(&source);
    let policy = policy::check(&mut checker);
    let (policy, warnings) = checker.finish(policy)?;
    Ok(RedactionOnly { policy, warnings })
}

fn read(path: &Path) -> Result<String, ConfigProblems> {
    std::fs::read_to_string(path).map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::InvalidData => "the file is not UTF-8".to_owned(),
            _ => format!("cannot read the file: {error}"),
        };
        ConfigProblems(vec![ConfigProblem {
            file: path.display().to_string(),
            line: None,
            key: String::new(),
            message: reason,
        }])
    })
}
