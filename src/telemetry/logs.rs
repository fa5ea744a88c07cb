//! Structured logs to standard error.
//!
//! Only lines of this crate are written, at any level: the HTTP crates below it log headers and
//! addresses at `debug` and `trace`. A thread of its own writes them: logging never waits for the
//! reader of standard error. Lines that find the queue full are dropped and counted.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::telemetry::{LogFormat, Telemetry};

/// Lines that wait to be written.
const MAX_QUEUED_LINES: usize = 1024;

/// How long the end of the process waits for the queued lines.
const FLUSH_TIME: Duration = Duration::from_secs(1);

/// How often a flush looks whether the lines are written.
const FLUSH_INTERVAL: Duration = Duration::from_millis(2);

/// Lines that were dropped in this process, whose log there is one of.
static N_DROPPED_LINES: AtomicU64 = AtomicU64::new(0);

/// Starts logging. A second call has no effect.
///
/// # Errors
/// The thread that writes cannot be started.
pub fn init(telemetry: Telemetry) -> io::Result<LogFlush> {
    let (queue, flush) = LineQueue::start(io::stderr(), MAX_QUEUED_LINES)?;
    let ours = Targets::new().with_target("blackbar", telemetry.log_level);
    let lines = tracing_subscriber::fmt::layer().with_writer(queue).with_ansi(false);
    let registry = tracing_subscriber::registry().with(ours);
    let _ = match telemetry.log_format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    Ok(flush)
}

/// The number of lines that were dropped because the queue was full.
pub(crate) fn dropped_lines() -> u64 {
    N_DROPPED_LINES.load(Ordering::Relaxed)
}

/// Writes what is queued when it is dropped, as far as the reader takes it within a second.
#[must_use = "dropping it flushes the log"]
pub struct LogFlush(Arc<LineCounts>);

impl Drop for LogFlush {
    fn drop(&mut self) {
        let until = Instant::now() + FLUSH_TIME;
        while self.0.n_written.load(Ordering::Acquire) < self.0.n_queued.load(Ordering::Acquire)
            && Instant::now() < until
        {
            std::thread::sleep(FLUSH_INTERVAL);
        }
    }
}

#[derive(Default)]
struct LineCounts {
    n_queued: AtomicU64,
    n_written: AtomicU64,
}

/// The lines that wait to be written.
#[derive(Clone)]
struct LineQueue {
    lines: SyncSender<Vec<u8>>,
    counts: Arc<LineCounts>,
}

impl LineQueue {
    fn start(output: impl Write + Send + 'static, max_lines: usize) -> io::Result<(Self, LogFlush)> {
        let (lines, queued) = sync_channel(max_lines);
        let counts = Arc::new(LineCounts::default());
        let written = Arc::clone(&counts);
        let write = move || write_lines(&queued, output, &written);
        std::thread::Builder::new().name("log".to_owned()).spawn(write)?;
        let flush = LogFlush(Arc::clone(&counts));
        Ok((Self { lines, counts }, flush))
    }
}

fn write_lines(queued: &Receiver<Vec<u8>>, mut output: impl Write, counts: &LineCounts) {
    while let Ok(line) = queued.recv() {
        // There is no other place where this failure could be reported.
        let _ = output.write_all(&line);
        counts.n_written.fetch_add(1, Ordering::Release);
    }
}

impl<'a> MakeWriter<'a> for LineQueue {
    type Writer = &'a LineQueue;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

/// Each write is one line: the layer formats it in a buffer of its own.
impl Write for &LineQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.counts.n_queued.fetch_add(1, Ordering::AcqRel);
        if self.lines.try_send(line.to_vec()).is_err() {
            self.counts.n_queued.fetch_sub(1, Ordering::AcqRel);
            N_DROPPED_LINES.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use super::*;

    /// A reader that takes a line when the test lets it.
    struct SlowOutput(Receiver<()>, Sender<Vec<u8>>);

    impl Write for SlowOutput {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            let _ = self.1.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stops_loses_lines_and_blocks_no_writer() {
        let (go, gate) = std::sync::mpsc::channel();
        let (lines, written) = std::sync::mpsc::channel();
        let (queue, flush) = LineQueue::start(SlowOutput(gate, lines), 2).unwrap();
        let before = dropped_lines();
        for line in 0..10_u8 {
            (&queue).write_all(&[line]).unwrap();
        }
        assert!(dropped_lines() - before >= 7);
        drop(go);
        drop(flush);
        let written: Vec<Vec<u8>> = written.try_iter().collect();
        assert!((2..=3).contains(&written.len()) && written[0] == [0], "{written:?}");
    }
}
