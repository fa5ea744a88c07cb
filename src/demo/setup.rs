//! What the demo runs on: its directory, and the configuration of the proxy.
//!
//! The configuration is an ordinary file (`data/demo.toml`) and is read by the same parser as that
//! of `serve`. Addresses and the directory are filled in before.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::app::{self, Running, StartError};
use crate::config;
use crate::demo::error::DemoError;

/// How the demo runs.
#[derive(Debug, Default)]
pub struct DemoOptions {
    /// Where recordings and audit are left; a temporary directory if missing.
    pub dir: Option<PathBuf>,
    /// The folder `dist` of the npm package posthog-js; without it no page is recorded live.
    pub sdk: Option<PathBuf>,
    /// The port of the proxy; 8000 if missing, or a free one if that is taken.
    pub port: Option<u16>,
    /// Whether to exit after the summary.
    pub once: bool,
}

/// The demo's configuration, with placeholders for the real addresses.
const CONFIG: &str = include_str!("data/demo.toml");

/// The projects of the demo and the regions they belong to, as the configuration has them.
pub(super) const REGIONS: [&str; 2] = ["eu", "us"];

/// The project of the page that is recorded live, and of the line to copy.
pub(super) const LIVE_PROJECT: &str = "phc_demo_eu";

/// The port of the proxy if none is named and this one is free.
const DEFAULT_PORT: u16 = 8000;

/// Creates the named directory, or a new one in the system's temporary directory.
///
/// # Errors
/// It cannot be created, or it is not empty: counts of another run would mix with those of this one.
pub(super) fn create_dir(named: Option<&Path>) -> Result<PathBuf, DemoError> {
    let dir = match named {
        Some(dir) => dir.to_owned(),
        None => std::env::temp_dir().join(format!("blackbar-demo-{}", random_suffix())),
    };
    private_dir(&dir).map_err(|source| DemoError::Io { what: "cannot create the directory", source })?;
    let in_use = |source| DemoError::Io { what: "cannot read the directory", source };
    if fs::read_dir(&dir).map_err(in_use)?.next().is_some() {
        return Err(DemoError::NotEmpty(dir));
    }
    dir.canonicalize().map_err(in_use)
}

/// Creates a directory and its parents, readable by this user only.
pub(super) fn private_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn random_suffix() -> String {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = u64::from(std::process::id()).to_be_bytes();
    }
    config::policy::hex(&bytes)
}

/// Starts the proxy in front of the backends. If no port was asked for and the default one is taken,
/// it listens on a free one.
///
/// # Errors
/// The proxy does not start.
pub(super) async fn start_proxy(
    dir: &Path,
    backends: &[SocketAddr],
    port: Option<u16>,
) -> Result<Running, DemoError> {
    let started = start(dir, backends, port.unwrap_or(DEFAULT_PORT)).await;
    match started {
        Err(DemoError::Start(StartError::Listen { .. })) if port.is_none() => start(dir, backends, 0).await,
        other => other,
    }
}

async fn start(dir: &Path, backends: &[SocketAddr], port: u16) -> Result<Running, DemoError> {
    let text = config_text(dir, backends, port);
    let parsed = config::parse(&text, "demo.toml").map_err(DemoError::Config)?;
    let running = app::start(parsed).await.map_err(DemoError::Start)?;
    let effective = config_text(dir, backends, running.sdk_addr().port());
    fs::write(dir.join("blackbar.toml"), effective)
        .map_err(|source| DemoError::Io { what: "cannot write the configuration", source })?;
    Ok(running)
}

fn config_text(dir: &Path, backends: &[SocketAddr], port: u16) -> String {
    let audit = toml::Value::String(dir.join("audit").display().to_string()).to_string();
    let mut text = CONFIG
        .replace("127.0.0.1:8000", &format!("127.0.0.1:{port}"))
        .replace("\"/tmp/blackbar-demo/audit\"", &audit);
    for (placeholder, backend) in ["127.0.0.1:9001", "127.0.0.1:9002"].iter().zip(backends) {
        text = text.replace(placeholder, &backend.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_addresses_and_directory() {
        let backends = ["127.0.0.1:4001".parse().unwrap(), "127.0.0.1:4002".parse().unwrap()];
        let config = config::parse(&config_text(Path::new("/a \"b\""), &backends, 4000), "t").unwrap();
        assert_eq!(config.listen.address.port(), 4000);
        assert_eq!(config.audit.dir, Path::new("/a \"b\"/audit"));
        let ports: Vec<_> = config.regions.iter().map(|r| r.upstreams[0].authority.port_u16()).collect();
        assert_eq!(ports, [Some(4001), Some(4002)]);
        assert_eq!(config.regions.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), REGIONS);
    }
}
