//! What a command's end means to a script: 0 done, 1 the answer is "no", 2 could not do it.

use std::process::{ExitCode, Termination};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or the answer is "yes".
    Done,
    /// The answer is "no": errors in a rulebook, a failed case, refused lines, an unhappy doctor.
    No,
    /// Could not do it: usage, configuration, input and output.
    Unable,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Unable => 2,
        })
    }
}
