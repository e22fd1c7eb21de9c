//! What follows from this rulebook for this event?

pub mod coerce;
mod found;
pub mod functions;
pub mod jsonpath;
mod problem;
pub mod regexes;
mod sources;
pub mod text;
pub mod types;
pub mod value;

pub use found::{Certainty, Found};
pub use problem::{Problem, nearest};
pub use sources::Sources;
