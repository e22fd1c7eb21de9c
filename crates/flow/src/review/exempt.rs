//! Exemptions where people decide: a breach that stands is decided anew under the exemption that two people agreed
//! to; when one ends, people look at the item again, and what they hold takes the place of what was held under it.
//! Must not grant an exemption, nor take anything from anybody because one ended.

use super::casework::gravest;
use super::{Held, Obstacle, Question, REPORT_PRIORITY, Review, ReviewError, Verdict, failed};
use model::{
    Case, CaseId, CaseState, DecidedBy, DecisionId, DepartsFrom, Exemption, ItemId, Subject,
};
use store::{Kept, Record, StoredCase, StoredDecision};

impl Review {
    /// What people are asked on a case. Where a decision under an exemption stands on the item, what they hold now
    /// takes its place: the same breach never counts twice.
    pub(super) async fn on_case<'v>(
        &self,
        stored: StoredCase,
        people: Vec<String>,
        verdict: &'v Verdict,
    ) -> Result<Question<'v>, ReviewError> {
        let store = &self.engine.store;
        let exempt = store.stands_exempt(&stored.case.item).await.map_err(failed)?;
        let mut question = Question::on_case(stored, people, verdict);
        if let Some((decision, _)) = exempt {
            let earlier = store.decision(decision).await.map_err(failed)?;
            question.replaces = earlier.map(|earlier| earlier.decision);
        }
        Ok(question)
    }

    /// Decides a breach that stands anew, under an exemption that runs. `None`: there is nothing for it to do.
    pub(crate) async fn exempt(
        &self,
        exemption: &Exemption,
        decision: DecisionId,
    ) -> Result<Option<DecisionId>, ReviewError> {
        let _turn = self.engine.turn().await;
        let store = &self.engine.store;
        let none = || ReviewError::NoSuchDecision(decision);
        let StoredDecision { decision: earlier, replaced_by, .. } =
            store.decision(decision).await.map_err(failed)?.ok_or_else(none)?;
        let runs = exemption.runs_at(self.engine.clock.now());
        if !runs || replaced_by.is_some() || earlier.emergency.is_some() {
            return Ok(None);
        }
        let event = store.event(&earlier.action_id).await.map_err(failed)?.ok_or_else(none)?;
        // Who took a milder step than the ladder says goes on having taken it.
        let milder =
            earlier.departs.iter().any(|one| matches!(one.from, DepartsFrom::Ladder { .. }));
        let why = format!("{} people agreed to this exemption.", exemption.people.len());
        let verdict = Verdict {
            outcome: Held::Breach,
            clause: Some(exemption.clause.clone()),
            passage: None,
            reason: why,
            emergency: None,
            departs: Some(exemption.reason.clone()),
            break_glass: None,
            step: earlier.ladder.as_ref().filter(|_| milder).map(|step| step.step),
            evidence: Vec::new(),
        };
        let question = Question {
            event: event.event,
            case: earlier.case,
            findings: earlier.findings.clone(),
            source: earlier.source.clone(),
            people: exemption.people.clone(),
            verdict: &verdict,
            replaces: Some(earlier.clone()),
            since: None,
        };
        let (decided, record) = self.weigh(question).await.map_err(refused)?;
        if decided.decision().exemption.is_none() {
            return Ok(None);
        }
        crate::undo::undo(&self.engine, &earlier, &decided, record, None).await?;
        Ok(Some(decided.decision().id))
    }

    /// Has people look again at an item whose exemption ended. `None`: it waits already.
    pub(crate) async fn after_exemption(
        &self,
        exemption: &Exemption,
        decision: DecisionId,
    ) -> Result<Option<CaseId>, ReviewError> {
        let _turn = self.engine.turn().await;
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let item = std::slice::from_ref(&exemption.item);
        if !store.waiting_cases(item).await.map_err(failed)?.is_empty() {
            return Ok(None);
        }
        let none = || ReviewError::NoSuchItem(exemption.item.clone());
        let stored = store.decision(decision).await.map_err(failed)?.ok_or_else(none)?;
        let event = store.latest_event_of(&exemption.item).await.map_err(failed)?;
        let event = event.ok_or_else(none)?.event;
        let subject = Subject::of(&event).ok().flatten().ok_or_else(none)?;
        let rulebook = self.engine.rulebook.load_full();
        let how = match exemption.ended.as_ref().and_then(|end| end.revoked.as_ref()) {
            Some(why) => format!("was revoked: {}", why.trim()),
            None => "is over".to_owned(),
        };
        let reach = model::reach(&event);
        let case = Case {
            id: CaseId::new(self.engine.ids.next()),
            item: exemption.item.clone(),
            account: subject.account.id,
            action_id: event.action_id,
            findings: stored.decision.findings,
            queue: exemption.clause.policy().to_owned(),
            priority: REPORT_PRIORITY,
            why_referred: format!(
                "The exemption {} {how}. The post stands behind its notice until people decide.",
                exemption.id
            ),
            opened_at: now,
            rulebook: rulebook.version().clone(),
            state: CaseState::Waiting,
            gravity: gravest(&rulebook, std::iter::once(&exemption.clause)).unwrap_or_default(),
            language: subject.item.language,
            reach,
        };
        let (id, version) = (case.id, case.rulebook.clone());
        let record = Record {
            at: now,
            rulebook: version,
            event: None,
            kept: Kept::Referred(Box::new(case)),
            labels: Vec::new(),
            state: store::State::default(),
        };
        store.record(&[record]).await.map_err(failed)?;
        Ok(Some(id))
    }

    /// The people who decided what stands on an item, and what their reasons may not quote.
    pub(crate) async fn stands_on(
        &self,
        item: &ItemId,
    ) -> Result<Option<StoredDecision>, ReviewError> {
        let found = self.engine.store.lookup_item(item).await.map_err(failed)?;
        Ok(found.and_then(|found| found.decision))
    }
}

/// Pseudonyms of the people who decided.
pub(crate) fn deciders(by: &DecidedBy) -> &[String] {
    match by {
        DecidedBy::Automation => &[],
        DecidedBy::People(people) => people,
    }
}

fn refused(obstacle: Obstacle) -> ReviewError {
    obstacle.into()
}
