//! Follows the audit while people use the demo, and prints a line for each recorded request.
//!
//! It reads the audit directory and never asks the proxy, so a line is printed only if its record
//! exists.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::audit::record::AuditRecord;
use crate::audit::verify;
use crate::demo::printout::{self, Console};

/// How often the audit directory is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(400);

/// Follows until it is stopped.
pub(super) struct Follower {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Starts to print the records after number `seq`.
    pub(super) fn start(dir: PathBuf, seq: u64, console: Console) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(follow(dir, seq, stopped, console)) }
    }

    /// Prints the remaining records and ends.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn follow(dir: PathBuf, mut seq: u64, mut stop: watch::Receiver<bool>, console: Console) {
    let mut seen_bytes = 0;
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(POLL_INTERVAL) => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        let bytes = dir_bytes(&dir);
        if bytes != seen_bytes {
            seen_bytes = bytes;
            let dir = dir.clone();
            // Each poll reads the whole chain again: slow, but a demo's chain is short.
            let printed = tokio::task::spawn_blocking(move || print_after(&dir, seq, console)).await;
            seq = printed.unwrap_or(seq);
        }
        if is_last {
            return;
        }
    }
}

fn dir_bytes(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

fn print_after(dir: &Path, seq: u64, console: Console) -> u64 {
    let mut last = seq;
    // A line that is just being written is read at the next poll.
    let _ = verify::verify(dir, |entry| {
        if entry.seq > seq {
            last = last.max(entry.seq);
            if let Some(line) = line(entry) {
                (console.print)(&format!("{line}\n"));
            }
        }
    });
    last
}

/// The line of a record. Requests for scripts and settings have none, unless they were rejected.
fn line(entry: &AuditRecord) -> Option<String> {
    let exchange = entry.exchange.as_ref()?;
    let is_news = exchange.received_bytes > 0 || exchange.outcome != "forwarded";
    is_news.then(|| printout::exchange_line(&entry.time, exchange))
}
