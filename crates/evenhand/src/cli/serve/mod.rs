//! `evenhand serve`: brings the parts together, keeps them running, and stops them in order.
//! Must not handle a request itself.

mod demo;
pub(in crate::cli) mod log;
mod signals;

use super::place::{Held, Place, hold, open};
use super::rulebook::load;
use crate::clock::{SystemClock, SystemIds};
use crate::config::Config;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use console::{Bounds, Console, ConsoleState};
use flow::like::Pictures;
use flow::monitor::Monitor;
use flow::{
    Engine, HeldBack, Hooks, Intake, MediaSource, Notices, Outbox, Persistence, Resume, Review,
    Ways,
};
use jiff::SignedDuration;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use model::{Clock, Ids};
use platforms::pictures::Decoder;
use platforms::webhook::Endpoint;
use platforms::{Reach, Scorers, http_client};
use rules::Sources;
use rules::rulebook::Rulebook;
use signals::Signals;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use store::log::{Log, LogReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often old values of the metrics are tidied up.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// How often fingerprints are made of what came.
const LIKENESS_EVERY: Duration = Duration::from_secs(5);
/// A picture that takes longer has no fingerprint.
const PICTURE_PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether a notice, a case or a bulk decision can go on.
const SETTLE_EVERY: Duration = Duration::from_secs(1);

/// Start the server: public pages, the interface for programs, and the worker that sends decisions
///
/// SIGTERM or SIGINT stops it: what was taken in is kept and answered first; a second signal stops
/// it at once. SIGHUP reads the rulebook again and puts it into force if it checks and its worked
/// cases pass.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Address of the public pages and the API [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Address of /livez, /readyz and /metrics [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<SocketAddr>,
    /// Directory of the rulebook [default: the starter rulebook in this program]
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    /// Address by which people reach the public pages [default: http:// and --listen]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Start the sample platform beside it and post a sample feed there
    #[arg(long)]
    demo: bool,
    /// Address of the sample platform
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    plaza_listen: SocketAddr,
    /// Pace of the sample feed: 1 is human, 0.1 ten times as fast
    #[arg(long, hide = true, env = "EVENHAND_DEMO_PACE", default_value_t = 1.0)]
    pace: f64,
}

impl Serve {
    pub(in crate::cli) fn run(mut self, terminal: &Terminal) -> Result<Exit> {
        let mut config = self.place.settings()?;
        config.listen = self.listen.unwrap_or(config.listen);
        config.admin_listen = self.admin_listen.unwrap_or(config.admin_listen);
        config.rulebook = self.rulebook.take().or(config.rulebook);
        config.public_url = self.public_url.take().or(config.public_url);
        config.validate()?;
        let Some(book) = load(config.rulebook.as_deref(), terminal)? else {
            return Ok(Exit::Unable);
        };
        log::start(&config.log)?;
        super::wait_for(async {
            let server = Server::start(config, book, self.demo).await?;
            server.run(self, terminal).await
        })
    }
}

/// Everything that runs.
struct Server {
    config: Config,
    public: TcpListener,
    admin: TcpListener,
    engine: Arc<Engine>,
    /// How far calls to the platform may reach.
    reach: Reach,
    hooks: Hooks,
    state: ConsoleState,
    writer: JoinHandle<()>,
    sequencer: Sequencer,
    metrics: PrometheusHandle,
    stop: CancellationToken,
    _held: Held,
}

/// The worker that keeps the public log. It stops last: what was taken in last is logged, too.
struct Sequencer {
    key: String,
    task: JoinHandle<()>,
    stop: CancellationToken,
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

fn bounds(config: &Config) -> Bounds {
    let rate = config.intake.requests_per_second;
    Bounds {
        event_bytes: config.intake.event_bytes,
        body_bytes: config.intake.body_bytes,
        unpacked_bytes: config.intake.body_bytes.saturating_mul(2),
        requests_per_second: NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN),
        ..Bounds::default()
    }
}

impl Server {
    async fn start(mut config: Config, book: Rulebook, demo: bool) -> Result<Self> {
        let metrics = PrometheusBuilder::new().install_recorder()?;
        metrics::gauge!("evenhand_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        super::place::make_directory(&config.data)?;
        let held = hold(&config.data)?;
        let store = open(&config).await?;
        let (public, admin) = (listen(config.listen).await?, listen(config.admin_listen).await?);
        // Port 0 means any: from here on the one that was given.
        config.listen = public.local_addr()?;
        config.admin_listen = admin.local_addr()?;
        let sources = crate::files::read(config.rulebook.as_deref())?;
        let (book, sources, held_back) = in_force(&store, book, sources).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn Ids> = Arc::new(SystemIds);
        let settings = flow::Settings {
            public_url: config.public_url(),
            queue_events: config.intake.queue,
            appeal_days: config.appeals.answer_days,
            ..flow::Settings::default()
        };
        let (c, i) = (Arc::clone(&clock), Arc::clone(&ids));
        let engine = Engine::start(book, &sources, store.clone(), c, i, settings).await?;
        engine.hold_back(held_back);
        // Before anything is taken in: a log that may not go on must not get new leaves.
        let seed = SystemIds.secret();
        let log = Log::open(store.clone(), &config.data, &config.origin(), &seed).await?;
        super::cosign::refuse_what_was_set_back(&config, log.verifier()).await?;
        let (key, stop) = (log.verifier().to_string(), CancellationToken::new());
        let period = Duration::from_millis(config.record.period_ms);
        let task = flow::sequence(Arc::clone(&engine), log, period, stop.clone());
        let sequencer = Sequencer { key, task, stop };
        let stop = CancellationToken::new();
        let (intake, writer) = Intake::start(Arc::clone(&engine), stop.clone());
        let private_addresses = demo || config.webhook.allow_private;
        let reach = Reach { private_addresses, ..Reach::default() };
        let key = store::log::webhook_key(&config.data, &SystemIds.secret())?;
        let hooks = Hooks::new(Arc::clone(&engine), http_client(&reach)?, key);
        let state = ConsoleState::new(Console {
            store,
            intake,
            review: Review::new(Arc::clone(&engine)),
            hooks: hooks.clone(),
            rulebook: Arc::clone(&engine.rulebook),
            clock,
            ids,
            bounds: bounds(&config),
            public_url: config.public_url(),
            log: Some(config.data.join("log")),
            audit: config.audit.terms()?,
            mail: config.mail.mailer()?.is_some(),
        });
        #[cfg(feature = "oidc")]
        if let Some(provider) = config.oidc.provider(&config.public_url())? {
            state.trust(provider);
        }
        Ok(Self {
            config,
            public,
            admin,
            engine,
            reach,
            hooks,
            state,
            writer,
            sequencer,
            metrics,
            stop,
            _held: held,
        })
    }

    async fn run(mut self, asked: Serve, terminal: &Terminal) -> Result<Exit> {
        let mut signals = Signals::listen()?;
        let tidy = tokio::spawn(tidy(self.metrics.clone()));
        let likeness = tokio::spawn(keep_likeness(Arc::clone(&self.engine)));
        let settling = tokio::spawn(settle(Review::new(Arc::clone(&self.engine))));
        let audit = self.config.audit.terms()?;
        let register = flow::tend_register(Arc::clone(&self.engine), self.stop.clone());
        let exemptions = flow::tend_exemptions(Arc::clone(&self.engine), self.stop.clone());
        let endings = flow::endings(Arc::clone(&self.engine), self.stop.clone());
        let audit = flow::audit::nightly(Arc::clone(&self.engine), audit, self.stop.clone());
        let deciding = flow::decide_when_due(Arc::clone(&self.engine), self.stop.clone());
        let handle = self.metrics.clone();
        let admin = console::admin_router(self.state.clone(), Arc::new(move || handle.render()));
        // The admin listener answers until the end: a stopping server says so.
        let admin = tokio::spawn(axum::serve(self.admin, admin).into_future());
        let drained = self.stop.clone().cancelled_owned();
        let mut pages = console::router(self.state);
        if let Some(witness) = super::witness::of_server(&self.config, &self.engine.store)? {
            pages = pages.nest("/witness", console::witness_router(witness));
        }
        let cosigning = super::cosign::of_server(&self.config, &self.engine)?;
        if let Some((_, cosigners)) = &cosigning {
            pages = pages.nest("/log/witnesses", console::cosigners_router(cosigners.clone()));
        }
        let cosigning = cosigning.map(|(collector, _)| collector.start(self.stop.clone()));
        let public = axum::serve(self.public, pages);
        let public = tokio::spawn(public.with_graceful_shutdown(drained).into_future());

        let mut endpoint = configured(&self.config)?;
        terminal.tell(&format!("Evenhand listens on {}", self.config.public_url()));
        if let Some(held) = self.engine.held_back() {
            terminal.tell(&format!(
                "The folder's rulebook ({}) waits until {} people agree to it at /console/replay; {} stays in force",
                held.version.short(),
                held.people,
                held.in_force.short()
            ));
        }
        terminal.tell(&format!("Verifier key of the public log: {}", self.sequencer.key));
        let demo = if asked.demo {
            let demo = demo::Demo::start(
                &self.engine.store,
                &self.config,
                asked.plaza_listen,
                &self.sequencer.key,
            )
            .await?;
            endpoint = Some(demo.endpoint.clone());
            self.config.monitor = demo.monitor();
            Some(demo.play(asked.pace, &self.stop, terminal))
        } else {
            None
        };
        // After the demo's keys: nobody gets a pseudonym that a key decides under.
        if let Some(first) = super::person::first(&self.engine.store, &self.config).await? {
            terminal.tell(&format!("Nobody manages this server yet. {first}"));
        }
        if let Some(endpoint) = endpoint {
            self.hooks.configure(endpoint);
        }
        self.engine.ask_scorers(Scorers::new(http_client(&self.reach)?));
        let ways = Ways { mail: self.config.mail.mailer()?, platform: Some(self.hooks.clone()) };
        let notices = Notices::new(Arc::clone(&self.engine), ways).start(self.stop.clone());
        self.engine.look_at_pictures(pictures(&self.config)?);
        let private_addresses = asked.demo || self.config.pictures.allow_private;
        let files = http_client(&Reach { private_addresses, ..Reach::default() })?;
        self.engine.show_media(MediaSource::new(files, self.config.pictures.folder.clone()));
        let (engine, hooks) = (Arc::clone(&self.engine), self.hooks.clone());
        let outbox = Outbox::start(engine, hooks, Persistence::default(), self.stop.clone());
        if let Some(model) = self.config.likeness.model()? {
            tracing::info!(
                sha256 = model.digest(),
                threshold = model.near().one_script,
                "like posts are found by meaning, too"
            );
            self.engine.understand(model);
        }
        let monitor = monitor(&self.config, &self.engine, self.stop.clone())?;
        // Outside of systemd nobody is told, and that is no error.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);

        let alive = watchdog();
        signals.until_stop(&self.engine, self.config.rulebook.as_deref()).await;
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        tracing::info!("stopping: what was taken in is kept first");
        self.stop.cancel();
        let drain = async {
            let _ = self.writer.await;
            let _ = public.await;
            let ours = [outbox, notices, audit, deciding, endings, register, exemptions];
            for task in demo.into_iter().chain(cosigning).chain(ours) {
                let _ = task.await;
            }
            self.sequencer.stop.cancel();
            let _ = self.sequencer.task.await;
        };
        let longest = Duration::from_secs(self.config.shutdown_seconds);
        tokio::select! {
            () = drain => {}
            () = tokio::time::sleep(longest) => tracing::warn!("some calls did not end in time"),
            () = signals.again() => tracing::warn!("stopped at once by a second signal"),
        }
        for task in
            [Some(tidy), Some(likeness), Some(settling), alive, monitor].into_iter().flatten()
        {
            task.abort();
        }
        admin.abort();
        self.engine.store.close().await;
        tracing::info!("stopped");
        Ok(Exit::Done)
    }
}

/// The folder's, or what people put into force since it was last read, or the one last in force while the folder's waits.
async fn in_force(
    store: &Store,
    book: Rulebook,
    sources: Sources,
) -> Result<(Rulebook, Sources, Option<HeldBack>)> {
    let now = SystemClock.now();
    match flow::resume(store, &sources, now).await? {
        Resume::Folder => Ok((book, sources, None)),
        Resume::Adopted(adopted, sources) => {
            tracing::info!(
                version = adopted.version().short(),
                folder = book.version().short(),
                "people put another rulebook into force since the folder changed; it stays"
            );
            Ok((*adopted, sources, None))
        }
        Resume::Held(last, before, held) => {
            flow::keep_as_draft(store, &sources, now).await?;
            tracing::warn!(
                version = last.version().short(),
                folder = held.version.short(),
                people = held.people,
                "the rulebook's folder changed while the server was stopped: it is kept as a draft and waits until people agree \
                 (try it and propose it at /console/replay); the version last in force stays"
            );
            Ok((*last, before, Some(held)))
        }
    }
}

/// Keeps fingerprints of what came, so that nobody who asks waits for them.
async fn keep_likeness(engine: Arc<Engine>) {
    loop {
        if let Err(error) = engine.keep_likeness().await {
            tracing::warn!(%error, "items cannot be read for their fingerprints; the next round tries again");
        }
        tokio::time::sleep(LIKENESS_EVERY).await;
    }
}

/// Does what waits in the background of the work list, for as long as there is any, then looks again.
async fn settle(review: Review) {
    loop {
        match review.settle().await {
            Ok(0) => tokio::time::sleep(SETTLE_EVERY).await,
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => {
                tracing::warn!(%error, "the background of the work list stands still; it is tried again");
                tokio::time::sleep(SETTLE_EVERY * 5).await;
            }
        }
    }
}

/// Starts to compare what the platform shows with the log, if it has a list.
fn monitor(
    config: &Config,
    engine: &Engine,
    stop: CancellationToken,
) -> Result<Option<JoinHandle<()>>> {
    let it = &config.monitor;
    let Some(url) = it.url.clone() else { return Ok(None) };
    let reach = Reach { private_addresses: it.allow_private, ..Reach::default() };
    let log = LogReader::new(engine.store.clone(), &config.data.join("log"));
    let grace = SignedDuration::from_mins(it.grace_minutes.into());
    let monitor = Monitor::new(engine.store.clone(), log, Arc::new(SystemClock), grace);
    let every = Duration::from_secs(u64::from(it.every_minutes.max(1)) * 60);
    Ok(Some(monitor.start(http_client(&reach)?, url, every, stop)))
}

async fn tidy(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        metrics.run_upkeep();
    }
}

/// Tells systemd that the process turns, if it asked for that.
fn watchdog() -> Option<JoinHandle<()>> {
    let every = sd_notify::watchdog_enabled()? / 2;
    Some(tokio::spawn(async move {
        loop {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            tokio::time::sleep(every).await;
        }
    }))
}

/// Pictures are decoded by this program, started anew for each and confined.
fn pictures(config: &Config) -> Result<Pictures> {
    let program = std::env::current_exe().context("this program does not find itself")?;
    let decoder =
        Decoder { program, arguments: vec!["decode-picture".into()], patience: PICTURE_PATIENCE };
    Ok(Pictures { decoder, folder: config.pictures.folder.clone() })
}

/// The platform's address from the settings.
fn configured(config: &Config) -> Result<Option<Endpoint>> {
    let Some(url) = config.webhook.url.clone() else { return Ok(None) };
    Ok(Some(Endpoint { url, secrets: config.webhook.secrets()? }))
}
