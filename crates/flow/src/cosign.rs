//! Collects cosignatures: each new checkpoint of our log goes to the witnesses of the policy, and is
//! kept with what they answered once that is enough. Must not sign for the log, and must not take a
//! witness's word for anything but its own signature.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use model::Clock;
use platforms::{CallError, HttpClient, Said};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Cosigned, Store, StoreError};
use tlog::Hash;
use tlog::checkpoint::Checkpoint;
use tlog::cosignature;
use tlog::note::{Note, Signature};
use tlog::policy::{Policy, PolicyError, Witness};
use tlog::proof::{consistency, tiles_of_consistency};
use tlog::tile::TileId;
use tlog::witness::{AddCheckpoint, read_signatures, read_size};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Enough for the cosignatures of a witness with several keys.
const LONGEST_ANSWER: usize = 64 << 10;

/// What the collector reads of our own log.
pub trait OwnLog: Send + Sync + 'static {
    /// The newest checkpoint that was signed and published; nothing before the first.
    fn checkpoint(&self) -> impl Future<Output = Result<Option<Note>, StoreError>> + Send;

    /// These tiles; all of them are of a published checkpoint.
    fn tiles(
        &self,
        wanted: BTreeSet<TileId>,
    ) -> impl Future<Output = Result<BTreeMap<TileId, Vec<Hash>>, StoreError>> + Send;
}

/// How often witnesses are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// How often it is looked whether there is a new checkpoint.
    pub look_every: Duration,
    /// How long a cosignature is good when the log does not grow: then a fresh one is asked for.
    pub renew_after: Duration,
    /// How long a witness may take to answer: the others' cosignatures do not wait for it longer.
    pub patience: Duration,
}

impl Default for Rounds {
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(1),
            renew_after: Duration::from_secs(600),
            patience: Duration::from_secs(5),
        }
    }
}

/// How it stands with one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessState {
    /// Its name in the policy.
    pub name: String,
    /// The size that it cosigned last, and when by its own clock, in seconds since 1970.
    pub cosigned: Option<(u64, u64)>,
    /// Why it did not cosign when it was asked last.
    pub trouble: Option<String>,
}

/// Why a witness gave no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The policy gives no address for it.
    #[error("the policy gives no address for it")]
    NoAddress,
    /// It could not be asked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It knows a larger log than ours.
    #[error(
        "it saw this log at size {seen}, but the log has {ours}: an old backup was restored, or \
         somebody else signs with the log's key"
    )]
    Ahead {
        /// The size that it saw.
        seen: u64,
        /// The size that our log has.
        ours: u64,
    },
    /// It found that the log contradicts what it signed before.
    #[error("it saw another history of this log: {0}")]
    Contradiction(String),
    /// It answered something else.
    #[error("it answered {status}: {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        said: String,
    },
    /// It took too long.
    #[error("it did not answer within {} seconds", .0.as_secs())]
    Slow(Duration),
    /// Its signature is not there or not right.
    #[error("its answer holds no cosignature of this checkpoint by its key")]
    NoSignature,
    /// The proof cannot be made.
    #[error("the proof from {0} on cannot be made: {1}")]
    Proof(u64, String),
    /// Our own store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks witnesses and keeps what they cosigned. Cheap to clone.
#[derive(Debug)]
pub struct Collector<L> {
    log: Arc<L>,
    store: Store,
    client: HttpClient,
    policy: Arc<Policy>,
    clock: Arc<dyn Clock>,
    rounds: Rounds,
    memory: Arc<Mutex<Memory>>,
}

/// What is remembered between rounds: of the newest checkpoint, and of each witness by its name.
#[derive(Debug, Default)]
struct Memory {
    gathered: Option<Note>,
    witnesses: HashMap<String, Remembered>,
}

/// Of one witness.
#[derive(Debug, Clone, Default)]
struct Remembered {
    cosigned: Option<(u64, u64)>,
    trouble: Option<String>,
    asked_at: Option<Timestamp>,
    /// How often in a row it did not cosign.
    failures: u32,
}

impl<L> Clone for Collector<L> {
    fn clone(&self) -> Self {
        Self {
            log: Arc::clone(&self.log),
            store: self.store.clone(),
            client: self.client.clone(),
            policy: Arc::clone(&self.policy),
            clock: Arc::clone(&self.clock),
            rounds: self.rounds,
            memory: Arc::clone(&self.memory),
        }
    }
}

impl<L: OwnLog> Collector<L> {
    /// A collector for our log under `policy`, which names the log's key.
    pub fn new(
        log: L,
        store: Store,
        client: HttpClient,
        policy: Policy,
        clock: Arc<dyn Clock>,
        rounds: Rounds,
    ) -> Self {
        let (log, policy) = (Arc::new(log), Arc::new(policy));
        Self { log, store, client, policy, clock, rounds, memory: Arc::default() }
    }

    /// Runs until `stop` is cancelled.
    pub fn start(&self, stop: CancellationToken) -> JoinHandle<()> {
        let collector = self.clone();
        tokio::spawn(async move {
            while !stop.is_cancelled() {
                if let Err(error) = collector.round().await {
                    tracing::error!(%error, "cosignatures cannot be collected");
                }
                tokio::select! {
                    () = sleep(collector.rounds.look_every) => {}
                    () = stop.cancelled() => {}
                }
            }
        })
    }

    /// How it stands with each witness of the policy.
    pub fn states(&self) -> Vec<WitnessState> {
        let memory = self.memory();
        let state = |witness: &Witness| {
            let it = memory.witnesses.get(&witness.name).cloned().unwrap_or_default();
            WitnessState { name: witness.name.clone(), cosigned: it.cosigned, trouble: it.trouble }
        };
        self.policy.witnesses().iter().map(state).collect()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the witnesses whose cosignature of the newest checkpoint is missing or old. What they
    /// give is kept as soon as it is enough: nobody waits for the slowest.
    ///
    /// # Errors
    /// [`StoreError`] when our own store fails. That witnesses do not answer is no error: see
    /// [`Self::states`].
    pub async fn round(&self) -> Result<(), StoreError> {
        let Some(note) = self.log.checkpoint().await? else { return Ok(()) };
        let Ok(Checkpoint { size, .. }) = Checkpoint::parse(note.text()) else { return Ok(()) };
        let now = self.clock.now();
        let mut gathered = self.gathered(note, size, now).await?;
        let asked_about = gathered.clone();
        let due: Vec<_> =
            self.policy.witnesses().iter().filter(|it| self.due(it, &gathered, now)).collect();
        let mut asked: FuturesUnordered<_> = due
            .into_iter()
            .map(|witness| {
                let (note, known) = (&asked_about, self.known(witness));
                async move { (witness, self.ask_patiently(witness, note, size, known).await) }
            })
            .collect();
        while let Some((witness, answer)) = asked.next().await {
            let Some(signature) = self.note_answer(witness, &gathered, size, answer, now) else {
                continue;
            };
            gathered.add(signature);
            self.memory().gathered = Some(gathered.clone());
            self.keep(&gathered, size, now).await?;
        }
        match self.policy.accept(&gathered) {
            Ok(_) => {}
            Err(PolicyError::Quorum(found)) => {
                tracing::warn!(found, size, "too few witnesses cosigned the checkpoint");
            }
            Err(error) => tracing::error!(%error, "the policy does not accept our own checkpoint"),
        }
        Ok(())
    }

    /// Keeps a checkpoint, if its cosignatures are enough.
    async fn keep(&self, note: &Note, size: u64, now: Timestamp) -> Result<(), StoreError> {
        if self.policy.accept(note).is_err() {
            return Ok(());
        }
        let checkpoint = note.to_string();
        self.store.keep_cosigned(&Cosigned { size, checkpoint, collected_at: now }).await?;
        Ok(())
    }

    /// The checkpoint with the cosignatures of it that are here already.
    async fn gathered(&self, note: Note, size: u64, now: Timestamp) -> Result<Note, StoreError> {
        let same = |other: &Note| other.text() == note.text();
        if let Some(gathered) = self.memory().gathered.clone().filter(same) {
            return Ok(gathered);
        }
        let kept = self.store.cosigned().await?;
        let kept = kept.and_then(|kept| kept.checkpoint.parse().ok()).filter(same);
        let gathered = match kept {
            Some(kept) => kept,
            None => {
                // A policy may ask for no cosignatures at all.
                self.keep(&note, size, now).await?;
                note
            }
        };
        self.memory().gathered = Some(gathered.clone());
        Ok(gathered)
    }

    /// Whether a witness is to be asked now. One that failed rests, twice as long each time.
    fn due(&self, witness: &Witness, gathered: &Note, now: Timestamp) -> bool {
        let memory = self.memory();
        let Some(it) = memory.witnesses.get(&witness.name) else { return true };
        let Some(asked_at) = it.asked_at else { return true };
        let rest = if it.failures > 0 {
            let doubled = self.rounds.look_every * 2_u32.saturating_pow(it.failures.min(16));
            doubled.min(self.rounds.renew_after / 10)
        } else if gathered.signatures().iter().any(|signature| signature.names(&witness.key)) {
            self.rounds.renew_after
        } else {
            Duration::ZERO
        };
        // A clock that was set back must not silence a witness.
        Duration::try_from(now.duration_since(asked_at)).map_or(true, |age| age >= rest)
    }

    fn known(&self, witness: &Witness) -> u64 {
        let cosigned = self.memory().witnesses.get(&witness.name).and_then(|it| it.cosigned);
        cosigned.map_or(0, |(size, _)| size)
    }

    /// Remembers what a witness answered. Its cosignature, unless a later one of it is here: an old
    /// one that is sent again must not make the checkpoint look older than it is.
    fn note_answer(
        &self,
        witness: &Witness,
        gathered: &Note,
        size: u64,
        answer: Result<(Signature, u64), AskError>,
        now: Timestamp,
    ) -> Option<Signature> {
        let name = witness.name.as_str();
        let mut memory = self.memory();
        let it = memory.witnesses.entry(name.to_owned()).or_default();
        it.asked_at = Some(now);
        let error = match answer {
            Ok((signature, time)) => {
                let here = gathered.signatures().iter();
                let before = here
                    .filter_map(|old| cosignature::verify(gathered.text(), old, &witness.key))
                    .max();
                let off = now.as_second().abs_diff(i64::try_from(time).unwrap_or(i64::MAX));
                it.cosigned = Some((size, time.max(before.unwrap_or(0))));
                it.failures = 0;
                it.trouble = (off > self.rounds.renew_after.as_secs())
                    .then(|| format!("its cosignature is dated {off} seconds away from our clock: one of the clocks is wrong, or an old answer was sent again"));
                metrics::gauge!("evenhand_cosigned_size", "witness" => name.to_owned())
                    .set(size as f64);
                return before.is_none_or(|before| before < time).then_some(signature);
            }
            Err(error) => error,
        };
        let text = error.to_string();
        // Said once, not at every round.
        if it.trouble.as_ref() != Some(&text) {
            match error {
                AskError::Ahead { .. } | AskError::Contradiction(_) => {
                    tracing::error!(witness = name, "STOP AND LOOK: {text}");
                }
                _ => tracing::warn!(witness = name, "no cosignature: {text}"),
            }
        }
        it.failures = it.failures.saturating_add(1);
        it.trouble = Some(text);
        None
    }

    async fn ask_patiently(
        &self,
        witness: &Witness,
        note: &Note,
        size: u64,
        known: u64,
    ) -> Result<(Signature, u64), AskError> {
        let patience = self.rounds.patience;
        let asked = tokio::time::timeout(patience, self.ask(witness, note, size, known)).await;
        asked.unwrap_or(Err(AskError::Slow(patience)))
    }

    /// The cosignature of one witness over `note`, of a log of `size`, and its time.
    async fn ask(
        &self,
        witness: &Witness,
        note: &Note,
        size: u64,
        known: u64,
    ) -> Result<(Signature, u64), AskError> {
        let prefix = witness.url.as_deref().ok_or(AskError::NoAddress)?;
        let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
        let mut said = self.post(&url, note, size, known.min(size)).await?;
        if let (409, Some(seen)) = (said.status, read_size(&said.body)) {
            if seen > size {
                return Err(AskError::Ahead { seen, ours: size });
            }
            said = self.post(&url, note, size, seen).await?;
        }
        // It ends up in logs and on a page: no line breaks, no terminal codes.
        let plain = |one: char| if one.is_control() { ' ' } else { one };
        let beginning =
            || said.body.chars().take(200).map(plain).collect::<String>().trim().to_owned();
        match said.status {
            200 => {}
            422 => return Err(AskError::Contradiction(beginning())),
            status => return Err(AskError::Refused { status, said: beginning() }),
        }
        let signatures = read_signatures(&said.body).unwrap_or_default();
        signatures
            .into_iter()
            .find_map(|signature| {
                let time = cosignature::verify(note.text(), &signature, &witness.key)?;
                Some((signature, time))
            })
            .ok_or(AskError::NoSignature)
    }

    async fn post(&self, url: &str, note: &Note, size: u64, old: u64) -> Result<Said, AskError> {
        let failed = |why: &dyn std::fmt::Display| AskError::Proof(old, why.to_string());
        let wanted = tiles_of_consistency(old, size).map_err(|error| failed(&error))?;
        let tiles = self.log.tiles(wanted).await?;
        let proof = consistency(&tiles, old, size).map_err(|error| failed(&error))?;
        let request = AddCheckpoint { old, proof, checkpoint: note.clone() };
        Ok(self.client.ask(url, request.to_string(), LONGEST_ANSWER).await?)
    }
}
