//! The witnesses that a server asks to cosign its own log. Must not write into the log.

use crate::config::Config;
use anyhow::{Context, Result, bail};
use console::Cosigners;
use flow::{Collector, Engine, OwnLog, Rounds};
use platforms::{Reach, http_client};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use store::StoreError;
use tlog::Hash;
use tlog::note::{Note, VerifierKey};
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
    let reach = Reach { private_addresses: config.witness.allow_private, ..Reach::default() };
    let client = http_client(&reach)?;
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
