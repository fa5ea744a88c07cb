//! The one thread that writes, and the handle by which exchanges reach it.
//!
//! Whatever waits when a flush ends is written by the next one together, so many exchanges share
//! the cost of one flush. While many requests wait for a worker, what is to be written waits a moment
//! for more of its kind: who is behind a queue is hardly held up by it, and the cores have better to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::audit::chain::Link;
use crate::audit::entry::{Entry, Exchange, Kind};
use crate::audit::inbox::{Inbox, Taken};
pub use crate::audit::store::InForce;
use crate::audit::store::Store;
use crate::audit::{OpenError, Unavailable};
use crate::config::audit::Audit;
use crate::telemetry::metrics::Metrics;

/// Commands that may wait. Exchanges are bounded by their bytes; this bounds those without.
const QUEUE: usize = 8192;

/// How often the thread looks whether something is due.
const PAUSE: Duration = Duration::from_millis(200);

/// How long lines wait for others while many requests wait for a worker.
const GATHER: Duration = Duration::from_millis(1);

/// So many are many: at half load some may wait at any moment, and must not be held up.
const MANY: i64 = 8;

enum Command {
    Intent(Line, oneshot::Sender<Result<(), Unavailable>>),
    Record(Line, oneshot::Sender<Result<(), Unavailable>>),
    Probe(oneshot::Sender<Result<(), Unavailable>>),
    InForce(InForce),
}

/// An exchange at a point of its life, with when it began and the policy it ran under.
pub struct Line {
    /// When it began.
    pub time: String,
    /// The digest of its policy.
    pub policy: Arc<str>,
    /// What is told of it.
    pub exchange: Exchange,
}

/// The audit, for exchanges.
pub struct Writer {
    commands: Arc<Inbox<Command>>,
    is_writable: Arc<AtomicBool>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Opens the directory and starts the thread.
    ///
    /// # Errors
    /// The directory cannot be used, is in use, or holds a chain that is not whole.
    pub fn start(config: &Audit, in_force: &InForce, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        let store = Store::open(config, in_force)?;
        let commands = Arc::new(Inbox::new(QUEUE));
        let is_writable = Arc::new(AtomicBool::new(true));
        metrics.audit_writable.set(1);
        let (inbox, is_writable_there) = (Arc::clone(&commands), Arc::clone(&is_writable));
        let worker = Worker { store, metrics, is_writable: is_writable_there, commands: inbox };
        let thread = std::thread::Builder::new().name("audit".into()).spawn(move || worker.run());
        let thread = thread.map_err(|source| OpenError::Io {
            dir: config.dir.display().to_string(),
            what: "no thread for it can be started",
            source,
        })?;
        Ok(Self { commands, is_writable, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Makes durable that this exchange is about to be forwarded.
    ///
    /// # Errors
    /// It must not be forwarded.
    pub async fn intent(&self, line: Line) -> Result<(), Unavailable> {
        self.ask(|done| Command::Intent(line, done)).await
    }

    /// Makes durable how this exchange ended.
    ///
    /// # Errors
    /// The client must not be told that all is well. If it was forwarded, its intent is durable.
    pub async fn record(&self, line: Line) -> Result<(), Unavailable> {
        self.ask(|done| Command::Record(line, done)).await
    }

    /// Refuses early: while records cannot be written, each call tries once more.
    ///
    /// # Errors
    /// They still cannot.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        if self.is_writable.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.ask(Command::Probe).await
    }

    /// Notes that something else is in force.
    pub fn in_force(&self, in_force: InForce) {
        let _ = self.commands.put(Command::InForce(in_force));
    }

    /// Writes the last record, flushes, and ends the thread. Blocks.
    pub fn stop(&self) {
        self.commands.close();
        let thread = self.thread.lock().map(|mut thread| thread.take());
        if let Ok(Some(thread)) = thread {
            let _ = thread.join();
        }
    }

    async fn ask(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<(), Unavailable>>) -> Command,
    ) -> Result<(), Unavailable> {
        let (done, answer) = oneshot::channel();
        self.commands.put(command(done)).map_err(|_| Unavailable)?;
        answer.await.unwrap_or(Err(Unavailable))
    }
}

/// What is left to write is written, then the thread ends.
impl Drop for Writer {
    fn drop(&mut self) {
        self.commands.close();
    }
}

struct Worker {
    commands: Arc<Inbox<Command>>,
    store: Store,
    metrics: Arc<Metrics>,
    is_writable: Arc<AtomicBool>,
}

impl Worker {
    fn run(mut self) {
        loop {
            let Taken::Some(mut commands) = self.commands.take(PAUSE) else {
                self.stop();
                return;
            };
            if !commands.is_empty() {
                if self.metrics.queued.get() >= MANY {
                    std::thread::sleep(GATHER);
                    if let Taken::Some(more) = self.commands.take(Duration::ZERO) {
                        commands.extend(more);
                    }
                }
                self.write(commands);
            }
            if let Err(error) = self.store.sync_if_due() {
                self.failed(&error, 1);
            }
            // Without requests nobody else would find out that writing works again.
            if self.store.is_broken() && self.store.commit(&[], Vec::new()).is_ok() {
                self.works_again();
            }
        }
    }

    /// Intents first: who waits for one has all of its way to the upstream still before it.
    fn write(&mut self, batch: Vec<Command>) {
        let (mut intents, mut records) = (Vec::new(), Vec::new());
        let (mut promised, mut recorded) = (Vec::new(), Vec::new());
        for command in batch {
            match command {
                Command::Intent(line, done) => {
                    intents.push(self.store.exchange_entry(line.time, &line.policy, line.exchange));
                    promised.push(done);
                }
                Command::Record(line, done) => {
                    records.push(self.store.exchange_entry(line.time, &line.policy, line.exchange));
                    recorded.push(done);
                }
                Command::Probe(done) => recorded.push(done),
                Command::InForce(in_force) => match self.store.change(&in_force) {
                    Ok(entry) => records.push(entry),
                    Err(error) => self.failed(&error, 1),
                },
            }
        }
        if !intents.is_empty() {
            self.commit(&intents, Vec::new(), promised);
        }
        if !records.is_empty() || !recorded.is_empty() {
            self.commit(&[], records, recorded);
        }
    }

    /// Writes, and tells those who wait for it.
    fn commit(
        &mut self,
        intents: &[Entry],
        records: Vec<Entry>,
        waiting: Vec<oneshot::Sender<Result<(), Unavailable>>>,
    ) {
        let n_records = records.len() as u64;
        let written = self.store.commit(intents, records);
        let answer = match &written {
            Ok(()) => {
                self.metrics.audit_records.inc_by(n_records);
                self.works_again();
                Ok(())
            }
            Err(error) => {
                self.failed(error, waiting.len() as u64);
                Err(Unavailable)
            }
        };
        for done in waiting {
            let _ = done.send(answer);
        }
    }

    fn works_again(&self) {
        if !self.is_writable.swap(true, Ordering::Relaxed) {
            self.metrics.audit_writable.set(1);
            tracing::info!("audit records can be written again");
        }
    }

    fn failed(&self, error: &std::io::Error, n_lines: u64) {
        self.metrics.audit_failures.inc_by(n_lines.max(1));
        self.metrics.audit_writable.set(0);
        if self.is_writable.swap(false, Ordering::Relaxed) {
            tracing::error!(%error, "audit records cannot be written; requests are refused until they can");
        }
    }

    /// The last line, and its hash in the log, to be kept elsewhere.
    fn stop(&mut self) {
        let last = vec![self.store.entry(Kind::Stop)];
        self.commit(&[], last, Vec::new());
        if let Err(error) = self.store.sync() {
            tracing::error!(%error, "the last audit records may not have reached the disk");
        }
        let Link { seq, hash } = self.store.end();
        tracing::info!(seq, hash, "the audit chain ends here");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.metrics.audit_writable.set(0);
        // Should the thread have panicked, nobody must wait for it.
        self.commands.abandon();
    }
}
