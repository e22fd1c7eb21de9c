//! The language as a whole: against the reference's verdicts, against CPython, and on hostile input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod conformance;
mod dump;
mod errors;
mod layout;
mod programs;
mod properties;
mod python;
