//! What may be said of many comparisons together.
//!
//! Whoever looks at twenty comparisons finds one at the level of 1 in 20 by chance; so the level holds for the
//! share of false ones among all that are called clear (Benjamini and Hochberg 1995).

use super::{Aspect, Comparison};
use crate::statistics::{MatchedPairs, benjamini_hochberg};

/// What a comparison says, in one of the few phrases that an audit may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Too few like cases were decided unlike to tell anything.
    TooFew,
    /// Enough pairs, and no sign of a direction.
    NoEvidence,
    /// A sign that would not stand among so many comparisons.
    Weak,
    /// A direction that stands.
    Clear,
}

impl Verdict {
    /// The phrase.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::TooFew => "too few pairs to tell",
            Self::NoEvidence => "no evidence of imbalance",
            Self::Weak => "weak sign of imbalance",
            Self::Clear => "clear imbalance",
        }
    }
}

/// A comparison with what may be said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The phrase.
    pub verdict: Verdict,
    /// The p that was weighed: that of dealing labels among accounts; none if no set tells anything.
    pub p: Option<f64>,
    /// Unlike pairs that would be needed to find odds of 3 to 1 four times in five.
    pub needed: Option<u64>,
    /// The odds that the pairs at hand would find four times in five; none if not even 100 to 1.
    pub finds: Option<f64>,
}

/// Judges comparisons together, so that at most `level` of those called clear are expected to be false.
#[must_use]
pub fn judge(comparisons: &[Comparison], level: f64) -> Vec<Judged> {
    let ps: Vec<f64> =
        comparisons.iter().map(|one| one.permutation.map_or(1.0, |found| found.p)).collect();
    let adjusted = benjamini_hochberg(&ps);
    let needed = MatchedPairs::pairs_needed(3.0, 0.05, 0.8);
    let mut judged = Vec::with_capacity(comparisons.len());
    for (number, (comparison, p)) in comparisons.iter().zip(&ps).enumerate() {
        let pairs = comparison.pairs_of(Aspect::Measure);
        let unlike = pairs.only_one + pairs.only_other;
        let stands = adjusted.get(number).is_some_and(|p| *p <= level);
        let verdict = if stands {
            Verdict::Clear
        } else if *p < level {
            Verdict::Weak
        } else if needed.is_some_and(|needed| unlike < needed) {
            Verdict::TooFew
        } else {
            Verdict::NoEvidence
        };
        judged.push(Judged {
            verdict,
            p: comparison.permutation.map(|found| found.p),
            needed,
            finds: finds(unlike),
        });
    }
    judged
}

/// The least odds, of a few that are shown, for which so many unlike pairs suffice.
fn finds(unlike: u64) -> Option<f64> {
    [1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 100.0].into_iter().find(|odds| {
        MatchedPairs::pairs_needed(*odds, 0.05, 0.8).is_some_and(|needed| needed <= unlike)
    })
}
