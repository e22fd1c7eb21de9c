//! Takes events in: a bounded queue to one writer. Must never hold more than the queue allows, and
//! must not answer before the transaction that keeps the event.

use crate::batch::{Batch, settle};
use crate::{Answer, Engine, Refused};
use model::Event;
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

const RETRY_AFTER: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether events are taken at present; `/readyz` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Events are taken and kept.
    Ready,
    /// The store cannot write; what waits is tried again until it can.
    Storage(String),
    /// The server is stopping.
    Stopping,
}

/// An event in the queue.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) event: Event,
    answer: oneshot::Sender<Result<Answer, Refused>>,
    _bytes: OwnedSemaphorePermit,
}

/// The way in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    queue: mpsc::Sender<Waiting>,
    bytes: Arc<Semaphore>,
    most_bytes: usize,
    readiness: watch::Receiver<Readiness>,
    patience: Duration,
}

impl Intake {
    /// Opens the way in and starts the writer. When `stop` is cancelled no more events are taken;
    /// the writer keeps what waits and ends.
    pub fn start(engine: Arc<Engine>, stop: CancellationToken) -> (Self, JoinHandle<()>) {
        let settings = &engine.settings;
        let (queue, events) = mpsc::channel(settings.queue_events.max(1));
        let (tell, readiness) = watch::channel(Readiness::Ready);
        let most_bytes = settings.queue_bytes.min(Semaphore::MAX_PERMITS);
        let bytes = Arc::new(Semaphore::new(most_bytes));
        let patience = settings.patience;
        let writer = tokio::spawn(Writer { engine, events, tell, stop }.run());
        (Self { queue, bytes, most_bytes, readiness, patience }, writer)
    }

    /// Puts an event into the queue and waits until it is kept and decided.
    ///
    /// # Errors
    /// [`Refused`] says why the event was not taken and what to do; at once when the queue is full.
    pub async fn submit(&self, event: Event) -> Result<Answer, Refused> {
        match self.readiness() {
            Readiness::Ready => {}
            Readiness::Storage(_) => {
                return Err(counted(Refused::Storage { retry_after: LONGEST_PAUSE }));
            }
            Readiness::Stopping => return Err(counted(Refused::Stopping)),
        }
        let busy = || counted(Refused::Busy { retry_after: RETRY_AFTER });
        let bytes = Arc::clone(&self.bytes);
        let bytes = bytes.try_acquire_many_owned(self.weight(&event)).map_err(|_| busy())?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { event, answer, _bytes: bytes };
        self.queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => busy(),
            mpsc::error::TrySendError::Closed(_) => counted(Refused::Stopping),
        })?;
        match timeout(self.patience, answered).await {
            Ok(Ok(answer)) => answer.map_err(counted),
            Ok(Err(_)) => Err(counted(Refused::Stopping)),
            Err(_) => Err(counted(Refused::Late)),
        }
    }

    /// Waits for room in the queue, where [`Self::submit`] would refuse: for whoever reads a file.
    ///
    /// # Errors
    /// [`Refused`], but never [`Refused::Busy`].
    pub async fn submit_waiting(&self, event: Event) -> Result<Answer, Refused> {
        loop {
            match self.submit(event.clone()).await {
                Err(Refused::Busy { .. }) => sleep(Duration::from_millis(2)).await,
                other => return other,
            }
        }
    }

    /// Whether events are taken at present.
    pub fn readiness(&self) -> Readiness {
        self.readiness.borrow().clone()
    }

    /// An event larger than the whole queue may still pass, alone.
    fn weight(&self, event: &Event) -> u32 {
        let secret = event.secret_data.as_ref().map_or(0, |data| data.as_str().len());
        let bytes = (event.data.as_str().len() + secret).clamp(1, self.most_bytes.max(1));
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }
}

fn counted(refused: Refused) -> Refused {
    metrics::counter!("evenhand_events_refused_total", "why" => refused.word()).increment(1);
    refused
}

/// The one task that writes.
struct Writer {
    engine: Arc<Engine>,
    events: mpsc::Receiver<Waiting>,
    tell: watch::Sender<Readiness>,
    stop: CancellationToken,
}

impl Writer {
    async fn run(mut self) {
        while let Some(first) = self.next().await {
            let batch = self.collect(first).await;
            metrics::histogram!("evenhand_batch_size").record(count(batch.len()));
            metrics::gauge!("evenhand_queue_waiting").set(count(self.events.len()));
            self.keep(batch).await;
        }
        self.tell.send_replace(Readiness::Stopping);
    }

    async fn next(&mut self) -> Option<Waiting> {
        tokio::select! {
            biased;
            () = self.stop.cancelled(), if !self.events.is_closed() => {
                self.tell.send_replace(Readiness::Stopping);
                self.events.close();
            }
            first = self.events.recv() => return first,
        }
        // Closed: what waits is still kept.
        self.events.recv().await
    }

    /// More events join the first until the batch is full or the time is over.
    async fn collect(&mut self, first: Waiting) -> Vec<Waiting> {
        let most = self.engine.settings.batch_events.max(1);
        let end = Instant::now() + self.engine.settings.batch_wait;
        let mut batch = vec![first];
        while batch.len() < most {
            let room = most - batch.len();
            match timeout_at(end, self.events.recv_many(&mut batch, room)).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
        }
        batch
    }

    /// Keeps a batch, however long the store needs, and answers. Only a stop gives up: nobody was
    /// answered then, so nothing that was acknowledged is lost.
    async fn keep(&self, batch: Vec<Waiting>) {
        let (events, waiting): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|it| (it.event, (it.answer, it._bytes))).unzip();
        let events: Batch = events.into();
        let mut pause = FIRST_PAUSE;
        let answers = loop {
            match settle(&self.engine, &events).await {
                Ok(answers) => break answers,
                Err(error) => self.fail(&error),
            }
            if self.stop.is_cancelled() {
                break vec![Err(Refused::Storage { retry_after: LONGEST_PAUSE }); waiting.len()];
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = self.stop.cancelled() => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        self.tell.send_if_modified(|now| {
            let recovered = matches!(now, Readiness::Storage(_));
            if recovered {
                *now = Readiness::Ready;
                tracing::info!("the store writes again");
            }
            recovered
        });
        for ((answer, _), result) in waiting.into_iter().zip(answers) {
            // Whoever does not wait any more can ask again: the event is kept.
            let _ = answer.send(result);
        }
    }

    fn fail(&self, error: &StoreError) {
        metrics::counter!("evenhand_store_errors_total").increment(1);
        tracing::error!(%error, "the store cannot write; events are refused until it can");
        self.tell.send_if_modified(|now| {
            let ready = *now == Readiness::Ready;
            if ready {
                *now = Readiness::Storage(error.to_string());
            }
            ready
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "queue lengths are far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
