//! `evenhand affiliations`: imports of public registers of who speaks for a state, and a look at what is
//! entered. Must not enter a line that it cannot read: such a line is told.

mod sources;

use super::place::{Place, open_existing};
use crate::clock::{SystemClock, SystemIds};
use crate::exit::Exit;
use crate::terminal::{Terminal, table};
use anyhow::{Result, bail};
use clap::Subcommand;
use model::{Clock as _, Ids as _, RegisterEntry};
use sources::{Network, Read, Wanted};
use std::path::PathBuf;

/// Import public registers of affiliations, and look at what is entered
#[derive(Debug, Subcommand)]
pub(crate) enum Affiliations {
    Import(Import),
    List(List),
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// `State_Media_Matrix.csv` of State Media Profiles
    StateMediaProfiles,
    /// `legislators-current.yaml` and `legislators-social-media.yaml` of the United States' Congress
    CongressLegislators,
}

/// Import a public register, from a file or the folder that holds it
///
/// Domains become entries about links to them. With `--accounts NETWORK` the handles of that network
/// become entries about accounts of this platform. The same import twice enters nothing twice; an
/// entry that says something else takes the place of the one before. Lines that cannot be read are
/// told, and then the exit code is 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// What is read
    #[arg(value_enum)]
    kind: Kind,
    /// The file, or the folder that holds it
    path: PathBuf,
    /// The day of the snapshot that is read (ISO 8601)
    #[arg(long, value_name = "DAY")]
    date: jiff::civil::Date,
    /// Address of the source, shown with each entry [default: where the register is published]
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// Whose handles are the ids of accounts on this platform
    #[arg(long, value_enum, value_name = "NETWORK")]
    accounts: Option<Network>,
    /// Read and count, enter nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

/// List what the register holds now
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Words in the name, the country, the account or the domain
    text: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: super::Format,
    #[command(flatten)]
    place: Place,
}

impl Affiliations {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        super::wait_for(async {
            match self {
                Self::Import(it) => it.run(terminal).await,
                Self::List(it) => it.run(terminal).await,
            }
        })
    }
}

impl Import {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let wanted = Wanted {
            source: self.source.clone(),
            date: self.date.to_string(),
            accounts: self.accounts,
        };
        let Read { lines, found, twice, refused, name } = match self.kind {
            Kind::StateMediaProfiles => sources::state_media(&self.path, &wanted)?,
            Kind::CongressLegislators => sources::congress(&self.path, &wanted)?,
        };
        for line in &refused {
            terminal.error(line);
        }
        let now = SystemClock.now();
        let entries: Vec<RegisterEntry> = found
            .into_iter()
            .map(|(affiliation, typology)| RegisterEntry {
                id: SystemIds.next().to_string(),
                affiliation,
                typology,
                by: format!("import {name}"),
                entered_at: now,
                until: None,
                withdrawn: None,
            })
            .collect();
        let read = format!(
            "{lines} rows read: {} facts, {twice} say of an address what an earlier row says, {} refused.",
            entries.len(),
            refused.len()
        );
        terminal.tell(&read);
        if !self.dry_run {
            let store = open_existing(&self.place.settings()?).await?;
            let entered = store.enter(&entries).await?;
            terminal.tell(&format!(
                "{} entered, {} were in the register already.",
                entered.new, entered.same
            ));
        }
        Ok(if refused.is_empty() { Exit::Done } else { Exit::No })
    }
}

impl List {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let store = open_existing(&self.place.settings()?).await?;
        let filter = store::RegisterFilter { text: self.text, ..Default::default() };
        let (all, entries) = store.register_page(&filter, SystemClock.now(), 10_000).await?;
        if self.format == super::Format::Json {
            let entries: Vec<_> = entries.into_iter().map(|(_, entry)| entry).collect();
            terminal.json(&entries)?;
            return Ok(Exit::Done);
        }
        let head = ["ABOUT", "WHAT", "NAME", "COUNTRY", "SOURCE", "DATE", "BY"];
        let mut rows = vec![head.map(String::from).to_vec()];
        rows.extend(entries.into_iter().map(|(_, entry)| {
            let it = entry.affiliation;
            vec![
                format!("{} {}", it.subject.word(), it.subject.name()),
                it.kind.word().to_owned(),
                it.name,
                it.country.unwrap_or_default(),
                it.source,
                it.date,
                entry.by,
            ]
        }));
        terminal.result(&table(&rows))?;
        terminal.tell(&format!("{all} entries."));
        Ok(Exit::Done)
    }
}

/// The file, or one of that name in the folder.
fn file(path: &std::path::Path, name: &str) -> Result<PathBuf> {
    let file = if path.is_dir() { path.join(name) } else { path.to_owned() };
    if !file.is_file() {
        bail!("there is no file {}", file.display());
    }
    Ok(file)
}
