//! The crate against the outside: real Jetstream events, and a webhook receiver that misbehaves.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests may panic, say what they skip and read the clock"
)]

mod jetstream;
mod scorer;
mod webhook;
