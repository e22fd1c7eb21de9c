//! What every step shares: the rulebook in force, the store, the clock, the ids, the settings. Must
//! not do a step itself.

use arc_swap::ArcSwap;
use model::{Clock, Ids};
use platforms::Scorers;
use rules::Sources;
use rules::rulebook::Rulebook;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::log::LogReader;
use store::{Store, StoreError};
use tokio::sync::{Mutex, MutexGuard, Notify};

/// Limits and addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Address of the public pages, without a slash at the end.
    pub public_url: String,
    /// Most events that wait to be decided.
    pub queue_events: usize,
    /// Most bytes of events that wait to be decided.
    pub queue_bytes: usize,
    /// Most events that are kept in one transaction.
    pub batch_events: usize,
    /// How long a batch waits for more events.
    pub batch_wait: Duration,
    /// How long a caller waits for the answer.
    pub patience: Duration,
    /// Within how many days an appeal must be answered; then it is escalated.
    pub appeal_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            queue_events: 4096,
            queue_bytes: 64 << 20,
            batch_events: 100,
            batch_wait: Duration::from_millis(5),
            patience: Duration::from_secs(20),
            appeal_days: 14,
        }
    }
}

/// What every step shares.
#[derive(Debug)]
pub struct Engine {
    /// The rulebook in force.
    pub rulebook: Arc<ArcSwap<Rulebook>>,
    /// Where everything is kept.
    pub store: Store,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws ids and openings.
    pub ids: Arc<dyn Ids>,
    /// Limits and addresses.
    pub settings: Settings,
    /// Lists that people change, put together.
    pub(crate) lists: crate::facts::Lists,
    /// Asks scorers; nobody is asked where there is none.
    pub(crate) scorers: OnceLock<Scorers>,
    /// Fingerprints of all items.
    pub(crate) likeness: crate::like::Likeness,
    /// How pictures are decoded; none is where nobody says so.
    pub(crate) pictures: OnceLock<crate::like::Pictures>,
    /// Where the files of items come from, for people to look at.
    pub(crate) media: OnceLock<crate::MediaSource>,
    /// What people settled, for automation to heed.
    pub(crate) settled: crate::like::Settled,
    /// Who looks at which case.
    pub(crate) presence: crate::review::Presence,
    /// The register of affiliations as it was last read.
    pub(crate) register: crate::registry::Kept,
    /// What the operator's folder holds and people have not agreed to.
    held_back: arc_swap::ArcSwapOption<crate::HeldBack>,
    turn: Mutex<()>,
    outbox: Notify,
    sequencer: Notify,
    log: OnceLock<LogReader>,
}

impl Engine {
    /// Joins what every step shares. The rulebook must be kept already: see [`Self::start`].
    pub fn new(
        rulebook: Arc<ArcSwap<Rulebook>>,
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: Settings,
    ) -> Arc<Self> {
        Arc::new(Self {
            rulebook,
            store,
            clock,
            ids,
            settings,
            lists: crate::facts::Lists::default(),
            scorers: OnceLock::new(),
            likeness: crate::like::Likeness::default(),
            pictures: OnceLock::new(),
            media: OnceLock::new(),
            settled: crate::like::Settled::default(),
            presence: crate::review::Presence::default(),
            register: crate::registry::Kept::default(),
            held_back: arc_swap::ArcSwapOption::empty(),
            turn: Mutex::new(()),
            outbox: Notify::new(),
            sequencer: Notify::new(),
            log: OnceLock::new(),
        })
    }

    /// Asks scorers from here on; until then their declared answers stand in.
    pub fn ask_scorers(&self, scorers: Scorers) {
        if self.scorers.set(scorers).is_err() {
            tracing::warn!("scorers are asked already; the first way of asking stays");
        }
    }

    /// Takes fingerprints of pictures from here on.
    pub fn look_at_pictures(&self, pictures: crate::like::Pictures) {
        if self.pictures.set(pictures).is_err() {
            tracing::warn!("pictures are looked at already; the first way of decoding stays");
        }
    }

    /// Shows people the pictures, videos and sounds of items from here on.
    pub fn show_media(&self, source: crate::MediaSource) {
        if self.media.set(source).is_err() {
            tracing::warn!("files of items are shown already; the first source stays");
        }
    }

    /// Finds like posts by meaning from here on, too.
    pub fn understand(&self, model: Arc<crate::like::Model>) {
        self.likeness.understand(model);
    }

    /// The model of meaning, where the operator gave one.
    #[must_use]
    pub fn model(&self) -> Option<&Arc<crate::like::Model>> {
        self.likeness.model()
    }

    /// Starts under a rulebook, loaded from `sources`, and keeps that it came into force, if it was not already.
    ///
    /// # Errors
    /// [`StoreError`] when the rulebook cannot be kept.
    pub async fn start(
        rulebook: Rulebook,
        sources: &Sources,
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: Settings,
    ) -> Result<Arc<Self>, StoreError> {
        crate::reload::adopt(&store, &rulebook, sources, clock.now(), None).await?;
        let rulebook = Arc::new(ArcSwap::from_pointee(rulebook));
        let engine = Self::new(rulebook, store, clock, ids, settings);
        engine.keep_register().await?;
        Ok(engine)
    }

    /// The version of the operator's folder that waits for people to agree, if one does.
    #[must_use]
    pub fn held_back(&self) -> Option<Arc<crate::HeldBack>> {
        self.held_back.load_full()
    }

    /// Says so from here on, or that none waits any more.
    pub fn hold_back(&self, held: Option<crate::HeldBack>) {
        metrics::gauge!("evenhand_rulebook_held_back").set(if held.is_some() { 1.0 } else { 0.0 });
        self.held_back.store(held.map(Arc::new));
    }

    /// Whoever decides holds the turn from reading an account's standing until the decision is
    /// kept: two decisions at once would both count as the first.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Keeps fingerprints of what came since the last time. Returns how many there are.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn keep_likeness(&self) -> Result<usize, StoreError> {
        let terms = crate::like::terms(&self.rulebook.load());
        let items = self.likeness.refresh(&self.store, &terms).await?;
        let (book, pictures) = (self.rulebook.load_full(), self.pictures.get());
        self.likeness.refresh_signals(&self.store, &book, pictures).await?;
        self.likeness.refresh_meanings(&self.store, &terms).await?;
        Ok(items)
    }

    /// The lines of precedent that people settled under the rulebook in force, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn settled_lines(&self) -> Result<Vec<crate::like::ShownLine>, StoreError> {
        self.settled.lines(&self.store, &self.rulebook.load_full()).await
    }

    /// What the registers of affiliations say about an account.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn affiliation_of(
        &self,
        rulebook: &Rulebook,
        account: &model::AccountId,
    ) -> Result<Option<model::AffiliationKind>, StoreError> {
        Ok(rulebook.affiliation_of(account, self.clock.now()).map(|one| one.kind))
    }

    /// Tells the outbox that something waits in it.
    pub(crate) fn call_outbox(&self) {
        self.outbox.notify_one();
    }

    /// Reads of the public log, once [`crate::sequence`] keeps one.
    pub fn log(&self) -> Option<&LogReader> {
        self.log.get()
    }

    /// From here on there is a public log to read.
    pub(crate) fn set_log(&self, log: LogReader) {
        // The first stays: there is one log to a store.
        let _ = self.log.set(log);
    }

    /// Tells the sequencer that leaves were recorded.
    pub(crate) fn call_log(&self) {
        self.sequencer.notify_one();
    }

    /// Waits until leaves are recorded.
    pub(crate) async fn log_called(&self) {
        self.sequencer.notified().await;
    }

    /// Waits until something is put into the outbox.
    pub(crate) async fn outbox_called(&self) {
        self.outbox.notified().await;
    }
}
