//! Replay: what would a draft rulebook have decided? Recorded events are decided again with the facts that were
//! recorded with them, and whatever comes out otherwise is told.
//!
//! A fact that the draft needs and that was not recorded is never made up: the event is set apart, with what is
//! missing. Must not change the record, and must not ask anybody outside.

mod adopted;
mod compare;
mod evenness;
mod facts;
mod ledger;
mod report;
mod run;
mod tally;

pub use adopted::as_adopted;
pub use compare::{Flip, Ruled, Turn};
pub use evenness::{ClauseEvenness, EvennessChange, EvennessNumbers, GroupsEvenness};
pub use report::ReplayReport;
pub use run::{Progress, Replay, ReplayError, ReplayOptions, Step, flips};
pub use tally::{Both, ClauseTally, GroupTally, Tally};
