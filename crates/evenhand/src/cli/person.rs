//! `evenhand person`: who works here. A person is made with a link by which they choose a name and a
//! password themselves, so that nobody else ever knows it. Must not take or print a password.

use super::place::{Place, open, open_existing};
use crate::clock::{SystemClock, SystemIds};
use crate::config::Config;
use crate::exit::Exit;
use crate::terminal::{Terminal, table};
use anyhow::Result;
use clap::Subcommand;
use jiff::SignedDuration;
use model::{Clock as _, Ids as _, Person, PersonId, PersonState, Role};
use store::{Change, Changed, Invited, Link, Store};

/// A link is good for so long.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);
/// Who changes something from the command line.
const OPERATOR: &str = "operator";
/// Who invites the first administrator when nobody else did.
const ITSELF: &str = "server";

/// Invite, list and suspend the people who work here
#[derive(Debug, Subcommand)]
pub(crate) enum People {
    Add(Add),
    List(List),
    Suspend(Suspend),
    Reset(Reset),
}

/// Invite somebody and print the link by which they set themselves up, once
///
/// The link is good for three days. Works while the server runs.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// What they are trusted with: reviewer, senior, policy_editor, auditor, administrator, read_only
    #[arg(long, value_name = "ROLE")]
    role: Role,
    #[command(flatten)]
    place: Place,
}

/// List everybody who was ever invited
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: super::Format,
    #[command(flatten)]
    place: Place,
}

/// Keep somebody from signing in; their sessions end at once
#[derive(Debug, clap::Args)]
pub(crate) struct Suspend {
    /// Their pseudonym ("reviewer 7") or the name that they sign in with
    who: String,
    /// Let them sign in again
    #[arg(long)]
    lift: bool,
    #[command(flatten)]
    place: Place,
}

/// Print a link by which somebody chooses a new password
///
/// The old password and open sessions stay good until the link is used.
#[derive(Debug, clap::Args)]
pub(crate) struct Reset {
    /// Their pseudonym ("reviewer 7") or the name that they sign in with
    who: String,
    #[command(flatten)]
    place: Place,
}

impl People {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        super::wait_for(async {
            match self {
                Self::Add(it) => it.run(terminal).await,
                Self::List(it) => it.run(terminal).await,
                Self::Suspend(it) => it.run(terminal).await,
                Self::Reset(it) => it.run(terminal).await,
            }
        })
    }
}

/// A fresh link for a person; earlier ones are good for nothing from now on.
async fn link(store: &Store, config: &Config, person: PersonId) -> Result<String> {
    let (token, at) = (hex::encode(SystemIds.secret()), SystemClock.now());
    store.add_link(&Link { person, token: &token, at, ends_at: at + GOOD_FOR }).await?;
    Ok(format!("{}/console/join?token={token}", config.public_url()))
}

/// How the first administrator comes in, in words; `None` once there is one. A link that the operator made and that is
/// still good stays good.
pub(in crate::cli) async fn first(store: &Store, config: &Config) -> Result<Option<String>> {
    if store.has_administrator().await? {
        return Ok(None);
    }
    let mut waiting = store.people().await?;
    waiting.retain(|person| {
        person.role == Role::Administrator && person.state == PersonState::Invited
    });
    for person in &waiting {
        let open = store.open_link(person.id, SystemClock.now()).await?;
        if let Some((until, _)) = open.filter(|(_, by)| by != ITSELF) {
            let (who, until) = (&person.pseudonym, until.strftime("%Y-%m-%d %H:%M UTC"));
            return Ok(Some(format!(
                "{who} is invited to: their link is good until {until}; `evenhand person reset \"{who}\"` makes another"
            )));
        }
    }
    let person = match waiting.into_iter().next() {
        Some(person) => person,
        None => invite(store, Role::Administrator, ITSELF).await?,
    };
    let link = link(store, config, person.id).await?;
    Ok(Some(format!("Set yourself up, once, within three days: {link}")))
}

async fn invite(store: &Store, role: Role, by: &str) -> Result<Person> {
    let id = PersonId::new(SystemIds.next());
    Ok(store.invite(&Invited { id, role, by, at: SystemClock.now() }).await?)
}

async fn find(store: &Store, who: &str) -> Result<Option<Person>> {
    let people = store.people().await?;
    let wanted = who.trim().to_lowercase();
    let is = |person: &Person| {
        person.pseudonym == wanted || person.name.as_deref() == Some(wanted.as_str())
    };
    Ok(people.into_iter().find(is))
}

fn nobody(terminal: &Terminal, who: &str) -> Exit {
    terminal.error(&format!("nobody here is `{who}`; see `evenhand person list`"));
    Exit::No
}

impl Add {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let store = open(&config).await?;
        let person = invite(&store, self.role, OPERATOR).await?;
        terminal.result(&link(&store, &config, person.id).await?)?;
        let (who, role) = (&person.pseudonym, person.role.title().to_lowercase());
        terminal.tell(&format!("Give this link to {who} ({role}). It works once, for three days."));
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let store = open_existing(&self.place.settings()?).await?;
        let people = store.people().await?;
        if self.format == super::Format::Json {
            terminal.json(&people)?;
            return Ok(Exit::Done);
        }
        let mut rows = vec![
            ["PSEUDONYM", "SIGNS IN AS", "ROLE", "STATE", "INVITED"].map(String::from).to_vec(),
        ];
        for person in &people {
            let state = match person.state {
                PersonState::Invited => "invited",
                PersonState::Active => "active",
                PersonState::Suspended if store.waits(person).await? => "waits to be let in",
                PersonState::Suspended => "suspended",
            };
            rows.push(vec![
                person.pseudonym.clone(),
                person.name.clone().unwrap_or_else(|| "-".into()),
                person.role.to_string(),
                state.into(),
                person.made_at.strftime("%Y-%m-%d %H:%M").to_string(),
            ]);
        }
        terminal.result(&table(&rows))?;
        Ok(Exit::Done)
    }
}

impl Suspend {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let store = open_existing(&self.place.settings()?).await?;
        let Some(person) = find(&store, &self.who).await? else {
            return Ok(nobody(terminal, &self.who));
        };
        let state = match (self.lift, &person.name) {
            (false, _) => PersonState::Suspended,
            (true, Some(_)) => PersonState::Active,
            (true, None) => PersonState::Invited,
        };
        let (role, at) = (person.role, SystemClock.now());
        let change = Change { person: person.id, role, state, by: OPERATOR, at };
        match store.change_person(&change).await? {
            Changed::Done if self.lift => {
                terminal.tell(&format!("{} may sign in again.", person.pseudonym));
                Ok(Exit::Done)
            }
            Changed::Done => {
                terminal.tell(&format!("{} is suspended; their sessions ended.", person.pseudonym));
                Ok(Exit::Done)
            }
            Changed::LastAdministrator => {
                terminal.error(
                    "nobody else could manage people then; make another administrator first",
                );
                Ok(Exit::No)
            }
            Changed::NoSuch => Ok(nobody(terminal, &self.who)),
        }
    }
}

impl Reset {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let store = open_existing(&config).await?;
        let Some(person) = find(&store, &self.who).await? else {
            return Ok(nobody(terminal, &self.who));
        };
        if person.state == PersonState::Suspended {
            terminal.error(&format!("{} is suspended; lift that first", person.pseudonym));
            return Ok(Exit::No);
        }
        terminal.result(&link(&store, &config, person.id).await?)?;
        terminal.tell("It works once, for three days.");
        Ok(Exit::Done)
    }
}
