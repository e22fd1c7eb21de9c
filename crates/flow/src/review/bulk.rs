//! One verdict on many cases: looked at before, approved by a second person above a size, worked off in the
//! background and undone as a whole. Every case gets a decision of its own on the same road as any other; a case
//! that the road refuses is left as it is, with the reason. Must not decide otherwise than a person would.

use super::casework::verdict;
use super::{Held, Obstacle, Review, ReviewError, Reviewed, Verdict, failed, unwritable};
use jiff::Timestamp;
use model::{CaseId, ClauseId, DecidedBy, DecisionId, Json, Measure, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Bulk, BulkAct, BulkCounts, BulkResult, Phase, QueueFilter, StoreError, StoredCase};

/// Most cases of one bulk.
const MOST_CASES: u32 = 2_000;
/// Above so many cases a second person approves.
const ALONE: u64 = 20;
/// Cases that a preview looks at one by one.
const SAMPLE: usize = 50;
/// Cases that are worked off before others get their turn.
const AT_ONCE: u32 = 25;

/// What is to be held of every case of a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkVerdict {
    /// Breach or no breach.
    pub outcome: Held,
    /// The clause; needed for a breach.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// Why, in plain words. Public with every decision.
    pub reason: String,
}

/// What one case of a bulk would come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Would {
    /// The case.
    pub case: CaseId,
    /// The item's text, shortened.
    pub text: String,
    /// The account.
    pub account: String,
    /// The clause in question.
    pub clause: Option<ClauseId>,
    /// What the ladder says.
    pub measures: Vec<Measure>,
    /// The step of the ladder, by name.
    pub step: Option<String>,
    /// Why it would be left as it is.
    pub left: Option<String>,
}

/// What a bulk would come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BulkPreview {
    /// How many cases.
    pub size: u64,
    /// How many of them by the clause in question; without one under the empty text.
    pub by_clause: BTreeMap<String, u64>,
    /// A sample, each tried on the ladder.
    pub sample: Vec<Would>,
    /// How many of the sample would be left as they are, by reason.
    pub left: BTreeMap<String, u64>,
    /// Of the accounts in the sample: how many would come to which measures.
    pub by_measures: BTreeMap<String, u64>,
}

fn not<T>(why: impl Into<String>) -> Result<T, ReviewError> {
    Err(ReviewError::NotAllowed(why.into()))
}

impl Review {
    /// Prepares one verdict on all cases of a search, or on those named. The list stays as it is now: what comes
    /// later is not in it. Nothing is done yet.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such case, there are too many, or the verdict is none.
    pub async fn prepare_bulk(
        &self,
        by: &str,
        filter: &QueueFilter,
        query: &str,
        held: &BulkVerdict,
    ) -> Result<Bulk, ReviewError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        if held.reason.trim().is_empty() {
            return not("say why, in plain words: it is public with every decision");
        }
        match (held.outcome, &held.clause) {
            (Held::Breach, None) => return not("a breach needs its clause"),
            (Held::NoBreach, Some(_)) => return not("no breach has no clause: leave it out"),
            _ => {}
        }
        let rulebook = self.engine.rulebook.load_full();
        if let Some(unknown) = held.clause.as_ref().filter(|id| rulebook.policy_of(id).is_none()) {
            return not(format!("the rulebook in force has no clause `{unknown}`"));
        }
        let cases = store.queue_ids(filter, MOST_CASES + 1, now).await.map_err(failed)?;
        let size = u64::try_from(cases.len()).unwrap_or(u64::MAX);
        if cases.is_empty() {
            return not("no case waits that this search names");
        }
        if size > u64::from(MOST_CASES) {
            return not(format!("this search names more than {MOST_CASES} cases: narrow it down"));
        }
        let bulk = Bulk {
            id: self.engine.ids.next().to_string(),
            by: by.to_owned(),
            made_at: now,
            query: query.to_owned(),
            verdict: Json::of(held).map_err(unwritable)?,
            size,
            needs_second: size > ALONE,
            acts: Vec::new(),
            counts: BulkCounts::default(),
        };
        store.prepare_bulk(&bulk, &cases).await.map_err(failed)?;
        Ok(bulk)
    }

    /// What a bulk would come to at present.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such bulk, or the store cannot be read.
    pub async fn preview_bulk(&self, id: &str) -> Result<BulkPreview, ReviewError> {
        let store = &self.engine.store;
        let bulk = self.bulk(id).await?;
        let people = self.people_of(&bulk, None);
        let held = verdict_of(&bulk)?;
        let cases = store.bulk_cases(id).await.map_err(failed)?;
        let mut preview = BulkPreview {
            size: bulk.size,
            by_clause: BTreeMap::new(),
            sample: Vec::new(),
            left: BTreeMap::new(),
            by_measures: BTreeMap::new(),
        };
        // Every n-th, so that the sample is of the whole list.
        let every = cases.len().div_ceil(SAMPLE).max(1);
        for (place, case) in cases.iter().enumerate() {
            let Some(stored) = store.case(*case).await.map_err(failed)? else { continue };
            let clause = stored.work.as_ref().and_then(|work| work.clause.clone());
            let name = clause.as_ref().map_or_else(String::new, ToString::to_string);
            *preview.by_clause.entry(name).or_default() += 1;
            if place % every == 0 {
                let would = self.would(stored, clause, people.clone(), &held).await?;
                if let Some(why) = &would.left {
                    *preview.left.entry(why.clone()).or_default() += 1;
                } else {
                    let words: Vec<_> = would.measures.iter().map(Measure::word).collect();
                    let words = if words.is_empty() { "nothing".into() } else { words.join(" + ") };
                    *preview.by_measures.entry(words).or_default() += 1;
                }
                preview.sample.push(would);
            }
        }
        Ok(preview)
    }

    async fn would(
        &self,
        stored: StoredCase,
        clause: Option<ClauseId>,
        people: Vec<String>,
        held: &Verdict,
    ) -> Result<Would, ReviewError> {
        let subject = model::Subject::of(&stored.event.event).ok().flatten();
        let text = subject.map_or_else(String::new, |subject| subject.item.text);
        let mut would = Would {
            case: stored.case.id,
            text: text.chars().take(200).collect(),
            account: stored.case.account.to_string(),
            clause,
            measures: Vec::new(),
            step: None,
            left: None,
        };
        let by = people.first().cloned().unwrap_or_default();
        match self.open_case(would.case, &by).await {
            Err(ReviewError::Storage) => return Err(ReviewError::Storage),
            Err(why) => would.left = Some(why.to_string()),
            Ok(stored) => match self.weigh(self.on_case(stored, people, held).await?).await {
                Ok((decided, _)) => {
                    let decision = decided.decision();
                    would.measures.clone_from(&decision.measures);
                    would.step = decision.ladder.as_ref().map(|step| step.name.clone());
                }
                Err(Obstacle::SecondPerson(why)) => would.left = Some(why),
                Err(Obstacle::Refused(ReviewError::Storage)) => return Err(ReviewError::Storage),
                Err(Obstacle::Refused(why)) => would.left = Some(why.to_string()),
            },
        }
        Ok(would)
    }

    async fn bulk(&self, id: &str) -> Result<Bulk, ReviewError> {
        let found = self.engine.store.bulk(id).await.map_err(failed)?;
        found.ok_or_else(|| ReviewError::NoSuchBulk(id.chars().take(60).collect()))
    }

    /// Who answers for it: who prepared it, and who approved it or would.
    fn people_of(&self, bulk: &Bulk, would_approve: Option<&str>) -> Vec<String> {
        let second = bulk.who("approved").map(|act| act.by.as_str()).or(would_approve);
        std::iter::once(bulk.by.as_str()).chain(second).map(str::to_owned).collect()
    }

    /// Confirms a bulk; it starts, or waits for a second person. Only whoever prepared it may.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn confirm_bulk(&self, id: &str, by: &str) -> Result<Bulk, ReviewError> {
        let bulk = self.bulk(id).await?;
        if bulk.by != by {
            return not("whoever prepared it confirms it, and a second person approves");
        }
        let starts = (!bulk.needs_second).then_some(Phase::Run);
        self.bulk_act(id, "confirmed", by, None, starts).await
    }

    /// Approves a bulk as a second person; it starts.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn approve_bulk(&self, id: &str, by: &str) -> Result<Bulk, ReviewError> {
        let bulk = self.bulk(id).await?;
        if bulk.by == by {
            return Err(ReviewError::SamePerson("nobody approves what they prepared".into()));
        }
        if bulk.who("confirmed").is_none() || bulk.who("stopped").is_some() {
            return not("it was not confirmed, or was stopped");
        }
        self.bulk_act(id, "approved", by, None, Some(Phase::Run)).await
    }

    /// Stops a bulk: what is decided stays, the rest is left.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn stop_bulk(&self, id: &str, by: &str) -> Result<Bulk, ReviewError> {
        self.bulk(id).await?;
        self.bulk_act(id, "stopped", by, None, None).await
    }

    /// Undoes a bulk: every decision of it is replaced, and its case opened again. Not by who answers for it.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn undo_bulk(&self, id: &str, by: &str, why: &str) -> Result<Bulk, ReviewError> {
        let bulk = self.bulk(id).await?;
        if why.trim().is_empty() {
            return not("say why it is undone, in plain words: it is public with every decision");
        }
        if self.people_of(&bulk, None).iter().any(|one| one == by) {
            let why = "somebody who had no part in it undoes it".to_owned();
            return Err(ReviewError::SamePerson(why));
        }
        if bulk.counts.decided == 0 {
            return not("nothing of it is decided");
        }
        if bulk.who("stopped").is_none() {
            // What is not decided yet is not decided only to be undone.
            self.bulk_act(id, "stopped", by, Some(why), None).await?;
        }
        self.bulk_act(id, "undone", by, Some(why), Some(Phase::Undo)).await
    }

    async fn bulk_act(
        &self,
        id: &str,
        did: &str,
        by: &str,
        said: Option<&str>,
        starts: Option<Phase>,
    ) -> Result<Bulk, ReviewError> {
        let act = BulkAct {
            did: did.into(),
            by: by.into(),
            at: self.engine.clock.now(),
            said: said.map(|said| said.trim().to_owned()),
        };
        let done = self.engine.store.bulk_act(id, &act, starts).await;
        done.map_err(|error| match error {
            StoreError::Taken(_) => ReviewError::NotAllowed(format!("it was {did} already")),
            error => failed(error),
        })?;
        self.bulk(id).await
    }

    /// Works off some cases of what is under way. Returns how many; 0 when nothing is.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written; what was done stays done, and the rest goes on.
    pub async fn settle_bulks(&self) -> Result<usize, StoreError> {
        let store = &self.engine.store;
        let mut done = 0;
        for (id, phase) in store.bulks_under_way().await? {
            let left = store.bulk_left(&id, phase, AT_ONCE).await?;
            let Some(bulk) = store.bulk(&id).await?.filter(|_| !left.is_empty()) else {
                store.bulk_done(&id, phase).await?;
                continue;
            };
            for (position, case, decision) in left {
                let result = match (phase, decision) {
                    (Phase::Undo, Some(decision)) => self.undo_one(&bulk, case, decision).await,
                    _ => self.run_one(&bulk, case).await,
                };
                let (became, decision, why) = match result {
                    Ok((became, decision)) => (became, Some(decision), None),
                    Err(ReviewError::Storage) => {
                        return Err(StoreError::Database(
                            "a bulk waits until the store can be written".into(),
                        ));
                    }
                    Err(why) if phase == Phase::Run => ("left", None, Some(why.to_string())),
                    Err(why) => ("kept", None, Some(why.to_string())),
                };
                let at = self.engine.clock.now();
                let became = became.to_owned();
                let result = BulkResult { position, case, became, at, decision, why };
                store.bulk_result(&id, phase, &result).await?;
                done += 1;
            }
        }
        Ok(done)
    }

    async fn run_one(
        &self,
        bulk: &Bulk,
        case: CaseId,
    ) -> Result<(&'static str, DecisionId), ReviewError> {
        let people = self.people_of(bulk, None);
        let _turn = self.engine.turn().await;
        let stored = match self.open_case(case, &bulk.by).await {
            // The server may have stopped between the decision and what is kept of it here.
            Err(ReviewError::AlreadyDecided) => return self.own(bulk, case, people).await,
            opened => opened?,
        };
        let held = verdict_of(bulk)?;
        let decided = self.judge(self.on_case(stored, people, &held).await?).await;
        let decided = decided.map_err(|obstacle| match obstacle {
            Obstacle::SecondPerson(why) => ReviewError::NotAllowed(why),
            Obstacle::Refused(why) => why,
        })?;
        Ok(("decided", decided.decision().id))
    }

    /// The decision on a case, if it is this bulk's.
    async fn own(
        &self,
        bulk: &Bulk,
        case: CaseId,
        people: Vec<String>,
    ) -> Result<(&'static str, DecisionId), ReviewError> {
        let store = &self.engine.store;
        let stored = store.case(case).await.map_err(failed)?;
        let decision =
            stored.and_then(|stored| stored.decision).ok_or(ReviewError::AlreadyDecided)?;
        let stored = store.decision(decision).await.map_err(failed)?;
        let decision = stored.ok_or(ReviewError::AlreadyDecided)?.decision;
        let since = bulk.who("approved").or(bulk.who("confirmed")).map(|act| act.at);
        let ours = decision.by == DecidedBy::People(people)
            && since.is_some_and(|since: Timestamp| decision.decided_at >= since)
            && decision.reason.as_ref() == Some(&verdict_of(bulk)?.reason);
        if ours { Ok(("decided", decision.id)) } else { Err(ReviewError::AlreadyDecided) }
    }

    async fn undo_one(
        &self,
        bulk: &Bulk,
        case: CaseId,
        decision: DecisionId,
    ) -> Result<(&'static str, DecisionId), ReviewError> {
        let store = &self.engine.store;
        let act = bulk.who("undone").ok_or(ReviewError::Storage)?;
        let why = act.said.clone().unwrap_or_default();
        let stored = store.decision(decision).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchDecision(decision))?;
        let mut last = decision;
        if let (Outcome::Breach { .. }, None) = (&stored.decision.outcome, stored.replaced_by) {
            let mut held = verdict(Held::NoBreach, None, None, &why).ok_or(ReviewError::Storage)?;
            // Many decisions alike settle a line, which the undoing leaves: for the reason that is given.
            held.departs = Some(why.clone());
            if let Reviewed::Decided(decided) = self.replace(decision, &act.by, held).await? {
                last = decided.decision().id;
            }
        }
        let _turn = self.engine.turn().await;
        self.reopen(case, &act.by, &why).await?;
        Ok((if last == decision { "reopened" } else { "replaced" }, last))
    }
}

fn verdict_of(bulk: &Bulk) -> Result<Verdict, ReviewError> {
    let held: BulkVerdict = bulk.verdict.read().map_err(unwritable)?;
    verdict(held.outcome, held.clause.as_ref(), None, &held.reason).ok_or(ReviewError::Storage)
}
