//! Are like cases treated alike? Gathers what was decided, sorts it into sets of like cases by text alone, and
//! compares the groups that the rulebook declares, clause by clause.
//!
//! Must not decide anything, and must not choose its pairs by outcome: the sets are made before a decision is read.

mod gather;
mod report;
mod swap;

pub use gather::{AuditError, Gathered, gather};
pub use report::{
    AspectCounts, ClauseReport, ComparisonReport, EvennessReport, Interval, LikePost, NotTested,
    UnlikePosts, report,
};
pub use swap::{Swap, SwapExample, SwapReport, Swapped, Swaps, Treated};
