//! Are like cases treated alike? Gathers what was decided, sorts it into sets of like cases by text alone, and
//! compares the groups that the rulebook declares, clause by clause; every night, and whenever somebody asks.
//!
//! Must not decide anything, and must not choose its pairs by outcome: the sets are made before a decision is read.

mod compare;
mod drift;
mod gather;
mod left_up;
mod night;
mod pairing;
mod published;
mod report;
mod swap;
mod words;

pub use compare::report;
pub use gather::{AuditError, Gathered, Item, gather};
pub use left_up::{Rate, ShownKey, draw, draw_new};
pub use night::{Terms, nightly, publish, publish_on};
pub use published::{NOT_TOLD, PublishedCase, PublishedSet, read_sets, recheck, sets};
pub use report::{
    AspectCounts, ByMeaning, ClauseReport, ComparisonReport, Control, EvennessReport, Interval,
    LikePost, NotTested, Pairing, Stream, UnlikePosts,
};
pub use swap::{Swap, SwapExample, SwapReport, Swapped, Swaps, Treated};
