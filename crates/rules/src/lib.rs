//! What follows from this rulebook for this event?

pub mod coerce;
pub mod functions;
pub mod jsonpath;
pub mod regexes;
pub mod text;
pub mod types;
pub mod value;
