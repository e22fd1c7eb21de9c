//! What follows from this rulebook for this event?

mod check;
pub mod coerce;
mod found;
pub mod functions;
pub mod jsonpath;
mod plan;
mod problem;
pub mod regexes;
mod sources;
pub mod text;
pub mod types;
pub mod value;

pub use check::{Checked, Environment, Label, Labels, check};
pub use found::{Certainty, Found};
pub use plan::Program;
pub use problem::{Problem, nearest};
pub use sources::Sources;
