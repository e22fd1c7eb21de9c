//! Evidence of appeals: what the person concerned, or who reported, hands in to show that a decision is wrong, until it is
//! answered. Read and kept as evidence on cases is. Must not show it to anybody who may not hear the appeal.

use super::{AppealError, Appeals, Looked, broken};
use crate::review::{Attached, ReviewError, Supplied, read_evidence};
use model::{Appeal, AppealId, Appellant, EvidenceId};
use store::{EvidenceOf, StoreError};

/// Most pieces of evidence of one appeal.
pub const MOST_PIECES: usize = 10;
/// Most bytes that one account hands in with all its appeals.
const MOST_BYTES: u64 = 100 << 20;

impl Looked {
    /// The pieces that an answer names, each once.
    pub(super) fn cited(&self, ids: &[EvidenceId]) -> Result<Vec<EvidenceId>, ReviewError> {
        let mut cited = Vec::new();
        for id in ids {
            if !self.evidence.iter().any(|one| one.id == *id) {
                return Err(ReviewError::NoSuchEvidence(*id));
            }
            if !cited.contains(id) {
                cited.push(*id);
            }
        }
        Ok(cited)
    }
}

impl Appeals {
    /// What was handed in to an appeal, the oldest first. For who appeals; whoever answers calls [`Self::look`].
    ///
    /// # Errors
    /// [`AppealError`] when the store cannot be read.
    pub async fn evidence(&self, id: AppealId) -> Result<Vec<Attached>, AppealError> {
        self.engine.store.evidence_of(EvidenceOf::Appeal(id)).await.map_err(broken)
    }

    /// Hands in more evidence to an appeal that waits: all of it, or none. What was handed in before is not kept twice.
    ///
    /// # Errors
    /// [`AppealError`] says why not.
    pub async fn hand_in(
        &self,
        id: AppealId,
        supplied: Vec<Supplied>,
    ) -> Result<Vec<Attached>, AppealError> {
        let _turn = self.engine.turn().await;
        let store = &self.engine.store;
        let stored = store.appeal(id).await.map_err(broken)?;
        let stored = stored.ok_or(AppealError::NoSuchAppeal(id))?;
        if stored.answer.is_some() {
            return Err(AppealError::AlreadyAnswered);
        }
        if supplied.is_empty() {
            return Err(AppealError::BadEvidence("nothing was handed in".into()));
        }
        let kept = self.evidence(id).await?;
        let mut new = self.handed_in(&stored.appeal, kept.len(), supplied).await?;
        new.retain(|(one, _)| !kept.iter().any(|other| other.sha256 == one.sha256));
        match store.keep_evidence(&new).await {
            Err(StoreError::NoSuch(_)) => Err(AppealError::AlreadyAnswered),
            done => done.map_err(broken),
        }?;
        self.evidence(id).await
    }

    /// One piece with its bytes, for who may hear the appeal; without them once they are erased.
    ///
    /// # Errors
    /// [`AppealError::TookPart`] for who may not hear it.
    pub async fn evidence_bytes(
        &self,
        id: EvidenceId,
        by: &str,
    ) -> Result<(Attached, Option<Vec<u8>>), AppealError> {
        let review = crate::Review::new(std::sync::Arc::clone(&self.engine));
        let (one, bytes) = review.evidence_bytes(id).await?;
        if let EvidenceOf::Appeal(appeal) = one.of {
            self.may_see(appeal, id, by).await?;
        }
        Ok((one, bytes))
    }

    /// Refuses who may neither hear the appeal that a piece came with, nor another one that shows the piece: who
    /// answers the second level, or has proposed to, reads what came with the first.
    async fn may_see(&self, id: AppealId, piece: EvidenceId, by: &str) -> Result<(), AppealError> {
        match self.look(id, by).await {
            Err(AppealError::TookPart) => {}
            looked => return looked.map(drop),
        }
        let store = &self.engine.store;
        let none = AppealError::NoSuchAppeal(id);
        let stored = store.appeal(id).await.map_err(broken)?.ok_or(none)?;
        let line = self.line(&self.stands_now(stored.appeal.decision).await?).await?;
        for other in store.appeals_against(&line).await.map_err(broken)? {
            match self.look(other.appeal.id, by).await {
                Ok(looked) if looked.evidence.iter().any(|one| one.id == piece) => return Ok(()),
                Ok(_) | Err(AppealError::TookPart) => {}
                Err(error) => return Err(error),
            }
        }
        Err(AppealError::TookPart)
    }

    /// What is handed in, as it is kept: `kept` pieces are there already.
    pub(super) async fn handed_in(
        &self,
        appeal: &Appeal,
        kept: usize,
        supplied: Vec<Supplied>,
    ) -> Result<Vec<(Attached, Vec<u8>)>, AppealError> {
        if kept + supplied.len() > MOST_PIECES {
            let why = format!("an appeal may have {MOST_PIECES} pieces of evidence");
            return Err(AppealError::BadEvidence(why));
        }
        let now = self.engine.clock.now();
        let mut all: Vec<(Attached, Vec<u8>)> = Vec::new();
        for one in supplied {
            let named = name(&one);
            let read = read_evidence(one, now)
                .map_err(|why| AppealError::BadEvidence(format!("{named}: {why}")))?;
            let one = read.kept(&self.engine, EvidenceOf::Appeal(appeal.id), appeal.by.word());
            if !all.iter().any(|(other, _)| other.sha256 == one.0.sha256) {
                all.push(one);
            }
        }
        if !all.is_empty() && appeal.by == Appellant::Person {
            let there = self.engine.store.handed_in_by(&appeal.account).await.map_err(broken)?;
            if there + all.iter().map(|(one, _)| one.size).sum::<u64>() > MOST_BYTES {
                let why = "your appeals hold as much as is kept for one account; give links";
                return Err(AppealError::BadEvidence(why.into()));
            }
        }
        Ok(all)
    }
}

/// What a piece is called in a word about it.
fn name(one: &Supplied) -> String {
    let called = match one {
        Supplied::File { name, .. } => name,
        Supplied::Link { link, .. } => link,
        Supplied::Text { .. } => return "your text".into(),
        Supplied::FactCheck { .. } => return "the fact check".into(),
    };
    let plain: String = called.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("“{plain}”")
}
