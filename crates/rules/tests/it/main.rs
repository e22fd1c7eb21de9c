//! Tests of the crate against the reference's results.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "tests may panic and print"
)]

mod blind;
mod builtins;
mod conformance;
mod declared;
mod dsa;
mod evaluation;
mod explain;
mod files;
mod findings;
mod hostile;
mod literate;
mod manual;
mod messages;
mod oracle;
mod properties;
mod shared;
mod starter;
mod values;
