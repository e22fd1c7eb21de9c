//! `evenhand doctor`: looks at everything that a server needs, and says what to do. Must not change
//! anything.

use super::Format;
use super::place::Place;
use crate::config::Config;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, anyhow, bail};
use rules::rulebook::Rulebook;
use serde::Serialize;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;
use store::Store;

const PATIENCE: Duration = Duration::from_secs(3);

/// Look at the settings, the rulebook, the store and the running server, and say what to do
///
/// Exit code 1 when something is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// Only ask the running server whether it is ready
    #[arg(long)]
    quick: bool,
    /// Directory of the rulebook [default: what the settings say]
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    well: bool,
    says: String,
}

fn finding(what: &'static str, looked: Result<String>) -> Finding {
    match looked {
        Ok(says) => Finding { what, well: true, says },
        Err(error) => Finding { what, well: false, says: format!("{error:#}") },
    }
}

impl Doctor {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let findings = match self.place.settings() {
            Err(error) => vec![finding("settings", Err(error))],
            Ok(mut config) => {
                config.rulebook = self.rulebook.or(config.rulebook);
                self::look(&config, self.quick)
            }
        };
        match self.format {
            Format::Json => terminal.json(&findings)?,
            Format::Text => {
                let lines: Vec<String> = findings
                    .iter()
                    .map(|one| {
                        let mark = if one.well { "ok   " } else { "WRONG" };
                        format!("{mark}  {}: {}", one.what, one.says)
                    })
                    .collect();
                terminal.result(&lines.join("\n"))?;
            }
        }
        Ok(if findings.iter().all(|one| one.well) { Exit::Done } else { Exit::No })
    }
}

fn look(config: &Config, quick: bool) -> Vec<Finding> {
    if quick {
        return vec![finding("server", ready(config))];
    }
    let running = TcpStream::connect_timeout(&config.admin_listen, PATIENCE).is_ok();
    vec![
        finding("settings", config.validate().map(|()| "they fit together".into())),
        finding("rulebook", rulebook(config)),
        finding("data directory", writable(config)),
        finding("store", store(config)),
        finding("public log", public_log(config)),
        finding("platform", platform(config)),
        if running {
            finding("server", ready(config))
        } else {
            finding("server", Ok(format!("none runs on {}", config.admin_listen)))
        },
    ]
}

fn rulebook(config: &Config) -> Result<String> {
    let sources = crate::files::read(config.rulebook.as_deref())?;
    let (book, problems) = Rulebook::load(&sources);
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let book = book.ok_or_else(|| anyhow!("{errors} errors; see `evenhand check`"))?;
    let results = rules::testing::run_cases(&book);
    let failed = results.iter().filter(|case| !case.passed()).count();
    if failed > 0 {
        bail!("{failed} of {} worked cases fail; see `evenhand test`", results.len());
    }
    let (clauses, cases) = (book.clauses().count(), results.len());
    Ok(format!("{}, {clauses} clauses, {cases} worked cases pass", book.version().short()))
}

fn writable(config: &Config) -> Result<String> {
    let data = &config.data;
    if !data.exists() {
        return Ok(format!("{} is not there yet; `evenhand serve` makes it", data.display()));
    }
    let probe = data.join(".doctor");
    let tried = std::fs::write(&probe, [0; 4096]).and_then(|()| std::fs::remove_file(&probe));
    tried.with_context(|| {
        format!("cannot write to {}; give it to the server's user and free space", data.display())
    })?;
    Ok(format!("{} can be written", data.display()))
}

fn store(config: &Config) -> Result<String> {
    let file = config.store_file();
    if !file.exists() {
        return Ok("there is none yet".into());
    }
    super::wait_for(async {
        let checked = Store::check(&file).await?;
        let store = Store::open(&file).await?;
        let backlog = store.backlog().await?;
        store.close().await;
        if backlog.dead > 0 {
            bail!(
                "the platform did not take {} decisions, which were given up; see the log for why",
                backlog.dead
            );
        }
        Ok(format!(
            "whole; {} events, {} decisions, {} wait to be sent",
            checked.events, checked.decisions, backlog.waiting
        ))
    })
}

fn public_log(config: &Config) -> Result<String> {
    let stopped = config.data.join("log.stopped");
    if let Ok(why) = std::fs::read_to_string(&stopped) {
        bail!("it stands still: {}", why.trim());
    }
    let public = config.data.join("log");
    if !public.exists() {
        return Ok("there is none yet; `evenhand serve` begins it".into());
    }
    let key = config.data.join("log.key");
    if !key.exists() {
        bail!("{} is gone: put your copy of it back", key.display());
    }
    let text = std::fs::read_to_string(public.join("checkpoint"))
        .context("no checkpoint is published; `evenhand serve` publishes it")?;
    let note: tlog::note::Note = text.parse()?;
    let vkey: tlog::note::VerifierKey =
        std::fs::read_to_string(public.join("vkey"))?.trim().parse()?;
    note.verify(&[vkey]).context("the published checkpoint")?;
    let checkpoint = tlog::checkpoint::Checkpoint::parse(note.text())?;
    let kept = super::wait_for(async {
        let store = Store::open(&config.store_file()).await?;
        let kept = store.leaf_count().await?;
        store.close().await;
        Ok(kept)
    })?;
    if kept < checkpoint.size {
        bail!(
            "it has {} leaves, the store {kept}: an older copy of the store was put in place; see docs/record.md",
            checkpoint.size
        );
    }
    Ok(format!(
        "{}, {} leaves, {} wait",
        checkpoint.origin,
        checkpoint.size,
        kept - checkpoint.size
    ))
}

fn platform(config: &Config) -> Result<String> {
    let Some(url) = &config.webhook.url else {
        return Ok("`webhook.url` is not set; decisions wait until it is".into());
    };
    config.webhook.secrets()?;
    let private_addresses = config.webhook.allow_private;
    let reach = platforms::Reach { private_addresses, ..platforms::Reach::default() };
    platforms::http_client(&reach)?.check(url)?;
    Ok(format!("decisions go to {url}"))
}

/// What `/readyz` says; spoken by hand, so that nothing else is needed for it.
fn ready(config: &Config) -> Result<String> {
    let address = config.admin_listen;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nobody answers on {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer is no HTTP")?;
    if head.split(' ').nth(1) != Some("200") {
        bail!("it is not ready: {}", body.trim());
    }
    Ok(format!("ready on {}", config.listen))
}
