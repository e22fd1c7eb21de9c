//! What follows from what was found: the ladder's step, what automation may do, and the statement
//! of reasons. Rules find, the ladder decides. Must not look at who the author is, only at their
//! standing; must not read a clock: time and ids come in.

mod arithmetic;
mod automation;
mod exempt;
mod people;
mod precedent;
mod recount;
mod standing;
mod statement;
#[cfg(test)]
mod tests;
mod words;

pub use arithmetic::{Counted, count};
pub use automation::decide;
pub use people::{
    Foreseen, Held, PeopleDecision, Plea, Refusal, decide_by_people, foresee_by_people,
};
pub use precedent::{SettledLine, heed};
pub use recount::{Recount, recount};
pub use standing::{entry_of, without};
pub use statement::{kinds_in_words, measures_in_words, names_author, unfit_for_public};
pub use words::LANGUAGES;

use jiff::Timestamp;
use model::{CaseId, DecisionId, Exemption};

/// What a decision needs from outside.
#[derive(Debug, Clone, Copy)]
pub struct Context<'c> {
    /// The present instant.
    pub now: Timestamp,
    /// Id of the decision, if there is one.
    pub id: DecisionId,
    /// Id of the case, if there is one.
    pub case_id: CaseId,
    /// Address of the public pages, without a slash at the end.
    pub public_url: &'c str,
    /// Exemptions of the item from the public register, whether they run or not.
    pub exemptions: &'c [Exemption],
}
