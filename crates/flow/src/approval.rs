//! Four eyes: acts that one person may not do alone are proposed, and hold once another person
//! agrees. What is done alone because it could not wait is listed until another person has looked at
//! it. Nobody agrees to their own act. Must not carry anything out: an act that holds is a fact, and
//! whoever owns it acts on that.

use crate::Engine;
use model::{
    Act, ActClass, ActState, ActWord, AffiliationKind, Decision, Event, Json, Measure, Said,
};
use rules::rulebook::{FourEyes, Rulebook};
use std::sync::Arc;
use store::{ActFilter, StoreError};

/// Why an act, or a word about it, was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// No such act.
    #[error("there is no proposed act `{0}`")]
    NoSuchAct(String),
    /// The same person.
    #[error("`{0}` proposed this act or has agreed to it: another person must do this")]
    SamePerson(String),
    /// It is past that.
    #[error("{0}")]
    TooLate(String),
    /// A reason is missing.
    #[error("say why in plain words")]
    NoReason,
    /// The rulebook does not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// The store failed; nothing was changed.
    #[error("the store cannot write at present; nothing was changed, try again")]
    Storage,
}

/// An act before it is proposed.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// Its class; the rulebook says how many people it needs.
    pub class: ActClass,
    /// What it concerns, to find it by.
    pub about: String,
    /// What is to be done.
    pub body: Json,
    /// Why, in plain words.
    pub why: String,
}

/// Proposing, agreeing, refusing, and looking at what was done alone. Cheap to clone; `by` is the
/// pseudonym of the person.
#[derive(Debug, Clone)]
pub struct Approvals {
    engine: Arc<Engine>,
}

/// So many of the latest acts are looked through for those that wait.
const LOOKED_THROUGH: u32 = 2_000;

impl Approvals {
    /// The way in for people.
    pub const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// Proposes an act. Where the rulebook asks for one person only, it holds at once.
    ///
    /// # Errors
    /// [`ApprovalError`] says why not.
    pub async fn propose(&self, proposed: Proposed, by: &str) -> Result<Act, ApprovalError> {
        let people = self.engine.rulebook.load().settings.four_eyes.people(proposed.class);
        let act = self.fresh(proposed, by, people)?;
        self.engine.store.propose_act(&act).await.map_err(failed)?;
        Ok(act)
    }

    /// Does an act alone that needs two people, because it cannot wait. It is listed until another
    /// person has looked at it.
    ///
    /// # Errors
    /// [`ApprovalError::NotAllowed`] where the rulebook knows no such way for the class.
    pub async fn break_glass(
        &self,
        proposed: Proposed,
        by: &str,
        reason: &str,
    ) -> Result<Act, ApprovalError> {
        let rulebook = self.engine.rulebook.load_full();
        let four_eyes = &rulebook.settings.four_eyes;
        may_break(four_eyes, proposed.class)?;
        let people = four_eyes.people(proposed.class);
        let mut act = self.fresh(proposed, by, people)?;
        act.said.push(self.said(ActWord::BrokeGlass, by, reason)?);
        self.engine.store.propose_act(&act).await.map_err(failed)?;
        metrics::counter!("evenhand_break_glass_total", "class" => act.class.word()).increment(1);
        tracing::warn!(act = act.id, class = act.class.word(), by, "done by one person alone");
        Ok(act)
    }

    /// Agrees, as another person.
    ///
    /// # Errors
    /// [`ApprovalError`] says why not.
    pub async fn approve(&self, id: &str, by: &str, reason: &str) -> Result<Act, ApprovalError> {
        let said = self.said(ActWord::Approved, by, reason)?;
        self.say(id, said, |act| {
            must_wait(act)?;
            must_be_another(act, by)
        })
        .await
    }

    /// Says no: another person refuses, or who proposed it takes it back.
    ///
    /// # Errors
    /// [`ApprovalError`] says why not.
    pub async fn refuse(&self, id: &str, by: &str, reason: &str) -> Result<Act, ApprovalError> {
        let act = self.act(id).await?;
        let own = act.by == by;
        let said =
            self.said(if own { ActWord::Withdrawn } else { ActWord::Refused }, by, reason)?;
        self.say(id, said, must_wait).await
    }

    /// Says of an act that was done alone whether that was right. Only another person can; what is
    /// found wrong no longer holds.
    ///
    /// # Errors
    /// [`ApprovalError`] says why not.
    pub async fn review(
        &self,
        id: &str,
        by: &str,
        right: bool,
        reason: &str,
    ) -> Result<Act, ApprovalError> {
        let word = if right { ActWord::FoundRight } else { ActWord::FoundWrong };
        let said = self.said(word, by, reason)?;
        self.say(id, said, |act| match act.state() {
            ActState::BrokeGlass { reviewed: false, .. } => must_be_another(act, by),
            _ => Err(ApprovalError::TooLate("nothing here waits to be looked at".into())),
        })
        .await
    }

    /// Ends what holds, ahead of its time. One person may: it brings back the rule.
    ///
    /// # Errors
    /// [`ApprovalError`] says why not.
    pub async fn revoke(&self, id: &str, by: &str, reason: &str) -> Result<Act, ApprovalError> {
        let said = self.said(ActWord::Revoked, by, reason)?;
        self.say(id, said, |act| {
            let over = || ApprovalError::TooLate("it does not hold, so it cannot be ended".into());
            act.holds().then_some(()).ok_or_else(over)
        })
        .await
    }

    /// One act.
    ///
    /// # Errors
    /// [`ApprovalError::NoSuchAct`].
    pub async fn act(&self, id: &str) -> Result<Act, ApprovalError> {
        let found = self.engine.store.proposed_act(id).await.map_err(failed)?;
        found.ok_or_else(|| ApprovalError::NoSuchAct(id.to_owned()))
    }

    /// Acts that wait for another person, the oldest first.
    ///
    /// # Errors
    /// [`ApprovalError::Storage`].
    pub async fn waiting(&self) -> Result<Vec<Act>, ApprovalError> {
        self.those(|state| matches!(state, ActState::Waiting { .. })).await
    }

    /// What was done by one person alone and nobody else has looked at, the oldest first.
    ///
    /// # Errors
    /// [`ApprovalError::Storage`].
    pub async fn unreviewed(&self) -> Result<Vec<Act>, ApprovalError> {
        self.those(|state| matches!(state, ActState::BrokeGlass { reviewed: false, .. })).await
    }

    /// Acts of every state, the latest first: at most so many.
    ///
    /// # Errors
    /// [`ApprovalError::Storage`].
    pub async fn latest(&self, limit: u32) -> Result<Vec<Act>, ApprovalError> {
        self.engine.store.acts(ActFilter::default(), limit).await.map_err(failed)
    }

    async fn those(&self, wanted: impl Fn(ActState) -> bool) -> Result<Vec<Act>, ApprovalError> {
        let mut acts = self.latest(LOOKED_THROUGH).await?;
        acts.retain(|act| wanted(act.state()));
        acts.reverse();
        Ok(acts)
    }

    fn fresh(&self, proposed: Proposed, by: &str, people: u8) -> Result<Act, ApprovalError> {
        if proposed.why.trim().is_empty() {
            return Err(ApprovalError::NoReason);
        }
        let Proposed { class, about, body, why } = proposed;
        Ok(Act {
            id: self.engine.ids.next().to_string(),
            class,
            about,
            body,
            why,
            people,
            by: by.to_owned(),
            at: self.engine.clock.now(),
            said: Vec::new(),
        })
    }

    fn said(&self, word: ActWord, by: &str, reason: &str) -> Result<Said, ApprovalError> {
        // Agreeing needs no words of its own: the act has its reason.
        if reason.trim().is_empty() && word != ActWord::Approved {
            return Err(ApprovalError::NoReason);
        }
        let (by, reason) = (by.to_owned(), reason.trim().to_owned());
        Ok(Said { word, by, reason, at: self.engine.clock.now() })
    }

    async fn say(
        &self,
        id: &str,
        said: Said,
        judge: impl FnOnce(&Act) -> Result<(), ApprovalError>,
    ) -> Result<Act, ApprovalError> {
        match self.engine.store.say_of_act(id, &said, judge).await {
            Ok(judged) => judged,
            Err(StoreError::NoSuch(_)) => Err(ApprovalError::NoSuchAct(id.to_owned())),
            Err(error) => Err(failed(error)),
        }
    }
}

fn must_wait(act: &Act) -> Result<(), ApprovalError> {
    match act.state() {
        ActState::Waiting { .. } => Ok(()),
        _ => Err(ApprovalError::TooLate("it does not wait any more: somebody was faster".into())),
    }
}

fn must_be_another(act: &Act, by: &str) -> Result<(), ApprovalError> {
    if act.people().iter().any(|person| person == by) {
        return Err(ApprovalError::SamePerson(by.to_owned()));
    }
    Ok(())
}

/// Whether one person may do an act of this class alone, when it cannot wait.
///
/// # Errors
/// [`ApprovalError::NotAllowed`] where the rulebook does not say so.
pub(crate) fn may_break(four_eyes: &FourEyes, class: ActClass) -> Result<(), ApprovalError> {
    if four_eyes.breaks(class) {
        return Ok(());
    }
    let why = format!(
        "the rulebook lets nobody do {} alone: `break_glass` under `[four_eyes]` does not name it",
        class.says()
    );
    Err(ApprovalError::NotAllowed(why))
}

/// The classes of acts for which a decision of so few people is not enough. Only what takes something
/// from the account counts: the item is treated at once, whoever made it.
pub fn lacking(
    rulebook: &Rulebook,
    decision: &Decision,
    event: &Event,
    affiliation: Option<AffiliationKind>,
    people: usize,
) -> Vec<ActClass> {
    let four_eyes = &rulebook.settings.four_eyes;
    let mut classes = Vec::new();
    if decision.measures.iter().any(|measure| matches!(measure, Measure::Ban)) {
        classes.push(ActClass::AccountBan);
    }
    if decision.measures.iter().any(Measure::punishes) {
        if affiliation.is_some_and(AffiliationKind::is_official) {
            classes.push(ActClass::Official);
        }
        if followers(event).is_some_and(|count| count >= four_eyes.large_from) {
            classes.push(ActClass::LargeAccount);
        }
    }
    classes.retain(|class| people < usize::from(four_eyes.people(*class)));
    classes
}

/// `$.account.followers`, where the platform sends it.
fn followers(event: &Event) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Data {
        account: Author,
    }
    #[derive(serde::Deserialize)]
    struct Author {
        followers: Option<u64>,
    }
    event.data.read::<Data>().ok()?.account.followers
}

fn failed(error: StoreError) -> ApprovalError {
    tracing::error!(%error, "an act cannot be kept or read");
    ApprovalError::Storage
}
