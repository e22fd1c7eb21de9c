//! What follows from the command line's definition: completions, man page, `docs/cli.md`.
//! Must not describe a command in words of its own.

use super::Cli;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use clap::{Arg, Command, CommandFactory as _};
use std::fmt::Write as _;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Print the manual page
///
/// Read it with `evenhand man | man -l -`. Name a command for its own page.
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// Which command, such as `run`
    command: Option<String>,
}

/// Print docs/cli.md
#[derive(Debug, clap::Args)]
pub(crate) struct Reference {}

impl Completions {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "evenhand", &mut script);
        terminal.result(&String::from_utf8(script)?)?;
        Ok(Exit::Done)
    }
}

impl Man {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut command = Cli::command();
        command.build();
        let page = match self.command {
            None => clap_mangen::Man::new(command),
            Some(name) => match command.find_subcommand(&name) {
                Some(found) => {
                    clap_mangen::Man::new(found.clone()).title(format!("evenhand-{name}"))
                }
                None => anyhow::bail!("there is no command `{name}`; see `evenhand --help`"),
            },
        };
        let mut text = Vec::new();
        page.render(&mut text)?;
        terminal.result(&String::from_utf8(text)?)?;
        Ok(Exit::Done)
    }
}

impl Reference {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut command = Cli::command();
        command.build();
        let mut page = String::from(
            "# The command line\n\n<!-- Written by `evenhand reference`; a test keeps it current. -->\n",
        );
        describe(&command, "evenhand", &mut page);
        terminal.result(page.trim_end())?;
        Ok(Exit::Done)
    }
}

fn describe(command: &Command, name: &str, page: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "\n## `{name}`\n");
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        let _ = writeln!(page, "{about}\n");
    }
    let usage = command.clone().render_usage().to_string();
    let _ = writeln!(page, "```\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
    let shown =
        |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    let own = |arg: &&Arg| !arg.is_global_set() || name == "evenhand";
    let mut any = false;
    for arg in command.get_arguments().filter(shown).filter(own) {
        let _ = writeln!(page, "- {}", line(arg));
        any = true;
    }
    if any {
        page.push('\n');
    }
    for sub in
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
    {
        describe(sub, &format!("{name} {}", sub.get_name()), page);
    }
    let trimmed = page.trim_end().len();
    page.truncate(trimmed);
    page.push('\n');
}

fn line(arg: &Arg) -> String {
    let value = arg
        .get_value_names()
        .filter(|_| arg.get_action().takes_values())
        .map(|names| names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" "));
    let mut text = match (arg.get_long(), &value) {
        (Some(long), Some(value)) => format!("`--{long} {value}`"),
        (Some(long), None) => format!("`--{long}`"),
        (None, value) => format!("`{}`", value.as_deref().unwrap_or_default()),
    };
    if let Some(help) = arg.get_help() {
        let _ = write!(text, ": {help}");
    }
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() && arg.get_action().takes_values() && values.len() < 8 {
        let _ = write!(text, " (one of {})", values.join(", "));
    }
    if let Some(default) = arg.get_default_values().first()
        && arg.get_action().takes_values()
    {
        let _ = write!(text, " [default: {}]", default.to_string_lossy());
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(text, " [environment: {}]", variable.to_string_lossy());
    }
    text
}
