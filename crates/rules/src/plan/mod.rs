//! The plan: a checked program, packed for evaluation.

pub(crate) mod node;

pub use node::Program;
