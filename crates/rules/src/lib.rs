//! What follows from this rulebook for this event?
//!
//! A rulebook's rule files are checked ([`check`]), packed ([`Plan::build`]) and evaluated on an
//! event ([`evaluate`]): a pure function of plan, event, facts and the moment. Must not do I/O, read
//! a clock or draw randomness.

mod check;
pub mod coerce;
pub mod decide;
mod evaluate;
mod facts;
mod found;
pub mod functions;
pub mod jsonpath;
pub mod labels;
mod plan;
mod problem;
pub mod regexes;
pub mod rulebook;
mod sources;
pub mod testing;
pub mod text;
pub mod types;
pub mod value;

pub use check::{Checked, Environment, Label, Labels, check};
pub use evaluate::{Emitted, EvaluationError, Outcome, evaluate};
pub use facts::{FactKey, Facts};
pub use found::{Certainty, Found};
pub use plan::{Plan, Program};
pub use problem::{Problem, nearest};
pub use sources::Sources;
