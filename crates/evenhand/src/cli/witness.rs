//! `evenhand witness`: cosigning the checkpoints of other logs, as a server of its own or as a part
//! of `serve`. Must not draw a second key where there is one: a witness is its key.

use super::place::{Held, Place, hold, make_directory, open, open_existing};
use crate::clock::{SystemClock, SystemIds};
use crate::config::Config;
use crate::exit::Exit;
use crate::terminal::{Terminal, table};
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use model::Ids as _;
use serde_json::json;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use store::{Store, Witnessed};
use tlog::note::{Kind, SigningKey};

/// The file with the witness's secret key, in the data directory.
const KEY_FILE: &str = "witness.key";

/// Cosign the checkpoints of other logs, so that they cannot show different people different logs
#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    Key(Key),
    Serve(Serve),
    List(List),
}

/// Print the witness's verifier key; draw the key first if there is none
///
/// The secret stays in DIR/witness.key. Whoever has it can speak for the witness.
#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    /// Name of a new key [default: the public address and /witness]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Start a server that does nothing but cosign
///
/// `evenhand serve` does the same below /witness when `witness.watch` is set.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Verifier key of a log to watch, besides those of the settings; may be given several times
    #[arg(long, value_name = "VKEY")]
    watch: Vec<String>,
    /// Name of a new key [default: the public address and /witness]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    place: Place,
}

/// List the logs that were cosigned, and what was kept against them
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: super::Format,
    #[command(flatten)]
    place: Place,
}

impl Witness {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Key(it) => it.run(terminal),
            Self::Serve(it) => it.run(terminal),
            Self::List(it) => super::wait_for(it.run(terminal)),
        }
    }
}

impl Key {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut config = self.place.settings()?;
        config.witness.name = self.name.or(config.witness.name);
        make_directory(&config.data)?;
        let key = key(&config)?;
        terminal.result(&format!("{}\n", key.verifier()))?;
        Ok(Exit::Done)
    }
}

impl Serve {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut config = self.place.settings()?;
        config.listen = self.listen.unwrap_or(config.listen);
        config.witness.name = self.name.or(config.witness.name);
        config.witness.watch.extend(self.watch);
        config.validate()?;
        if config.witness.watch.is_empty() {
            bail!("there is no log to watch; name one with --watch or `witness.watch`");
        }
        super::serve::log::start(&config.log)?;
        super::wait_for(serve(config, terminal))
    }
}

async fn serve(config: Config, terminal: &Terminal) -> Result<Exit> {
    let store = open(&config).await?;
    let _held: Held = hold(&config.data)?;
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let Some(witness) = of_server(&config, &store)? else { return Ok(Exit::Unable) };
    terminal.tell(&format!("The witness {} listens on http://{address}", witness.key.verifier()));
    let router = console::witness_router(witness);
    axum::serve(listener, router).with_graceful_shutdown(asked_to_stop()).await?;
    store.close().await;
    Ok(Exit::Done)
}

async fn asked_to_stop() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

impl List {
    async fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let store = open_existing(&config).await?;
        let mut rows =
            vec![["LOG", "SIZE", "COSIGNED", "CONTRADICTIONS"].map(str::to_owned).to_vec()];
        let mut logs = Vec::new();
        for Witnessed { origin, seen, cosigned_at, .. } in store.witnessed().await? {
            let against = store.evidence(&origin).await?;
            rows.push(vec![
                origin.clone(),
                seen.size.to_string(),
                format!("{cosigned_at:.0}"),
                against.len().to_string(),
            ]);
            let requests: Vec<_> = against
                .iter()
                .map(|(at, request)| json!({ "received_at": at, "request": request }))
                .collect();
            logs.push(json!({
                "log": origin,
                "size": seen.size,
                "root": hex::encode(seen.root),
                "cosigned_at": cosigned_at,
                "contradictions": requests,
            }));
        }
        match self.format {
            super::Format::Text => terminal.result(&table(&rows))?,
            super::Format::Json => terminal.json(&logs)?,
        }
        Ok(Exit::Done)
    }
}

/// The witness that the settings ask for, if they name logs to watch.
pub(super) fn of_server(config: &Config, store: &Store) -> Result<Option<console::Witness>> {
    let logs = config.witness.logs()?;
    if logs.is_empty() {
        return Ok(None);
    }
    let key = key(config)?;
    Ok(Some(console::Witness { store: store.clone(), key, logs, clock: Arc::new(SystemClock) }))
}

/// The witness's key; drawn if there is none.
fn key(config: &Config) -> Result<SigningKey> {
    let path = config.data.join(KEY_FILE);
    let line = match std::fs::read_to_string(&path) {
        Ok(line) => line,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return draw(config, &path),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let key: SigningKey = line.trim_end().parse().with_context(|| path.display().to_string())?;
    if key.verifier().kind() != Kind::Cosignature {
        bail!("{} is not the key of a witness", path.display());
    }
    if config.witness.name.as_ref().is_some_and(|name| name != key.verifier().name()) {
        bail!(
            "the witness's key has the name `{}`; a witness keeps its name",
            key.verifier().name()
        );
    }
    Ok(key)
}

fn draw(config: &Config, path: &Path) -> Result<SigningKey> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let url = config.public_url();
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    let name = config.witness.name.clone().unwrap_or_else(|| format!("{host}/witness"));
    let key = SigningKey::new(&name, Kind::Cosignature, &SystemIds.secret())
        .with_context(|| format!("witness.name `{name}`"))?;
    let written = || {
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", key.line())?;
        file.sync_all()?;
        std::fs::File::open(&config.data)?.sync_all()
    };
    written().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(key)
}
