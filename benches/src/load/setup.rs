//! What is measured: Blackbar, a bare hyper pass-through, nginx; each in front of the same upstream.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Error;
use crate::load::client::Connection;
use crate::load::process::Process;

/// Something that listens.
pub struct Target {
    /// What it is.
    pub name: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub process: Process,
    _dir: Option<TempDir>,
}

/// The upstream.
///
/// # Errors
/// It does not start.
pub fn upstream() -> Result<Target, Error> {
    let (process, address) = Process::telling(this()?.arg("--upstream"))?;
    Ok(Target { name: "no proxy", address, process, _dir: None })
}

/// The bare pass-through.
///
/// # Errors
/// It does not start.
pub fn pass_through(upstream: SocketAddr) -> Result<Target, Error> {
    let (process, address) = Process::telling(this()?.arg("--pass-through").arg(upstream.to_string()))?;
    Ok(Target { name: "hyper pass-through", address, process, _dir: None })
}

fn this() -> Result<Command, Error> {
    Ok(Command::new(std::env::current_exe()?))
}

/// nginx as it comes, if it is installed.
///
/// # Errors
/// It does not start.
pub fn nginx(upstream: SocketAddr) -> Result<Option<Target>, Error> {
    let Some(program) = ["/usr/sbin/nginx", "/usr/bin/nginx"].iter().find(|path| Path::new(path).exists())
    else {
        return Ok(None);
    };
    let dir = tempfile::tempdir()?;
    let (address, at) = (free_address()?, dir.path().display());
    let config = format!(
        "worker_processes 2; daemon off; pid {at}/pid; error_log {at}/error.log crit;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ access_log off; client_max_body_size 30m; client_body_buffer_size 1m;\n\
         client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/f;\n\
         uwsgi_temp_path {at}/u; scgi_temp_path {at}/s; keepalive_requests 1000000;\n\
         upstream backend {{ server {upstream}; keepalive 64; keepalive_requests 1000000; }}\n\
         server {{ listen {address}; location / {{ proxy_pass http://backend; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; }} }} }}\n"
    );
    let file = dir.path().join("nginx.conf");
    fs::write(&file, config)?;
    let mut command = Command::new(program);
    command.arg("-p").arg(dir.path()).arg("-c").arg(&file).arg("-e").arg(dir.path().join("error.log"));
    let process = Process::listening(command.stdout(Stdio::null()).stderr(Stdio::null()), address)?;
    Ok(Some(Target { name: "nginx", address, process, _dir: Some(dir) }))
}

/// Blackbar with every pack, preset balanced; all else as it comes.
///
/// # Errors
/// It is not built, or does not become ready.
pub fn blackbar(name: &'static str, upstream: SocketAddr, audit_sync: &str) -> Result<Target, Error> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(target, PathBuf::from);
    let program = std::env::var_os("BLACKBAR_BIN").map_or(target.join("dist/blackbar"), PathBuf::from);
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    fs::create_dir_all(&results)?;
    // The audit goes to the disk where the sources are: a temporary folder may be in memory.
    let dir = tempfile::tempdir_in(results)?;
    let (address, admin) = (free_address()?, free_address()?);
    let config = format!(
        "[listen]\naddress = \"{address}\"\n[admin]\naddress = \"{admin}\"\n\
         [audit]\ndir = {:?}\nsync = \"{audit_sync}\"\n\
         [[region]]\nname = \"one\"\nupstreams = [\"http://{upstream}\"]\n\
         [routing]\nno_match = \"one\"\n[rules]\npacks = [\"all\"]\n",
        dir.path().join("audit").display().to_string()
    );
    let file = dir.path().join("blackbar.toml");
    fs::write(&file, config)?;
    let mut command = Command::new(program);
    command.arg("serve").arg("--config").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    let process = Process::listening(&mut command, address)?;
    let begun = Instant::now();
    let ready = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    while Connection::open(admin)?.ask(ready).is_err() {
        if begun.elapsed() > Duration::from_mins(1) {
            return Err("Blackbar does not become ready".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Target { name, address, process, _dir: Some(dir) })
}

/// An address that was free a moment ago.
fn free_address() -> Result<SocketAddr, Error> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
