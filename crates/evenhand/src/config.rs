//! The settings: defaults < file < environment < flags. An unknown key is an error with a hint.
//! Must not hold secrets: a secret is named by its file (`..._file`) and read where it is used.

mod likeness;
mod mail;
mod oidc;

use self::likeness::Likeness;
use self::mail::Mail;
use self::oidc::Oidc;
use anyhow::{Context, Result, anyhow, bail};
use platforms::webhook::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tlog::note::{Kind, VerifierKey};
use tlog::policy::Policy;
use tlog::witness::Watched;
use toml::{Table, Value};

/// Where the file is looked for when nobody names one.
const USUAL_PLACE: &str = "/etc/evenhand/config.toml";

/// All settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address of the public pages and the API.
    pub(crate) listen: SocketAddr,
    /// Address of `/livez`, `/readyz` and `/metrics`; keep it private.
    pub(crate) admin_listen: SocketAddr,
    /// Directory of the store.
    pub(crate) data: PathBuf,
    /// Directory of the rulebook; the starter rulebook when absent.
    pub(crate) rulebook: Option<PathBuf>,
    /// Address by which people reach the public pages; `http://` and `listen` when absent.
    pub(crate) public_url: Option<String>,
    /// Seconds that a stop may take to finish what was taken in.
    pub(crate) shutdown_seconds: u64,
    /// What is taken in.
    pub(crate) intake: Intake,
    /// Where decisions go.
    pub(crate) webhook: Webhook,
    /// How people are written to.
    pub(crate) mail: Mail,
    /// By which identity provider people sign in, too.
    pub(crate) oidc: Oidc,
    /// How appeals are heard.
    pub(crate) appeals: Appeals,
    /// What is logged.
    pub(crate) log: Log,
    /// Which other logs this server watches.
    pub(crate) witness: Witness,
    /// How the public log is kept.
    pub(crate) record: Record,
    /// Where pictures lie, to find like ones.
    pub(crate) pictures: Pictures,
    /// By which model like posts are found, besides words.
    pub(crate) likeness: Likeness,
    /// Whether the platform shows what the log tells.
    pub(crate) monitor: Monitor,
    /// When and how evenness is audited.
    pub(crate) audit: Audit,
}

/// Where pictures lie, to find like ones.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pictures {
    /// A folder in which a picture stands under its SHA-256 in hexadecimal; only pictures that events carry when
    /// absent.
    pub(crate) folder: Option<PathBuf>,
    /// Whether pictures and videos that people look at may be fetched from this machine or a private network: events
    /// name their addresses, so only where nobody but the platform can choose them.
    pub(crate) allow_private: bool,
}

/// When and how evenness is audited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Audit {
    /// Time of day (UTC) of the nightly report, such as `03:00`; `never` makes none by itself.
    pub(crate) at: String,
    /// Days that a report looks back.
    pub(crate) days: u32,
    /// How often labels are dealt anew for each comparison.
    pub(crate) deals: usize,
    /// Pairs of each kind that every report draws for people to look at blind.
    pub(crate) looks: usize,
}

/// How the public log is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Record {
    /// Name of a new log, for ever; the host of the public address and `/log` when absent.
    pub(crate) origin: Option<String>,
    /// Milliseconds between two checkpoints, at least.
    pub(crate) period_ms: u64,
}

/// Whether the platform shows what the log tells, and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Monitor {
    /// The platform's list of what it shows as restricted; nobody asks for it when absent.
    pub(crate) url: Option<String>,
    /// Minutes between two comparisons.
    pub(crate) every_minutes: u32,
    /// Minutes that a decision may be on its way to the platform.
    pub(crate) grace_minutes: u32,
    /// Whether the address may be on this machine or in a private network.
    pub(crate) allow_private: bool,
}

/// Limits on what is taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Intake {
    /// Events that may wait; beyond that the answer is 503.
    pub(crate) queue: usize,
    /// Most bytes of one event.
    pub(crate) event_bytes: usize,
    /// Most bytes of one request, unpacked.
    pub(crate) body_bytes: usize,
    /// Requests per second and key; beyond that the answer is 429.
    pub(crate) requests_per_second: u32,
}

/// Where decisions go.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Webhook {
    /// The platform's address; decisions wait in the outbox while it is absent.
    pub(crate) url: Option<String>,
    /// File with the signing secret (`whsec_...`).
    pub(crate) secret_file: Option<PathBuf>,
    /// Whether the address may be on this machine or in a private network.
    pub(crate) allow_private: bool,
}

/// How appeals are heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Appeals {
    /// Within how many days an appeal must be answered; then it is escalated.
    pub(crate) answer_days: u32,
}

impl Default for Appeals {
    fn default() -> Self {
        Self { answer_days: 14 }
    }
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// `auto` (text on a terminal, JSON otherwise), `text` or `json`.
    pub(crate) format: LogFormat,
    /// A filter such as `info` or `info,flow=debug`.
    pub(crate) filter: String,
}

/// Which other logs this server watches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Witness {
    /// Under which name it cosigns; the public address and `/witness` when absent.
    pub(crate) name: Option<String>,
    /// The logs: a verifier key each, after the log's name and a space when the key has another.
    pub(crate) watch: Vec<String>,
    /// Who must cosign our own log (C2SP tlog-policy, without its line `log`).
    pub(crate) policy: Option<String>,
    /// File with that policy.
    pub(crate) policy_file: Option<PathBuf>,
    /// Whether those witnesses may be on this machine or in a private network.
    pub(crate) allow_private: bool,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// Text.
    Text,
    /// JSON.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        let state = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin_listen: SocketAddr::from(([127, 0, 0, 1], 9090)),
            data: state.unwrap_or_else(|| PathBuf::from("data")),
            rulebook: None,
            public_url: None,
            shutdown_seconds: 10,
            intake: Intake::default(),
            webhook: Webhook::default(),
            mail: Mail::default(),
            oidc: Oidc::default(),
            appeals: Appeals::default(),
            log: Log::default(),
            witness: Witness::default(),
            record: Record::default(),
            pictures: Pictures::default(),
            likeness: Likeness::default(),
            monitor: Monitor::default(),
            audit: Audit::default(),
        }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self { at: "03:00".into(), days: 90, deals: 1_999, looks: 5 }
    }
}

impl Audit {
    /// The terms of the nightly audit.
    pub(crate) fn terms(&self) -> Result<flow::audit::Terms> {
        let at = match self.at.as_str() {
            "never" => None,
            at => Some(at.parse().with_context(|| {
                format!("audit.at `{at}` is no time of day; write `03:00`, or `never`")
            })?),
        };
        if self.days == 0 {
            bail!("`audit.days` is 0: a report that looks back on nothing finds nothing");
        }
        let (days, deals, looks) = (self.days, self.deals, self.looks);
        Ok(flow::audit::Terms { at, days, deals, looks })
    }
}

impl Default for Record {
    fn default() -> Self {
        Self { origin: None, period_ms: 200 }
    }
}

impl Default for Monitor {
    fn default() -> Self {
        Self { url: None, every_minutes: 15, grace_minutes: 15, allow_private: false }
    }
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            queue: 10_000,
            event_bytes: 1 << 20,
            body_bytes: 16 << 20,
            requests_per_second: 1_000,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, filter: "info".into() }
    }
}

impl Config {
    /// Reads the file (named, by `EVENHAND_CONFIG`, or at its usual place) and the environment.
    pub(crate) fn load(named: Option<&Path>) -> Result<Self> {
        let usual = Path::new(USUAL_PLACE);
        let path = named.or_else(|| usual.exists().then_some(usual));
        let file = match path {
            None => Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                toml::from_str::<Self>(&text)
                    .map_err(|error| anyhow!("{}: {}", path.display(), with_hint(&error)))?;
                toml::from_str(&text)?
            }
        };
        Self::overlay(file, std::env::vars())
    }

    fn overlay(
        mut file: Table,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self> {
        let settings: BTreeMap<String, String> = environment
            .filter(|(name, _)| {
                name.starts_with("EVENHAND_") && name.contains("__") || TOP.contains(&name.as_str())
            })
            .collect();
        for (name, value) in settings {
            let path = name.trim_start_matches("EVENHAND_").to_lowercase();
            let mut parts: Vec<&str> = path.split("__").collect();
            let Some(key) = parts.pop() else { continue };
            let table = parts.into_iter().try_fold(&mut file, |table, part| {
                table.entry(part).or_insert_with(|| Value::Table(Table::new())).as_table_mut()
            });
            let Some(table) = table else { bail!("{name} names a section below a plain setting") };
            table.insert(key.to_owned(), plain(&value));
            Value::Table(file.clone())
                .try_into::<Self>()
                .map_err(|error| anyhow!("environment variable {name}: {}", with_hint(&error)))?;
        }
        Value::Table(file).try_into().map_err(|error| anyhow!("{}", with_hint(&error)))
    }

    /// Whether the settings fit together and the files they name can be read.
    pub(crate) fn validate(&self) -> Result<()> {
        if self.listen == self.admin_listen && self.listen.port() != 0 {
            bail!("`listen` and `admin_listen` are both {}; give each its own", self.listen);
        }
        if let Some(url) = &self.public_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            bail!("public_url `{url}` does not begin with https:// or http://");
        }
        if self.intake.queue == 0 || self.intake.requests_per_second == 0 {
            bail!("with `intake.queue` or `intake.requests_per_second` at 0 nothing is taken in");
        }
        if self.webhook.url.is_some() {
            self.webhook.secrets()?;
        }
        self.mail.mailer()?;
        if self.appeals.answer_days == 0 {
            bail!("with `appeals.answer_days` at 0 every appeal is late when it comes");
        }
        #[cfg(feature = "oidc")]
        self.oidc.provider(&self.public_url())?;
        #[cfg(not(feature = "oidc"))]
        if self.oidc.issuer.is_some() {
            bail!("`oidc.issuer` is set, but this program was built without the feature `oidc`");
        }
        self.witness.logs()?;
        self.witness.cosigners(None)?;
        self.audit.terms()?;
        Ok(())
    }

    /// The address by which people reach the public pages, without a slash at the end.
    pub(crate) fn public_url(&self) -> String {
        self.public_url.as_ref().map_or_else(
            || format!("http://{}", self.listen),
            |url| url.trim_end_matches('/').to_owned(),
        )
    }

    /// The name of a new log.
    pub(crate) fn origin(&self) -> String {
        self.record.origin.clone().unwrap_or_else(|| {
            let url = self.public_url();
            format!("{}/log", url.split_once("://").map_or(url.as_str(), |(_, host)| host))
        })
    }

    /// The file of the store.
    pub(crate) fn store_file(&self) -> PathBuf {
        self.data.join("evenhand.sqlite")
    }
}

impl Witness {
    /// The logs that are watched; several keys of one log are put together.
    pub(crate) fn logs(&self) -> Result<Vec<Watched>> {
        let mut logs: Vec<Watched> = Vec::new();
        for line in &self.watch {
            let (origin, key) = line.trim().rsplit_once(' ').unwrap_or(("", line.trim()));
            let key: VerifierKey =
                key.parse().with_context(|| format!("witness.watch `{line}`"))?;
            if key.kind() != Kind::Ed25519 {
                bail!("witness.watch `{line}`: that is the key of a witness, not of a log");
            }
            let origin = if origin.is_empty() { key.name() } else { origin.trim() }.to_owned();
            match logs.iter_mut().find(|log| log.origin == origin) {
                Some(log) => log.keys.push(key),
                None => logs.push(Watched { origin, keys: vec![key] }),
            }
        }
        Ok(logs)
    }
}

impl Witness {
    /// Whom to ask to cosign our own log, whose key is `log` once it has one.
    pub(crate) fn cosigners(&self, log: Option<&VerifierKey>) -> Result<Option<Policy>> {
        let text = match (&self.policy, &self.policy_file) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => bail!("set `witness.policy` or `witness.policy_file`, not both"),
            (Some(text), None) => text.clone(),
            (None, Some(path)) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?,
        };
        // At the end, so that the lines keep their numbers.
        let log = log.map_or_else(String::new, |key| format!("log {key}\n"));
        let policy: Policy =
            format!("{}\n{log}", text.trim_end()).parse().context("the witness policy")?;
        if let Some(witness) = policy.witnesses().iter().find(|witness| witness.url.is_none()) {
            bail!("the witness policy gives no address for `{}`", witness.name);
        }
        Ok(Some(policy))
    }
}

impl Webhook {
    /// The signing secrets: one a line, two while they change.
    pub(crate) fn secrets(&self) -> Result<Vec<Secret>> {
        let Some(path) = &self.secret_file else {
            bail!("`webhook.url` is set, but `webhook.secret_file` is not");
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let secrets: Vec<Secret> = lines
            .map(Secret::parse)
            .collect::<Result<_, _>>()
            .with_context(|| path.display().to_string())?;
        if secrets.is_empty() {
            bail!("{} holds no secret", path.display());
        }
        Ok(secrets)
    }
}

/// Settings outside of any section, as environment variables.
const TOP: [&str; 6] = [
    "EVENHAND_LISTEN",
    "EVENHAND_ADMIN_LISTEN",
    "EVENHAND_DATA",
    "EVENHAND_RULEBOOK",
    "EVENHAND_PUBLIC_URL",
    "EVENHAND_SHUTDOWN_SECONDS",
];

/// Numbers and truth values as such, everything else as text.
fn plain(text: &str) -> Value {
    text.parse::<i64>()
        .map(Value::Integer)
        .or_else(|_| text.parse::<bool>().map(Value::Boolean))
        .unwrap_or_else(|_| Value::String(text.into()))
}

/// The error's text, with the nearest known key when one was misspelt.
fn with_hint(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let mut words = error.message().split('`').skip(1).step_by(2);
    if !error.message().starts_with("unknown field") {
        return text;
    }
    let Some(wrong) = words.next() else { return text };
    rules::nearest(wrong, words).map_or_else(
        || text.clone(),
        |known| format!("{}\nhelp: did you mean `{known}`?", text.trim_end()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(file: &str, environment: &[(&str, &str)]) -> Result<Config> {
        let pairs = environment.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Config::overlay(toml::from_str(file).unwrap(), pairs)
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = overlay(
            "listen = \"127.0.0.1:1\"\n[intake]\nqueue = 5\nevent_bytes = 6",
            &[("EVENHAND_LISTEN", "127.0.0.1:2"), ("EVENHAND_INTAKE__QUEUE", "7")],
        )
        .unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!((config.intake.queue, config.intake.event_bytes), (7, 6));
    }

    #[test]
    fn watched_logs_are_named_by_their_keys() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let witness = "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN";
        let watch = |lines: &[&str]| {
            let watch = lines.iter().map(ToString::to_string).collect();
            Witness { watch, ..Witness::default() }.logs()
        };
        let logs = watch(&[key, &format!("another log {key}"), key]).unwrap();
        let origins: Vec<_> =
            logs.iter().map(|log| (log.origin.as_str(), log.keys.len())).collect();
        assert_eq!(origins, [("PeterNeumann", 2), ("another log", 1)]);
        for (wrong, says) in [(witness, "not of a log"), ("nonsense", "name+id+key")] {
            let error = format!("{:#}", watch(&[wrong]).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_policy_is_checked_before_the_server_starts() {
        let key = "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN";
        let checked = |policy: &str| {
            let witness = Witness { policy: Some(policy.into()), ..Witness::default() };
            witness.cosigners(None).map(|policy| policy.map(|policy| policy.witnesses().len()))
        };
        let good = format!("witness w {key} https://witness.example.org\nquorum w");
        assert_eq!(checked(&good).unwrap(), Some(1));
        for (wrong, says) in [
            (format!("witness w {key}\nquorum w"), "no address for `w`"),
            (format!("witness w {key} https://w.example"), "exactly one line"),
            ("witness w nonsense https://w.example\nquorum w".into(), "line 1"),
        ] {
            let error = format!("{:#}", checked(&wrong).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_hint() {
        let error = overlay("", &[("EVENHAND_INTAKE__QUEU", "7")]).unwrap_err().to_string();
        assert!(
            error.contains("EVENHAND_INTAKE__QUEU") && error.contains("did you mean `queue`"),
            "{error}"
        );
    }

    #[test]
    fn a_file_error_names_the_line() {
        let error = toml::from_str::<Config>("data = \"x\"\nlisen = \"y\"\n").unwrap_err();
        let text = with_hint(&error);
        assert!(text.contains("line 2") && text.contains("did you mean `listen`"), "{text}");
    }
}
