//! People decide: cases, proposals that need a second person, decisions that replace earlier ones,
//! and reports. Each makes a new decision on the same road as any other. Must not patch a row.

mod bulk;
mod casework;
mod desk;
mod evidence;
mod exempt;
mod eyes;
mod grace;
mod like;
mod media;
mod notices;
mod preview;
mod quality;
mod reporters;
mod reports;

pub use bulk::{BulkPreview, BulkVerdict, Would};
pub use casework::{Asked, LOCK_MINUTES, Worked};
pub(crate) use desk::Presence;
pub use desk::{Present, Workload, is_disturbing};
pub(crate) use evidence::read as read_evidence;
pub use evidence::{Attached, LONGEST_EVIDENCE, Supplied};
pub(crate) use exempt::deciders;
pub use grace::{GRACE, Pending, decide_when_due};
pub use media::{LONGEST_MEDIA, MediaSource, Medium};
pub use notices::{MOST_ITEMS, Notice, Noticed, Taken, Via};
pub use preview::{LadderPreview, Preview, StepChoice};
pub use quality::{Agreement, Calibrated, OwnLook, Pair, Quality, Rate};
pub use reporters::Reporter;

use crate::like::Departure;
use crate::{Engine, record};
use jiff::Timestamp;
use model::{
    CaseId, ClauseId, Decided, Decision, DecisionId, Event, EvidenceId, Finding, FoundBy, ItemId,
    Json, Passage, Receipt, ReceiptState, Source, Subject,
};
use preview::Prepared;
use rules::decide::Refusal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Proposal, Record, StoreError, StoredCase};

/// What a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The item breaches the clause named.
    Breach,
    /// The item breaches nothing.
    NoBreach,
}

/// Why the ladder's warning is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyPlea {
    /// The harm that cannot wait, in plain words.
    pub reason: String,
    /// What shows it: links, or hashes of evidence that is kept. At least one.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// Bytes of the item's text that breach the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bytes {
    /// First byte, from 0.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What a person says about a case, or about an earlier decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Breach or no breach.
    pub outcome: Held,
    /// The clause; needed for a breach.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// The passage that breaches it.
    #[serde(default)]
    pub passage: Option<Bytes>,
    /// Why, in plain words.
    pub reason: String,
    /// Set when a warning is to be passed over.
    #[serde(default)]
    pub emergency: Option<EmergencyPlea>,
    /// What sets the item apart from like ones that were held otherwise, where that is settled. Public, as a part
    /// of the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departs: Option<String>,
    /// Why one person decides alone what needs two. Public, and looked at by another person afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<String>,
    /// The step that is chosen, from 0, where the rulebook lets people choose a milder one than the ladder says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// Evidence attached to the case that the decision rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
}

/// What became of a person's verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reviewed {
    /// A decision was made and is kept.
    Decided(Arc<Decided>),
    /// It waits for a second person; says why.
    Proposed {
        /// The case.
        case: CaseId,
        /// Why one person is not enough.
        why: String,
    },
}

/// A report by somebody who saw the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The platform's id of the item.
    pub item: ItemId,
    /// What is wrong, in the reporter's words.
    pub reason: String,
    /// The clause that the reporter names.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// The platform's id of the reporter; never public.
    #[serde(default)]
    pub reporter: Option<String>,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// The report's id.
    pub report: String,
    /// The case that it joined or opened.
    pub case: CaseId,
}

/// Why a verdict, an approval, a replacement or a report was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// No such case.
    #[error("there is no case {0}")]
    NoSuchCase(CaseId),
    /// No such decision.
    #[error("there is no decision {0}")]
    NoSuchDecision(DecisionId),
    /// The item was never looked at.
    #[error("the item `{0}` was never sent to us; send its event first")]
    NoSuchItem(ItemId),
    /// The case is decided already.
    #[error("the case is decided already; replace the decision instead")]
    AlreadyDecided,
    /// Nothing was proposed.
    #[error("nothing is proposed in this case; decide it instead")]
    NothingProposed,
    /// Another person must do it.
    #[error("another person must do this: {0}")]
    SamePerson(String),
    /// The case does not wait: it was decided, or went on in another.
    #[error("the case {0} does not wait for people any more, or follows another case")]
    NotWaiting(CaseId),
    /// Somebody else works on it.
    #[error("{by} works on this case until {until}; wait, or ask them to hand it over")]
    Claimed {
        /// Pseudonym of the person.
        by: String,
        /// When the lock ends by itself.
        until: Timestamp,
    },
    /// Too many at once.
    #[error("{0}")]
    TooMany(String),
    /// No such bulk decision.
    #[error("there is no bulk decision {0}")]
    NoSuchBulk(String),
    /// Only whoever has the lock may do it.
    #[error("you do not have this case, or no longer: claim it first")]
    NotYours,
    /// Like cases were held otherwise, and nothing is said to set this one apart.
    #[error("{0}; say in `departs` what sets this one apart: it will be public")]
    Departs(Departure),
    /// Another step was chosen than the ladder says, and nothing is said to set the item apart.
    #[error("{0}")]
    DepartsFromLadder(String),
    /// No such evidence on this case.
    #[error("there is no evidence {0} to cite")]
    NoSuchEvidence(EvidenceId),
    /// A verdict that somebody gave just now waits to be decided.
    #[error("{} gave a verdict on it at {}; it is decided in a moment", .0.by, .0.given_at)]
    Waits(Box<Pending>),
    /// The rulebook does not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// The store failed; nothing was changed.
    #[error("the store cannot write at present; nothing was changed, try again")]
    Storage,
}

/// What people do. Cheap to clone. `by` is the pseudonym of the person.
#[derive(Debug, Clone)]
pub struct Review {
    engine: Arc<Engine>,
}

/// A case or an earlier decision, and what people hold about it.
pub(crate) struct Question<'a> {
    pub(crate) event: Event,
    pub(crate) case: Option<CaseId>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) source: Source,
    pub(crate) people: Vec<String>,
    pub(crate) verdict: &'a Verdict,
    pub(crate) replaces: Option<Decision>,
    /// Since when the measures run, when time served counts.
    pub(crate) since: Option<Timestamp>,
}

impl Review {
    /// The way in for people.
    pub const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// What every step shares.
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The ways of an appeal.
    pub fn appeals(&self) -> crate::Appeals {
        crate::Appeals::new(Arc::clone(&self.engine))
    }

    /// The ways of acts that need more than one person.
    pub fn approvals(&self) -> crate::approval::Approvals {
        crate::approval::Approvals::new(Arc::clone(&self.engine))
    }

    /// The way to change the register of affiliations.
    pub fn registry(&self) -> crate::Registry {
        crate::Registry::new(Arc::clone(&self.engine))
    }

    /// The ways of exemptions from the ladder.
    pub fn exemptions(&self) -> crate::Exemptions {
        crate::Exemptions::new(Arc::clone(&self.engine))
    }

    /// The way of the person concerned to their own page.
    pub fn you(&self) -> crate::You {
        crate::You::new(Arc::clone(&self.engine))
    }

    /// Decides a case at once, unless a verdict of somebody waits on it: see [`Self::decide_soon`].
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn decide(
        &self,
        case: CaseId,
        by: &str,
        verdict: Verdict,
    ) -> Result<Reviewed, ReviewError> {
        match self.pending(case).await? {
            Some(pending) => Err(ReviewError::Waits(Box::new(pending))),
            None => self.decide_now(case, by, verdict).await,
        }
    }

    async fn decide_now(
        &self,
        case: CaseId,
        by: &str,
        verdict: Verdict,
    ) -> Result<Reviewed, ReviewError> {
        let _turn = self.engine.turn().await;
        let stored = self.open_case(case, by).await?;
        let question = self.on_case(stored, vec![by.to_owned()], &verdict).await?;
        match self.judge(question).await {
            Err(Obstacle::SecondPerson(why)) => {
                let proposal = Proposal {
                    case,
                    by: by.to_owned(),
                    verdict: Json::of(&verdict).map_err(unwritable)?,
                    why: why.clone(),
                    proposed_at: self.engine.clock.now(),
                };
                self.engine.store.propose(&proposal).await.map_err(failed)?;
                Ok(Reviewed::Proposed { case, why })
            }
            judged => judged.map(Reviewed::Decided).map_err(ReviewError::from),
        }
    }

    /// Approves, as a second person, what the first proposed.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn approve(&self, case: CaseId, by: &str) -> Result<Reviewed, ReviewError> {
        let _turn = self.engine.turn().await;
        let stored = self.open_case(case, by).await?;
        let proposal = stored.proposal.as_ref().ok_or(ReviewError::NothingProposed)?;
        let verdict: Verdict = proposal.verdict.read().map_err(unwritable)?;
        let people = vec![proposal.by.clone(), by.to_owned()];
        let question = self.on_case(stored, people, &verdict).await?;
        Ok(Reviewed::Decided(self.judge(question).await?))
    }

    /// Replaces an earlier decision by another: its measures end. Not by who decided it.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn replace(
        &self,
        decision: DecisionId,
        by: &str,
        verdict: Verdict,
    ) -> Result<Reviewed, ReviewError> {
        let _turn = self.engine.turn().await;
        let store = &self.engine.store;
        let none = ReviewError::NoSuchDecision(decision);
        let stored = store.decision(decision).await.map_err(failed)?.ok_or(none.clone())?;
        if let Some(later) = stored.replaced_by {
            let why = format!("it was replaced already, by decision {later}: replace that one");
            return Err(ReviewError::NotAllowed(why));
        }
        let earlier = stored.decision;
        let event = store.event(&earlier.action_id).await.map_err(failed)?.ok_or(none)?;
        let question = Question {
            event: event.event,
            case: earlier.case,
            findings: earlier.findings.clone(),
            source: earlier.source.clone(),
            people: vec![by.to_owned()],
            verdict: &verdict,
            replaces: Some(earlier.clone()),
            since: None,
        };
        let (decided, record) = self.weigh(question).await?;
        crate::undo::undo(&self.engine, &earlier, &decided, record, None).await?;
        Ok(Reviewed::Decided(decided))
    }

    /// Keeps what the platform says about an enforcement; a delivered notice makes the warning
    /// count, from the moment at which it was delivered but never from before the decision.
    ///
    /// # Errors
    /// [`ReviewError::NoSuchDecision`] when we never made that decision, or it has no such ending.
    pub async fn receipt(&self, mut receipt: Receipt) -> Result<(), ReviewError> {
        let store = &self.engine.store;
        let stored = store.decision(receipt.decision).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchDecision(receipt.decision))?;
        if receipt.ending.is_some() && receipt.state == ReceiptState::NoticeDelivered {
            let why = "the end of a measure is no notice: say `enforced` or `failed`";
            return Err(ReviewError::NotAllowed(why.into()));
        }
        let ended = stored.endings.iter().find(|one| Some(one.id) == receipt.ending);
        let earliest = ended.map_or(stored.decision.decided_at, |one| one.ended_at);
        if receipt.ending.is_some() && ended.is_none() {
            return Err(ReviewError::NoSuchDecision(receipt.decision));
        }
        receipt.at = receipt.at.max(earliest);
        let new = store.receipt(&receipt, self.engine.clock.now()).await.map_err(failed)?;
        if receipt.state == ReceiptState::NoticeDelivered {
            crate::undo::told(&self.engine, &receipt, stored.replaced_by).await?;
        }
        if new {
            let state = match receipt.state {
                ReceiptState::Enforced => "enforced",
                ReceiptState::NoticeDelivered => "notice_delivered",
                ReceiptState::Failed => "failed",
            };
            metrics::counter!("evenhand_receipts_total", "state" => state).increment(1);
        }
        Ok(())
    }

    /// A case that waits, and that nobody but `by` works on.
    async fn open_case(&self, case: CaseId, by: &str) -> Result<StoredCase, ReviewError> {
        let stored = self.engine.store.case(case).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchCase(case))?;
        if stored.decision.is_some() {
            return Err(ReviewError::AlreadyDecided);
        }
        let work = stored.work.as_ref().filter(|work| work.leader.is_none());
        let claim = work.ok_or(ReviewError::NotWaiting(case))?.claim_at(self.engine.clock.now());
        match claim.filter(|claim| claim.by != by) {
            Some(claim) => {
                let (by, until) = (claim.by.clone(), claim.until);
                Err(ReviewError::Claimed { by, until })
            }
            None => Ok(stored),
        }
    }

    /// Decides by the same ladder as automation does, and keeps the decision. Whoever calls holds
    /// the turn.
    async fn judge(&self, question: Question<'_>) -> Result<Arc<Decided>, Obstacle> {
        let engine = &self.engine;
        let earlier = question.replaces.clone();
        let (decided, record) = self.weigh(question).await?;
        if let Some(earlier) = earlier {
            crate::undo::undo(engine, &earlier, &decided, record, None).await?;
            self.perhaps_look_twice(decided.decision()).await;
            return Ok(decided);
        }
        let asks = decided.decision().acts();
        engine.store.record(&[record]).await.map_err(failed)?;
        engine.call_log();
        if asks {
            engine.call_outbox();
        }
        self.perhaps_look_twice(decided.decision()).await;
        metrics::counter!("evenhand_people_decisions_total").increment(1);
        Ok(decided)
    }

    /// Decides by the same ladder as automation does; keeps nothing yet.
    pub(crate) async fn weigh(
        &self,
        question: Question<'_>,
    ) -> Result<(Arc<Decided>, Record), Obstacle> {
        let engine = &self.engine;
        let event = question.event.clone();
        let eyes =
            eyes::Asked { event: &event, break_glass: question.verdict.break_glass.as_deref() };
        let mut prepared = self.prepare(question).await?;
        let exemptions = std::mem::take(&mut prepared.exemptions);
        let context = prepared.context(self, &exemptions);
        let now = context.now;
        if let Some(departure) = &prepared.departure
            && prepared.asked.departs.as_deref().is_none_or(|why| why.trim().is_empty())
        {
            return Err(ReviewError::Departs(departure.clone()).into());
        }
        let Prepared { rulebook, asked, standing, kind, .. } = prepared;
        let decided = self.decide_with_enough(&rulebook, asked, &eyes, &standing, context).await?;
        let decided = Arc::new(decided);
        let kept = record::decision(
            &rulebook,
            Arc::clone(&decided),
            kind,
            &engine.settings.public_url,
            &*engine.ids,
        )
        .map_err(|error| ReviewError::NotAllowed(error.to_string()))?;
        Ok((decided, record::by_people(now, kept)))
    }
}

/// Between what rules are nearly sure of and what can wait.
const REPORT_PRIORITY: u8 = 50;

/// What stands between a verdict and a decision.
pub(crate) enum Obstacle {
    /// One person is not enough; says why.
    SecondPerson(String),
    /// Anything else.
    Refused(ReviewError),
}

impl From<ReviewError> for Obstacle {
    fn from(error: ReviewError) -> Self {
        Self::Refused(error)
    }
}

impl From<Obstacle> for ReviewError {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::SecondPerson(why) => Self::NotAllowed(format!(
                "{why}: have the item reported, so that two people can decide its case"
            )),
            Obstacle::Refused(error) => error,
        }
    }
}

impl From<Refusal> for Obstacle {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NeedsSecondPerson(why) => Self::SecondPerson(why),
            Refusal::SamePerson(_) | Refusal::OwnDecision(_) => {
                Self::Refused(ReviewError::SamePerson(refusal.to_string()))
            }
            Refusal::DepartsFromLadder { .. } => {
                Self::Refused(ReviewError::DepartsFromLadder(refusal.to_string()))
            }
            _ => Self::Refused(ReviewError::NotAllowed(refusal.to_string())),
        }
    }
}

impl<'a> Question<'a> {
    /// What brought a case up: rules of ours, unless only reports did.
    fn on_case(stored: StoredCase, people: Vec<String>, verdict: &'a Verdict) -> Self {
        let mut findings = stored.case.findings;
        let by_rules = findings.iter().any(|finding| matches!(finding.by, FoundBy::Rules(_)));
        let reported = !by_rules && !stored.reports.is_empty();
        for report in &stored.reports {
            let by = FoundBy::Report(report.id.clone());
            if !findings.iter().any(|finding| finding.by == by) {
                findings.extend(report.clause.as_ref().map(|clause| found_by(clause, by)));
            }
        }
        Self {
            event: stored.event.event,
            case: Some(stored.case.id),
            findings,
            source: if reported { Source::Report } else { Source::OwnInitiative },
            people,
            verdict,
            replaces: None,
            since: None,
        }
    }
}

fn held(verdict: &Verdict, subject: &Subject) -> Result<rules::decide::Held, ReviewError> {
    if verdict.outcome == Held::NoBreach {
        return Ok(rules::decide::Held::NoBreach);
    }
    let no_clause = || ReviewError::NotAllowed("a breach needs its clause".into());
    let cut = |Bytes { start, end }| Passage::cut("$.item.text", &subject.item.text, start, end);
    Ok(rules::decide::Held::Breach {
        clause: verdict.clause.clone().ok_or_else(no_clause)?,
        passage: verdict
            .passage
            .map(cut)
            .transpose()
            .map_err(|error| ReviewError::NotAllowed(error.to_string()))?,
    })
}

fn found_by(clause: &ClauseId, by: FoundBy) -> Finding {
    let explanation = "Somebody reported it under this clause.".into();
    Finding { clause: clause.clone(), by, passage: None, explanation }
}

pub(crate) fn failed(error: StoreError) -> ReviewError {
    match error {
        StoreError::Taken(_) => ReviewError::AlreadyDecided,
        error => {
            tracing::error!(%error, "what people decided cannot be kept");
            ReviewError::Storage
        }
    }
}

pub(crate) fn unwritable(error: model::JsonError) -> ReviewError {
    ReviewError::NotAllowed(error.to_string())
}
