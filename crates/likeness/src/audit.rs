//! Is one group met with measures where another is not, for like cases? One comparison of two groups under one
//! clause, and what may be said of many comparisons together.
//!
//! It gets cases that were matched before, by content alone, and must not match, choose groups or read a clock.
//! What a comparison says is one of four phrases; "biased" and "fair" are not among them.

mod case;
mod compare;
mod verdict;

pub use case::{Aspect, Case, Treatment};
pub use compare::{Comparison, UnlikePair, compare};
pub use verdict::{Judged, Verdict, judge};
