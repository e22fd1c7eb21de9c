//! A draft comes into force by people: one who has seen its replay proposes it, another agrees where the rulebook wants
//! two, and it is put into force with the report that was seen. Must not judge a draft, and must not put into force what
//! was seen against another rulebook than the one that it replaces.

use crate::Engine;
use crate::approval::{ApprovalError, Approvals, Proposed};
use crate::reload::{self, ReloadError};
use model::{Act, ActClass, ActState, Json, RulebookVersion};
use rules::Sources;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{AdoptedBy, Draft, StoreError};

/// Why a draft was not proposed, or not put into force.
#[derive(Debug, thiserror::Error)]
pub enum AdoptionError {
    /// Nobody saw a replay of it.
    #[error("no replay of this draft is on record: try it first")]
    NotSeen,
    /// What was seen does not say what would change now.
    #[error(
        "another rulebook came into force since the replay: try the draft again, on what holds now"
    )]
    Stale,
    /// It is the rulebook in force.
    #[error("this version is in force already")]
    InForce,
    /// It is proposed already.
    #[error("this draft is proposed already and waits for another person")]
    Proposed,
    /// The act is none of these, or does not hold.
    #[error("there is nothing here that people have agreed to put into force")]
    NotAgreed,
    /// The word was refused.
    #[error(transparent)]
    Refused(#[from] ApprovalError),
    /// It does not check, or its worked cases fail.
    #[error(transparent)]
    Unsound(#[from] ReloadError),
    /// The store failed; nothing was changed.
    #[error("the store cannot be used at present; nothing was changed: {0}")]
    Store(#[from] StoreError),
}

/// What is to be put into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopting {
    /// The draft.
    pub draft: RulebookVersion,
    /// The rulebook that it was held against, and that it replaces.
    pub in_force: RulebookVersion,
    /// SHA-256 of the replay's report that was seen.
    pub report: String,
}

/// Proposing, agreeing, refusing, putting into force. Cheap to clone; `by` is the pseudonym of the person.
#[derive(Debug, Clone)]
pub struct Adoptions {
    engine: Arc<Engine>,
    approvals: Approvals,
}

impl Adoptions {
    /// The way in for people.
    #[must_use]
    pub fn new(engine: Arc<Engine>) -> Self {
        Self { approvals: Approvals::new(Arc::clone(&engine)), engine }
    }

    /// Proposes the draft of a replay, as somebody who has seen its report. Where one person is enough it comes into
    /// force at once.
    ///
    /// # Errors
    /// [`AdoptionError`] says why not; nothing is proposed then.
    pub async fn propose(&self, report: &str, why: &str, by: &str) -> Result<Act, AdoptionError> {
        let seen = self.engine.store.replay(report).await?.ok_or(AdoptionError::NotSeen)?;
        let adopting =
            Adopting { draft: seen.draft, in_force: seen.in_force, report: report.to_owned() };
        self.must_be_current(&adopting)?;
        let open = |act: &Act| matches!(act.state(), ActState::Waiting { .. });
        if self.about(&adopting.draft).await?.iter().any(open) {
            return Err(AdoptionError::Proposed);
        }
        // Nobody is asked to agree to what cannot come into force.
        reload::trial(self.sources(&adopting.draft).await?).await?;
        let body = serde_json::to_string(&adopting).ok().and_then(|text| Json::parse(&text).ok());
        let proposed = Proposed {
            class: ActClass::Rulebook,
            about: adopting.draft.as_str().to_owned(),
            body: body.ok_or(AdoptionError::NotAgreed)?,
            why: why.to_owned(),
        };
        let act = self.approvals.propose(proposed, by).await?;
        self.carry_out(act).await
    }

    /// Agrees, as another person; with the last of them it comes into force.
    ///
    /// # Errors
    /// [`AdoptionError`] says why not. After [`AdoptionError::Refused`] and [`AdoptionError::Stale`] nothing was said.
    pub async fn approve(&self, id: &str, by: &str, reason: &str) -> Result<Act, AdoptionError> {
        let act = self.approvals.act(id).await?;
        self.must_be_current(&read(&act)?)?;
        let act = self.approvals.approve(id, by, reason).await?;
        self.carry_out(act).await
    }

    /// Says no, or takes the own proposal back.
    ///
    /// # Errors
    /// [`AdoptionError::Refused`].
    pub async fn refuse(&self, id: &str, by: &str, reason: &str) -> Result<Act, AdoptionError> {
        read(&self.approvals.act(id).await?)?;
        Ok(self.approvals.refuse(id, by, reason).await?)
    }

    /// Puts into force what people agreed to and what, by a crash in between, is not in force.
    ///
    /// # Errors
    /// [`AdoptionError`] says why not.
    pub async fn put_into_force(&self, id: &str) -> Result<Act, AdoptionError> {
        let act = self.approvals.act(id).await?;
        if !act.holds() {
            return Err(AdoptionError::NotAgreed);
        }
        self.must_be_current(&read(&act)?)?;
        self.carry_out(act).await
    }

    /// What was proposed about a draft, the latest first.
    ///
    /// # Errors
    /// [`AdoptionError::Store`].
    pub async fn about(&self, draft: &RulebookVersion) -> Result<Vec<Act>, AdoptionError> {
        Ok(reload::acts_about(&self.engine.store, draft).await?)
    }

    fn must_be_current(&self, adopting: &Adopting) -> Result<(), AdoptionError> {
        let book = self.engine.rulebook.load();
        match book.version() {
            version if *version == adopting.draft => Err(AdoptionError::InForce),
            version if *version != adopting.in_force => Err(AdoptionError::Stale),
            _ => Ok(()),
        }
    }

    async fn sources(&self, draft: &RulebookVersion) -> Result<Sources, AdoptionError> {
        let draft = self.engine.store.draft(draft).await?;
        let Draft { files, .. } = draft.ok_or(AdoptionError::NotSeen)?;
        Ok(Sources::from_map(files))
    }

    async fn carry_out(&self, act: Act) -> Result<Act, AdoptionError> {
        if !act.holds() {
            return Ok(act);
        }
        let adopting = read(&act)?;
        let by = AdoptedBy { act: act.id.clone(), report: adopting.report };
        let sources = self.sources(&adopting.draft).await?;
        reload::put_into_force(&self.engine, sources, Some(&by)).await?;
        Ok(act)
    }
}

fn read(act: &Act) -> Result<Adopting, AdoptionError> {
    let adopting = if act.class == ActClass::Rulebook { act.read().ok() } else { None };
    adopting.ok_or(AdoptionError::NotAgreed)
}
