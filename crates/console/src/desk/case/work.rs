//! What people do with a case short of deciding it, as its page offers it: claim, put aside, escalate, hold, split,
//! merge. The forms go to `desk::cases::work`, as those of the list do. Must not decide.

use super::view::CaseView;
use crate::access::Caller;
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::text;
use jiff::Timestamp;
use model::{CaseId, Permission, PersonState};
use store::QueueFilter;

/// Other cases that are offered for a merge.
const OTHERS: u32 = 12;
/// Letters of a report that tell it from another.
const BEGINNING: usize = 60;

/// How a case stands in the work list, and what the person who looks may do about that.
#[derive(Debug)]
pub(crate) struct WorkView {
    /// Who has it, and until when.
    pub claim: Option<(String, Timestamp)>,
    /// Whether that is who looks.
    pub mine: bool,
    pub assignee: Option<String>,
    pub held_until: Option<Timestamp>,
    pub escalated: bool,
    pub follows: Option<CaseId>,
    /// Whether they distribute work.
    pub distributes: bool,
    /// Pseudonyms of those who decide cases.
    pub colleagues: Vec<String>,
    /// Clauses whose findings can be parted from the case: id and title.
    pub clauses: Vec<(String, String)>,
    /// Reports that can be parted from it: id and how it begins.
    pub reports: Vec<(String, String)>,
    /// Waiting cases that it can be merged into: id and title.
    pub others: Vec<(CaseId, String)>,
}

impl WorkView {
    /// Gathers it; nothing when the case does not wait, or they decide nothing.
    ///
    /// # Errors
    /// A problem when the store cannot be read.
    pub(super) async fn gather(
        state: &ConsoleState,
        caller: &Caller,
        view: &CaseView,
    ) -> Result<Option<Self>, Problem> {
        let Some(work) = &view.stored.work else { return Ok(None) };
        if view.stored.decision.is_some() || !caller.may(Permission::Decide) {
            return Ok(None);
        }
        let distributes = caller.may(Permission::Assign);
        let claim = work.claim_at(view.now);
        let mut it = Self {
            mine: claim.is_some_and(|claim| claim.by == caller.by),
            claim: claim.map(|claim| (claim.by.clone(), claim.until)),
            assignee: work.assignee.clone(),
            held_until: work.held_until.filter(|until| *until > view.now),
            escalated: work.pressing.escalated,
            follows: work.leader,
            distributes,
            colleagues: Vec::new(),
            clauses: Vec::new(),
            reports: Vec::new(),
            others: Vec::new(),
        };
        if distributes {
            it.offer(state, view).await?;
        }
        Ok(Some(it))
    }

    /// What somebody who distributes work can choose from.
    async fn offer(&mut self, state: &ConsoleState, view: &CaseView) -> Result<(), Problem> {
        let people = state.store.people().await.map_err(|error| storage(&error))?;
        let decides = |person: &&model::Person| person.may(Permission::Decide);
        self.colleagues = people
            .iter()
            .filter(decides)
            .filter(|person| person.state == PersonState::Active)
            .map(|person| person.pseudonym.clone())
            .collect();
        let case = &view.stored.case;
        let book = state.rulebook.load();
        let title = |id: &model::ClauseId| {
            let text = book.clause(id, book.settings.default_language());
            text.map_or_else(|| id.to_string(), |text| text.title)
        };
        let found = case.findings.iter().map(|finding| &finding.clause);
        let reported = view.stored.reports.iter().filter_map(|report| report.clause.as_ref());
        for id in found.chain(reported) {
            if !self.clauses.iter().any(|(known, _)| known == id.as_str()) {
                self.clauses.push((id.to_string(), title(id)));
            }
        }
        self.reports = view
            .stored
            .reports
            .iter()
            .map(|report| {
                let begins: String = report.reason.chars().take(BEGINNING).collect();
                (report.id.clone(), text::visible(&begins))
            })
            .collect();
        // While who posted is hidden, so is what else waits of them.
        let account = (!view.blind).then(|| case.account.clone());
        let clause = if view.blind {
            view.stored.work.as_ref().and_then(|w| w.clause.clone())
        } else {
            None
        };
        let filter = QueueFilter { account, clause, ..QueueFilter::default() };
        let page = state.store.queue(&filter, None, OTHERS, view.now).await;
        for waiting in page.map_err(|error| storage(&error))?.entries {
            if waiting.case.id == case.id {
                continue;
            }
            let about = waiting.work.clause.as_ref().map_or_else(|| "no clause".into(), &title);
            let when = text::brief(&waiting.case.opened_at);
            self.others.push((waiting.case.id, format!("{about}, {when}")));
        }
        Ok(())
    }

    /// Whether anything could be parted from the case.
    pub(crate) fn splits(&self) -> bool {
        self.clauses.len() + self.reports.len() > 1
    }
}
