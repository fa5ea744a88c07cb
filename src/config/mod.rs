//! Configuration: what the file says → what we run.
//!
//! Each section is a file here, with two types and one conversion: the raw one is what a person
//! wrote, the checked one is what runs. All that can fail fails in [`parse`], and every problem is
//! reported at once with its file, line and key. Nothing here opens a socket or starts a thread.

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

use blackbar_core::redact::remote_config::Hardening;

use crate::config::admin::Admin;
use crate::config::audit::Audit;
use crate::config::checker::Checker;
use crate::config::forward::Forward;
use crate::config::limits::ProxyLimits;
use crate::config::listen::Listen;
use crate::config::policy::PolicyInForce;
use crate::config::problem::{Problem, Problems};
use crate::config::region::Region;
use crate::config::routing::Routing;
use crate::config::session_store::SessionStore;
use crate::config::source::Source;
use crate::config::telemetry::Telemetry;

/// Everything `serve` needs, checked.
pub struct Config {
    /// The listener for SDKs.
    pub listen: Listen,
    /// The listener for operators.
    pub admin: Admin,
    /// Where and how the audit chain is written.
    pub audit: Audit,
    /// The regions, in the order of the file.
    pub regions: Vec<Region>,
    /// Which request goes to which region.
    pub routing: Routing,
    /// Which of a request's headers a region gets to see.
    pub forward: Forward,
    /// What is redacted, and how.
    pub policy: PolicyInForce,
    /// What remote config is made to say; none if it is relayed as it comes.
    pub sdk: Option<Arc<Hardening>>,
    /// Bounds of the proxy; those of the payload are part of the policy.
    pub limits: ProxyLimits,
    /// Where element context is kept between requests.
    pub session_store: SessionStore,
    /// Logs.
    pub telemetry: Telemetry,
    /// What is allowed but deserves a second look.
    pub warnings: Vec<String>,
}

/// The sections that redaction alone needs.
pub struct RedactionOnly {
    /// What is redacted, and how.
    pub policy: PolicyInForce,
    /// What is allowed but deserves a second look.
    pub warnings: Vec<String>,
}

/// Sections that may stand at the top of the file.
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
/// Every problem found, each with its place.
pub fn load(path: &Path) -> Result<Config, Problems> {
    parse(&read(path)?, &path.display().to_string())
}

/// Checks a configuration text; `file` is the name used in messages.
///
/// # Errors
/// Every problem found, each with its place.
pub fn parse(text: &str, file: &str) -> Result<Config, Problems> {
    let source = Source::parse(text, file)?;
    let mut checker = Checker::new(&source);
    checker.only_known_sections(SECTIONS);
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

/// Reads the file for its redaction alone: the other sections may be missing or wrong.
///
/// # Errors
/// Every problem found in `[redaction]`, `[rules]`, `[[suppressions]]` and `[limits]`.
pub fn load_redaction_only(path: &Path) -> Result<RedactionOnly, Problems> {
    parse_redaction_only(&read(path)?, &path.display().to_string())
}

/// As [`load_redaction_only`], from a text. The empty text gives the defaults.
///
/// # Errors
/// Every problem found in `[redaction]`, `[rules]`, `[[suppressions]]` and `[limits]`.
pub fn parse_redaction_only(text: &str, file: &str) -> Result<RedactionOnly, Problems> {
    let source = Source::parse(text, file)?;
    let mut checker = Checker::new(&source);
    let policy = policy::check(&mut checker);
    let (policy, warnings) = checker.finish(policy)?;
    Ok(RedactionOnly { policy, warnings })
}

fn read(path: &Path) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::InvalidData => "the file is not UTF-8".to_owned(),
            _ => format!("cannot read the file: {error}"),
        };
        Problems(vec![Problem {
            file: path.display().to_string(),
            line: None,
            key: String::new(),
            message: reason,
        }])
    })
}
