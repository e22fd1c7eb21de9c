//! Looks for secret decisions: measures of the platform that no leaf of the public log tells, and leaves
//! that tell measures which nobody sees. Must not act on what it finds.

mod compare;
#[cfg(test)]
mod tests;

pub use compare::{Compared, Leaves, ListError, Misfit, Shown, When, Why, compare, read_list};

use jiff::SignedDuration;
use model::Clock;
use platforms::HttpClient;
use std::sync::Arc;
use std::time::Duration;
use store::log::{LogError, LogReader};
use store::{MonitorFinding, MonitorLook, Store, StoreError};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Most bytes of a platform's list.
pub const LONGEST_LIST: usize = 64 << 20;
/// How long a decision may be on its way to the platform, unless said otherwise.
pub const GRACE: SignedDuration = SignedDuration::from_mins(15);
/// Leaves that are read at once.
const STRIDE: u32 = 4096;
/// Most findings that are kept of one comparison; all are counted.
const MOST_KEPT: usize = 10_000;

/// Compares what a platform shows with the own log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Monitor {
    store: Store,
    log: LogReader,
    clock: Arc<dyn Clock>,
    grace: SignedDuration,
    /// What was read of the log so far: leaves never change.
    leaves: Arc<Mutex<Leaves>>,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Monitor {
    /// A monitor of the log that `log` reads. A decision may be on its way for `grace`.
    pub fn new(store: Store, log: LogReader, clock: Arc<dyn Clock>, grace: SignedDuration) -> Self {
        Self { store, log, clock, grace, leaves: Arc::default() }
    }

    /// How many leaves are published: asked before the platform is, so that what it does not show
    /// yet is not held against it.
    ///
    /// # Errors
    /// [`MonitorError`] when the log cannot be read.
    pub async fn size(&self) -> Result<u64, MonitorError> {
        Ok(self.log.latest_checkpoint().await?.map_or(0, |(_, checkpoint)| checkpoint.size))
    }

    /// Compares a list that was asked for when the log had `before` leaves.
    ///
    /// # Errors
    /// [`MonitorError`] when the log or the store cannot be read.
    pub async fn compare(
        &self,
        list: &[Shown],
        before: u64,
    ) -> Result<(MonitorLook, Compared), MonitorError> {
        let at = self.clock.now();
        let size = self.size().await?;
        let mut leaves = self.leaves.lock().await;
        while leaves.size() < size {
            let many = u32::try_from(size - leaves.size()).unwrap_or(STRIDE).min(STRIDE);
            let read = self.store.leaves(leaves.size(), many).await?;
            if read.is_empty() {
                break;
            }
            for leaf in read {
                leaves.take(&leaf.bytes);
            }
        }
        let known = self.store.concerned(&leaves.asked(list, at)).await?;
        let when = When { at, before, grace: self.grace };
        let found = compare(&leaves, list, &known, when);
        let look = MonitorLook {
            at,
            size: leaves.size(),
            listed: found.listed,
            agree: found.agree,
            pending: found.pending,
            explained: found.explained,
            unlogged: found.unlogged.len() as u64,
            undone: found.undone.len() as u64,
            trouble: None,
        };
        Ok((look, found))
    }

    /// Compares and keeps what was found.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub async fn look(&self, list: &[Shown], before: u64) -> Result<Compared, MonitorError> {
        let (look, found) = self.compare(list, before).await?;
        let kept = |kind: &'static str| {
            move |misfit: &Misfit| MonitorFinding {
                kind: kind.into(),
                why: misfit.why.word().into(),
                measure: misfit.shown.measure.clone(),
                decision: misfit.shown.decision.clone(),
                item: misfit.shown.item.clone(),
                account: misfit.shown.account.clone(),
            }
        };
        let unlogged = found.unlogged.iter().map(kept("unlogged"));
        let all = unlogged.chain(found.undone.iter().map(kept("undone"))).take(MOST_KEPT);
        self.store.keep_monitor_look(&look, &all.collect::<Vec<_>>()).await?;
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        for (kind, many) in [("unlogged", look.unlogged), ("undone", look.undone)] {
            metrics::gauge!("evenhand_monitor_misfits", "kind" => kind).set(many as f64);
        }
        if look.unlogged > 0 {
            tracing::error!(
                measures = look.unlogged,
                "the platform shows measures that no leaf of the public log tells: see /log/monitor"
            );
        }
        Ok(found)
    }

    /// Asks the platform for its list at `url` and looks.
    ///
    /// # Errors
    /// As [`Self::compare`]; that the platform does not answer is kept, and no error.
    pub async fn ask(&self, client: &HttpClient, url: &str) -> Result<(), MonitorError> {
        let before = self.size().await?;
        let trouble = match client.fetch(url, LONGEST_LIST).await {
            Ok((200, bytes)) => {
                let text = String::from_utf8(bytes).map_err(|error| error.to_string());
                match text.and_then(|text| read_list(&text).map_err(|error| error.to_string())) {
                    Ok(list) => return self.look(&list, before).await.map(drop),
                    Err(why) => why,
                }
            }
            Ok((status, _)) => format!("the platform answers {status}"),
            Err(error) => error.to_string(),
        };
        tracing::warn!(trouble, "the platform's list of restrictions cannot be compared");
        let (at, size) = (self.clock.now(), before);
        let look = MonitorLook { at, size, trouble: Some(trouble), ..MonitorLook::default() };
        Ok(self.store.keep_monitor_look(&look, &[]).await?)
    }

    /// Asks at once and then every so often, until `stop` is cancelled.
    pub fn start(
        self,
        client: HttpClient,
        url: String,
        every: Duration,
        stop: CancellationToken,
    ) -> JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                if let Err(error) = self.ask(&client, &url).await {
                    tracing::error!(%error, "the monitor could not look");
                }
                tokio::select! {
                    () = tokio::time::sleep(every) => {}
                    () = stop.cancelled() => return,
                }
            }
        })
    }
}
