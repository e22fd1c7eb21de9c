//! The witnesses that a server asks to cosign its own log. Must not write into the log.

use crate::config::Config;
use anyhow::{Context, Result, bail};
use console::Cosigners;
use flow::{Collector, Engine, OwnLog, Rounds};
use platforms::{HttpClient, Reach, http_client};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use store::StoreError;
use tlog::Hash;
use tlog::checkpoint::Checkpoint;
use tlog::note::{LONGEST_NOTE, Note, VerifierKey};
use tlog::tile::{Tile, TileId};

/// The log as it is published below the data directory.
#[derive(Debug, Clone)]
pub(super) struct Published(PathBuf);

impl Published {
    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match tokio::fs::read(self.0.join(path)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(damaged(&format!("{path}: {error}"))),
        }
    }
}

impl OwnLog for Published {
    async fn checkpoint(&self) -> Result<Option<Note>, StoreError> {
        let Some(bytes) = self.read("checkpoint").await? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|error| damaged(&error))?;
        text.parse().map(Some).map_err(|error| damaged(&error))
    }

    async fn tiles(
        &self,
        wanted: BTreeSet<TileId>,
    ) -> Result<BTreeMap<TileId, Vec<Hash>>, StoreError> {
        let mut tiles = BTreeMap::new();
        for wanted in wanted {
            // A partial tile goes when it is full.
            for id in [wanted, wanted.full()] {
                if let Some(bytes) = self.read(&id.path()).await? {
                    let tile = Tile::parse(id, &bytes).map_err(|error| damaged(&error))?;
                    tiles.insert(wanted, tile.hashes);
                    break;
                }
            }
        }
        Ok(tiles)
    }
}

fn damaged(why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unreadable { what: "the published log", why: why.to_string() }
}

/// Refuses to go on with a log of which a witness holds a larger or another signed checkpoint than
/// is published here: an old copy of the whole data directory was put in place. What a witness
/// merely says does not count; our own signature does. One that does not answer is passed over.
pub(super) async fn refuse_what_was_set_back(config: &Config, key: &VerifierKey) -> Result<()> {
    let Some(policy) = config.witness.cosigners(None)? else { return Ok(()) };
    let Some(ours) = Published(config.data.join("log")).checkpoint().await? else { return Ok(()) };
    let ours = Checkpoint::parse(ours.text())?;
    let client = client(config)?;
    let log = hex::encode(Sha256::digest(&ours.origin));
    for witness in policy.witnesses() {
        let prefix = witness.url.as_deref().unwrap_or_default().trim_end_matches('/');
        let url = format!("{prefix}/{log}/checkpoint");
        let theirs = match client.read(&url, LONGEST_NOTE).await {
            Ok(said) if said.status == 200 => said.body,
            _ => {
                tracing::warn!(witness = witness.name, "it does not say what it saw of our log");
                continue;
            }
        };
        let Ok(theirs) = theirs.parse::<Note>() else { continue };
        if theirs.verify(std::slice::from_ref(key)).is_err() {
            continue;
        }
        let theirs = Checkpoint::parse(theirs.text())?;
        if theirs.origin == ours.origin
            && (theirs.size > ours.size || theirs.size == ours.size && theirs.root != ours.root)
        {
            bail!(
                "the witness `{}` holds a checkpoint of {} leaves that this log signed, here it has {}: \
                 an old copy was put in place, and to go on would show two histories. Put the newest \
                 copy in place, or begin a new log in a new data directory",
                witness.name,
                theirs.size,
                ours.size
            );
        }
    }
    Ok(())
}

fn client(config: &Config) -> Result<HttpClient> {
    let private_addresses = config.witness.allow_private;
    Ok(http_client(&Reach { private_addresses, ..Reach::default() })?)
}

/// The collector of cosignatures that the settings ask for, and what the page about it shows.
pub(super) fn of_server(
    config: &Config,
    engine: &Engine,
) -> Result<Option<(Collector<Published>, Cosigners)>> {
    if config.witness.cosigners(None)?.is_none() {
        return Ok(None);
    }
    let published = Published(config.data.join("log"));
    let path = published.0.join("vkey");
    let key = std::fs::read_to_string(&path)
        .with_context(|| format!("`witness.policy` is set, but {} is missing", path.display()))?;
    let key: VerifierKey = key.trim_end().parse().with_context(|| path.display().to_string())?;
    let Some(policy) = config.witness.cosigners(Some(&key))? else { return Ok(None) };
    let client = client(config)?;
    for witness in policy.witnesses() {
        let url = witness.url.as_deref().unwrap_or_default();
        if let Err(error) = client.check(url) {
            bail!("the witness `{}`: {error}", witness.name);
        }
    }
    let (store, clock) = (engine.store.clone(), Arc::clone(&engine.clock));
    let collector = Collector::new(
        published,
        store.clone(),
        client,
        policy.clone(),
        Arc::clone(&clock),
        Rounds::default(),
    );
    let of = collector.clone();
    let states = Arc::new(move || of.states());
    Ok(Some((collector, Cosigners { store, policy: Arc::new(policy), clock, states })))
}
