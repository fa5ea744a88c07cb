//! `blackbar serve`: runs the proxy until a signal stops it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{self, Running};
use crate::cli::config_file::ConfigFile;
use crate::cli::terminal::failed;
use crate::cli::terminal::tell;
use crate::config::{self, Config};
use crate::listen::Drained;
use crate::telemetry::logs;

/// Runs the proxy.
///
/// SIGTERM and SIGINT drain: /readyz reports that the proxy is not ready, new connections are refused,
/// requests in progress finish, and the audit is closed. SIGHUP reloads the configuration; if that
/// fails, the current configuration stays active and the log has the reason.
#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    file: ConfigFile,
}

impl Serve {
    pub(crate) fn run(self) -> ExitCode {
        let config = match config::load(&self.file.config) {
            Ok(config) => config,
            Err(problems) => {
                tell(problems);
                return ExitCode::FAILURE;
            }
        };
        let _flush_at_end = match logs::init(config.telemetry) {
            Ok(flush) => flush,
            Err(error) => return failed(error),
        };
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = match runtime.worker_threads(network_threads()).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return failed(error),
        };
        runtime.block_on(serve(config, self.file.config))
    }
}

/// Threads for the network. It takes a tenth of the CPU time that redaction takes; additional threads
/// would mostly wake each other.
fn network_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().div_ceil(4))
}

async fn serve(config: Config, file: PathBuf) -> ExitCode {
    // A signal that arrives during the start must not kill the process halfway.
    let signals =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = signals else {
        return failed("cannot listen to signals");
    };
    let lines = start_lines(&config);
    let running = match app::start(config).await {
        Ok(running) => running,
        Err(error) => return failed(error),
    };
    lines.log(&running);
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => reload(&running, &file),
        }
    }
    tracing::info!("draining");
    match running.shutdown().await {
        Drained::Whole => {
            tracing::info!("stopped; all requests finished");
            ExitCode::SUCCESS
        }
        Drained::CutShort => {
            tracing::error!("stopped; drain_time ran out before all requests finished");
            ExitCode::FAILURE
        }
    }
}

fn reload(running: &Running, file: &Path) {
    match running.reload_file(file) {
        Ok(()) => tracing::info!(policy = &*running.policy_digest(), "reloaded"),
        Err(error) => {
            for line in error.to_string().lines() {
                tracing::error!(problem = line, "reload failed; keeping the current configuration");
            }
        }
    }
}

/// The log lines that are written once both listeners are open.
struct StartLines {
    regions: Vec<(String, String)>,
    n_rules: usize,
    n_suppressions: usize,
    summary: String,
    audit_dir: String,
    warnings: Vec<String>,
}

fn start_lines(config: &Config) -> StartLines {
    let hosts = |region: &config::region::Region| {
        let hosts: Vec<&str> = region.upstreams.iter().map(|upstream| upstream.authority.as_str()).collect();
        (region.name.clone(), hosts.join(", "))
    };
    StartLines {
        regions: config.regions.iter().map(hosts).collect(),
        n_rules: config.policy.n_rules,
        n_suppressions: config.policy.policy.suppressions().count(),
        summary: config.policy.summary.clone(),
        audit_dir: config.audit.dir.display().to_string(),
        warnings: config.warnings.clone(),
    }
}

impl StartLines {
    fn log(&self, running: &Running) {
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
        for (region, hosts) in &self.regions {
            tracing::info!(region, hosts, "region configured");
        }
        let policy = running.policy_digest();
        tracing::info!(
            policy = &*policy,
            rules = self.n_rules,
            suppressions = self.n_suppressions,
            postures = self.summary,
            "policy loaded"
        );
        tracing::info!(dir = self.audit_dir, "audit log opened");
        let version = env!("CARGO_PKG_VERSION");
        let (sdk, admin) = (running.sdk_addr(), running.admin_addr());
        tracing::info!(version, %sdk, %admin, "listening");
    }
}
