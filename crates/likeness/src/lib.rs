//! Which cases are alike, and are they treated alike?

mod guard;
pub mod links;
mod neighbours;
mod shingle;
mod sketch;
pub mod statistics;
mod text;

pub use guard::{Difference, DifferenceKind, differences};
pub use neighbours::{Neighbour, Neighbours};
pub use shingle::{SharedPassage, Shingles, Similarity, shared_passages};
pub use sketch::Sketch;
pub use text::{Terms, Text, Word, WordKind};
