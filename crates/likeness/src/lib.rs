//! Which cases are alike, and are they treated alike?
//!
//! Texts are folded into words ([`Text`]), cut into [`Shingles`], and the nearest are found among many
//! ([`Neighbours`]); a guard parts those that look alike and say different things ([`differences`]); what is
//! left are [`like_sets`]. Where a model is at hand, [`meaning`] finds what says the same in other words or another language. How they were decided is then counted and weighed in [`statistics`].
//!
//! This crate must not do I/O, read a clock or draw randomness, and the matching must not see decisions.
//!
//! ```
//! use likeness::{Text, like_sets, statistics::{MatchedPairs, gamma_bound}};
//!
//! // Posts about A stand at even places, about B at odd ones; the names are declared interchangeable.
//! let parties = likeness::Terms::new([["the Reds", "the Blues"]]);
//! let posts = [
//!     ("The Reds are thieves and belong in jail", true),
//!     ("the blues are thieves and belong in jail!", false),
//!     ("Lock up the Reds before it is too late", true),
//!     ("Lock up the Blues before it is too late", false),
//!     ("the reds are not thieves", false),
//! ];
//! let texts: Vec<Text> = posts.iter().map(|(raw, _)| Text::read_with(raw, &parties)).collect();
//! let sets = like_sets(&texts, 0.7);
//! assert_eq!(sets.set_of, [0, 0, 2, 2, 4]);
//!
//! let mut pairs = MatchedPairs::default();
//! for (other, &one) in sets.set_of.iter().enumerate().filter(|(other, one)| other != *one) {
//!     match (posts[one].1, posts[other].1) {
//!         (true, false) => pairs.only_one += 1,
//!         (false, true) => pairs.only_other += 1,
//!         _ => {}
//!     }
//! }
//! assert_eq!(pairs, MatchedPairs { only_one: 2, only_other: 0 });
//! assert_eq!(gamma_bound(pairs, 0.05), None, "two pairs prove nothing");
//! ```

pub mod audit;
mod bands;
mod guard;
mod like_sets;
pub mod links;
pub mod meaning;
mod neighbours;
pub mod pictures;
mod shingle;
mod sketch;
pub mod statistics;
mod text;

pub use bands::{Fingerprint, Fingerprints};
pub use guard::{Difference, DifferenceKind, differences, differences_of_meaning};
pub use like_sets::{LikePair, LikeSets, TextSorter, like_sets};
pub use neighbours::{Neighbour, Neighbours};
pub use shingle::{SharedPassage, Shingles, Similarity, shared_passages};
pub use sketch::Sketch;
pub use text::{Terms, Text, Word, WordKind};
