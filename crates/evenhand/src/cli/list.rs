//! `evenhand list`: the lists that change while the engine runs. Must not touch what a rulebook's own
//! files have: changes are kept beside them, each with who made it and why.

use super::place::{Place, open_existing};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::terminal::{Terminal, table};
use anyhow::Result;
use clap::Subcommand;
use model::Clock as _;
use serde_json::json;
use store::ListEdit;

/// Change lists while the server runs, and see who changed them
#[derive(Debug, Subcommand)]
pub(crate) enum List {
    Add(Change),
    Remove(Change),
    Show(Show),
}

/// Put entries into a list, or take them out (`remove`)
///
/// The rulebook declares the list as running in `functions.toml`. The next event sees the change.
#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    /// The list's name
    list: String,
    /// The entries
    #[arg(required = true)]
    entries: Vec<String>,
    /// Who changes it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    place: Place,
}

/// Show every change of a list: what, who, why and when
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The list's name; all lists without one
    list: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: super::Format,
    #[command(flatten)]
    place: Place,
}

impl List {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        super::wait_for(async {
            match self {
                Self::Add(it) => it.run(terminal, true).await,
                Self::Remove(it) => it.run(terminal, false).await,
                Self::Show(it) => it.run(terminal).await,
            }
        })
    }
}

impl Change {
    async fn run(self, terminal: &Terminal, add: bool) -> Result<Exit> {
        let settings = self.place.settings()?;
        let sources = crate::files::read(settings.rulebook.as_deref())?;
        let (environment, _) = rules::Environment::of(&sources);
        let running = environment.declared.iter().flat_map(|declared| declared.running());
        let names: Vec<&str> = running.map(|name| &**name).collect();
        if !names.contains(&self.list.as_str()) {
            let known = match names.as_slice() {
                [] => "the rulebook declares none".to_owned(),
                names => format!("the rulebook declares {}", names.join(", ")),
            };
            terminal.error(&format!(
                "`{}` is no list that changes while the engine runs: {known} (`[[list]]` in \
                 functions.toml)",
                self.list
            ));
            return Ok(Exit::No);
        }
        let entries = self.entries.into_iter().collect();
        let (put_in, taken_out) =
            if add { (entries, Default::default()) } else { (Default::default(), entries) };
        let edit = ListEdit {
            list: self.list,
            add: put_in,
            remove: taken_out,
            by: self.by,
            why: self.why,
        };
        let store = open_existing(&settings).await?;
        let version = store.edit_list(&edit, SystemClock.now()).await?;
        terminal.tell(&format!("`{}` is now in version {version}.", edit.list));
        Ok(Exit::Done)
    }
}

impl Show {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let store = open_existing(&self.place.settings()?).await?;
        let names = match self.list {
            Some(name) => vec![name],
            None => store.list_versions().await?.into_iter().map(|(name, _)| name).collect(),
        };
        let mut changes = Vec::new();
        for name in &names {
            changes.extend(store.list_changes(name).await?);
        }
        if self.format == super::Format::Json {
            let all: Vec<_> = changes
                .iter()
                .map(|one| {
                    json!({
                        "list": one.list, "version": one.version, "entry": one.entry,
                        "in": one.is_in, "by": one.by, "why": one.why, "at": one.at,
                    })
                })
                .collect();
            terminal.json(&all)?;
            return Ok(Exit::Done);
        }
        let head = ["LIST", "VERSION", "CHANGE", "BY", "WHY", "AT"];
        let mut rows = vec![head.map(String::from).to_vec()];
        rows.extend(changes.iter().map(|one| {
            vec![
                one.list.clone(),
                one.version.to_string(),
                format!("{} {}", if one.is_in { "+" } else { "-" }, one.entry),
                one.by.clone(),
                one.why.clone(),
                one.at.strftime("%Y-%m-%d %H:%M").to_string(),
            ]
        }));
        terminal.result(&table(&rows))?;
        Ok(Exit::Done)
    }
}
