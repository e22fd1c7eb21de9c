//! The language as a whole: against the reference's verdicts, against CPython, and on hostile input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod conformance;
