//! The proxy in a process of its own, as it runs in production.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::client::Client;

/// A configuration file in a directory of its own.
pub(crate) fn config(upstream: &str, more: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let audit = dir.path().join("audit").display().to_string();
    let toml = format!(
        "[listen]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n[audit]\ndir = {audit:?}\n\
         [[region]]\nname = \"eu\"\nupstreams = [{upstream:?}]\n[routing]\nno_match = \"eu\"\n\
         [rules]\npacks = [\"contact\"]\n{more}"
    );
    let file = dir.path().join("blackbar.toml");
    std::fs::write(&file, toml).unwrap();
    (dir, file)
}

/// The running process.
pub(crate) struct Served {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
    log: String,
}

impl Served {
    pub(crate) fn start(file: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_blackbar"))
            .args(["serve", "--config", file.to_str().unwrap()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self { child, lines, log: String::new() }
    }

    /// Reads the log up to a line that contains this text, and returns that line.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "no {text:?} in {}", self.log);
            self.log.push_str(&line);
            if line.contains(text) {
                return line;
            }
        }
    }

    pub(crate) fn client(&mut self) -> Client {
        self.clients().0
    }

    /// Clients of both listeners.
    pub(crate) fn clients(&mut self) -> (Client, Client) {
        let line: serde_json::Value = serde_json::from_str(&self.wait_for("listening")).unwrap();
        let client = |name: &str| Client::new(line[name].as_str().unwrap().parse().unwrap());
        (client("sdk"), client("admin"))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Terminates it with SIGTERM, and returns its exit code and its whole log.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        self.signal("-TERM");
        self.lines.read_to_string(&mut self.log).unwrap();
        (self.child.wait().unwrap().code(), self.log.clone())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
