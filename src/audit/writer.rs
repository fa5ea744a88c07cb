//! Writes the audit: a thread does, and with `sync = "interval"` usually the exchanges themselves.
//!
//! All lines that wait when a flush ends share the next one, and with it the cost of a flush. While many requests are queued for a worker, the thread waits a moment for more lines.
//! Requests already waiting for a worker lose little by this, and it saves wake-ups while CPU is the
//! bottleneck.
//!
//! With `sync = "interval"` a line counts as soon as the operating system has it. Writing it costs
//! less than waking a thread, so an exchange writes its line itself. It leaves the line to the thread
//! if the store is locked, or if more is needed than appending: a new segment, or a retry after a
//! failure.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::audit::chain::ChainLink;
use crate::audit::chain_store::ChainStore;
pub use crate::audit::chain_store::ConfigDescription;
use crate::audit::inbox::{Batch, Inbox};
use crate::audit::record::{AuditRecord, ExchangeRecord, RecordKind};
use crate::audit::{OpenError, Unavailable};
use crate::config::audit::{AuditConfig, Sync};
use crate::telemetry::metrics::Metrics;

/// How many commands may wait. The bytes of exchanges are bounded elsewhere; this bounds those without a
/// body.
const QUEUE_CAPACITY: usize = 8192;

/// The longest time that the thread sleeps before it checks whether a flush is due.
const MAX_PAUSE: Duration = Duration::from_millis(200);

/// The shortest such time.
const MIN_PAUSE: Duration = Duration::from_millis(5);

/// How long the thread waits for more lines while many requests are queued for a worker.
const GATHER_TIME: Duration = Duration::from_millis(1);

/// From how many queued requests on the thread waits for more lines. At half load a few may be queued at
/// any moment; those must not be delayed.
const MIN_QUEUED_TO_GATHER: i64 = 8;

/// What the thread is asked to do.
enum WriterCommand {
    Line(LineKind, Box<ExchangeLine>, oneshot::Sender<Result<(), Unavailable>>),
    Probe(oneshot::Sender<Result<(), Unavailable>>),
    ChangeConfig(ConfigDescription),
}

/// What a line is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    /// The exchange is about to be forwarded.
    Intent,
    /// The exchange has ended.
    Record,
}

/// The state of an exchange, with its start time and policy.
pub struct ExchangeLine {
    /// When the exchange began.
    pub time: String,
    /// The digest of the policy that applies to it.
    pub policy: Arc<str>,
    /// Its counts so far.
    pub exchange: ExchangeRecord,
}

/// The audit, as exchanges use it.
pub struct AuditWriter {
    chain: Arc<SharedChain>,
    commands: Arc<Inbox<WriterCommand>>,
    /// Whether a line counts before it is on the disk.
    can_write_directly: bool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl AuditWriter {
    /// Opens the directory and starts the thread.
    ///
    /// # Errors
    /// The directory cannot be used, is in use, or its chain is broken.
    pub fn start(
        config: &AuditConfig,
        in_force: &ConfigDescription,
        metrics: Arc<Metrics>,
    ) -> Result<Self, OpenError> {
        let store = Mutex::new(ChainStore::open(config, in_force)?);
        let commands = Arc::new(Inbox::new(QUEUE_CAPACITY));
        metrics.audit_writable.set(1);
        let chain = Arc::new(SharedChain { store, is_writable: AtomicBool::new(true), metrics });
        let (can_write_directly, pause) = match config.sync {
            Sync::Each => (false, MAX_PAUSE),
            Sync::Interval(interval) => (true, interval.clamp(MIN_PAUSE, MAX_PAUSE)),
        };
        let worker = WriterThread { chain: Arc::clone(&chain), commands: Arc::clone(&commands), pause };
        let thread = std::thread::Builder::new().name("audit".into()).spawn(move || worker.run());
        let thread = thread.map_err(|source| OpenError::Io {
            dir: config.dir.display().to_string(),
            what: "its thread cannot be started",
            source,
        })?;
        Ok(Self { chain, commands, can_write_directly, thread: Mutex::new(Some(thread)) })
    }

    /// Makes durable that this exchange is about to be forwarded.
    ///
    /// # Errors
    /// It must not be forwarded.
    pub async fn intent(&self, line: ExchangeLine) -> Result<(), Unavailable> {
        self.write(LineKind::Intent, line).await
    }

    /// Makes durable how this exchange ended.
    ///
    /// # Errors
    /// The client must not get a success. If the exchange was forwarded, its intent is durable.
    pub async fn record(&self, line: ExchangeLine) -> Result<(), Unavailable> {
        self.write(LineKind::Record, line).await
    }

    /// Checks early whether records can be written; if they could not, each call tries again.
    ///
    /// # Errors
    /// They still cannot be written.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        if self.chain.is_writable.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.ask(WriterCommand::Probe).await
    }

    /// Records that another configuration is in force.
    pub fn config_changed(&self, description: ConfigDescription) {
        let _ = self.commands.put(WriterCommand::ChangeConfig(description));
    }

    /// Writes the last record, flushes, and ends the thread. Blocks.
    pub fn stop(&self) {
        self.commands.close();
        let thread = self.thread.lock().map(|mut thread| thread.take());
        if let Ok(Some(thread)) = thread {
            let _ = thread.join();
        }
    }

    async fn write(&self, kind: LineKind, line: ExchangeLine) -> Result<(), Unavailable> {
        match self.try_write_directly(kind, Box::new(line)) {
            Ok(written) => written,
            Err(line) => self.ask(|done| WriterCommand::Line(kind, line, done)).await,
        }
    }

    /// Writes a line on the calling thread; returns the line if the writer thread must do it.
    fn try_write_directly(
        &self,
        kind: LineKind,
        line: Box<ExchangeLine>,
    ) -> Result<Result<(), Unavailable>, Box<ExchangeLine>> {
        let free = if self.can_write_directly { self.chain.store.try_lock().ok() } else { None };
        let Some(mut store) = free.filter(|store| store.can_append_now()) else { return Err(line) };
        let ExchangeLine { time, policy, exchange } = *line;
        let entry = store.exchange_entry(time, &policy, exchange);
        Ok(match kind {
            LineKind::Intent => self.chain.commit(&mut store, &[entry], Vec::new(), 1),
            LineKind::Record => self.chain.commit(&mut store, &[], vec![entry], 1),
        })
    }

    async fn ask(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<(), Unavailable>>) -> WriterCommand,
    ) -> Result<(), Unavailable> {
        let (done, answer) = oneshot::channel();
        self.commands.put(command(done)).map_err(|_| Unavailable)?;
        answer.await.unwrap_or(Err(Unavailable))
    }
}

/// The thread writes the waiting lines and then ends.
impl Drop for AuditWriter {
    fn drop(&mut self) {
        self.commands.close();
    }
}

/// The store, and whether writing to it works.
struct SharedChain {
    store: Mutex<ChainStore>,
    is_writable: AtomicBool,
    metrics: Arc<Metrics>,
}

impl SharedChain {
    /// `None` if a panic left the store in an unknown state: nothing is written any more.
    fn lock(&self) -> Option<MutexGuard<'_, ChainStore>> {
        self.store.lock().ok()
    }

    /// Writes intents and records; `n_waiting` callers wait for the result.
    fn commit(
        &self,
        store: &mut ChainStore,
        intents: &[AuditRecord],
        records: Vec<AuditRecord>,
        n_waiting: usize,
    ) -> Result<(), Unavailable> {
        let n_records = records.len() as u64;
        match store.commit(intents, records) {
            Ok(()) => {
                self.metrics.audit_records.inc_by(n_records);
                self.mark_writable();
                Ok(())
            }
            Err(error) => {
                self.mark_unwritable(&error, n_waiting as u64);
                Err(Unavailable)
            }
        }
    }

    fn mark_writable(&self) {
        if !self.is_writable.swap(true, Ordering::Relaxed) {
            self.metrics.audit_writable.set(1);
            tracing::info!("audit records can be written again");
        }
    }

    fn mark_unwritable(&self, error: &std::io::Error, n_lines: u64) {
        self.metrics.audit_failures.inc_by(n_lines.max(1));
        self.metrics.audit_writable.set(0);
        if self.is_writable.swap(false, Ordering::Relaxed) {
            tracing::error!(%error, "audit records cannot be written; requests are rejected until they can");
        }
    }
}

struct WriterThread {
    chain: Arc<SharedChain>,
    commands: Arc<Inbox<WriterCommand>>,
    pause: Duration,
}

impl WriterThread {
    fn run(self) {
        while let Batch::Items(mut commands) = self.commands.take(self.pause) {
            if !commands.is_empty() && self.chain.metrics.queued.get() >= MIN_QUEUED_TO_GATHER {
                std::thread::sleep(GATHER_TIME);
                if let Batch::Items(more) = self.commands.take(Duration::ZERO) {
                    commands.extend(more);
                }
            }
            let Some(mut store) = self.chain.lock() else { return };
            if !commands.is_empty() {
                self.write(&mut store, commands);
            }
            // Without requests, nothing else would notice that writing works again.
            if store.is_failing() && store.commit(&[], Vec::new()).is_ok() {
                self.chain.mark_writable();
            }
            store.tidy();
            drop(store);
            self.sync_if_due();
        }
        if let Some(mut store) = self.chain.lock() {
            self.stop(&mut store);
        }
    }

    fn write(&self, store: &mut ChainStore, batch: Vec<WriterCommand>) {
        let (mut intents, mut records, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for command in batch {
            match command {
                WriterCommand::Line(kind, line, done) => {
                    let ExchangeLine { time, policy, exchange } = *line;
                    let entry = store.exchange_entry(time, &policy, exchange);
                    match kind {
                        LineKind::Intent => intents.push(entry),
                        LineKind::Record => records.push(entry),
                    }
                    waiting.push(done);
                }
                WriterCommand::Probe(done) => waiting.push(done),
                WriterCommand::ChangeConfig(in_force) => match store.change_config(&in_force) {
                    Ok(entry) => records.push(entry),
                    Err(error) => self.chain.mark_unwritable(&error, 1),
                },
            }
        }
        let written = self.chain.commit(store, &intents, records, waiting.len());
        for done in waiting {
            let _ = done.send(written);
        }
    }

    /// Flushes without the lock, so that exchanges can write meanwhile.
    fn sync_if_due(&self) {
        let Some(unsynced) = self.chain.lock().and_then(|mut store| store.begin_sync()) else { return };
        let flushed = unsynced.flush();
        let Some(mut store) = self.chain.lock() else { return };
        if let Err(error) = store.end_sync(&unsynced, flushed) {
            self.chain.mark_unwritable(&error, 1);
        }
    }

    /// Writes the last record and logs its hash, which the operator should store elsewhere.
    fn stop(&self, store: &mut ChainStore) {
        let last = vec![store.entry(RecordKind::Stop)];
        let _ = self.chain.commit(store, &[], last, 0);
        if let Err(error) = store.close() {
            tracing::error!(%error, "the last audit records may not have reached the disk");
        }
        let ChainLink { seq, hash } = store.end();
        tracing::info!(seq, hash, "audit log closed; keep this hash");
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.chain.metrics.audit_writable.set(0);
        self.chain.is_writable.store(false, Ordering::Relaxed);
        // If the thread panicked, no caller may wait for it.
        self.commands.abandon();
    }
}
