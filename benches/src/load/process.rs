//! A process that is measured: started, asked what CPU time it has used, and ended with the bench.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Error;

/// A process and all that it started.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a process that prints its address first.
    ///
    /// # Errors
    /// It does not.
    pub fn telling(command: &mut Command) -> Result<(Self, SocketAddr), Error> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let process = Self { child };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok((process, line.trim().parse()?))
    }

    /// Starts a process that listens on `address`.
    ///
    /// # Errors
    /// It does not within ten seconds.
    pub fn listening(command: &mut Command, address: SocketAddr) -> Result<Self, Error> {
        let process = Self { child: command.spawn().map_err(|error| format!("{command:?}: {error}"))? };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > Duration::from_secs(10) {
                return Err(format!("{command:?} does not listen on {address}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(process)
    }

    /// CPU time of all its threads and of its children's.
    ///
    /// # Errors
    /// It has ended.
    pub fn cpu(&self) -> Result<Cpu, Error> {
        let mut cpu = Cpu::default();
        for pid in self.tree()? {
            cpu.count(pid)?;
        }
        Ok(cpu)
    }

    /// Memory that it and its children have in use, in bytes.
    ///
    /// # Errors
    /// It has ended.
    pub fn resident(&self) -> Result<u64, Error> {
        let of = |pid| -> Result<u64, Error> {
            let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
            Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
        };
        self.tree()?.into_iter().map(of).sum()
    }

    fn tree(&self) -> Result<Vec<u32>, Error> {
        let pid = self.child.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
        let mut all = vec![pid];
        for child in children.split_whitespace() {
            all.push(child.parse()?);
        }
        Ok(all)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        for pid in self.tree().unwrap_or_default().into_iter().skip(1) {
            let _ = Command::new("kill").arg(pid.to_string()).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time by kind of thread, from the kernel's own account of each.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    /// All threads.
    pub all: Duration,
    /// Those that redact.
    pub redact: Duration,
    /// The one that writes the audit.
    pub audit: Duration,
}

impl Cpu {
    fn count(&mut self, pid: u32) -> Result<(), Error> {
        for task in fs::read_dir(format!("/proc/{pid}/task"))? {
            let task = task?.path();
            let Ok(account) = fs::read_to_string(task.join("schedstat")) else { continue };
            let Ok(name) = fs::read_to_string(task.join("comm")) else { continue };
            let used = account.split_whitespace().next().ok_or("no account")?;
            let used = Duration::from_nanos(used.parse()?);
            self.all += used;
            if name.starts_with("redact") {
                self.redact += used;
            } else if name.starts_with("audit") {
                self.audit += used;
            }
        }
        Ok(())
    }

    /// What was used for each of `n` requests since `before`.
    #[must_use]
    pub fn each_since(self, before: Self, n: u32) -> Self {
        let each = |now: Duration, before| now.saturating_sub(before) / n;
        Self {
            all: each(self.all, before.all),
            redact: each(self.redact, before.redact),
            audit: each(self.audit, before.audit),
        }
    }
}
