//! The demo: the proxy, a recording backend for each of two regions, and a sample, in one process.
//!
//! It is a newcomer's first command, so it needs no configuration and no network: every listener is
//! on loopback, and the backends are the demo's own. The proxy is the real one, started as `serve`
//! starts it. The demo reads what it prints from the audit and from what the backends received; it
//! never asks the proxy. It does not read arguments and does not own standard output: the command
//! line passes both in.

mod backend;
mod compare;
mod error;
mod follow;
mod http_client;
mod http_server;
mod packing;
mod pages;
mod printout;
mod received;
mod running;
mod sample;
mod setup;

use std::time::Instant;

use tokio::signal::unix::{Signal, SignalKind, signal};

pub use crate::demo::error::DemoError;
use crate::demo::follow::Follower;
pub use crate::demo::printout::Console;
use crate::demo::running::RunningDemo;
pub use crate::demo::setup::DemoOptions;
use crate::listen::Drained;

/// Runs the demo until a signal ends it, or once. Reports whether every request was drained.
///
/// # Errors
/// Something could not be started, or the audit does not verify.
pub async fn run(options: DemoOptions, console: Console) -> Result<Drained, DemoError> {
    let started = Instant::now();
    let mut signals = Signals::listen()?;
    if let Some(dir) = options.sdk.as_ref().filter(|dir| !dir.join("array.js").is_file()) {
        return Err(DemoError::NoSdk(dir.clone()));
    }
    let demo = RunningDemo::start(&options, console).await?;
    let last_seq = demo.present(started).await?;
    if options.once {
        return demo.stop(None).await;
    }
    let follower = Follower::start(demo.audit_dir(), last_seq, console);
    demo.invite();
    signals.any().await;
    demo.stop(Some(follower)).await
}

/// What stops the demo.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self, DemoError> {
        let listen =
            |kind| signal(kind).map_err(|source| DemoError::Io { what: "cannot listen to signals", source });
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
