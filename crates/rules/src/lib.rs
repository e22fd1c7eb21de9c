//! What follows from this rulebook for this event?

pub mod functions;
pub mod text;
pub mod types;
pub mod value;
