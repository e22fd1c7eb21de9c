//! What people do with a case short of deciding it: take it up, hand it over, put it aside, split it, merge it
//! with like ones. Decides nothing itself: a case that followed another is decided on the same road, as soon
//! as that one is.

use super::{Bytes, Held, Review, ReviewError, Verdict, failed};
use jiff::{SignedDuration, Timestamp};
use model::{Case, CaseId, CaseState, ClauseId, DecidedBy, Gravity, Outcome, Passage, Subject};
use rules::rulebook::Rulebook;
use serde::Deserialize;
use store::{Act, Acted, Split, StoreError, StoredCase, StoredDecision, Work};

/// How long a lock lasts when nothing is said, in minutes.
pub const LOCK_MINUTES: u32 = 20;
/// The longest lock, in minutes: a working day's half.
const LONGEST_LOCK: u32 = 240;
/// The longest rest.
const LONGEST_HOLD: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Most bytes of a note or a reason.
const LONGEST_TEXT: usize = 4_000;
/// Most cases that are decided after the one that they follow, in one go.
const FOLLOWERS_AT_ONCE: u32 = 100;

/// What somebody asks to be done with a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    /// Take it up; nobody else may decide it meanwhile.
    Claim {
        /// For how long; 20 where nothing is said, 240 at most.
        #[serde(default)]
        minutes: Option<u32>,
    },
    /// Keep it for longer, from now.
    Extend {
        /// For how long.
        #[serde(default)]
        minutes: Option<u32>,
    },
    /// Give it to a colleague, who has it from now.
    HandOver {
        /// Pseudonym of the colleague.
        to: String,
        /// For how long.
        #[serde(default)]
        minutes: Option<u32>,
    },
    /// Take it from whoever has it.
    Take {
        /// Why.
        why: String,
    },
    /// Let it go.
    Release,
    /// Put it aside for somebody; for nobody in particular when `to` is left out.
    Assign {
        /// Pseudonym.
        #[serde(default)]
        to: Option<String>,
    },
    /// Ask for a more experienced colleague.
    Escalate {
        /// Why.
        why: String,
    },
    /// Let it rest.
    Hold {
        /// Until when.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// End the rest early.
    Resume,
    /// Move it to another queue.
    Move {
        /// The queue.
        queue: String,
        /// Why.
        why: String,
    },
    /// Say something to colleagues. Never public.
    Note {
        /// What.
        text: String,
    },
    /// Part a clause's findings, or some reports, from it.
    Split {
        /// The clause.
        #[serde(default)]
        clause: Option<ClauseId>,
        /// Ids of reports.
        #[serde(default)]
        reports: Vec<String>,
    },
    /// Let it go on in another case, or follow that one's decision when it is about a like item.
    Merge {
        /// The other case.
        into: CaseId,
    },
    /// Let it follow no other case any more.
    OnItsOwn,
}

impl Asked {
    /// Whether it distributes work, rather than does some.
    pub const fn distributes(&self) -> bool {
        use Asked::{Assign, Merge, Move, OnItsOwn, Split, Take};
        matches!(
            self,
            Take { .. } | Assign { .. } | Move { .. } | Split { .. } | Merge { .. } | OnItsOwn
        )
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// The case stands so now.
    Stands(Box<Work>),
    /// A case of its own was opened.
    Split(CaseId),
    /// It goes on in that case, or follows it.
    Merged {
        /// The other case.
        into: CaseId,
        /// Whether it follows: it is about another item and gets a decision of its own.
        follows: bool,
    },
}

fn text(text: &str, what: &str) -> Result<String, ReviewError> {
    let text = text.trim();
    let wrong = |why: &str| Err(ReviewError::NotAllowed(format!("{what} {why}")));
    match text {
        "" => wrong("is missing: say it in a sentence"),
        _ if text.len() > LONGEST_TEXT => wrong("is longer than 4,000 bytes: say it shorter"),
        _ if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') => {
            wrong("holds a control character: remove it")
        }
        _ => Ok(text.to_owned()),
    }
}

fn name(given: &str, what: &str) -> Result<String, ReviewError> {
    let name = text(given, what)?;
    if name.len() > 100 || name.contains('\n') {
        return Err(ReviewError::NotAllowed(format!("{what} is longer than a name")));
    }
    Ok(name)
}

fn lock(now: Timestamp, minutes: Option<u32>) -> Result<Timestamp, ReviewError> {
    let minutes = minutes.unwrap_or(LOCK_MINUTES);
    if minutes == 0 || minutes > LONGEST_LOCK {
        let why = format!("a lock lasts 1 to {LONGEST_LOCK} minutes; extend it when it ends");
        return Err(ReviewError::NotAllowed(why));
    }
    let span = SignedDuration::from_mins(i64::from(minutes));
    now.checked_add(span).map_err(|error| ReviewError::NotAllowed(error.to_string()))
}

fn no_such_case(case: CaseId) -> impl Fn(StoreError) -> ReviewError {
    move |error| match error {
        StoreError::NoSuch(_) => ReviewError::NotWaiting(case),
        error => failed(error),
    }
}

impl Review {
    /// Does what `by` asks with a waiting case, and keeps who did it.
    ///
    /// # Errors
    /// [`ReviewError`] says why not: somebody else has the case, it does not wait, a reason is missing.
    pub async fn work(&self, case: CaseId, by: &str, asked: Asked) -> Result<Worked, ReviewError> {
        let now = self.engine.clock.now();
        let act = match asked {
            Asked::Claim { minutes } => Act::Claim { until: lock(now, minutes)? },
            Asked::Extend { minutes } => Act::Extend { until: lock(now, minutes)? },
            Asked::HandOver { to, minutes } => {
                Act::HandOver { to: name(&to, "the colleague")?, until: lock(now, minutes)? }
            }
            Asked::Take { why } => {
                Act::Take { until: lock(now, None)?, why: text(&why, "the reason")? }
            }
            Asked::Release => Act::Release,
            Asked::Assign { to } => {
                let to = to.filter(|to| !to.trim().is_empty());
                Act::Assign { to: to.map(|to| name(&to, "the colleague")).transpose()? }
            }
            Asked::Escalate { why } => Act::Escalate { why: text(&why, "the reason")? },
            Asked::Hold { until, why } => {
                let latest = now.checked_add(LONGEST_HOLD).unwrap_or(Timestamp::MAX);
                if until <= now || until > latest {
                    let why = "a case rests until a moment within the next 90 days".to_owned();
                    return Err(ReviewError::NotAllowed(why));
                }
                Act::Hold { until, why: text(&why, "the reason")? }
            }
            Asked::Resume => Act::Resume,
            Asked::Move { queue, why } => {
                Act::Move { queue: name(&queue, "the queue")?, why: text(&why, "the reason")? }
            }
            Asked::Note { text: said } => Act::Note { text: text(&said, "the note")? },
            Asked::Split { clause, reports } => return self.split(case, by, clause, reports).await,
            Asked::Merge { into } => return self.merge(case, into, by).await,
            Asked::OnItsOwn => return self.on_its_own(case, by).await,
        };
        let acted = self.engine.store.act(case, by, &act, now).await;
        match acted.map_err(no_such_case(case))? {
            Acted::Done(work) => Ok(Worked::Stands(work)),
            Acted::Taken(claim) => Err(ReviewError::Claimed { by: claim.by, until: claim.until }),
            Acted::NotYours => Err(ReviewError::NotYours),
        }
    }

    async fn split(
        &self,
        case: CaseId,
        by: &str,
        clause: Option<ClauseId>,
        reports: Vec<String>,
    ) -> Result<Worked, ReviewError> {
        let stored = self.open_case(case, by).await?;
        let not = |why: &str| Err(ReviewError::NotAllowed(why.into()));
        if clause.is_none() && reports.is_empty() {
            return not("name the clause or the reports that get a case of their own");
        }
        if reports.iter().any(|id| !stored.reports.iter().any(|report| report.id == *id)) {
            return not("one of these reports is not in this case");
        }
        let of_clause = |id: &ClauseId| clause.as_ref() == Some(id);
        let findings: Vec<_> =
            stored.case.findings.iter().filter(|found| of_clause(&found.clause)).cloned().collect();
        // Reports go with the clause that they name.
        let named =
            stored.reports.iter().filter(|report| report.clause.as_ref().is_some_and(of_clause));
        let mut leave: Vec<String> = named.map(|report| report.id.clone()).chain(reports).collect();
        leave.sort_unstable();
        leave.dedup();
        if findings.is_empty() && leave.is_empty() {
            return not("nothing in this case is under that clause");
        }
        if findings.len() == stored.case.findings.len() && leave.len() == stored.reports.len() {
            return not("that is all there is in this case: nothing would stay in it");
        }
        let rulebook = self.engine.rulebook.load_full();
        let reported = stored.reports.iter().filter(|report| leave.contains(&report.id));
        let clauses = findings.iter().map(|found| &found.clause);
        let clauses = clauses.chain(reported.filter_map(|report| report.clause.as_ref()));
        let new = Case {
            id: CaseId::new(self.engine.ids.next()),
            gravity: gravest(&rulebook, clauses).unwrap_or(stored.case.gravity),
            findings,
            why_referred: format!("It was parted from the case {case}."),
            opened_at: self.engine.clock.now(),
            rulebook: rulebook.version().clone(),
            state: CaseState::Waiting,
            ..stored.case
        };
        let id = new.id;
        let split = Split { from: case, new, clause, reports: leave };
        let taken = self.engine.store.split(&split, by, self.engine.clock.now()).await;
        match taken.map_err(no_such_case(case))? {
            None => Ok(Worked::Split(id)),
            Some(claim) => Err(ReviewError::Claimed { by: claim.by, until: claim.until }),
        }
    }

    async fn merge(&self, case: CaseId, into: CaseId, by: &str) -> Result<Worked, ReviewError> {
        if case == into {
            return Err(ReviewError::NotAllowed("a case cannot be merged into itself".into()));
        }
        let merged = self.engine.store.merge(case, into, by, self.engine.clock.now()).await;
        match merged.map_err(no_such_case(case))? {
            Ok(follows) => Ok(Worked::Merged { into, follows }),
            Err(claim) => Err(ReviewError::Claimed { by: claim.by, until: claim.until }),
        }
    }

    async fn on_its_own(&self, case: CaseId, by: &str) -> Result<Worked, ReviewError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        if !store.unmerge(case, by, None, now).await.map_err(failed)? {
            return Err(ReviewError::NotAllowed("the case follows no other".into()));
        }
        let stored = store.case(case).await.map_err(failed)?;
        let work = stored.and_then(|stored| stored.work).ok_or(ReviewError::NotWaiting(case))?;
        Ok(Worked::Stands(Box::new(work)))
    }

    /// Does some of what waits in the background: items of notices that came in, cases that followed another,
    /// decisions on many cases. Returns how much; 0 when nothing waits.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written; the rest goes on the next time.
    pub async fn settle(&self) -> Result<usize, StoreError> {
        let notices = self.settle_notices().await?;
        let followers = self.settle_followers().await?;
        Ok(notices + followers + self.settle_bulks().await?)
    }

    /// Decides cases that followed one which is decided by now, each on its own item and on the same road.
    /// What cannot be decided so waits on its own again. Returns how many were dealt with.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub async fn settle_followers(&self) -> Result<usize, StoreError> {
        let store = &self.engine.store;
        let left = store.left_behind(FOLLOWERS_AT_ONCE).await?;
        for (case, leader) in &left {
            if let Err(why) = self.follow(*case, *leader).await {
                let why = why.to_string();
                store.unmerge(*case, "", Some(&why), self.engine.clock.now()).await?;
            }
        }
        Ok(left.len())
    }

    async fn follow(&self, case: CaseId, leader: CaseId) -> Result<(), ReviewError> {
        let store = &self.engine.store;
        let stored = store.case(leader).await.map_err(failed)?;
        let none = || ReviewError::NotAllowed("the case that it followed was never decided".into());
        let decision = stored.and_then(|stored| stored.decision).ok_or_else(none)?;
        let held = store.decision(decision).await.map_err(failed)?.ok_or_else(none)?;
        let DecidedBy::People(people) = held.decision.by.clone() else { return Err(none()) };
        let _turn = self.engine.turn().await;
        let stored = store.case(case).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchCase(case))?;
        let verdict = same_verdict(&held, &stored).ok_or_else(none)?;
        let question = self.on_case(stored, people, &verdict).await?;
        self.judge(question).await.map(drop).map_err(ReviewError::from)
    }
}

/// The gravest of these clauses in the rulebook in force.
pub(crate) fn gravest<'c>(
    rulebook: &Rulebook,
    clauses: impl Iterator<Item = &'c ClauseId>,
) -> Option<Gravity> {
    clauses.filter_map(|clause| rulebook.ladder_of(clause)).map(|ladder| ladder.severity).max()
}

/// What was held of one item, said of a like one: the passage only where the same words stand in it.
fn same_verdict(held: &StoredDecision, of: &StoredCase) -> Option<Verdict> {
    let reason = held.decision.reason.clone()?;
    let Outcome::Breach { clauses } = &held.decision.outcome else {
        return verdict(Held::NoBreach, None, None, &reason);
    };
    let subject = Subject::of(&of.event.event).ok().flatten()?;
    let stands = |passage: &Passage| {
        let start = subject.item.text.find(&passage.text)?;
        Some(Bytes { start, end: start + passage.text.len() })
    };
    let passage = held.statement.parts().passage.as_ref().and_then(stands);
    verdict(Held::Breach, clauses.first(), passage, &reason)
}

/// A verdict that says no more than these.
pub(super) fn verdict(
    outcome: Held,
    clause: Option<&ClauseId>,
    passage: Option<Bytes>,
    reason: &str,
) -> Option<Verdict> {
    let said = serde_json::json!({
        "outcome": outcome, "clause": clause, "passage": passage, "reason": reason
    });
    serde_json::from_value(said).ok()
}
