//! Connections to the server: opened when needed, kept, and left alone for a while after a failure.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use blackbar_core::session::store::WindowKey;
use redis::{Cmd, Connection, ConnectionInfo, ErrorKind, FromRedisValue, RedisError, RedisResult};

/// Gives what stands under a name, and puts a lease in its place unless one stands there.
const TAKE: &str = "
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, 1) == 'L' then return held end
redis.call('SET', KEYS[1], 'L' .. ARGV[1], 'PX', ARGV[2])
return held";

/// Puts a window in the place of its lease; without a window, ends the lease.
const PUT: &str = "
if redis.call('GET', KEYS[1]) ~= 'L' .. ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1";

/// The first pause after a failure; each further failure doubles it, six times at most.
const PAUSE: Duration = Duration::from_millis(100);
const MAX_DOUBLINGS: u32 = 6;

/// Connections that nobody uses at the moment, and whether it is time to open another.
pub(crate) struct Links {
    server: ConnectionInfo,
    timeout: Duration,
    free: Mutex<Vec<Link>>,
    begun: Instant,
    n_failures: AtomicU32,
    /// Milliseconds since `begun` until which the server is left alone.
    paused_until: AtomicU64,
}

impl Links {
    pub(crate) fn new(server: ConnectionInfo, timeout: Duration) -> Self {
        Self {
            server,
            timeout,
            free: Mutex::default(),
            begun: Instant::now(),
            n_failures: AtomicU32::new(0),
            paused_until: AtomicU64::new(0),
        }
    }

    /// A connection; `None` while the server is left alone, or if it cannot be reached.
    pub(crate) fn open(&self) -> Option<Link> {
        if !self.is_time() {
            return None;
        }
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.or_else(|| match Link::open(&self.server, self.timeout) {
            Ok(link) => Some(link),
            Err(error) => {
                self.failed(&error);
                None
            }
        })
    }

    /// Takes a connection back, and what was said over it. One that failed is closed, with all
    /// others: they lead to the same server.
    pub(crate) fn close<T>(&self, link: Link, said: RedisResult<T>) -> Option<T> {
        match said {
            Ok(said) => {
                if self.n_failures.swap(0, Ordering::Relaxed) > 0 {
                    tracing::info!("the session store answers again");
                }
                self.free.lock().unwrap_or_else(PoisonError::into_inner).push(link);
                Some(said)
            }
            Err(error) => {
                self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
                self.failed(&error);
                None
            }
        }
    }

    /// Whether to try: always while it answers, else one request at a time after each pause.
    fn is_time(&self) -> bool {
        if self.n_failures.load(Ordering::Relaxed) == 0 {
            return true;
        }
        let now = self.now_ms();
        let until = self.paused_until.load(Ordering::Relaxed);
        let mine = now + PAUSE.as_millis() as u64;
        until <= now
            && self.paused_until.compare_exchange(until, mine, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn failed(&self, error: &RedisError) {
        let n_before = self.n_failures.fetch_add(1, Ordering::Relaxed);
        let pause = PAUSE.as_millis() as u64 * (1 << n_before.min(MAX_DOUBLINGS));
        self.paused_until.store(self.now_ms() + pause, Ordering::Relaxed);
        if n_before == 0 {
            let error = error.category();
            tracing::warn!(error, "the session store does not answer: unknown elements are masked");
        }
    }

    fn now_ms(&self) -> u64 {
        self.begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
    }
}

/// One connection.
pub(crate) struct Link {
    connection: Connection,
    /// What the names of this version and this run of the server begin with.
    prefix: String,
    take: String,
    put: String,
    /// Answers that nobody has read yet.
    n_unread: u32,
}

impl Link {
    fn open(server: &ConnectionInfo, timeout: Duration) -> RedisResult<Self> {
        let mut connection = redis::Client::open(server.clone())?.get_connection_with_timeout(timeout)?;
        connection.set_read_timeout(Some(timeout))?;
        connection.set_write_timeout(Some(timeout))?;
        let mut begin = redis::pipe();
        begin.cmd("SCRIPT").arg("LOAD").arg(TAKE).cmd("SCRIPT").arg("LOAD").arg(PUT);
        let (take, put, info): (String, String, String) =
            begin.cmd("INFO").arg("server").query(&mut connection)?;
        // A server that was started again may have read old windows from its disk.
        let run = info.lines().find_map(|line| line.strip_prefix("run_id:")).map(str::trim);
        let run = run.and_then(|run| run.get(..16)).ok_or((ErrorKind::Client, "no run id"))?;
        let prefix = format!("blackbar:{}:{run}:", env!("CARGO_PKG_VERSION"));
        Ok(Self { connection, prefix, take, put, n_unread: 0 })
    }

    pub(crate) fn take(
        &mut self,
        key: WindowKey,
        token: &[u8],
        idle_ms: u64,
    ) -> RedisResult<Option<Vec<u8>>> {
        let mut cmd = self.script(&self.take, key);
        self.ask(cmd.arg(token).arg(idle_ms))
    }

    pub(crate) fn put(
        &mut self,
        key: WindowKey,
        token: &[u8],
        entry: &[u8],
        idle_ms: u64,
    ) -> RedisResult<()> {
        let mut cmd = self.script(&self.put, key);
        self.tell(cmd.arg(token).arg(entry).arg(idle_ms))
    }

    pub(crate) fn abandon(&mut self, key: WindowKey, token: &[u8]) -> RedisResult<()> {
        let mut cmd = self.script(&self.put, key);
        self.tell(cmd.arg(token).arg("").arg(0))
    }

    pub(crate) fn forget(&mut self, key: WindowKey) -> RedisResult<()> {
        self.forget_all([key])
    }

    pub(crate) fn forget_all(&mut self, keys: impl IntoIterator<Item = WindowKey>) -> RedisResult<()> {
        let mut cmd = redis::cmd("UNLINK");
        for key in keys {
            cmd.arg(self.name(key));
        }
        self.ask(&cmd)
    }

    /// Forgets the windows of all replicas.
    pub(crate) fn forget_everything(&mut self) -> RedisResult<()> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{}*", self.prefix)).arg("COUNT").arg(1000);
            let (next, names): (u64, Vec<Vec<u8>>) = self.ask(&scan)?;
            if !names.is_empty() {
                let () = self.ask(redis::cmd("UNLINK").arg(names))?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    fn script(&self, hash: &str, key: WindowKey) -> Cmd {
        let mut cmd = redis::cmd("EVALSHA");
        cmd.arg(hash).arg(1).arg(self.name(key));
        cmd
    }

    fn name(&self, key: WindowKey) -> Vec<u8> {
        [self.prefix.as_bytes(), key.as_bytes()].concat()
    }

    /// Waits for the answer.
    fn ask<T: FromRedisValue>(&mut self, cmd: &Cmd) -> RedisResult<T> {
        self.catch_up()?;
        cmd.query(&mut self.connection)
    }

    /// Leaves the answer to be read with the next question.
    fn tell(&mut self, cmd: &Cmd) -> RedisResult<()> {
        self.catch_up()?;
        self.connection.send_packed_command(&cmd.get_packed_command())?;
        self.n_unread += 1;
        Ok(())
    }

    fn catch_up(&mut self) -> RedisResult<()> {
        while self.n_unread > 0 {
            self.connection.recv_response()?.extract_error()?;
            self.n_unread -= 1;
        }
        Ok(())
    }
}
