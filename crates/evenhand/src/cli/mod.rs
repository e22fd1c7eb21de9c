//! The command line: which commands there are and what each is told. Every flag is defined here or
//! beside its command, once; help, completions, man pages and `docs/cli.md` follow from it.

mod affiliations;
mod audit;
mod check;
mod copy;
mod cosign;
mod decode;
mod doctor;
mod erase;
mod explain;
mod fmt;
mod generate;
mod key;
mod like;
mod list;
mod log;
mod person;
mod place;
mod replay;
mod rulebook;
mod rules;
mod run;
mod serve;
mod settings;
mod sml;
mod source;
mod test;
mod verify;
mod verify_body;
mod verify_case;
mod witness;
mod worker;

use crate::exit::Exit;
use crate::terminal::{Color, Terminal};
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::sync::LazyLock;

/// What `--version` says: enough for a report of a fault.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("EVENHAND_COMMIT").unwrap_or("not named at build");
    let version = env!("CARGO_PKG_VERSION");
    format!("{version}\ncommit: {commit}\nstore: SQLite, built in\nlicence: Apache-2.0 OR MIT")
});

/// Moderation that decides by your written rules and gives its reasons.
///
/// Evenhand reads what happens on a platform, finds what breaches the rulebook, decides what
/// follows, and keeps every decision with a statement of reasons that anybody can look up.
///
/// Exit codes: 0 done; 1 the answer is "no" (errors found, a case failed, lines refused); 2 it
/// could not be done (usage, settings, input and output).
#[derive(Debug, Parser)]
#[command(name = "evenhand", version, long_version = LONG_VERSION.as_str())]
pub(crate) struct Cli {
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Run(run::Run),
    Check(check::Check),
    Test(test::Test),
    #[command(subcommand)]
    Sml(sml::Sml),
    Explain(explain::Explain),
    #[command(subcommand)]
    Rules(rules::Rules),
    Worker(worker::Worker),
    Fmt(fmt::Fmt),
    Like(like::Like),
    #[command(subcommand)]
    Affiliations(affiliations::Affiliations),
    #[command(subcommand)]
    Audit(audit::Audit),
    Replay(replay::Command),
    #[command(subcommand)]
    Rulebook(rulebook::Book),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Person(person::People),
    #[command(subcommand)]
    Log(log::PublicLog),
    #[command(subcommand)]
    Witness(witness::Witness),
    #[command(subcommand)]
    List(list::List),
    #[command(subcommand)]
    Config(settings::Settings),
    Doctor(doctor::Doctor),
    Verify(verify::Verify),
    Disclose(erase::Disclose),
    Erase(erase::Erase),
    Backup(copy::Backup),
    Restore(copy::Restore),
    Completions(generate::Completions),
    Man(generate::Man),
    #[command(hide = true)]
    DecodePicture(decode::DecodePicture),
    #[command(hide = true)]
    Reference(generate::Reference),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What could not be done, in words for the person at the terminal.
    pub(crate) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self.command {
            Command::Serve(it) => it.run(terminal),
            Command::Run(it) => it.run(terminal),
            Command::Check(it) => it.run(terminal),
            Command::Test(it) => it.run(terminal),
            Command::Sml(it) => it.run(terminal),
            Command::Explain(it) => it.run(terminal),
            Command::Rules(it) => it.run(terminal),
            Command::Worker(it) => it.run(terminal),
            Command::Fmt(it) => it.run(terminal),
            Command::Like(it) => it.run(terminal),
            Command::Affiliations(it) => it.run(terminal),
            Command::Audit(it) => it.run(terminal),
            Command::Replay(it) => it.run(terminal),
            Command::Rulebook(it) => it.run(terminal),
            Command::Key(it) => it.run(terminal),
            Command::Person(it) => it.run(terminal),
            Command::Log(it) => it.run(terminal),
            Command::Witness(it) => it.run(terminal),
            Command::List(it) => it.run(terminal),
            Command::Config(it) => it.run(terminal),
            Command::Doctor(it) => it.run(terminal),
            Command::Verify(it) => it.run(terminal),
            Command::Disclose(it) => it.run(terminal),
            Command::Erase(it) => it.run(terminal),
            Command::Backup(it) => it.run(terminal),
            Command::Restore(it) => it.run(terminal),
            Command::Completions(it) => it.run(terminal),
            Command::Man(it) => it.run(terminal),
            Command::DecodePicture(it) => it.run(terminal),
            Command::Reference(it) => it.run(terminal),
        }
    }
}

/// Runs what waits for the network or the store.
fn wait_for<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// How a command that reports writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}
