//! Undoing: a decision is replaced, and every later one that had counted its warning or strike is counted anew, all
//! in one transaction. Must not hold anything anew: what later decisions hold, they go on holding.

use crate::review::{ReviewError, failed};
use crate::{Engine, record};
use jiff::Timestamp;
use model::{
    Appeal, AppealAnswer, Appellant, Decided, DecidedBy, Decision, DecisionId, Receipt,
    ReceiptState, RulebookVersion, Standing, StandingEntry, Subject,
};
use rules::Sources;
use rules::decide::{Context, Recount, entry_of, recount};
use rules::rulebook::Rulebook;
use std::collections::HashMap;
use std::sync::Arc;
use store::{NewNotice, NoticeKind, Record, Recounted, StoredDecision};

/// Keeps `instead` in the place of `undone`, with all that follows for later decisions, and the answer that brought
/// it about. Returns what was counted anew. Whoever calls holds the turn.
pub(crate) async fn undo(
    engine: &Engine,
    undone: &Decision,
    instead: &Arc<Decided>,
    record: Record,
    answer: Option<(&Appeal, &AppealAnswer)>,
) -> Result<Vec<Arc<Decided>>, ReviewError> {
    let now = instead.decision().decided_at;
    let mut later = Later { engine, undone, people: people(instead.decision()), now, all: vec![] };
    let recounted = later.count(instead.decision()).await?;
    let decided: Vec<Arc<Decided>> =
        later.all.iter().map(|(decided, _)| Arc::clone(decided)).collect();
    let records: Vec<Record> =
        std::iter::once(record).chain(later.all.into_iter().map(|(_, record)| record)).collect();
    let mut notices = reporters(engine, undone, instead.decision()).await?;
    notices.extend(answer.map(|(appeal, _)| answered(engine, appeal, instead.decision().id)));
    let answer = answer.map(|(appeal, answer)| (appeal.id, answer));
    engine.store.undo(&records, &recounted, answer, &notices, now).await.map_err(failed)?;
    engine.call_log();
    engine.call_outbox();
    metrics::counter!("evenhand_people_decisions_total").increment(1);
    metrics::counter!("evenhand_decisions_counted_anew_total")
        .increment(u64::try_from(decided.len()).unwrap_or(u64::MAX));
    Ok(decided)
}

fn people(decision: &Decision) -> Vec<String> {
    match &decision.by {
        DecidedBy::Automation => Vec::new(),
        DecidedBy::People(people) => people.clone(),
    }
}

/// That an appeal was answered, to who made it. `decision` stands from now on.
pub(crate) fn answered(engine: &Engine, appeal: &Appeal, decision: DecisionId) -> NewNotice {
    let (kind, report) = match &appeal.by {
        Appellant::Person => (NoticeKind::AppealAnswered, None),
        Appellant::Reporter { report } => (NoticeKind::ReportOutcome, Some(report.clone())),
    };
    NewNotice {
        id: format!("answered-{}", appeal.id),
        kind,
        account: appeal.account.clone(),
        decision: Some(decision),
        appeal: Some(appeal.id),
        report,
        secret: None,
        created_at: engine.clock.now(),
    }
}

/// What became of their reports, to all who reported what was decided.
async fn reporters(
    engine: &Engine,
    undone: &Decision,
    instead: &Decision,
) -> Result<Vec<NewNotice>, ReviewError> {
    let mut reports = Vec::new();
    // Another case, where people looked at the item again: who reported it there waits for an answer, too.
    let again = instead.case.filter(|case| undone.case != Some(*case));
    for case in undone.case.into_iter().chain(again) {
        let case = engine.store.case(case).await.map_err(failed)?;
        reports.extend(case.map(|case| case.reports).unwrap_or_default());
    }
    let notice = |report: store::Report| NewNotice {
        id: format!("report-{}-{}", report.id, instead.id),
        kind: NoticeKind::ReportOutcome,
        account: undone.account.clone(),
        decision: Some(instead.id),
        appeal: None,
        report: Some(report.id),
        secret: None,
        created_at: engine.clock.now(),
    };
    Ok(reports.into_iter().map(notice).collect())
}

/// A notice was on its way while its decision was counted anew: what takes its place is told by it, too.
pub(crate) async fn told(
    engine: &Engine,
    receipt: &Receipt,
    replaced_by: Option<DecisionId>,
) -> Result<(), ReviewError> {
    let mut next = replaced_by;
    while let Some(later) = next {
        if engine.store.counted_anew(&[later]).await.map_err(failed)?.is_empty() {
            break;
        }
        let detail = Some("told by the notice of the decision that this one replaces".into());
        let same = Receipt { decision: later, detail, ..receipt.clone() };
        engine.store.receipt(&same, engine.clock.now()).await.map_err(failed)?;
        let stored = engine.store.decision(later).await.map_err(failed)?;
        next = stored.and_then(|stored| stored.replaced_by);
    }
    Ok(())
}

/// What comes after a decision that is undone.
struct Later<'a> {
    engine: &'a Engine,
    undone: &'a Decision,
    people: Vec<String>,
    now: Timestamp,
    all: Vec<(Arc<Decided>, Record)>,
}

/// A decision with the time since which its step runs.
struct Placed {
    stored: StoredDecision,
    since: Timestamp,
}

impl Placed {
    /// When the person was told of it.
    fn told(&self) -> Option<Timestamp> {
        let told = self.stored.receipts.iter();
        told.filter(|one| one.state == ReceiptState::NoticeDelivered).map(|one| one.at).min()
    }

    fn entry(&self, decision: &Decision) -> Option<StandingEntry> {
        let entry = entry_of(decision)?;
        Some(StandingEntry { given_at: self.since, delivered_at: self.told(), ..entry })
    }
}

impl Later<'_> {
    /// Counts, in the order in which their steps run, all decisions that stand.
    async fn count(&mut self, instead: &Decision) -> Result<Vec<Recounted>, ReviewError> {
        let mut recounted = Vec::new();
        let Some(gone) = entry_of(self.undone) else { return Ok(recounted) };
        let (began, placed) = self.placed().await?;
        let mut standing = Standing { entries: entry_of(instead).into_iter().collect() };
        let mut books: HashMap<RulebookVersion, Option<Arc<Rulebook>>> = HashMap::new();
        for one in placed {
            let decision = &one.stored.decision;
            let on_ladder = decision.ladder.as_ref().is_some_and(|step| step.ladder == gone.ladder);
            // What the undone decision did not come before cannot have counted it.
            let new = if on_ladder && one.since >= began {
                self.anew(&one, &standing, &mut books).await?
            } else {
                None
            };
            let stands = match &new {
                Some(decided) => {
                    recounted.push(Recounted {
                        decision: decided.decision().id,
                        because_of: self.undone.id,
                        given_at: one.since,
                        delivered_at: one.told(),
                    });
                    decided.decision()
                }
                None => decision,
            };
            standing.entries.extend(one.entry(stands));
        }
        Ok(recounted)
    }

    /// Since when the undone decision's step ran, and all others about the account that stand, in the order of
    /// their steps.
    async fn placed(&self) -> Result<(Timestamp, Vec<Placed>), ReviewError> {
        let store = &self.engine.store;
        let all = store.decisions_about(&self.undone.account).await.map_err(failed)?;
        let ids: Vec<DecisionId> = all.iter().map(|one| one.decision.id).collect();
        let moved = store.counted_anew(&ids).await.map_err(failed)?;
        let since = |one: &Decision| {
            moved
                .iter()
                .find(|moved| moved.decision == one.id)
                .map_or(one.decided_at, |moved| moved.given_at)
        };
        let mut placed: Vec<Placed> = all
            .into_iter()
            .filter(|one| one.replaced_by.is_none() && one.decision.id != self.undone.id)
            .map(|stored| Placed { since: since(&stored.decision), stored })
            .collect();
        placed.sort_by_key(|one| one.since);
        Ok((since(self.undone), placed))
    }

    /// What takes the place of a decision, if its step is now a lower one.
    async fn anew(
        &mut self,
        one: &Placed,
        standing: &Standing,
        books: &mut HashMap<RulebookVersion, Option<Arc<Rulebook>>>,
    ) -> Result<Option<Arc<Decided>>, ReviewError> {
        let decision = &one.stored.decision;
        let version = &decision.rulebook;
        let book = match books.get(version) {
            Some(known) => known.clone(),
            None => {
                let book = self.book(version).await?;
                books.insert(version.clone(), book.clone());
                book
            }
        };
        let Some(book) = book else { return Ok(None) };
        let event = self.engine.store.event(&decision.action_id).await.map_err(failed)?;
        let Some(subject) = event.and_then(|event| Subject::of(&event.event).ok().flatten()) else {
            return Ok(None);
        };
        let context = Context {
            now: self.now,
            id: DecisionId::new(self.engine.ids.next()),
            case_id: model::CaseId::new(self.engine.ids.next()),
            public_url: &self.engine.settings.public_url,
            exemptions: &[],
        };
        let from = Recount {
            earlier: decision,
            since: one.since,
            account: &subject.account,
            item_language: subject.item.language.as_deref(),
            people: &self.people,
        };
        let refused = |why: String| ReviewError::NotAllowed(why);
        let decided = recount(&book, from, standing, context);
        let Some(decided) = decided.map_err(|error| refused(error.to_string()))? else {
            return Ok(None);
        };
        let decided = Arc::new(decided);
        let kept = record::decision(
            &book,
            Arc::clone(&decided),
            subject.item.kind,
            &self.engine.settings.public_url,
            &*self.engine.ids,
        );
        let kept = kept.map_err(|error| refused(error.to_string()))?;
        self.all.push((Arc::clone(&decided), record::by_people(self.now, kept)));
        Ok(Some(decided))
    }

    /// A rulebook as it was in force. `None` when this release cannot read it any more: then nothing is counted.
    async fn book(&self, version: &RulebookVersion) -> Result<Option<Arc<Rulebook>>, ReviewError> {
        let present = self.engine.rulebook.load_full();
        if present.version() == version {
            return Ok(Some(present));
        }
        let files = self.engine.store.rulebook(version).await.map_err(failed)?;
        let Some(files) = files else { return Ok(None) };
        let loaded = Rulebook::load(&Sources::from_map(files)).0.map(|mut book| {
            book.register = Arc::clone(&present.register);
            Arc::new(book)
        });
        if loaded.is_none() {
            tracing::warn!(
                version = version.short(),
                "an earlier rulebook cannot be read any more"
            );
        }
        Ok(loaded)
    }
}
