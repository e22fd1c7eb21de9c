//! `evenhand sml`: a directory of rules by itself, as Osprey has them. Must not decide anything:
//! ladders and statements are for whole rulebooks.

mod check;
pub(super) mod pump;
pub(super) mod run;

use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use clap::Subcommand;
use rules::{Checked, Environment, Plan, Problem, Program, Sources};
use std::num::NonZeroUsize;
use std::path::Path;

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

/// The program of a directory, or its errors on standard error.
pub(super) fn programmed(directory: &Path, terminal: &Terminal) -> Result<Option<Program>> {
    let sources = crate::files::read_directory(directory)?;
    let checked = checked(&sources);
    if checked.program.is_none() {
        let problems: Vec<Problem> =
            checked.problems.into_iter().filter(Problem::is_error).collect();
        let shown = crate::report::Shown {
            directory,
            sources: &sources,
            problems: &problems,
            coloured: false,
        };
        terminal.tell(&shown.text());
        terminal.error(&format!("the rules in {} do not check", directory.display()));
    }
    Ok(checked.program)
}

/// How many threads may be used.
pub(super) fn threads(wished: NonZeroUsize, plan: &Plan, terminal: &Terminal) -> usize {
    if wished > NonZeroUsize::MIN && plan.keeps_state() {
        terminal.tell(
            "note: the rules use labels, counters or other state, so events are evaluated one after \
             the other, on one thread",
        );
        return 1;
    }
    wished.get().min(MOST_THREADS)
}

/// More threads than any machine has use for only cost memory.
const MOST_THREADS: usize = 256;

/// So many refused lines are told one by one; the others are counted.
const MOST_TOLD: u64 = 1000;

/// Lines that were no events.
#[derive(Debug, Default)]
pub(super) struct Refusals(u64);

impl Refusals {
    /// Tells of one.
    pub(super) fn tell(&mut self, line: u64, why: &str, terminal: &Terminal) {
        self.0 += 1;
        if self.0 <= MOST_TOLD {
            terminal.error(&format!("line {line}: {why}"));
        }
    }

    /// Tells how many there were, and how the command ends.
    pub(super) fn exit(&self, terminal: &Terminal) -> Exit {
        match self.0 {
            0 => Exit::Done,
            count => {
                terminal.tell(&format!("lines refused: {count}"));
                Exit::No
            }
        }
    }
}
