//! Are like cases treated alike? The arithmetic of the audit.
//!
//! Each file is one method, with its formula and its source, and is tested against values that other
//! programs and published tables give. Nothing here draws randomness or decides what a result means: a
//! number that cannot be had from the data is `None`, never a guess.

mod cochran;
mod conditional;
mod discovery;
mod divergence;
mod heterogeneity;
mod kappa;
mod krippendorff;
mod mantel_haenszel;
mod matched_pairs;
mod monitor;
mod noise;
mod permutation;
mod sensitivity;
mod special;

pub use cochran::{CochranQ, cochran_q};
pub use conditional::{ConditionalLogistic, Effect, Member, conditional_logistic};
pub use discovery::{benjamini_hochberg, benjamini_yekutieli, e_benjamini_hochberg};
pub use divergence::{Divergence, DrawnPairs, LikeDecisions, bootstrap};
pub use heterogeneity::{Heterogeneity, breslow_day, woolf};
pub use kappa::{cohen_kappa, fleiss_kappa};
pub use krippendorff::{Agreement, Scale, krippendorff_alpha, krippendorff_interval};
pub use mantel_haenszel::{CommonOdds, StratumSums, Table};
pub use matched_pairs::MatchedPairs;
pub use monitor::Monitor;
pub use noise::{Judgement, Noise, noise};
pub use permutation::{Dealt, Permutation, permutation};
pub use sensitivity::{gamma_bound, hidden_bias_p};

/// What a method says of a true value: between `low` and `high`, at the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, possibly infinite.
    pub high: f64,
}

/// Wilson's interval for a proportion of `part` in `whole`, with its usual score formula:
/// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
///
/// Wilson, J. Am. Stat. Assoc. 22:209 (1927).
///
/// ```
/// let interval = likeness::statistics::wilson(187, 200, 0.95).unwrap();
/// assert!((interval.low - 0.892).abs() < 1e-3 && (interval.high - 0.962).abs() < 1e-3);
/// ```
#[must_use]
pub fn wilson(part: u64, whole: u64, confidence: f64) -> Option<Interval> {
    if whole == 0 || part > whole {
        return None;
    }
    let (p, n, z) = (part as f64 / whole as f64, whole as f64, special::two_sided_z(confidence));
    let centre = p + z * z / (2.0 * n);
    let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Some(Interval { low: (centre - reach) / scale, high: (centre + reach) / scale })
}
