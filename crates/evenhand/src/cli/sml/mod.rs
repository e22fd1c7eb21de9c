//! `evenhand sml`: a directory of rules by itself, as Osprey has them. Must not decide anything:
//! ladders and statements are for whole rulebooks.

mod check;
mod run;

use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use clap::Subcommand;
use rules::{Checked, Environment, Problem, Sources};

/// Check and run a directory of rules, with or without a rulebook around it
#[derive(Debug, Subcommand)]
pub(crate) enum Sml {
    Check(check::Check),
    Run(run::Run),
}

impl Sml {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Check(it) => it.run(terminal),
            Self::Run(it) => it.run(terminal),
        }
    }
}

/// Checks the rules of a directory as Osprey does, with the lists and clauses that stand beside
/// them. All problems, sorted by place.
pub(super) fn checked(sources: &Sources) -> Checked {
    let (environment, mut problems) = Environment::of(sources);
    let clauses = rules::rulebook::citable(sources, &mut problems);
    let environment = Environment { clauses, like_osprey: true, ..environment };
    let checked = rules::check(sources, &environment);
    problems.extend(checked.problems);
    problems.sort_by(|a, b| (&a.path, a.line, a.col).cmp(&(&b.path, b.line, b.col)));
    let sound = !problems.iter().any(Problem::is_error);
    Checked { program: checked.program.filter(|_| sound), problems }
}
