//! `blackbar demo`: the proxy, two regions to send to, and a recording, in one process.
//!
//! The newcomer's first command. Nothing is needed and nothing leaves this machine: all listeners
//! are on loopback, the backends are the demo's own. The proxy is the real one, started as `serve`
//! starts it, and what is printed is read from its audit and from what the backends received.

mod backend;
mod client;
mod compare;
mod live;
mod packed;
mod page;
mod sample;
mod server;
mod setup;
mod store;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{Running, StartError};
use crate::cli::demo::backend::Backend;
use crate::cli::demo::client::Client;
use crate::cli::demo::compare::Change;
use crate::cli::demo::live::Follower;
use crate::cli::demo::page::Pages;
use crate::cli::demo::sample::Sample;
use crate::cli::demo::server::Server;
use crate::cli::demo::store::Store;
use crate::cli::demo::summary::{Audited, Paper};
use crate::cli::{failed, put};
use crate::config::problem::ConfigProblems;
use crate::listen::Drained;
use crate::telemetry::panics;

/// The project of the page that is recorded live, and of the line to copy.
const LIVE_PROJECT: &str = "phc_demo_eu";

/// How many texts are shown before and after.
const SHOWN_CHANGES: usize = 14;

/// Shows what Blackbar does, in one process and without a configuration.
///
/// Starts the proxy in front of two recording backends, "eu" and "us", sends a bundled recording
/// of invented people through it, and prints what was found, masked, routed and recorded. Then it
/// stays up, so that you can point a real SDK at it; Ctrl-C stops it. It listens on loopback alone.
#[derive(Args)]
#[command(after_help = "Example, with a page that is recorded live:
  npm install posthog-js
  blackbar demo --sdk node_modules/posthog-js/dist")]
pub(crate) struct Demo {
    /// Where recordings and audit are left, an empty or new directory; without it a temporary one.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The folder `dist` of the npm package posthog-js: serves a page with a form that is recorded live.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
    /// The port of the proxy; without it 8000, or a free one if that is taken.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Exits after the summary.
    #[arg(long)]
    once: bool,
}

/// Why the demo cannot go on.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("{what}: {source}")]
    Io { what: &'static str, source: std::io::Error },
    #[error("{} is not empty; name a new directory in --dir", .0.display())]
    NotEmpty(PathBuf),
    #[error("there is no array.js in {}; name the folder dist of posthog-js in --sdk", .0.display())]
    NoSdk(PathBuf),
    #[error("{0}")]
    Config(#[source] ConfigProblems),
    #[error("{0}")]
    Start(#[source] StartError),
    #[error("the bundled sample cannot be read: {0}")]
    Sample(#[source] serde_json::Error),
    #[error("the proxy did not answer")]
    Unreachable,
    #[error("the audit chain is broken")]
    BrokenAudit,
}

impl Demo {
    pub(crate) fn run(self) -> ExitCode {
        panics::install_hook();
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return failed(error),
        };
        match runtime.block_on(self.show()) {
            Ok(code) => code,
            Err(error) => failed(error),
        }
    }

    async fn show(self) -> Result<ExitCode, DemoError> {
        let started = Instant::now();
        let mut signals = Signals::listen()?;
        if let Some(dir) = self.sdk.as_ref().filter(|dir| !dir.join("array.js").is_file()) {
            return Err(DemoError::NoSdk(dir.clone()));
        }
        let stage = Stage::start(&self).await?;
        let seq = stage.present(started).await?;
        let code = if self.once {
            stage.stop(None).await?
        } else {
            let follower = Follower::start(stage.audit_dir(), seq);
            stage.invite();
            signals.any().await;
            stage.stop(Some(follower)).await?
        };
        Ok(code)
    }
}

/// Everything that runs.
struct Stage {
    dir: PathBuf,
    sample: Arc<Sample>,
    backends: Vec<Arc<Backend>>,
    servers: Vec<Server>,
    proxy: Running,
    page: Server,
    has_sdk: bool,
}

impl Stage {
    async fn start(demo: &Demo) -> Result<Self, DemoError> {
        let dir = setup::directory(demo.dir.as_deref())?;
        let (mut backends, mut servers) = (Vec::new(), Vec::new());
        for region in setup::REGIONS {
            let store = Store::new(&dir, region)
                .map_err(|source| DemoError::Io { what: "cannot make a directory", source })?;
            let backend = Arc::new(Backend::new(store, demo.sdk.clone()));
            let answering = Arc::clone(&backend);
            servers.push(Server::start(move |request| Arc::clone(&answering).answer(request)).await?);
            backends.push(backend);
        }
        let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
        let proxy = setup::proxy(&dir, &addresses, demo.port).await?;
        let sample = Arc::new(Sample::read(now_ms())?);
        let pages = Arc::new(Pages {
            backends: backends.clone(),
            sample: Arc::clone(&sample),
            sdk: demo.sdk.clone(),
            api_host: format!("http://{}", proxy.sdk_addr()),
        });
        let page = Server::start(move |request| Arc::clone(&pages).answer(request)).await?;
        Ok(Self { dir, sample, backends, servers, proxy, page, has_sdk: demo.sdk.is_some() })
    }

    /// Sends the sample through and says what became of it; gives the last record's number.
    async fn present(&self, started: Instant) -> Result<u64, DemoError> {
        let answered = self.sample.send(&Client::new(self.proxy.sdk_addr())).await?;
        let audited = Audited::read(&self.audit_dir())?;
        let mut paper = Paper::new();
        paper.heading("Blackbar demo: the proxy, a recording backend for each of two regions, a sample");
        summary::sent(&mut paper, &answered);
        summary::totals(&mut paper, &audited, &self.backends);
        let planted = &self.sample.planted;
        let changes = compare::pick(&self.changes(), planted, SHOWN_CHANGES);
        let received: Vec<_> = self.backends.iter().flat_map(|backend| backend.store.everything()).collect();
        summary::before_after(&mut paper, &self.sample, &changes, &compare::survivors(planted, &received));
        summary::audit(&mut paper, &audited, &self.audit_dir());
        summary::took(&mut paper, started.elapsed());
        put(&paper.into_text());
        if audited.verdict.is_whole() { Ok(audited.verdict.end.seq) } else { Err(DemoError::BrokenAudit) }
    }

    /// Says what can be done now.
    fn invite(&self) {
        let mut paper = Paper::new();
        // By name: an address in the URL of the page would be found and masked in its recording.
        let pages = format!("http://localhost:{}", self.page.address.port());
        paper.heading("Now send your own");
        paper.line(format_args!(
            "your page   posthog.init('{LIVE_PROJECT}', {{ api_host: 'http://{}' }})",
            self.proxy.sdk_addr()
        ));
        if self.has_sdk {
            paper.line(format_args!("our page    {pages}/  is recorded while you type"));
        } else {
            paper.line("our page    start with --sdk DIR for a form that is recorded while you type");
        }
        paper.line(format_args!("recordings  {pages}/received"));
        paper.line(format_args!("metrics     http://{}/metrics", self.proxy.admin_addr()));
        paper.line(format_args!("config      {}", self.dir.join("blackbar.toml").display()));
        paper.line("Ctrl-C stops it. What is sent from now on:");
        paper.line("");
        put(&paper.into_text());
    }

    /// Ends in order, and after a live part sums up once more.
    async fn stop(self, follower: Option<Follower>) -> Result<ExitCode, DemoError> {
        let audit_dir = self.audit_dir();
        self.page.stop().await;
        let drained = self.proxy.shutdown().await;
        for server in self.servers {
            server.stop().await;
        }
        if let Some(follower) = follower {
            follower.stop().await;
            let audited = Audited::read(&audit_dir)?;
            let mut paper = Paper::new();
            paper.heading("Stopped. In all:");
            summary::totals(&mut paper, &audited, &self.backends);
            summary::audit(&mut paper, &audited, &audit_dir);
            put(&paper.into_text());
        }
        Ok(if drained == Drained::Whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn audit_dir(&self) -> PathBuf {
        self.dir.join("audit")
    }

    /// All texts of the sample that changed on their way.
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for backend in &self.backends {
            let visits = self.sample.visits.iter().filter(|visit| visit.is_for(backend.store.region));
            let sent: Vec<_> = visits.clone().flat_map(|visit| visit.bodies().cloned()).collect();
            changes.extend(compare::changes(&sent, &backend.store.bodies()));
            for visit in visits {
                changes.extend(compare::changes(&visit.events(), &backend.store.events(&visit.session)));
            }
        }
        changes
    }
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

fn now_ms() -> u64 {
    jiff::Timestamp::now().as_millisecond().try_into().unwrap_or_default()
}
