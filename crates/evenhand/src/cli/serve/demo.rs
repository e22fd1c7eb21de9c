//! `serve --demo`: the sample platform beside the server, with keys and a secret of its own, and
//! the sample feed. It uses the public interface alone, as any platform would.

use crate::clock::{SystemClock, SystemIds};
use crate::config::{Config, Monitor};
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use model::{Clock as _, Ids as _};
use platforms::webhook::{Endpoint, Secret};
use plaza::feed::Player;
use plaza::{Running, Settings};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use store::{ApiKey, Scope, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The sample platform, ready to run.
pub(super) struct Demo {
    /// Where it takes decisions.
    pub(super) endpoint: Endpoint,
    plaza: Running,
    address: SocketAddr,
    feed: Option<Player>,
}

impl Demo {
    /// Makes keys and a secret, and opens the sample platform.
    pub(super) async fn start(
        store: &Store,
        config: &Config,
        listen: SocketAddr,
        log_key: &str,
    ) -> Result<Self> {
        // Keys live as long as this run: what a demo writes down, it may leak.
        let run: String = SystemIds.next().simple().to_string().chars().take(8).collect();
        for old in store.keys().await? {
            if old.id.starts_with("demo-") && old.revoked_at.is_none() {
                store.revoke_key(&old.id, SystemClock.now()).await?;
            }
        }
        let scopes = [Scope::Events, Scope::Receipts];
        let key = add(store, &format!("demo-{run}-plaza"), &scopes, None).await?;
        let secret = Secret::from_bytes(&SystemIds.secret())?;
        let database = config.data.join("plaza.sqlite");
        let played = database.exists();
        let settings = Settings {
            listen,
            database,
            evenhand: format!("http://{}", config.listen),
            key,
            secret: secret.reveal(),
            log_key: log_key.to_owned(),
        };
        let plaza = plaza::start(settings).await?;
        let address = plaza.address()?;
        let feed = if played {
            None
        } else {
            let mut reviewers = BTreeMap::new();
            for (number, name) in Player::reviewers()?.into_iter().enumerate() {
                let id = format!("demo-{run}-reviewer-{number}");
                let token = add(store, &id, &[Scope::Review], Some(name.clone())).await?;
                reviewers.insert(name, token);
            }
            Some(Player::new(&plaza, reviewers)?)
        };
        let url = format!("http://{address}/evenhand");
        let endpoint = Endpoint { url, secrets: vec![secret] };
        Ok(Self { endpoint, plaza, address, feed })
    }

    /// How its list is compared with the log.
    pub(super) fn monitor(&self) -> Monitor {
        let url = Some(format!("http://{}/restricted.ndjson", self.address));
        Monitor { url, every_minutes: 1, grace_minutes: 1, allow_private: true }
    }

    /// Runs the sample platform until `stop`, and plays the feed if it was not played before.
    pub(super) fn play(
        self,
        pace: f64,
        stop: &CancellationToken,
        terminal: &Terminal,
    ) -> JoinHandle<()> {
        terminal.tell(&format!("Plaza, the sample platform, listens on http://{}", self.address));
        match self.feed {
            Some(feed) => {
                terminal.tell("The sample feed begins; it goes on for some minutes.");
                let stop = stop.clone();
                tokio::spawn(async move { stop.run_until_cancelled(feed.play(pace)).await });
            }
            None => terminal.tell("The sample feed was played into this data directory before; it is not played again."),
        }
        let stop = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = self.plaza.serve(stop).await {
                tracing::error!(%error, "the sample platform stopped");
            }
        })
    }
}

async fn add(
    store: &Store,
    id: &str,
    scopes: &[Scope],
    pseudonym: Option<String>,
) -> Result<String> {
    let key = ApiKey {
        id: id.to_owned(),
        scopes: scopes.to_vec(),
        pseudonym,
        created_at: SystemClock.now(),
        revoked_at: None,
    };
    let (key, token) = crate::cli::key::draw(&SystemIds, key);
    store.add_key(&key, &token).await.with_context(|| format!("cannot make the key `{id}`"))?;
    Ok(token)
}
