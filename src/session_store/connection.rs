//! The connection pool of the server: opens on demand, reuses, and backs off after a failure.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use blackbar_core::session::WindowKey;
use redis::{Cmd, Connection, ConnectionInfo, ErrorKind, FromRedisValue, RedisError, RedisResult};

/// Returns the entry under a name, and replaces it by a lease unless it is one already.
const TAKE: &str = "
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, 1) == 'L' then return held end
redis.call('SET', KEYS[1], 'L' .. ARGV[1], 'PX', ARGV[2])
return held";

/// Replaces a lease by a window; without a window, deletes the lease.
const PUT: &str = "
if redis.call('GET', KEYS[1]) ~= 'L' .. ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1";

/// The first pause after a failure. Each further failure doubles it, at most six times.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_DOUBLINGS: u32 = 6;

/// The idle connections, and whether the server may be tried.
pub(crate) struct ConnectionPool {
    server: ConnectionInfo,
    timeout: Duration,
    idle: Mutex<Vec<StoreConnection>>,
    started: Instant,
    n_failures: AtomicU32,
    /// Until when the server is not tried, in milliseconds since `started`.
    paused_until: AtomicU64,
}

impl ConnectionPool {
    pub(crate) fn new(server: ConnectionInfo, timeout: Duration) -> Self {
        Self {
            server,
            timeout,
            idle: Mutex::default(),
            started: Instant::now(),
            n_failures: AtomicU32::new(0),
            paused_until: AtomicU64::new(0),
        }
    }

    /// A connection; `None` during a pause, or if the server cannot be reached.
    pub(crate) fn checkout(&self) -> Option<StoreConnection> {
        if !self.may_try() {
            return None;
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.or_else(|| match StoreConnection::open(&self.server, self.timeout) {
            Ok(connection) => Some(connection),
            Err(error) => {
                self.back_off(&error);
                None
            }
        })
    }

    /// Takes a connection back, with the result of its use. After a failure it is closed with all
    /// idle ones, since they lead to the same server.
    pub(crate) fn give_back<T>(&self, connection: StoreConnection, result: RedisResult<T>) -> Option<T> {
        match result {
            Ok(value) => {
                if self.n_failures.swap(0, Ordering::Relaxed) > 0 {
                    tracing::info!("session store available again");
                }
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                Some(value)
            }
            Err(error) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                self.back_off(&error);
                None
            }
        }
    }

    /// Whether to try the server: always while it answers, else one request after each pause.
    fn may_try(&self) -> bool {
        if self.n_failures.load(Ordering::Relaxed) == 0 {
            return true;
        }
        let now = self.now_ms();
        let until = self.paused_until.load(Ordering::Relaxed);
        let next = now + FIRST_PAUSE.as_millis() as u64;
        until <= now
            && self.paused_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn back_off(&self, error: &RedisError) {
        let n_before = self.n_failures.fetch_add(1, Ordering::Relaxed);
        let pause = FIRST_PAUSE.as_millis() as u64 * (1 << n_before.min(MAX_DOUBLINGS));
        self.paused_until.store(self.now_ms() + pause, Ordering::Relaxed);
        if n_before == 0 {
            let error = error.category();
            tracing::warn!(error, "session store unavailable; unknown elements are masked");
        }
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
    }
}

/// One connection.
pub(crate) struct StoreConnection {
    connection: Connection,
    /// The prefix of all names: the version of Blackbar and the run of the server.
    prefix: String,
    take: String,
    put: String,
    /// Responses that have not been read yet.
    n_unread: u32,
}

impl StoreConnection {
    fn open(server: &ConnectionInfo, timeout: Duration) -> RedisResult<Self> {
        let mut connection = redis::Client::open(server.clone())?.get_connection_with_timeout(timeout)?;
        connection.set_read_timeout(Some(timeout))?;
        connection.set_write_timeout(Some(timeout))?;
        let mut begin = redis::pipe();
        begin.cmd("SCRIPT").arg("LOAD").arg(TAKE).cmd("SCRIPT").arg("LOAD").arg(PUT);
        let (take, put, info): (String, String, String) =
            begin.cmd("INFO").arg("server").query(&mut connection)?;
        // After a restart the server may have loaded old windows from disk, so each run has its own prefix.
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
        self.request(cmd.arg(token).arg(idle_ms))
    }

    pub(crate) fn put(
        &mut self,
        key: WindowKey,
        token: &[u8],
        entry: &[u8],
        idle_ms: u64,
    ) -> RedisResult<()> {
        let mut cmd = self.script(&self.put, key);
        self.send(cmd.arg(token).arg(entry).arg(idle_ms))
    }

    pub(crate) fn abandon(&mut self, key: WindowKey, token: &[u8]) -> RedisResult<()> {
        let mut cmd = self.script(&self.put, key);
        self.send(cmd.arg(token).arg("").arg(0))
    }

    pub(crate) fn delete(&mut self, key: WindowKey) -> RedisResult<()> {
        self.delete_all([key])
    }

    pub(crate) fn delete_all(&mut self, keys: impl IntoIterator<Item = WindowKey>) -> RedisResult<()> {
        let mut cmd = redis::cmd("UNLINK");
        for key in keys {
            cmd.arg(self.name(key));
        }
        self.request(&cmd)
    }

    /// Deletes the windows of all replicas.
    pub(crate) fn delete_everything(&mut self) -> RedisResult<()> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{}*", self.prefix)).arg("COUNT").arg(1000);
            let (next, names): (u64, Vec<Vec<u8>>) = self.request(&scan)?;
            if !names.is_empty() {
                let () = self.request(redis::cmd("UNLINK").arg(names))?;
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

    /// Sends a command and waits for its response.
    fn request<T: FromRedisValue>(&mut self, cmd: &Cmd) -> RedisResult<T> {
        self.read_pending()?;
        cmd.query(&mut self.connection)
    }

    /// Sends a command without waiting. The next command reads its response.
    fn send(&mut self, cmd: &Cmd) -> RedisResult<()> {
        self.read_pending()?;
        self.connection.send_packed_command(&cmd.get_packed_command())?;
        self.n_unread += 1;
        Ok(())
    }

    fn read_pending(&mut self) -> RedisResult<()> {
        while self.n_unread > 0 {
            self.connection.recv_response()?.extract_error()?;
            self.n_unread -= 1;
        }
        Ok(())
    }
}
