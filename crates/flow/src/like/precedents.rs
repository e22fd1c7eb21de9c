//! Precedents: what was held of like items under a clause, and whether that is settled. Must not weigh who posted
//! them, and must not decide: it says what a departure must be explained against.

use super::{LikeItem, LikeQuery, Likeness, like};
use crate::Held;
use model::{ClauseId, DecidedBy, Decision, DecisionId, ItemId, Outcome, RulebookVersion};
use rules::rulebook::Rulebook;
use store::{Store, StoreError};

/// Precedents that are shown, and from which a line is read.
const SHOWN: usize = 5;
/// Like items that are looked at to find them.
const LOOKED_AT: usize = 200;

/// A like item and what was held of it under the clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Precedent {
    /// The item, with what it shares.
    pub like: LikeItem,
    /// Its decision's id.
    pub decision: DecisionId,
    /// What was held under the clause.
    pub held: Held,
    /// Under which rulebook.
    pub rulebook: RulebookVersion,
}

/// The nearest precedents under one clause.
#[derive(Debug, Clone, PartialEq)]
pub struct Precedents {
    /// The clause.
    pub clause: ClauseId,
    /// The nearest first.
    pub nearest: Vec<Precedent>,
    /// What they settle under the rulebook in force, if three or more agree and none disagrees.
    pub settled: Option<Held>,
}

/// A verdict unlike what is settled, and the decisions that it is unlike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Under which clause.
    pub clause: ClauseId,
    /// What is settled.
    pub settled: Held,
    /// The decisions.
    pub from: Vec<DecisionId>,
}

impl std::fmt::Display for Departure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held = match self.settled {
            Held::Breach => "a breach",
            Held::NoBreach => "no breach",
        };
        let ids: Vec<String> = self.from.iter().map(ToString::to_string).collect();
        let ids = ids.join(", ");
        write!(f, "Like posts were held {held} of {} (decisions {ids})", self.clause)
    }
}

impl Precedents {
    /// Whether a verdict under this clause would depart from what is settled.
    #[must_use]
    pub fn departure(&self, held: Held, book: &Rulebook) -> Option<Departure> {
        let settled = self.settled.filter(|settled| *settled != held)?;
        let counted = self.nearest.iter().filter(|one| one.rulebook == *book.version());
        let from = counted.map(|one| one.decision).collect();
        Some(Departure { clause: self.clause.clone(), settled, from })
    }
}

/// What was held of an item under a clause. That no rule found anything is no precedent: nobody thought about it.
pub(super) fn held(decision: &Decision, clause: &ClauseId) -> Option<Held> {
    match &decision.outcome {
        Outcome::Breach { clauses } => clauses.contains(clause).then_some(Held::Breach),
        Outcome::NoBreach => {
            let asked = decision.findings.iter().any(|finding| finding.clause == *clause);
            let people = matches!(decision.by, DecidedBy::People(_));
            (asked && people).then_some(Held::NoBreach)
        }
    }
}

/// The nearest precedents for a text under each of `clauses`; `item` is the one asked about.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub(crate) async fn precedents(
    (likeness, store): (&Likeness, &Store),
    book: &Rulebook,
    (item, text): (&ItemId, &str),
    clauses: &[ClauseId],
) -> Result<Vec<Precedents>, StoreError> {
    let query = LikeQuery {
        text: text.to_owned(),
        without: Some(item.clone()),
        threshold: book.audit.threshold,
        limit: LOOKED_AT,
        clause: None,
    };
    let items = like(likeness, store, book, &query).await?;
    let under = |clause: &ClauseId| {
        let like = items.iter().filter(|one| one.is_like());
        let all = like.filter_map(|one| {
            let decision = one.decision.as_ref()?;
            Some(Precedent {
                held: held(decision, clause)?,
                decision: decision.id,
                rulebook: decision.rulebook.clone(),
                like: one.clone(),
            })
        });
        let nearest: Vec<Precedent> = all.take(SHOWN).collect();
        let enough = usize::try_from(book.audit.precedents.settled).unwrap_or(usize::MAX);
        let under = nearest.iter().filter(|one| one.rulebook == *book.version());
        let settled = settled(under, enough);
        Precedents { clause: clause.clone(), nearest, settled }
    };
    Ok(clauses.iter().map(under).collect())
}

/// What so many agree on, if none disagrees.
fn settled<'a>(precedents: impl Iterator<Item = &'a Precedent>, enough: usize) -> Option<Held> {
    let held: Vec<Held> = precedents.map(|one| one.held).collect();
    let first = held.first().filter(|_| held.len() >= enough)?;
    held.iter().all(|other| other == first).then_some(*first)
}
