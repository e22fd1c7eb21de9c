//! A moment to take a verdict back. Once decided, a decision is a leaf of the public log and nothing takes it out;
//! so a verdict given at the desk waits some seconds first, and only then takes the road. Must not shorten that.

use super::{Review, ReviewError, Reviewed, Verdict, failed, unwritable};
use crate::Engine;
use jiff::{SignedDuration, Timestamp};
use model::{CaseId, Json};
use std::sync::Arc;
use std::time::Duration;
use store::HeldVerdict;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// So long a verdict can be taken back.
pub const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// So often it is looked whether one is due.
const EVERY: Duration = Duration::from_millis(400);

/// A verdict that waits, and until when it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Who gave it.
    pub by: String,
    /// What it says.
    pub verdict: Verdict,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it is decided.
    pub due_at: Timestamp,
}

impl Pending {
    fn read(held: &HeldVerdict) -> Result<Self, ReviewError> {
        Ok(Self {
            by: held.by.clone(),
            verdict: held.verdict.read().map_err(unwritable)?,
            given_at: held.given_at,
            due_at: held.due_at,
        })
    }
}

impl Review {
    /// Gives a verdict that is decided in [`GRACE`], unless it is taken back. What could not be decided as it stands
    /// is refused at once.
    ///
    /// # Errors
    /// [`ReviewError`] says why not; [`ReviewError::Waits`] when another verdict waits on the case.
    pub async fn decide_soon(
        &self,
        case: CaseId,
        by: &str,
        verdict: Verdict,
    ) -> Result<Pending, ReviewError> {
        // Whoever has the case claimed decides it.
        self.open_case(case, by).await?;
        let preview = self.preview(case, by, &verdict).await?;
        if let Some(why) = preview.refused {
            return Err(ReviewError::NotAllowed(why));
        }
        if let Some(missing) = preview.missing.first() {
            return Err(ReviewError::NotAllowed(format!("the decision needs {missing}")));
        }
        let now = self.engine.clock.now();
        let held = HeldVerdict {
            case,
            by: by.to_owned(),
            verdict: Json::of(&verdict).map_err(unwritable)?,
            given_at: now,
            due_at: now.checked_add(GRACE).unwrap_or(now),
        };
        let stands = self.engine.store.hold_verdict(&held).await.map_err(failed)?;
        if stands != held {
            return Err(ReviewError::Waits(Box::new(Pending::read(&stands)?)));
        }
        Pending::read(&held)
    }

    /// The verdict that waits on a case.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn pending(&self, case: CaseId) -> Result<Option<Pending>, ReviewError> {
        let held = self.engine.store.held_verdict(case).await.map_err(failed)?;
        held.as_ref().map(Pending::read).transpose()
    }

    /// Takes back a verdict of one's own that is not decided yet; says whether it still waited.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store fails.
    pub async fn take_back(&self, case: CaseId, by: &str) -> Result<bool, ReviewError> {
        self.engine.store.drop_verdict(case, by).await.map_err(failed)
    }

    /// Decides the verdicts that are due. One that cannot be decided any more leaves its case open.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store fails; what is due stays.
    pub async fn decide_due(&self) -> Result<usize, ReviewError> {
        let store = &self.engine.store;
        let due = store.due_verdicts(self.engine.clock.now()).await.map_err(failed)?;
        let count = due.len();
        for held in due {
            let Pending { by, verdict, .. } = Pending::read(&held)?;
            match self.decide_now(held.case, &by, verdict).await {
                Err(ReviewError::Storage) => return Err(ReviewError::Storage),
                Err(why) => {
                    tracing::warn!(case = %held.case, %why, "a verdict could not be decided")
                }
                Ok(Reviewed::Decided(_) | Reviewed::Proposed { .. }) => {}
            }
            store.drop_verdict(held.case, &by).await.map_err(failed)?;
        }
        Ok(count)
    }
}

/// Decides what is due, until `stop`; verdicts that still wait then are decided after the next start.
pub fn decide_when_due(engine: Arc<Engine>, stop: CancellationToken) -> JoinHandle<()> {
    let review = Review::new(engine);
    tokio::spawn(async move {
        while !stop.is_cancelled() {
            if let Err(error) = review.decide_due().await {
                tracing::warn!(%error, "verdicts that are due wait a little longer");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    })
}
