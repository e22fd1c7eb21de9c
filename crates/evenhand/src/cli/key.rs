//! `evenhand key`: the keys by which platforms and reviewers call. Must print a key only once, and
//! never keep one.

use super::place::{Place, open, open_existing};
use crate::clock::{SystemClock, SystemIds};
use crate::exit::Exit;
use crate::terminal::{Terminal, table};
use anyhow::{Result, bail};
use clap::Subcommand;
use model::{Clock as _, Ids};
use serde_json::json;
use store::{ApiKey, Scope};

/// Make, list and withdraw API keys
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Make a key and print it, once
///
/// The key stands alone on standard output; only its SHA-256 is kept. Works while the server runs.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Name for lists and logs [default: drawn]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it allows: events, receipts, review, regulator, erasures, audit, enforcement; may be given several times
    #[arg(long = "scope", required = true, value_name = "SCOPE", value_delimiter = ',')]
    scopes: Vec<Scope>,
    /// Under which name its holder decides, such as "reviewer 7"; needed for review
    #[arg(long, value_name = "NAME")]
    pseudonym: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// List all keys, without the keys themselves
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: super::Format,
    #[command(flatten)]
    place: Place,
}

/// Withdraw a key, at once and for ever
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The key's name, as `key list` shows it
    name: String,
    #[command(flatten)]
    place: Place,
}

impl Key {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        super::wait_for(async {
            match self {
                Self::Add(it) => it.run(terminal).await,
                Self::List(it) => it.run(terminal).await,
                Self::Revoke(it) => it.run(terminal).await,
            }
        })
    }
}

/// A new key: what is kept of it, and the key itself.
pub(in crate::cli) fn draw(ids: &dyn Ids, key: ApiKey) -> (ApiKey, String) {
    (key, format!("evh_{}", hex::encode(ids.secret())))
}

impl Add {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        if self.scopes.contains(&Scope::Review) && self.pseudonym.is_none() {
            bail!("a key with the scope `review` needs --pseudonym, such as \"reviewer 7\"");
        }
        let store = open(&self.place.settings()?).await?;
        if let Some(name) = &self.pseudonym
            && store.people().await?.iter().any(|person| &person.pseudonym == name)
        {
            // Nobody may agree with themselves under a second name, or answer for somebody else.
            bail!("`{name}` is a person who signs in; give the key another name");
        }
        let drawn = || SystemIds.next().simple().to_string().chars().take(8).collect();
        let mut scopes = self.scopes;
        scopes.sort();
        scopes.dedup();
        let (key, token) = draw(
            &SystemIds,
            ApiKey {
                id: self.name.unwrap_or_else(drawn),
                scopes,
                pseudonym: self.pseudonym,
                created_at: SystemClock.now(),
                revoked_at: None,
            },
        );
        match store.add_key(&key, &token).await {
            Ok(()) => {}
            Err(store::StoreError::Taken(_)) => bail!("there is a key named `{}` already", key.id),
            Err(error) => return Err(error.into()),
        }
        terminal.result(&token)?;
        terminal.tell(&format!("Key `{}` is made. It is shown only this once.", key.id));
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let keys = open_existing(&self.place.settings()?).await?.keys().await?;
        let words = |key: &ApiKey| key.scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>();
        if self.format == super::Format::Json {
            let all: Vec<_> = keys
                .iter()
                .map(|key| {
                    json!({
                        "name": key.id, "scopes": words(key), "pseudonym": key.pseudonym,
                        "created_at": key.created_at, "revoked_at": key.revoked_at,
                    })
                })
                .collect();
            terminal.json(&all)?;
            return Ok(Exit::Done);
        }
        let mut rows =
            vec![["NAME", "SCOPES", "PSEUDONYM", "MADE", "WITHDRAWN"].map(String::from).to_vec()];
        rows.extend(keys.iter().map(|key| {
            let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
            vec![
                key.id.clone(),
                words(key).join(","),
                key.pseudonym.clone().unwrap_or_else(|| "-".into()),
                day(key.created_at),
                key.revoked_at.map_or_else(|| "-".into(), day),
            ]
        }));
        terminal.result(&table(&rows))?;
        Ok(Exit::Done)
    }
}

impl Revoke {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let store = open_existing(&self.place.settings()?).await?;
        if store.revoke_key(&self.name, SystemClock.now()).await? {
            terminal.tell(&format!("Key `{}` is withdrawn.", self.name));
            return Ok(Exit::Done);
        }
        terminal
            .error(&format!("there is no key `{}` in force; see `evenhand key list`", self.name));
        Ok(Exit::No)
    }
}
