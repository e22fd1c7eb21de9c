//! Somebody says what is wrong with an item: the report joins the item's waiting case or opens one. Must not
//! decide anything about it.

use super::casework::gravest;
use super::notices::reliability;
use super::{REPORT_PRIORITY, Report, Reported, Review, ReviewError, failed, found_by};
use jiff::Timestamp;
use model::{Case, CaseId, CaseState, FoundBy, Subject};
use rules::rulebook::Rulebook;

impl Review {
    /// Takes a report: it joins the item's waiting case or opens one.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn report(&self, report: Report) -> Result<Reported, ReviewError> {
        let _turn = self.engine.turn().await;
        let rulebook = self.engine.rulebook.load_full();
        if let Some(unknown) = report.clause.as_ref().filter(|id| rulebook.policy_of(id).is_none())
        {
            let why = format!("the rulebook in force has no clause `{unknown}`; leave it out");
            return Err(ReviewError::NotAllowed(why));
        }
        let (kept, opened) = self.as_report(report).await?;
        self.engine.store.report(&kept, opened.as_ref()).await.map_err(failed)?;
        metrics::counter!("evenhand_reports_total").increment(1);
        Ok(Reported { report: kept.id, case: kept.case })
    }

    /// A report ready to be kept, with the case that it opens when it joins none. Whoever calls holds the turn.
    pub(super) async fn as_report(
        &self,
        report: Report,
    ) -> Result<(store::Report, Option<Case>), ReviewError> {
        let rulebook = self.engine.rulebook.load_full();
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let id = self.engine.ids.next().to_string();
        let items = std::slice::from_ref(&report.item);
        let waiting = store.waiting_cases(items).await.map_err(failed)?;
        let opened = match waiting.get(&report.item) {
            Some(_) => None,
            None => Some(self.new_case(&rulebook, &report, &id, now).await?),
        };
        let joined = waiting.get(&report.item).copied();
        let case = joined.or(opened.as_ref().map(|case| case.id)).ok_or(ReviewError::Storage)?;
        let trust = match &report.reporter {
            Some(reporter) => {
                let (own, all) = store.reporter_record(reporter, now).await.map_err(failed)?;
                reliability(own, all)
            }
            None => 500,
        };
        let kept = store::Report {
            id,
            item: report.item,
            case,
            clause: report.clause,
            reason: report.reason,
            reporter: report.reporter,
            received_at: now,
            trust,
        };
        Ok((kept, opened))
    }

    /// The case that a report opens on an item that was left up, or decided otherwise.
    async fn new_case(
        &self,
        rulebook: &Rulebook,
        report: &Report,
        id: &str,
        now: Timestamp,
    ) -> Result<Case, ReviewError> {
        let none = || ReviewError::NoSuchItem(report.item.clone());
        let latest = self.engine.store.latest_event_of(&report.item).await.map_err(failed)?;
        let event = latest.ok_or_else(none)?.event;
        let subject = Subject::of(&event).ok().flatten().ok_or_else(none)?;
        let reach = model::reach(&event);
        let by = || FoundBy::Report(id.to_owned());
        let finding = report.clause.as_ref().map(|clause| found_by(clause, by()));
        Ok(Case {
            id: CaseId::new(self.engine.ids.next()),
            item: report.item.clone(),
            account: subject.account.id,
            action_id: event.action_id,
            findings: finding.into_iter().collect(),
            queue: report.clause.as_ref().map_or("reports", |clause| clause.policy()).to_owned(),
            priority: REPORT_PRIORITY,
            why_referred: "It was reported.".into(),
            opened_at: now,
            rulebook: rulebook.version().clone(),
            state: CaseState::Waiting,
            gravity: gravest(rulebook, report.clause.iter()).unwrap_or_default(),
            language: subject.item.language,
            reach,
        })
    }

    /// Opens the case of an item anew, after its decision was taken back. Whoever calls holds the turn.
    pub(super) async fn reopen(
        &self,
        case: CaseId,
        by: &str,
        why: &str,
    ) -> Result<(), ReviewError> {
        let store = &self.engine.store;
        let stored = store.case(case).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchCase(case))?;
        let new = Case {
            id: CaseId::new(self.engine.ids.next()),
            why_referred: "Its decision, one of many made at once, was taken back.".into(),
            opened_at: self.engine.clock.now(),
            rulebook: self.engine.rulebook.load().version().clone(),
            state: CaseState::Waiting,
            ..stored.case
        };
        store.reopen(case, &new, by, why).await.map_err(failed)
    }
}
