//! Who writes the audit: one thread, and where no flush is asked for, the exchanges themselves.
//!
//! Whatever waits when a flush ends is written by the next one together, so many exchanges share
//! the cost of one flush. While many requests wait for a worker, what is to be written waits a moment
//! for more of its kind: who is behind a queue is hardly held up by it, and the cores have better to do.
//!
//! With `sync = "interval"` a line counts as soon as the operating system has it. That is less work
//! than waking a thread for it, so an exchange writes its line itself, unless somebody else is
//! writing or more than a line is to be done: a new segment, or what could not be written before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::audit::chain::Link;
use crate::audit::entry::{Entry, Exchange, Kind};
use crate::audit::inbox::{Inbox, Taken};
pub use crate::audit::store::InForce;
use crate::audit::store::Store;
use crate::audit::{OpenError, Unavailable};
use crate::config::audit::{AuditConfig, Sync};
use crate::telemetry::metrics::Metrics;

/// Commands that may wait. Exchanges are bounded by their bytes; this bounds those without.
const QUEUE: usize = 8192;

/// How often the thread looks whether something is due: so often at the least, and at the most.
const PAUSE: Duration = Duration::from_millis(200);
const SHORT_PAUSE: Duration = Duration::from_millis(5);

/// How long lines wait for others while many requests wait for a worker.
const GATHER: Duration = Duration::from_millis(1);

/// So many are many: at half load some may wait at any moment, and must not be held up.
const MANY: i64 = 8;

enum Command {
    Line(Says, Box<Line>, oneshot::Sender<Result<(), Unavailable>>),
    Probe(oneshot::Sender<Result<(), Unavailable>>),
    InForce(InForce),
}

/// What a line says of its exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It is about to be forwarded.
    Intent,
    /// So it ended.
    Record,
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
    ledger: Arc<Ledger>,
    commands: Arc<Inbox<Command>>,
    /// Whether a line counts before it is on the disk.
    is_lazy: bool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Opens the directory and starts the thread.
    ///
    /// # Errors
    /// The directory cannot be used, is in use, or holds a chain that is not whole.
    pub fn start(config: &AuditConfig, in_force: &InForce, metrics: Arc<Metrics>) -> Result<Self, OpenError> {
        let store = Mutex::new(Store::open(config, in_force)?);
        let commands = Arc::new(Inbox::new(QUEUE));
        metrics.audit_writable.set(1);
        let ledger = Arc::new(Ledger { store, is_writable: AtomicBool::new(true), metrics });
        let (is_lazy, pause) = match config.sync {
            Sync::Each => (false, PAUSE),
            Sync::Interval(interval) => (true, interval.clamp(SHORT_PAUSE, PAUSE)),
        };
        let worker = Worker { ledger: Arc::clone(&ledger), commands: Arc::clone(&commands), pause };
        let thread = std::thread::Builder::new().name("audit".into()).spawn(move || worker.run());
        let thread = thread.map_err(|source| OpenError::Io {
            dir: config.dir.display().to_string(),
            what: "no thread for it can be started",
            source,
        })?;
        Ok(Self { ledger, commands, is_lazy, thread: Mutex::new(Some(thread)) })
    }

    /// Makes durable that this exchange is about to be forwarded.
    ///
    /// # Errors
    /// It must not be forwarded.
    pub async fn intent(&self, line: Line) -> Result<(), Unavailable> {
        self.write(Says::Intent, line).await
    }

    /// Makes durable how this exchange ended.
    ///
    /// # Errors
    /// The client must not be told that all is well. If it was forwarded, its intent is durable.
    pub async fn record(&self, line: Line) -> Result<(), Unavailable> {
        self.write(Says::Record, line).await
    }

    /// Refuses early: while records cannot be written, each call tries once more.
    ///
    /// # Errors
    /// They still cannot.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        if self.ledger.is_writable.load(Ordering::Relaxed) {
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

    async fn write(&self, says: Says, line: Line) -> Result<(), Unavailable> {
        match self.at_once(says, Box::new(line)) {
            Ok(written) => written,
            Err(line) => self.ask(|done| Command::Line(says, line, done)).await,
        }
    }

    /// Writes a line here and now. It comes back if the thread must do it.
    fn at_once(&self, says: Says, line: Box<Line>) -> Result<Result<(), Unavailable>, Box<Line>> {
        let free = if self.is_lazy { self.ledger.store.try_lock().ok() } else { None };
        let Some(mut store) = free.filter(|store| store.is_at_ease()) else { return Err(line) };
        let Line { time, policy, exchange } = *line;
        let entry = store.exchange_entry(time, &policy, exchange);
        Ok(match says {
            Says::Intent => self.ledger.commit(&mut store, &[entry], Vec::new(), 1),
            Says::Record => self.ledger.commit(&mut store, &[], vec![entry], 1),
        })
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

/// What is written to, and how that goes.
struct Ledger {
    store: Mutex<Store>,
    is_writable: AtomicBool,
    metrics: Arc<Metrics>,
}

impl Ledger {
    /// `None` if a panic left the store in a state that nobody knows: nothing is written any more.
    fn lock(&self) -> Option<MutexGuard<'_, Store>> {
        self.store.lock().ok()
    }

    /// Writes, for so many that wait for it.
    fn commit(
        &self,
        store: &mut Store,
        intents: &[Entry],
        records: Vec<Entry>,
        n_waiting: usize,
    ) -> Result<(), Unavailable> {
        let n_records = records.len() as u64;
        match store.commit(intents, records) {
            Ok(()) => {
                self.metrics.audit_records.inc_by(n_records);
                self.works_again();
                Ok(())
            }
            Err(error) => {
                self.failed(&error, n_waiting as u64);
                Err(Unavailable)
            }
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
}

struct Worker {
    ledger: Arc<Ledger>,
    commands: Arc<Inbox<Command>>,
    pause: Duration,
}

impl Worker {
    fn run(self) {
        while let Taken::Some(mut commands) = self.commands.take(self.pause) {
            if !commands.is_empty() && self.ledger.metrics.queued.get() >= MANY {
                std::thread::sleep(GATHER);
                if let Taken::Some(more) = self.commands.take(Duration::ZERO) {
                    commands.extend(more);
                }
            }
            let Some(mut store) = self.ledger.lock() else { return };
            if !commands.is_empty() {
                self.write(&mut store, commands);
            }
            // Without requests nobody else would find out that writing works again.
            if store.is_broken() && store.commit(&[], Vec::new()).is_ok() {
                self.ledger.works_again();
            }
            store.tidy();
            drop(store);
            self.sync_if_due();
        }
        if let Some(mut store) = self.ledger.lock() {
            self.stop(&mut store);
        }
    }

    fn write(&self, store: &mut Store, batch: Vec<Command>) {
        let (mut intents, mut records, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for command in batch {
            match command {
                Command::Line(says, line, done) => {
                    let Line { time, policy, exchange } = *line;
                    let entry = store.exchange_entry(time, &policy, exchange);
                    match says {
                        Says::Intent => intents.push(entry),
                        Says::Record => records.push(entry),
                    }
                    waiting.push(done);
                }
                Command::Probe(done) => waiting.push(done),
                Command::InForce(in_force) => match store.change(&in_force) {
                    Ok(entry) => records.push(entry),
                    Err(error) => self.ledger.failed(&error, 1),
                },
            }
        }
        let written = self.ledger.commit(store, &intents, records, waiting.len());
        for done in waiting {
            let _ = done.send(written);
        }
    }

    /// Flushes, and lets exchanges write meanwhile.
    fn sync_if_due(&self) {
        let Some(unsynced) = self.ledger.lock().and_then(|mut store| store.begin_sync()) else { return };
        let flushed = unsynced.flush();
        let Some(mut store) = self.ledger.lock() else { return };
        if let Err(error) = store.end_sync(&unsynced, flushed) {
            self.ledger.failed(&error, 1);
        }
    }

    /// The last line, and its hash in the log, to be kept elsewhere.
    fn stop(&self, store: &mut Store) {
        let last = vec![store.entry(Kind::Stop)];
        let _ = self.ledger.commit(store, &[], last, 0);
        if let Err(error) = store.close() {
            tracing::error!(%error, "the last audit records may not have reached the disk");
        }
        let Link { seq, hash } = store.end();
        tracing::info!(seq, hash, "the audit chain ends here");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.ledger.metrics.audit_writable.set(0);
        self.ledger.is_writable.store(false, Ordering::Relaxed);
        // Should the thread have panicked, nobody must wait for it.
        self.commands.abandon();
    }
}
