//! Collects cosignatures: each new checkpoint of our log goes to the witnesses of the policy, and is
//! kept with what they answered once that is enough. Must not sign for the log, and must not take a
//! witness's word for anything but its own signature.

use futures_util::future::join_all;
use jiff::Timestamp;
use model::Clock;
use platforms::{CallError, HttpClient, Said};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
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
}

impl Default for Rounds {
    fn default() -> Self {
        Self { look_every: Duration::from_secs(1), renew_after: Duration::from_secs(600) }
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
    states: Arc<Mutex<HashMap<String, WitnessState>>>,
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
            states: Arc::clone(&self.states),
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
        Self { log, store, client, policy, clock, rounds, states: Arc::default() }
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
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = |witness: &Witness| {
            let name = witness.name.clone();
            let unknown = WitnessState { name, cosigned: None, trouble: None };
            states.get(&witness.name).cloned().unwrap_or(unknown)
        };
        self.policy.witnesses().iter().map(state).collect()
    }

    /// Asks every witness for the newest checkpoint, if that was not cosigned yet or long ago.
    ///
    /// # Errors
    /// [`StoreError`] when our own store fails. That witnesses do not answer is no error: see
    /// [`Self::states`].
    pub async fn round(&self) -> Result<(), StoreError> {
        let Some(note) = self.log.checkpoint().await? else { return Ok(()) };
        let now = self.clock.now();
        let kept = self.store.cosigned().await?;
        let kept =
            kept.and_then(|kept| Some((kept.checkpoint.parse::<Note>().ok()?, kept.collected_at)));
        let mut cosigned = match kept {
            Some((kept, at)) if kept.text() == note.text() => {
                if !self.due(&kept, at, now) {
                    return Ok(());
                }
                kept
            }
            _ => note,
        };
        let Ok(checkpoint) = Checkpoint::parse(cosigned.text()) else { return Ok(()) };
        let asked = self.policy.witnesses().iter().map(|witness| {
            let known = self.known(witness);
            let (note, size) = (&cosigned, checkpoint.size);
            async move { (witness, self.ask(witness, note, size, known).await) }
        });
        for (witness, answer) in join_all(asked).await {
            if let Some(signature) = self.note_state(witness, checkpoint.size, answer) {
                cosigned.add(signature);
            }
        }
        match self.policy.accept(&cosigned) {
            Ok(_) => {
                let checkpoint_text = cosigned.to_string();
                let kept = Cosigned {
                    size: checkpoint.size,
                    checkpoint: checkpoint_text,
                    collected_at: now,
                };
                self.store.keep_cosigned(&kept).await?;
            }
            Err(PolicyError::Quorum(found)) => {
                tracing::warn!(
                    found,
                    size = checkpoint.size,
                    "too few witnesses cosigned the checkpoint"
                );
            }
            Err(error) => tracing::error!(%error, "the policy does not accept our own checkpoint"),
        }
        Ok(())
    }

    /// Whether a checkpoint that was cosigned should be cosigned again: cosignatures are missing or
    /// have grown old.
    fn due(&self, kept: &Note, at: Timestamp, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(at)).unwrap_or_default();
        let missing = self.policy.witnesses().iter().any(|witness| {
            !kept.signatures().iter().any(|signature| signature.names(&witness.key))
        });
        age >= self.rounds.renew_after || missing && age >= self.rounds.renew_after / 10
    }

    fn known(&self, witness: &Witness) -> u64 {
        let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let cosigned = states.get(&witness.name).and_then(|state| state.cosigned);
        cosigned.map_or(0, |(size, _)| size)
    }

    fn note_state(
        &self,
        witness: &Witness,
        size: u64,
        answer: Result<(Signature, u64), AskError>,
    ) -> Option<Signature> {
        let name = witness.name.as_str();
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(name.to_owned()).or_insert_with(|| WitnessState {
            name: name.to_owned(),
            cosigned: None,
            trouble: None,
        });
        match answer {
            Ok((signature, time)) => {
                state.cosigned = Some((size, time));
                state.trouble = None;
                metrics::gauge!("evenhand_cosigned_size", "witness" => name.to_owned())
                    .set(size as f64);
                Some(signature)
            }
            Err(error) => {
                let text = error.to_string();
                if matches!(error, AskError::Ahead { .. } | AskError::Contradiction(_)) {
                    tracing::error!(witness = name, "STOP AND LOOK: {text}");
                } else if state.trouble.as_ref() != Some(&text) {
                    tracing::warn!(witness = name, "no cosignature: {text}");
                }
                state.trouble = Some(text);
                None
            }
        }
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
        let beginning = || said.body.chars().take(200).collect::<String>().trim().to_owned();
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
