//! Exemptions: proposed by one person, agreed to by another, entered in the public register, applied to what was
//! decided, ended by their time or by people, and then referred to people again. Must not exempt an account, and must
//! not take anything from anybody when one ends: people decide.

use crate::Engine;
use crate::approval::{ApprovalError, Approvals, Proposed};
use crate::review::{Review, ReviewError, deciders};
use jiff::{SignedDuration, Timestamp};
use model::{
    AccountId, Act, ActClass, ActState, ActWord, AffiliationKind, ClauseId, Exemption,
    ExemptionEnd, ItemId, Json, Subject,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use store::{ActFilter, StoreError};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often it is looked for exemptions whose time is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So many of the latest proposals are looked through.
const LOOKED_THROUGH: u32 = 1_000;
const MOST_AT_ONCE: u32 = 200;
/// Longest notice, in characters: it stands before a post, also on a phone.
pub const LONGEST_NOTICE: usize = 300;
/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 2_000;

/// Why an exemption was not proposed, agreed to or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExemptionError {
    /// It says too little, or what cannot be.
    #[error("{0}")]
    Wrong(String),
    /// No such exemption or proposal.
    #[error("there is no such exemption")]
    NoSuch,
    /// Whoever decided on the item.
    #[error("`{0}` decided on this item: people who did not must speak for an exemption")]
    OwnDecision(String),
    /// Another person is needed, or it is too late.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The store failed; nothing was changed.
    #[error("the store cannot write at present; nothing was changed, try again")]
    Storage,
}

/// An exemption before it is proposed.
#[derive(Debug, Clone)]
pub struct NewExemption {
    /// The platform's id of the item.
    pub item: ItemId,
    /// The one clause.
    pub clause: ClauseId,
    /// What stands before the item, for its readers.
    pub notice: String,
    /// For how many days from the moment at which another person agrees.
    pub days: u16,
    /// Which public interest there is in seeing the item. Public.
    pub why: String,
}

/// What is proposed, as it is kept with the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedExemption {
    /// The item.
    pub item: ItemId,
    /// Who made it.
    pub account: AccountId,
    /// The one clause.
    pub clause: ClauseId,
    /// What kind of account it is, by the register of affiliations.
    pub class: AffiliationKind,
    /// What stands before the item.
    pub notice: String,
    /// For how many days.
    pub days: u16,
}

/// What people do about exemptions. Cheap to clone; `by` is the pseudonym of the person.
#[derive(Debug, Clone)]
pub struct Exemptions {
    engine: Arc<Engine>,
}

impl Exemptions {
    /// The way in for people.
    pub const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// Proposes an exemption; another person must agree.
    ///
    /// # Errors
    /// [`ExemptionError`] says why not.
    pub async fn propose(&self, new: NewExemption, by: &str) -> Result<Act, ExemptionError> {
        let subject = self.subject(&new.item).await?;
        let book = self.engine.rulebook.load_full();
        let terms = &book.settings.exemptions;
        let wrong = |why: String| ExemptionError::Wrong(why);
        let ladder = book.ladder_of(&new.clause);
        let none = || wrong(format!("the rulebook in force has no clause `{}`", new.clause));
        let severity = ladder.ok_or_else(none)?.severity;
        if !terms.covers(severity) {
            let why = "the rulebook grants none for a breach as grave as this";
            return Err(wrong(format!("{why} (`[exemptions] gravest`)")));
        }
        if new.days == 0 || i64::from(new.days) > terms.most_days() {
            let most = terms.most_days();
            return Err(wrong(format!("an exemption runs for 1 to {most} days")));
        }
        let notice = one_line(&new.notice, LONGEST_NOTICE).ok_or_else(|| {
            wrong(format!("the notice has 1 to {LONGEST_NOTICE} characters, in one line"))
        })?;
        if new.why.chars().count() > LONGEST_REASON {
            return Err(wrong(format!("the reason has at most {LONGEST_REASON} characters")));
        }
        let stands = self.review().stands_on(&new.item).await.map_err(failed)?;
        for text in [&notice, &new.why] {
            let unfit = match &stands {
                Some(stands) => {
                    rules::decide::unfit_for_public(text, &subject.account, &stands.decision)
                }
                None => rules::decide::names_author(text, &subject.account)
                    .then_some("names the author"),
            };
            if let Some(what) = unfit {
                return Err(wrong(format!(
                    "the reason and the notice are public, and one of them {what}: say it without"
                )));
            }
        }
        self.must_be_first(&new.item, &new.clause).await?;
        self.may_speak(&new.item, by).await?;
        let class = book.affiliation_of(&subject.account.id, self.engine.clock.now());
        let body = ProposedExemption {
            item: new.item,
            account: subject.account.id,
            clause: new.clause,
            class: class.map_or(AffiliationKind::None, |one| one.kind),
            notice,
            days: new.days,
        };
        let proposed = Proposed {
            class: ActClass::Exemption,
            about: body.item.to_string(),
            body: Json::of(&body).map_err(|error| ExemptionError::Wrong(error.to_string()))?,
            why: new.why.trim().to_owned(),
        };
        Ok(self.approvals().propose(proposed, by).await?)
    }

    /// Agrees to an exemption, as another person, or says no to it. What was agreed to holds at once.
    ///
    /// # Errors
    /// [`ExemptionError`] says why not.
    pub async fn answer(
        &self,
        id: &str,
        by: &str,
        agrees: bool,
        reason: &str,
    ) -> Result<Act, ExemptionError> {
        let act = self.act(id).await?;
        let approvals = self.approvals();
        if !agrees {
            return Ok(approvals.refuse(id, by, reason).await?);
        }
        let asked: ProposedExemption = act.read().map_err(|_| ExemptionError::NoSuch)?;
        self.may_speak(&asked.item, by).await?;
        let act = approvals.approve(id, by, reason).await?;
        self.carry_out().await?;
        Ok(act)
    }

    /// Ends an exemption ahead of its time. One person may: it brings back the rule, and people decide again.
    ///
    /// # Errors
    /// [`ExemptionError`] says why not.
    pub async fn revoke(&self, id: &str, by: &str, reason: &str) -> Result<Act, ExemptionError> {
        let act = self.act(id).await?;
        let stored = self.engine.store.exemption(id).await.map_err(stored)?;
        if stored.is_some_and(|one| !one.exemption.runs_at(self.engine.clock.now())) {
            let over = "it does not run any more, so it cannot be ended";
            return Err(ApprovalError::TooLate(over.into()).into());
        }
        let asked: ProposedExemption = act.read().map_err(|_| ExemptionError::NoSuch)?;
        let subject = self.subject(&asked.item).await?;
        if rules::decide::names_author(reason, &subject.account) {
            let why = "the reason is public, and it names the author: say it without";
            return Err(ExemptionError::Wrong(why.into()));
        }
        let act = self.approvals().revoke(id, by, reason).await?;
        self.carry_out().await?;
        Ok(act)
    }

    /// Proposals that wait for another person, the oldest first.
    ///
    /// # Errors
    /// [`ExemptionError::Storage`].
    pub async fn waiting(&self) -> Result<Vec<(Act, ProposedExemption)>, ExemptionError> {
        let mut waiting = Vec::new();
        for act in self.acts(None).await?.into_iter().rev() {
            if matches!(act.state(), ActState::Waiting { .. })
                && let Ok(asked) = act.read()
            {
                waiting.push((act, asked));
            }
        }
        Ok(waiting)
    }

    /// Enters what people agreed to and ends what they revoked. An exemption has the id of its act, so a crash in
    /// between loses none and doubles none. Then does what is due.
    ///
    /// # Errors
    /// [`ExemptionError::Storage`].
    pub async fn carry_out(&self) -> Result<(), ExemptionError> {
        let store = &self.engine.store;
        for act in self.acts(None).await?.into_iter().rev() {
            let since = match act.state() {
                ActState::Approved { since } | ActState::BrokeGlass { since, .. } => since,
                ActState::Revoked { .. } => {
                    self.end_revoked(&act).await?;
                    continue;
                }
                _ => continue,
            };
            if store.exemption(&act.id).await.map_err(stored)?.is_some() {
                continue;
            }
            let Ok(asked) = act.read::<ProposedExemption>() else { continue };
            if store.begin_exemption(&begun(&act, asked, since)).await.map_err(stored)? {
                metrics::counter!("evenhand_exemptions_total").increment(1);
                self.engine.call_log();
            }
        }
        self.tend(&mut HashSet::new()).await
    }

    /// Applies, ends and refers what is due. What cannot be done is told once, by what `told` holds.
    async fn tend(&self, told: &mut HashSet<String>) -> Result<(), ExemptionError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        for one in store.due_exemptions(now, MOST_AT_ONCE).await.map_err(stored)? {
            let end = ExemptionEnd { at: one.until, revoked: None, by: None };
            if store.end_exemption(&one.id, &end).await.map_err(stored)? {
                self.engine.call_log();
            }
        }
        let review = self.review();
        for (id, decision) in store.exemptions_to_apply(now).await.map_err(stored)? {
            let Some(one) = store.exemption(&id).await.map_err(stored)? else { continue };
            if let Err(error) = review.exempt(&one.exemption, decision).await
                && told.insert(decision.to_string())
            {
                tracing::warn!(exemption = id, %decision, %error, "an exemption cannot be applied");
            }
        }
        for (id, decision) in store.exemptions_to_refer().await.map_err(stored)? {
            let Some(one) = store.exemption(&id).await.map_err(stored)? else { continue };
            if let Err(error) = review.after_exemption(&one.exemption, decision).await
                && told.insert(id.clone())
            {
                tracing::warn!(exemption = id, %error, "its item cannot be looked at again");
            }
        }
        Ok(())
    }

    async fn end_revoked(&self, act: &Act) -> Result<(), ExemptionError> {
        let Some(said) = act.said.iter().rev().find(|said| said.word == ActWord::Revoked) else {
            return Ok(());
        };
        let end = ExemptionEnd {
            at: said.at,
            revoked: Some(said.reason.clone()),
            by: Some(said.by.clone()),
        };
        if self.engine.store.end_exemption(&act.id, &end).await.map_err(stored)? {
            self.engine.call_log();
        }
        Ok(())
    }

    /// Whoever decided what stands on an item does not speak for its exemption.
    async fn may_speak(&self, item: &ItemId, by: &str) -> Result<(), ExemptionError> {
        let stands = self.review().stands_on(item).await.map_err(failed)?;
        let own = stands.is_some_and(|one| deciders(&one.decision.by).iter().any(|who| who == by));
        if own { Err(ExemptionError::OwnDecision(by.to_owned())) } else { Ok(()) }
    }

    /// One exemption runs, or waits to be agreed to, for an item under a clause; no two.
    async fn must_be_first(&self, item: &ItemId, clause: &ClauseId) -> Result<(), ExemptionError> {
        let now = self.engine.clock.now();
        let found = self.engine.store.exemptions_of(std::slice::from_ref(item)).await;
        let runs = found.map_err(stored)?;
        let runs =
            runs.get(item).is_some_and(|all| all.iter().any(|one| one.covers(item, clause, now)));
        let same =
            |act: &Act| act.read::<ProposedExemption>().is_ok_and(|one| one.clause == *clause);
        let waits = self.acts(Some(item.as_str())).await?;
        let waits =
            waits.iter().any(|act| matches!(act.state(), ActState::Waiting { .. }) && same(act));
        let why = match (runs, waits) {
            (true, _) => "an exemption runs for this item under this clause already",
            (_, true) => "one is proposed for this item under this clause already",
            _ => return Ok(()),
        };
        Err(ExemptionError::Wrong(why.into()))
    }

    async fn subject(&self, item: &ItemId) -> Result<Subject, ExemptionError> {
        let event = self.engine.store.latest_event_of(item).await.map_err(stored)?;
        let subject = event.and_then(|event| Subject::of(&event.event).ok().flatten());
        let none = || {
            ExemptionError::Wrong(format!("the item `{item}` was never sent to us; send its event"))
        };
        subject.ok_or_else(none)
    }

    async fn acts(&self, about: Option<&str>) -> Result<Vec<Act>, ExemptionError> {
        let filter = ActFilter { class: Some(ActClass::Exemption), about };
        self.engine.store.acts(filter, LOOKED_THROUGH).await.map_err(stored)
    }

    /// One act of this class.
    ///
    /// # Errors
    /// [`ExemptionError::NoSuch`].
    pub async fn act(&self, id: &str) -> Result<Act, ExemptionError> {
        let act = match self.approvals().act(id).await {
            Err(ApprovalError::NoSuchAct(_)) => None,
            found => Some(found?),
        };
        act.filter(|act| act.class == ActClass::Exemption).ok_or(ExemptionError::NoSuch)
    }

    fn approvals(&self) -> Approvals {
        Approvals::new(Arc::clone(&self.engine))
    }

    fn review(&self) -> Review {
        Review::new(Arc::clone(&self.engine))
    }
}

fn begun(act: &Act, asked: ProposedExemption, since: Timestamp) -> Exemption {
    let runs = SignedDuration::from_hours(24 * i64::from(asked.days));
    Exemption {
        id: act.id.clone(),
        item: asked.item,
        account: asked.account,
        clause: asked.clause,
        class: asked.class,
        reason: act.why.clone(),
        notice: asked.notice,
        people: act.people(),
        from: since,
        until: since.checked_add(runs).unwrap_or(Timestamp::MAX),
        ended: None,
    }
}

/// A text of one line without anything that hides or reorders; `None` when it is none, or too long.
fn one_line(text: &str, longest: usize) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty() && text.chars().count() <= longest && !text.contains(model::hides))
        .then_some(text)
}

/// Looks after exemptions until `stop`: what people agreed to, what is over, what people must look at again.
pub fn tend_exemptions(engine: Arc<Engine>, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let exemptions = Exemptions::new(engine);
        let mut told = HashSet::new();
        let mut begun = exemptions.carry_out().await;
        while !stop.is_cancelled() {
            if let Err(error) = begun {
                tracing::error!(%error, "exemptions cannot be looked after; it is tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return,
            }
            begun = exemptions.tend(&mut told).await;
        }
    })
}

fn stored(error: StoreError) -> ExemptionError {
    tracing::error!(%error, "an exemption cannot be kept or read");
    ExemptionError::Storage
}

fn failed(error: ReviewError) -> ExemptionError {
    tracing::error!(%error, "what stands on an item cannot be read");
    ExemptionError::Storage
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_notice_is_one_plain_line() {
        assert_eq!(one_line(" It\n stays. ", 20), Some("It stays.".into()));
        assert_eq!(one_line("  ", 20), None);
        assert_eq!(one_line("abcdef", 5), None);
        assert_eq!(one_line("a\u{202E}b", 5), None);
    }
}
