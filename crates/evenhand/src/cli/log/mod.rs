//! `evenhand log`: looks after the public log, and checks or follows that of somebody else. Must not
//! sign anything but a change of the key.

mod export;
mod foreign;
mod monitor;
mod table;

use super::place::{Place, hold, make_directory, open, open_existing};
use crate::clock::SystemIds;
use crate::config::Config;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use indicatif::ProgressBar;
use model::{DecisionId, Ids as _};
use platforms::{HttpClient, Reach, http_client};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::log::{Files, Log, LogError, Mirror, examine};
use tlog::note::VerifierKey;
use tokio::runtime::Handle;

/// Most bytes of a file of a log: 256 entries of 65,535 bytes with their lengths.
const LONGEST_FILE: usize = 256 * (65_535 + 2);
/// How often a bar is moved.
const LEAVES_A_STEP: u64 = 1_000;

/// Look after the public log of decisions, or check and follow that of somebody else
#[derive(Debug, Subcommand)]
pub(crate) enum PublicLog {
    Init(Init),
    Key(Key),
    Verify(Verify),
    Prove(Prove),
    Fsck(Fsck),
    Recover(Recover),
    Export(export::Export),
    Mirror(Follow),
    Monitor(monitor::Monitor),
}

/// Begin the log with a new key, or print the key of the log that is there
///
/// `evenhand serve` does the same at its first start. Keep a copy of DIR/log.key: without it the
/// log cannot go on.
#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// Name of the log, for ever [default: the public address and /log]
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Print the verifier key of the log, or change the key
#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    change: Option<Change>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Draw a new key; the old one signs its announcement and is gone then
    Rotate(Rotate),
}

#[derive(Debug, clap::Args)]
struct Rotate {
    #[command(flatten)]
    place: Place,
}

/// Check every leaf and every tile of a published log against its signed checkpoint
///
/// Exit code 1 when something is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The log: a directory, or a URL such as https://example.org/log
    #[arg(value_name = "LOG")]
    from: String,
    /// Verifier key that must have signed it; several while a key changes
    #[arg(long, value_name = "VKEY", required = true)]
    key: Vec<String>,
    /// A checkpoint that was kept earlier, from which the log must have grown
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
}

/// Print the receipt of a decision: a text that shows, without a network, that it is in the log
#[derive(Debug, clap::Args)]
pub(crate) struct Prove {
    /// Id of the decision
    decision: DecisionId,
    #[command(flatten)]
    place: Place,
}

/// Check the whole log of this data directory, while the server is stopped, and mend its files
#[derive(Debug, clap::Args)]
pub(crate) struct Fsck {
    #[command(flatten)]
    place: Place,
}

/// Take back public leaves from the published files, after an older copy of the store was put in place
#[derive(Debug, clap::Args)]
pub(crate) struct Recover {
    #[command(flatten)]
    place: Place,
}

/// Follow another log: copy what is new, and refuse it when history was rewritten
///
/// Exit code 1 when something is wrong; the copy stays as it was then.
#[derive(Debug, clap::Args)]
pub(crate) struct Follow {
    /// The log: a directory, or a URL such as https://example.org/log
    #[arg(value_name = "LOG")]
    from: String,
    /// Directory of the copy
    to: PathBuf,
    /// Verifier key that must have signed it; several while a key changes
    #[arg(long, value_name = "VKEY", required = true)]
    key: Vec<String>,
    /// Look again every so many seconds, until stopped
    #[arg(long, value_name = "SECONDS")]
    every: Option<u64>,
}

impl PublicLog {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Init(it) => it.run(terminal),
            Self::Key(it) => it.run(terminal),
            Self::Verify(it) => it.run(terminal),
            Self::Prove(it) => it.run(terminal),
            Self::Fsck(it) => it.run(terminal),
            Self::Recover(it) => it.run(terminal),
            Self::Export(it) => it.run(terminal),
            Self::Mirror(it) => it.run(terminal),
            Self::Monitor(it) => it.run(terminal),
        }
    }
}

/// Opens the log of a data directory that nobody else works on, and does something with it.
fn with_log<T>(config: &Config, work: impl AsyncFnOnce(Log) -> Result<T>) -> Result<T> {
    make_directory(&config.data)?;
    let _held = hold(&config.data)?;
    super::wait_for(async {
        let store = open(config).await?;
        let seed = SystemIds.secret();
        let log = Log::open(store.clone(), &config.data, &config.origin(), &seed).await?;
        let done = work(log).await;
        store.close().await;
        done
    })
}

impl Init {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut config = self.place.settings()?;
        config.record.origin = self.origin.or(config.record.origin);
        let (origin, key) = with_log(&config, async |log| {
            Ok((log.origin().to_owned(), log.verifier().to_string()))
        })?;
        terminal.tell(&format!(
            "The log is named {origin}. Keep a copy of {} where nobody else can read it.",
            config.data.join("log.key").display()
        ));
        terminal.result(&format!("{key}\n"))?;
        Ok(Exit::Done)
    }
}

impl Key {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        if let Some(Change::Rotate(it)) = self.change {
            let config = it.place.settings()?;
            let key = with_log(&config, async |mut log| {
                log.rotate(&SystemIds.secret()).await?;
                Ok(log.verifier().to_string())
            })?;
            terminal.tell("The new key signs from here on; /log/keys announces it. Make a new copy of log.key.");
            terminal.result(&format!("{key}\n"))?;
            return Ok(Exit::Done);
        }
        let path = self.place.settings()?.data.join("log").join("vkey");
        let key = std::fs::read_to_string(&path)
            .with_context(|| format!("there is no log yet: {}", path.display()))?;
        terminal.result(&key)?;
        Ok(Exit::Done)
    }
}

impl Verify {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let keys = keys(&self.key)?;
        let earlier = self.since.map(|path| {
            let text = std::fs::read_to_string(&path)?;
            let note: tlog::note::Note = text.parse()?;
            note.verify(&keys)?;
            Ok::<_, anyhow::Error>(tlog::checkpoint::Checkpoint::parse(note.text())?)
        });
        let earlier = earlier.transpose().context("--since")?;
        let bar = Bar::new("leaves read");
        let from = self.from.clone();
        let examined = super::wait_for(blocking(move || {
            examine(&mut Source::open(&self.from)?, &keys, earlier.as_ref(), bar.counter())
                .map_err(Into::into)
        }));
        let Some(it) = foreign::holds(&from, examined, terminal)? else { return Ok(Exit::No) };
        terminal.result(&format!(
            "{}: {} leaves, {} files, root as signed\n",
            it.checkpoint.origin, it.checkpoint.size, it.files
        ))?;
        Ok(Exit::Done)
    }
}

impl Prove {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let shown = super::wait_for(async {
            let store = open_existing(&config).await?;
            Ok(store::log::LogReader::new(store, &config.data.join("log"))
                .receipt(self.decision)
                .await?)
        })?;
        let Some(shown) = shown else {
            bail!("the log does not hold the decision {}, or not yet", self.decision);
        };
        terminal.result(&shown.receipt.to_string())?;
        Ok(Exit::Done)
    }
}

impl Fsck {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let key = with_log(&config, async |log| Ok(log.verifier().clone()))?;
        let public = config.data.join("log");
        let bar = Bar::new("leaves read");
        let it = examine(&mut public.as_path(), &[key], None, bar.counter())?;
        terminal.result(&format!(
            "{}: {} leaves, {} files, root as signed\n",
            it.checkpoint.origin, it.checkpoint.size, it.files
        ))?;
        Ok(Exit::Done)
    }
}

impl Recover {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let _held = hold(&config.data)?;
        let taken = super::wait_for(async {
            let store = open_existing(&config).await?;
            let taken = Log::recover(&store, &config.data).await?;
            store.close().await;
            Ok(taken)
        })?;
        terminal.tell(&format!("{taken} public leaves were taken back; the server can start."));
        Ok(Exit::Done)
    }
}

impl Follow {
    fn run(self, terminal: &Terminal) -> Result<Exit> {
        let keys = keys(&self.key)?;
        loop {
            let (from, to, keys) = (self.from.clone(), self.to.clone(), keys.clone());
            let bar = Bar::new("leaves read");
            let followed = super::wait_for(blocking(move || {
                Ok(Mirror::new(Source::open(&from)?, &to).follow(&keys, bar.counter())?)
            }));
            let both = format!("{} or the copy in {}", self.from, self.to.display());
            let Some(it) = foreign::holds(&both, followed, terminal)? else {
                return Ok(Exit::No);
            };
            terminal.tell(&format!("{} holds {} leaves.", self.to.display(), it.checkpoint.size));
            let Some(every) = self.every else { return Ok(Exit::Done) };
            std::thread::sleep(Duration::from_secs(every.max(1)));
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

fn keys(lines: &[String]) -> Result<Vec<VerifierKey>> {
    let read = |line: &String| line.trim().parse().with_context(|| format!("key `{line}`"));
    lines.iter().map(read).collect()
}

/// Where a log is read from.
enum Source {
    Directory(PathBuf),
    Url { prefix: String, client: HttpClient, runtime: Handle },
}

impl Source {
    /// Must be called within the runtime.
    fn open(from: &str) -> Result<Self> {
        if !from.contains("://") {
            return Ok(Self::Directory(from.into()));
        }
        // Whoever names an address at the terminal may read it, wherever it is.
        let client = http_client(&Reach { private_addresses: true, ..Reach::default() })?;
        let prefix = from.trim_end_matches('/').to_owned();
        Ok(Self::Url { prefix, client, runtime: Handle::current() })
    }
}

impl Files for Source {
    fn file(&mut self, path: &str) -> Result<Option<Vec<u8>>, LogError> {
        match self {
            Self::Directory(folder) => {
                let mut folder: &Path = folder;
                folder.file(path)
            }
            Self::Url { prefix, client, runtime } => {
                let url = format!("{prefix}/{path}");
                let failed = |why: String| LogError::File { path: url.clone(), why };
                match runtime.block_on(client.fetch(&url, LONGEST_FILE)) {
                    Ok((200, bytes)) => Ok(Some(bytes)),
                    Ok((404, _)) => Ok(None),
                    Ok((status, _)) => Err(failed(format!("the server answered {status}"))),
                    Err(error) => Err(failed(error.to_string())),
                }
            }
        }
    }
}

/// Shows how far it is, on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(what: &'static str) -> Self {
        Self(ProgressBar::new_spinner().with_message(what))
    }

    fn counter(&self) -> impl FnMut(u64, &[u8]) -> Result<(), LogError> {
        let bar = self.0.clone();
        move |index, _| {
            if index.is_multiple_of(LEAVES_A_STEP) {
                bar.set_position(index);
                bar.set_message(format!("{index} leaves read"));
                bar.tick();
            }
            Ok(())
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
