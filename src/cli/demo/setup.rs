//! What the demo runs on: its directory, and the configuration of the proxy.
//!
//! The configuration is a file like any other (`data/demo.toml`) and goes through the same parser
//! as that of `serve`; only addresses and the directory are put in first.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::app::{self, Running, StartError};
use crate::cli::demo::DemoError;
use crate::config;

/// The demo's configuration, with addresses that stand for the real ones.
const CONFIG: &str = include_str!("data/demo.toml");

/// The projects of the demo and the regions they belong to, as the configuration has them.
pub(super) const REGIONS: [&str; 2] = ["eu", "us"];

/// The port of the proxy if none is named and it is free.
pub(super) const PORT: u16 = 8000;

/// Makes the directory that is named, or a fresh one for temporary files.
///
/// # Errors
/// It cannot be made, or holds something: counts of another run would mix with those of this one.
pub(super) fn directory(named: Option<&Path>) -> Result<PathBuf, DemoError> {
    let dir = match named {
        Some(dir) => dir.to_owned(),
        None => std::env::temp_dir().join(format!("blackbar-demo-{}", suffix())),
    };
    private_dir(&dir).map_err(|source| DemoError::Io { what: "cannot make the directory", source })?;
    let in_use = |source| DemoError::Io { what: "cannot read the directory", source };
    if fs::read_dir(&dir).map_err(in_use)?.next().is_some() {
        return Err(DemoError::NotEmpty(dir));
    }
    dir.canonicalize().map_err(in_use)
}

/// Makes a directory, and those above it, that only this user can look into.
pub(super) fn private_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn suffix() -> String {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = u64::from(std::process::id()).to_be_bytes();
    }
    config::policy::hex(&bytes)
}

/// Starts the proxy in front of the backends. Without a port that was asked for, a free one does.
///
/// # Errors
/// The proxy does not start.
pub(super) async fn proxy(
    dir: &Path,
    backends: &[SocketAddr],
    port: Option<u16>,
) -> Result<Running, DemoError> {
    let started = start(dir, backends, port.unwrap_or(PORT)).await;
    match started {
        Err(DemoError::Start(StartError::Listen { .. })) if port.is_none() => start(dir, backends, 0).await,
        other => other,
    }
}

async fn start(dir: &Path, backends: &[SocketAddr], port: u16) -> Result<Running, DemoError> {
    let text = config_text(dir, backends, port);
    let parsed = config::parse(&text, "demo.toml").map_err(DemoError::Config)?;
    let running = app::start(parsed).await.map_err(DemoError::Start)?;
    let ran = config_text(dir, backends, running.sdk_addr().port());
    fs::write(dir.join("blackbar.toml"), ran)
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
    fn puts_addresses_and_directory_in() {
        let backends = ["127.0.0.1:4001".parse().unwrap(), "127.0.0.1:4002".parse().unwrap()];
        let config = config::parse(&config_text(Path::new("/a \"b\""), &backends, 4000), "t").unwrap();
        assert_eq!(config.listen.address.port(), 4000);
        assert_eq!(config.audit.dir, Path::new("/a \"b\"/audit"));
        let ports: Vec<_> = config.regions.iter().map(|r| r.upstreams[0].authority.port_u16()).collect();
        assert_eq!(ports, [Some(4001), Some(4002)]);
        assert_eq!(config.regions.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), REGIONS);
    }
}
