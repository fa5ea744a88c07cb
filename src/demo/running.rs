//! Everything that runs during the demo: started together, shown, and stopped in order.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::Running;
use crate::demo::backend::Backend;
use crate::demo::compare::{self, TextChange};
use crate::demo::error::DemoError;
use crate::demo::follow::Follower;
use crate::demo::http_client::DemoClient;
use crate::demo::http_server::DemoServer;
use crate::demo::pages::Pages;
use crate::demo::printout::{self, AuditedRun, Console, Printout};
use crate::demo::received::ReceivedStore;
use crate::demo::sample::Sample;
use crate::demo::setup::{self, DemoOptions, LIVE_PROJECT};
use crate::listen::Drained;

/// How many texts are shown before and after.
const MAX_SHOWN_CHANGES: usize = 14;

/// The proxy, the backends and the page.
pub(super) struct RunningDemo {
    dir: PathBuf,
    sample: Arc<Sample>,
    backends: Vec<Arc<Backend>>,
    backend_servers: Vec<DemoServer>,
    proxy: Running,
    page_server: DemoServer,
    has_sdk: bool,
    console: Console,
}

impl RunningDemo {
    /// Starts the backends, the proxy in front of them, and the page.
    ///
    /// # Errors
    /// One of them does not start; nothing keeps running.
    pub(super) async fn start(options: &DemoOptions, console: Console) -> Result<Self, DemoError> {
        let dir = setup::create_dir(options.dir.as_deref())?;
        let (mut backends, mut backend_servers) = (Vec::new(), Vec::new());
        for region in setup::REGIONS {
            let store = ReceivedStore::new(&dir, region)
                .map_err(|source| DemoError::Io { what: "cannot create a directory", source })?;
            let backend = Arc::new(Backend::new(store, options.sdk.clone()));
            let replying = Arc::clone(&backend);
            let server = DemoServer::start(move |request| Arc::clone(&replying).reply_to(request)).await?;
            backend_servers.push(server);
            backends.push(backend);
        }
        let addresses: Vec<_> = backend_servers.iter().map(|server| server.address).collect();
        let proxy = setup::start_proxy(&dir, &addresses, options.port).await?;
        let sample = Arc::new(Sample::read(now_ms())?);
        let pages = Arc::new(Pages {
            backends: backends.clone(),
            sample: Arc::clone(&sample),
            sdk: options.sdk.clone(),
            api_host: format!("http://{}", proxy.sdk_addr()),
        });
        let page_server = DemoServer::start(move |request| Arc::clone(&pages).reply_to(request)).await?;
        let has_sdk = options.sdk.is_some();
        Ok(Self { dir, sample, backends, backend_servers, proxy, page_server, has_sdk, console })
    }

    /// Sends the sample through the proxy and prints the result; gives the number of the last audit
    /// record.
    ///
    /// # Errors
    /// The proxy does not reply, or the audit does not verify.
    pub(super) async fn present(&self, started: Instant) -> Result<u64, DemoError> {
        let answered = self.sample.send(&DemoClient::new(self.proxy.sdk_addr())).await?;
        let audited = AuditedRun::read(&self.audit_dir())?;
        let mut printout = Printout::new(self.console);
        printout.heading("Blackbar demo: the proxy, two regional backends and a sample recording");
        printout::add_visits(&mut printout, &answered);
        printout::add_totals(&mut printout, &audited, &self.backends);
        let planted = &self.sample.planted;
        let changes = compare::pick(&self.changes(), planted, MAX_SHOWN_CHANGES);
        let received: Vec<_> = self.backends.iter().flat_map(|backend| backend.store.everything()).collect();
        let leaked = compare::leaked(planted, &received);
        printout::add_changes(&mut printout, &self.sample, &changes, &leaked);
        printout::add_audit(&mut printout, &audited, &self.audit_dir());
        printout.heading(&format!("Done in {:.2} s.", started.elapsed().as_secs_f64()));
        printout.print();
        let verification = &audited.verification;
        if verification.is_intact() { Ok(verification.end.seq) } else { Err(DemoError::BrokenAudit) }
    }

    /// Prints what the reader can try next.
    pub(super) fn invite(&self) {
        let mut printout = Printout::new(self.console);
        // By name: an address in the URL of the page would be found and masked in its recording.
        let pages = format!("http://localhost:{}", self.page_server.address.port());
        printout.heading("Now try it with your own data");
        printout.line(format_args!(
            "your page   posthog.init('{LIVE_PROJECT}', {{ api_host: 'http://{}' }})",
            self.proxy.sdk_addr()
        ));
        if self.has_sdk {
            printout.line(format_args!("demo page   {pages}/  is recorded while you type"));
        } else {
            printout.line("demo page   start with --sdk DIR for a form that is recorded while you type");
        }
        printout.line(format_args!("recordings  {pages}/received"));
        printout.line(format_args!("metrics     http://{}/metrics", self.proxy.admin_addr()));
        printout.line(format_args!("config      {}", self.dir.join("blackbar.toml").display()));
        printout.line("Press Ctrl-C to stop. New requests appear here:");
        printout.line("");
        printout.print();
    }

    /// Stops everything in order. With a follower, prints the totals of the whole run.
    ///
    /// # Errors
    /// The audit cannot be read.
    pub(super) async fn stop(self, follower: Option<Follower>) -> Result<Drained, DemoError> {
        let audit_dir = self.audit_dir();
        self.page_server.stop().await;
        let drained = self.proxy.shutdown().await;
        for server in self.backend_servers {
            server.stop().await;
        }
        if let Some(follower) = follower {
            follower.stop().await;
            let audited = AuditedRun::read(&audit_dir)?;
            let mut printout = Printout::new(self.console);
            printout.heading("Stopped. Totals:");
            printout::add_totals(&mut printout, &audited, &self.backends);
            printout::add_audit(&mut printout, &audited, &audit_dir);
            printout.print();
        }
        Ok(drained)
    }

    pub(super) fn audit_dir(&self) -> PathBuf {
        self.dir.join("audit")
    }

    /// All texts of the sample that changed between the client and the backend.
    fn changes(&self) -> Vec<TextChange> {
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

fn now_ms() -> u64 {
    jiff::Timestamp::now().as_millisecond().try_into().unwrap_or_default()
}
