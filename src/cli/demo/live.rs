//! Follows the audit while people use the demo, and prints a line for each recorded request.
//!
//! The proxy is not asked: what is printed is what was recorded.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::audit::entry::Entry;
use crate::audit::verify;
use crate::cli::demo::summary;
use crate::cli::put;

/// How often the audit is looked at.
const INTERVAL: Duration = Duration::from_millis(400);

/// Follows until it is stopped.
pub(super) struct Follower {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Begins to print what is recorded after record `seq`.
    pub(super) fn start(dir: PathBuf, seq: u64) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(follow(dir, seq, stopped)) }
    }

    /// Prints what is left, and ends.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn follow(dir: PathBuf, mut seq: u64, mut stop: watch::Receiver<bool>) {
    let mut seen = 0;
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(INTERVAL) => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        let size = size(&dir);
        if size != seen {
            seen = size;
            let dir = dir.clone();
            // The whole chain is read again, which a demo can afford.
            let printed = tokio::task::spawn_blocking(move || print_after(&dir, seq)).await;
            seq = printed.unwrap_or(seq);
        }
        if is_last {
            return;
        }
    }
}

fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

fn print_after(dir: &Path, seq: u64) -> u64 {
    let mut last = seq;
    // A line that is just being written is read the next time.
    let _ = verify::verify(dir, |entry| {
        if entry.seq > seq {
            last = last.max(entry.seq);
            if let Some(line) = line(entry) {
                put(&format!("{line}\n"));
            }
        }
    });
    last
}

/// Requests for scripts and settings are no news, unless they were refused.
fn line(entry: &Entry) -> Option<String> {
    let exchange = entry.exchange.as_ref()?;
    let is_news = exchange.bytes_in > 0 || exchange.outcome != "forwarded";
    is_news.then(|| summary::exchange_line(&entry.time, exchange))
}
