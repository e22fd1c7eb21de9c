//! Appeals: a decision is challenged, somebody who took part in nothing of it answers with reasons, and what is
//! granted is undone. Must not let automation answer, nor anybody see or answer the challenge of what they had a hand in.

mod bounds;
mod evidence;
mod urgent;

use crate::review::{
    Attached, Bytes, Obstacle, Question, Review, ReviewError, Supplied, failed, unwritable,
};
use crate::{Engine, undo};
use bounds::{harsher, verdict};
pub use evidence::MOST_PIECES;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use model::{
    Appeal, AppealAnswer, AppealId, AppealOutcome, Appellant, ClauseId, Decided, DecisionId,
    EvidenceId, Json, Outcome, ReceiptState, Subject,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{
    AppealProposal, AppealsOf, NewNotice, NoticeKind, StoreError, StoredAppeal, StoredDecision,
    StoredEvent,
};

/// Most characters of what somebody says in an appeal.
pub const LONGEST_PLEA: usize = 20_000;
/// Most appeals in one look at the queue.
const MOST_LISTED: u32 = 500;

/// A challenge as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plea {
    /// The decision.
    pub decision: DecisionId,
    /// Who challenges it.
    pub by: Appellant,
    /// Why, in their own words.
    pub text: String,
    /// The language that they write (BCP 47); the statement's when they do not say.
    pub language: Option<String>,
    /// What shows it.
    pub evidence: Vec<Supplied>,
}

/// What a person answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Granted, varied or rejected.
    pub outcome: AppealOutcome,
    /// Why. Public, and told to who asked: names nobody and quotes nothing.
    pub reason: String,
    /// The clause that is breached after all: when it is varied, or a reporter's appeal is granted.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// The passage that breaches it.
    #[serde(default)]
    pub passage: Option<Bytes>,
    /// What sets the item apart from like ones that were held otherwise, where that is settled.
    #[serde(default)]
    pub departs: Option<String>,
    /// The evidence of the appeal that the answer rests on.
    #[serde(default)]
    pub evidence: Vec<EvidenceId>,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnsweredAppeal {
    /// It is kept, with all that follows from it.
    Answered {
        /// The answer.
        answer: AppealAnswer,
        /// What took the place of the decision challenged.
        decided: Option<Arc<Decided>>,
        /// Later decisions that were counted anew.
        recounted: Vec<Arc<Decided>>,
    },
    /// It waits for a second person; says why.
    Proposed {
        /// Why one person is not enough.
        why: String,
    },
}

/// All that somebody needs who may answer.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The appeal.
    pub stored: StoredAppeal,
    /// The decision challenged.
    pub decision: StoredDecision,
    /// The event, with the item as it was.
    pub event: StoredEvent,
    /// What one person proposes to answer.
    pub proposal: Option<AppealProposal>,
    /// Earlier appeals against the same decision.
    pub earlier: Vec<StoredAppeal>,
    /// What came with it, and with those before it.
    pub evidence: Vec<Attached>,
}

/// Why an appeal or an answer was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppealError {
    /// No such appeal.
    #[error("there is no appeal {0}")]
    NoSuchAppeal(AppealId),
    /// No such decision.
    #[error("there is no decision {0}")]
    NoSuchDecision(DecisionId),
    /// Another decision stands instead.
    #[error("this decision no longer stands: decision {0} took its place; challenge that one")]
    NoLongerStands(DecisionId),
    /// It waits for an answer already.
    #[error("this decision was challenged already, and the answer is due on {}", .0.strftime("%Y-%m-%d"))]
    Waits(Timestamp),
    /// Both levels were heard.
    #[error("both levels have answered; an out-of-court body or a court can look at it now")]
    Exhausted,
    /// Too late.
    #[error("the time to challenge this decision ended on {}", .0.strftime("%Y-%m-%d"))]
    TooLate(Timestamp),
    /// There is nothing to challenge.
    #[error("{0}")]
    NothingToChallenge(&'static str),
    /// What is said is missing or too long.
    #[error("{0}")]
    BadText(String),
    /// A piece of evidence is not taken.
    #[error("{0}")]
    BadEvidence(String),
    /// They had a hand in it.
    #[error("you took part in this decision: somebody who did not must look at the appeal")]
    TookPart,
    /// It was answered.
    #[error("the appeal was answered already")]
    AlreadyAnswered,
    /// Nothing was proposed.
    #[error("no answer is proposed; answer it instead")]
    NothingProposed,
    /// The answer cannot be made so.
    #[error("{0}")]
    Review(ReviewError),
}

impl From<ReviewError> for AppealError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::AlreadyDecided => Self::AlreadyAnswered,
            other => Self::Review(other),
        }
    }
}

fn broken(error: StoreError) -> AppealError {
    failed(error).into()
}

/// The ways of an appeal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Appeals {
    engine: Arc<Engine>,
}

impl Appeals {
    /// The way in.
    pub const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// Until when a decision can be challenged: so many months after the person was told, as the law counts.
    /// `None`: nobody knows that they were told, so it stays open.
    pub fn open_until(&self, stored: &StoredDecision) -> Option<Timestamp> {
        let receipts = stored.receipts.iter();
        let told = receipts
            .filter(|one| one.state == ReceiptState::NoticeDelivered)
            .map(|one| one.at)
            .min()?;
        let until = stored.statement.parts().redress.until;
        Some(self.months_after(told).max(until))
    }

    fn months_after(&self, from: Timestamp) -> Timestamp {
        let months = i32::from(self.engine.rulebook.load().settings.appeal_months.max(6));
        let from = from.to_zoned_datetime(TimeZone::UTC);
        from.checked_add(months.months()).map_or(Timestamp::MAX, |until| until.timestamp())
    }

    /// Takes an appeal.
    ///
    /// # Errors
    /// [`AppealError`] says why not.
    pub async fn submit(&self, plea: Plea) -> Result<Appeal, AppealError> {
        let text = plea.text.trim();
        if text.is_empty() {
            return Err(AppealError::BadText(
                "say in your own words why the decision is wrong".into(),
            ));
        }
        if text.chars().count() > LONGEST_PLEA {
            return Err(AppealError::BadText(format!(
                "an appeal may have {LONGEST_PLEA} characters"
            )));
        }
        // What one account may hand in is counted and kept in one go.
        let _turn = self.engine.turn().await;
        let store = &self.engine.store;
        let none = AppealError::NoSuchDecision(plea.decision);
        let stored = store.decision(plea.decision).await.map_err(broken)?.ok_or(none)?;
        let level = self.level(&plea, &stored).await?;
        let now = self.engine.clock.now();
        let days = i64::from(self.engine.settings.appeal_days);
        let appeal = Appeal {
            id: AppealId::new(self.engine.ids.next()),
            decision: plea.decision,
            account: stored.decision.account.clone(),
            by: plea.by,
            level,
            text: text.to_owned(),
            language: plea.language.unwrap_or_else(|| stored.statement.parts().language.clone()),
            submitted_at: now,
            due_at: now
                .checked_add(SignedDuration::from_hours(24 * days))
                .unwrap_or(Timestamp::MAX),
        };
        let told = NewNotice {
            id: format!("received-{}", appeal.id),
            kind: NoticeKind::AppealReceived,
            account: appeal.account.clone(),
            decision: Some(appeal.decision),
            appeal: Some(appeal.id),
            report: None,
            secret: None,
            created_at: now,
        };
        let told = Some(told).filter(|_| appeal.by == Appellant::Person);
        let evidence = self.handed_in(&appeal, 0, plea.evidence).await?;
        match store.add_appeal(&appeal, &evidence, told.as_slice()).await {
            Err(StoreError::Taken(_)) => Err(AppealError::Waits(appeal.due_at)),
            kept => kept.map_err(broken),
        }?;
        metrics::counter!("evenhand_appeals_total").increment(1);
        Ok(appeal)
    }

    /// Which level an appeal is for; refuses what cannot be challenged.
    async fn level(&self, plea: &Plea, stored: &StoredDecision) -> Result<u8, AppealError> {
        if let Some(later) = stored.replaced_by {
            return Err(AppealError::NoLongerStands(later));
        }
        match &plea.by {
            Appellant::Person if !stored.acts && stored.decision.outcome == Outcome::NoBreach => {
                return Err(AppealError::NothingToChallenge("nothing was held against you"));
            }
            Appellant::Person => {}
            Appellant::Reporter { report } => self.reported(stored, report).await?,
        }
        let line = self.line(stored).await?;
        let earlier = self.engine.store.appeals_against(&line).await.map_err(broken)?;
        let mine = earlier
            .into_iter()
            .filter(|one| one.appeal.by == plea.by)
            .max_by_key(|one| one.appeal.level);
        let now = self.engine.clock.now();
        let (level, until) = match mine {
            None => (1, self.open_until(stored)),
            Some(StoredAppeal { answer: None, appeal, .. }) => {
                return Err(AppealError::Waits(appeal.due_at));
            }
            Some(StoredAppeal { appeal, .. }) if appeal.level >= 2 => {
                return Err(AppealError::Exhausted);
            }
            Some(StoredAppeal { answer: Some(answer), .. }) => {
                (2, Some(self.months_after(answer.answered_at)))
            }
        };
        match until {
            Some(until) if until < now => Err(AppealError::TooLate(until)),
            _ => Ok(level),
        }
    }

    /// A decision with those that it only counts anew: a challenge of one is a challenge of all.
    async fn line(&self, stored: &StoredDecision) -> Result<Vec<DecisionId>, AppealError> {
        let store = &self.engine.store;
        let (mut line, mut last) = (Vec::new(), stored.decision.clone());
        loop {
            line.push(last.id);
            let anew = store.counted_anew(&[last.id]).await.map_err(broken)?;
            let Some(earlier) = last.replaces.filter(|_| !anew.is_empty()) else { return Ok(line) };
            let Some(stored) = store.decision(earlier).await.map_err(broken)? else {
                return Ok(line);
            };
            last = stored.decision;
        }
    }

    /// What stands of a decision now: itself, or what counts it anew.
    async fn stands_now(&self, id: DecisionId) -> Result<StoredDecision, AppealError> {
        let store = &self.engine.store;
        let none = || AppealError::NoSuchDecision(id);
        let mut stored = store.decision(id).await.map_err(broken)?.ok_or_else(none)?;
        while let Some(later) = stored.replaced_by {
            if store.counted_anew(&[later]).await.map_err(broken)?.is_empty() {
                break;
            }
            stored = store.decision(later).await.map_err(broken)?.ok_or_else(none)?;
        }
        Ok(stored)
    }

    /// Whether this report is about this decision, and the decision is one that a reporter can contest.
    async fn reported(&self, stored: &StoredDecision, report: &str) -> Result<(), AppealError> {
        if stored.decision.outcome != Outcome::NoBreach {
            return Err(AppealError::NothingToChallenge(
                "the item was held to breach a clause, as reported",
            ));
        }
        let case = match stored.decision.case {
            Some(case) => self.engine.store.case(case).await.map_err(broken)?,
            None => None,
        };
        if case.is_some_and(|case| case.reports.iter().any(|one| one.id == report)) {
            return Ok(());
        }
        Err(AppealError::NothingToChallenge("this decision does not answer that report"))
    }

    /// Appeals that wait and that this person may answer, the most urgent first. What they had a hand in is not shown.
    ///
    /// # Errors
    /// [`AppealError`] when the store cannot be read.
    pub async fn queue(&self, by: &str) -> Result<Vec<StoredAppeal>, AppealError> {
        self.shown_to(AppealsOf::Waiting, by).await
    }

    /// All appeals that this person may see, the latest first.
    ///
    /// # Errors
    /// [`AppealError`] when the store cannot be read.
    pub async fn all(&self, by: &str) -> Result<Vec<StoredAppeal>, AppealError> {
        self.shown_to(AppealsOf::All, by).await
    }

    async fn shown_to(&self, of: AppealsOf, by: &str) -> Result<Vec<StoredAppeal>, AppealError> {
        let mut shown = Vec::new();
        for one in self.engine.store.appeals(of, MOST_LISTED).await.map_err(broken)? {
            if !self.took_part(&one.appeal, by).await? {
                shown.push(one);
            }
        }
        Ok(shown)
    }

    /// Whether somebody had a hand in what an appeal is about. An answer to this very appeal is no such hand, once it
    /// is given.
    async fn took_part(&self, appeal: &Appeal, by: &str) -> Result<bool, AppealError> {
        let now = self.stands_now(appeal.decision).await?;
        let people = self.engine.store.took_part(now.decision.id).await.map_err(broken)?;
        if !people.contains(by) {
            return Ok(false);
        }
        let stored = self.engine.store.appeal(appeal.id).await.map_err(broken)?;
        let answered = stored.and_then(|stored| stored.answer);
        Ok(!answered.is_some_and(|answer| answer.by.iter().any(|one| one == by)))
    }

    /// An appeal, for somebody who may answer it.
    ///
    /// # Errors
    /// [`AppealError::TookPart`] when they had a hand in the decision.
    pub async fn look(&self, id: AppealId, by: &str) -> Result<Looked, AppealError> {
        let store = &self.engine.store;
        let none = AppealError::NoSuchAppeal(id);
        let stored = store.appeal(id).await.map_err(broken)?.ok_or(none.clone())?;
        let proposal = store.appeal_proposal(id).await.map_err(broken)?;
        let proposed = proposal.as_ref().is_some_and(|proposal| proposal.by == by);
        if !proposed && self.took_part(&stored.appeal, by).await? {
            return Err(AppealError::TookPart);
        }
        let decision = self.stands_now(stored.appeal.decision).await?;
        let event = store.event(&decision.decision.action_id).await.map_err(broken)?.ok_or(none)?;
        let line = self.line(&decision).await?;
        let mut earlier = store.appeals_against(&line).await.map_err(broken)?;
        earlier.retain(|one| one.appeal.id != id);
        let mut evidence = Vec::new();
        for one in earlier.iter().chain([&stored]).filter(|one| one.appeal.by == stored.appeal.by) {
            evidence.extend(self.evidence(one.appeal.id).await?);
        }
        Ok(Looked { stored, decision, event, proposal, earlier, evidence })
    }

    /// Answers an appeal.
    ///
    /// # Errors
    /// [`AppealError`] says why not.
    pub async fn answer(
        &self,
        id: AppealId,
        by: &str,
        answer: Reply,
    ) -> Result<AnsweredAppeal, AppealError> {
        let _turn = self.engine.turn().await;
        let looked = self.open(id, by).await?;
        match self.judge(&looked, vec![by.to_owned()], &answer).await {
            Err(Obstacle::SecondPerson(why)) => {
                let proposal = AppealProposal {
                    appeal: id,
                    by: by.to_owned(),
                    answer: Json::of(&answer).map_err(unwritable)?,
                    why: why.clone(),
                    proposed_at: self.engine.clock.now(),
                };
                self.engine.store.propose_answer(&proposal).await.map_err(broken)?;
                Ok(AnsweredAppeal::Proposed { why })
            }
            Err(Obstacle::Refused(error)) => Err(error.into()),
            Ok(answered) => Ok(answered),
        }
    }

    /// Approves, as a second person, what the first proposed to answer.
    ///
    /// # Errors
    /// [`AppealError`] says why not.
    pub async fn approve(&self, id: AppealId, by: &str) -> Result<AnsweredAppeal, AppealError> {
        let _turn = self.engine.turn().await;
        let proposal = self.engine.store.appeal_proposal(id).await.map_err(broken)?;
        let proposal = proposal.ok_or(AppealError::NothingProposed)?;
        if proposal.by == by {
            return Err(ReviewError::SamePerson(by.to_owned()).into());
        }
        let looked = self.open(id, by).await?;
        let answer: Reply = proposal.answer.read().map_err(unwritable)?;
        let people = vec![proposal.by, by.to_owned()];
        self.judge(&looked, people, &answer)
            .await
            .map_err(|obstacle| ReviewError::from(obstacle).into())
    }

    /// An appeal that waits, for somebody who may answer it.
    async fn open(&self, id: AppealId, by: &str) -> Result<Looked, AppealError> {
        if by.trim().is_empty() {
            return Err(ReviewError::NotAllowed("nobody answers: a person must".into()).into());
        }
        let looked = self.look(id, by).await?;
        match looked.stored.answer {
            Some(_) => Err(AppealError::AlreadyAnswered),
            None => Ok(looked),
        }
    }

    async fn judge(
        &self,
        looked: &Looked,
        people: Vec<String>,
        answer: &Reply,
    ) -> Result<AnsweredAppeal, Obstacle> {
        let now = self.engine.clock.now();
        let refuse = |why: String| Obstacle::Refused(ReviewError::NotAllowed(why));
        let challenged = &looked.decision.decision;
        let subject = Subject::of(&looked.event.event).ok().flatten();
        let subject = subject.ok_or_else(|| refuse("the item was erased".into()))?;
        if answer.reason.trim().is_empty() {
            return Err(refuse("an answer needs its reasons in plain words".into()));
        }
        if let Some(what) =
            rules::decide::unfit_for_public(&answer.reason, &subject.account, challenged)
        {
            return Err(refuse(format!(
                "the reason will be public, and it {what}: say it without"
            )));
        }
        let mut kept = AppealAnswer {
            outcome: answer.outcome,
            by: people.clone(),
            reason: answer.reason.trim().to_owned(),
            answered_at: now,
            decision: None,
            evidence: looked.cited(&answer.evidence)?,
        };
        let id = looked.stored.appeal.id;
        let Some(verdict) =
            verdict(&looked.stored.appeal.by, answer).map_err(|why| refuse(why.into()))?
        else {
            let told = [undo::answered(&self.engine, &looked.stored.appeal, challenged.id)];
            let answer = Some((id, &kept));
            let stored = self.engine.store.undo(&[], &[], answer, &told, now).await;
            stored.map_err(failed)?;
            return Ok(AnsweredAppeal::Answered {
                answer: kept,
                decided: None,
                recounted: Vec::new(),
            });
        };
        if let Some(later) = looked.decision.replaced_by {
            let why = format!(
                "decision {later} took the place of the one challenged: reject the appeal and say so"
            );
            return Err(refuse(why));
        }
        let moved = self.engine.store.counted_anew(&[challenged.id]).await.map_err(failed)?;
        let began = moved.first().map_or(challenged.decided_at, |moved| moved.given_at);
        let served = looked.stored.appeal.by == Appellant::Person;
        let question = Question {
            event: looked.event.event.clone(),
            case: challenged.case,
            findings: challenged.findings.clone(),
            source: challenged.source.clone(),
            people,
            verdict: &verdict,
            replaces: Some(challenged.clone()),
            since: served.then_some(began),
        };
        let (decided, record) = Review::new(Arc::clone(&self.engine)).weigh(question).await?;
        if looked.stored.appeal.by == Appellant::Person
            && let Some(what) = harsher(&decided.decision().measures, &challenged.measures)
        {
            return Err(refuse(format!(
                "an appeal must not make it worse, and {what}: reject it instead"
            )));
        }
        kept.decision = Some(decided.decision().id);
        let recounted = undo::undo(
            &self.engine,
            challenged,
            &decided,
            record,
            Some((&looked.stored.appeal, &kept)),
        )
        .await?;
        Ok(AnsweredAppeal::Answered { answer: kept, decided: Some(decided), recounted })
    }
}
