//! The log as others see it: held against other implementations, against its own definition, and
//! against every flipped bit.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests may panic"
)]

mod browser;
mod formats;
mod log;
mod notes;
mod policy;
mod receipt;
mod script;
mod tree;
mod witness;
