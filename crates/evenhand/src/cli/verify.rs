//! `evenhand verify`: checks a receipt, a saved decision page or a disclosure, step by step. Must say
//! what each step shows, and must not pass over one.

use super::source::{Source, is_address};
use super::verify_case::CaseFile;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::PathBuf;
use store::log::{follow, read_history};
use tlog::checkpoint::Checkpoint;
use tlog::disclosure::{Disclosure, verify_disclosed};
use tlog::note::VerifierKey;
use tlog::policy::Policy;
use tlog::proof::{Receipt, verify_inclusion};

/// Check that a decision is in a public log as it was made
///
/// FILE is a receipt (C2SP tlog-proof), a disclosure, a decision page that was saved, an order to the
/// platform or a regulator's view (JSON), a person's copy of their data or a case file (ZIP); a URL is a
/// decision's page. With a case file `--vkey` is the key of case files. Nothing is asked of anybody unless a URL is given. Exit code 1: it does not hold.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// A receipt, or a file that carries one, or the address of a decision
    #[arg(value_name = "FILE|URL")]
    what: String,
    /// The log's verifier key, from somebody whom you trust, or a file that holds it
    #[arg(long, value_name = "KEY|FILE")]
    vkey: Option<String>,
    /// The history of the log's keys (/log/keys), a file or a URL: a key that the one you trust announced
    /// is believed from the size on at which it took over
    #[arg(long, value_name = "FILE|URL", requires = "vkey")]
    keys: Option<String>,
    /// A policy (C2SP tlog-policy): trusted logs and how many witnesses must have signed
    #[arg(long, value_name = "FILE", conflicts_with = "vkey")]
    policy: Option<PathBuf>,
    /// The leaf, when the receipt does not carry it
    #[arg(long, value_name = "FILE")]
    leaf: Option<PathBuf>,
}

/// What was found in a file or at an address.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) receipt: String,
    /// The leaf that came with it, where the receipt does not carry it.
    pub(super) leaf: Option<String>,
    /// The key that came with it.
    pub(super) vkey: Option<String>,
    /// The history of the log's keys that came with it.
    pub(super) keys: Option<String>,
    /// What the page says that the leaf must say too.
    pub(super) shown: Option<Value>,
}

impl Verify {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        if !is_address(&self.what)
            && let Ok(bytes) = std::fs::read(&self.what)
            && let Some(case) = CaseFile::read(bytes)?
        {
            return match case.own_receipts() {
                receipts if receipts.is_empty() => self.case(&case, terminal),
                receipts => self.each(receipts, &case, terminal),
            };
        }
        let mut found = super::wait_for(read(&self.what))?;
        if let Some(keys) = &self.keys {
            found.keys = Some(super::wait_for(text_of(keys))?);
        }
        let (policy, own) = self.policy(&found)?;
        let leaf = self.leaf.as_ref().map(|path| {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
        });
        let mut steps = Steps { terminal, failed: false };
        let held = steps.check(&found, leaf.transpose()?, &policy);
        if let Err(error) = held {
            steps.say(false, &format!("{error:#}"))?;
        }
        Ok(steps.end(own))
    }

    /// A case file: what was signed, and the proof of the public log in it.
    fn case(&self, case: &CaseFile, terminal: &Terminal) -> Result<Exit> {
        let own = self.vkey.is_some();
        let named = match &self.vkey {
            Some(vkey) if !vkey.contains('+') => {
                std::fs::read_to_string(vkey).with_context(|| format!("cannot read {vkey}"))?
            }
            Some(vkey) => vkey.clone(),
            None => case.own_key()?.to_owned(),
        };
        let key: VerifierKey = named.trim().parse().context("the verifier key")?;
        let mut steps = Steps { terminal, failed: false };
        match case.check(&key) {
            Ok(lines) => lines.iter().try_for_each(|line| steps.say(true, line))?,
            Err(error) => steps.say(false, &format!("{error:#}"))?,
        }
        match case.receipt() {
            Some((receipt, vkey)) if !steps.failed => {
                let policy = match &self.policy {
                    Some(_) => self.policy(&Found::default())?.0,
                    None => Policy::log(vkey.trim().parse().context("the log's key")?),
                };
                let found = Found { receipt, ..Found::default() };
                if let Err(error) = steps.check(&found, None, &policy) {
                    steps.say(false, &format!("{error:#}"))?;
                }
            }
            Some(_) => {}
            None => steps.say(false, "it holds no receipt of the public log")?,
        }
        Ok(steps.end(own))
    }

    /// A person's copy of their data: every receipt in it.
    fn each(
        &self,
        receipts: Vec<(String, String)>,
        copy: &CaseFile,
        terminal: &Terminal,
    ) -> Result<Exit> {
        let mut steps = Steps { terminal, failed: false };
        let mut own = false;
        for (name, receipt) in receipts {
            terminal.result(&format!("{name}:"))?;
            let found = Found { receipt, vkey: copy.log_key(), ..Found::default() };
            let (policy, named) = self.policy(&found)?;
            own = named;
            if let Err(error) = steps.check(&found, None, &policy) {
                steps.say(false, &format!("{error:#}"))?;
            }
        }
        Ok(steps.end(own))
    }

    /// Whom to trust, and whether the caller said so.
    fn policy(&self, found: &Found) -> Result<(Policy, bool)> {
        if let Some(path) = &self.policy {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let policy = text.parse().with_context(|| path.display().to_string())?;
            return Ok((policy, true));
        }
        let named = match &self.vkey {
            Some(vkey) if !vkey.contains('+') => {
                Some(std::fs::read_to_string(vkey).with_context(|| format!("cannot read {vkey}"))?)
            }
            other => other.clone(),
        };
        let own = named.is_some();
        let Some(text) = named.or_else(|| found.vkey.clone()) else {
            bail!("name the log's key with --vkey: a receipt alone does not say whom to trust");
        };
        let key: VerifierKey = text.trim().parse().context("the verifier key")?;
        Ok((Policy::log(found.successor(&key)?.unwrap_or(key)), own))
    }
}

impl Found {
    /// The later key that signed, if the trusted one did not and its history leads there.
    fn successor(&self, trusted: &VerifierKey) -> Result<Option<VerifierKey>> {
        let (Some(keys), Ok(receipt)) = (&self.keys, self.receipt.parse::<Receipt>()) else {
            return Ok(None);
        };
        let history = read_history(keys).context("the history of keys")?;
        let Ok(body) = Checkpoint::parse(receipt.checkpoint.text()) else { return Ok(None) };
        let signed = |key: &VerifierKey| {
            receipt.checkpoint.verify(std::slice::from_ref(key)).is_ok_and(|by| !by.is_empty())
        };
        match follow(&history, trusted, body.size, signed) {
            Some(key) => Ok(Some(key)),
            None if signed(trusted) && history.iter().any(|(_, key)| key == trusted) => bail!(
                "the key {trusted} signed it, but had been replaced before the log had {} leaves",
                body.size
            ),
            None => Ok(None),
        }
    }
}

/// A text from a file or an address.
async fn text_of(what: &str) -> Result<String> {
    if !is_address(what) {
        return std::fs::read_to_string(what).with_context(|| format!("cannot read {what}"));
    }
    let (base, name) = what.rsplit_once('/').context("the address")?;
    Source::open(base)?.text(name).await
}

/// Prints a line for each step.
struct Steps<'a> {
    terminal: &'a Terminal,
    failed: bool,
}

impl Steps<'_> {
    fn say(&mut self, right: bool, text: &str) -> Result<()> {
        self.failed |= !right;
        let mark = if right { "ok   " } else { "WRONG" };
        Ok(self.terminal.result(&format!("{mark} {text}"))?)
    }

    /// What it comes to. `own`: the caller named whom to trust.
    fn end(&self, own: bool) -> Exit {
        if self.failed {
            self.terminal.error("it does not hold");
            return Exit::No;
        }
        if !own {
            self.terminal.tell(
                "note: the key came with what it is to check. It holds together; that the log is the \
                 one you mean, only a key from elsewhere can show: --vkey",
            );
        }
        self.terminal.tell("It holds.");
        Exit::Done
    }

    fn check(&mut self, found: &Found, leaf: Option<Vec<u8>>, policy: &Policy) -> Result<()> {
        let receipt: Receipt = found.receipt.parse().context("the receipt")?;
        let (leaf, disclosed) = match (leaf, &receipt.extra) {
            (Some(leaf), _) => (leaf, Vec::new()),
            (None, Some(extra)) => {
                let Disclosure { leaf, disclosed } = Disclosure::parse(extra)?;
                (leaf.into_bytes(), disclosed)
            }
            (None, None) => match &found.leaf {
                Some(leaf) => (leaf.clone().into_bytes(), Vec::new()),
                None => bail!("the receipt does not carry its leaf; give it with --leaf"),
            },
        };
        if found.leaf.as_ref().is_some_and(|other| other.as_bytes() != leaf) {
            bail!("data: the leaf beside the receipt is not the one in it");
        }
        let hash = tlog::leaf_hash(&leaf);
        self.say(true, &format!("leaf: {} bytes, hash {}", leaf.len(), hex::encode(hash)))?;
        if let Some(shown) = &found.shown {
            same(&leaf, shown)?;
            self.say(true, "data: what came with the receipt says of the decision what the leaf says; its words are not read: hold them against the leaf below")?;
        }
        let body = Checkpoint::parse(receipt.checkpoint.text())?;
        verify_inclusion(&hash, receipt.index, body.size, &receipt.proof, &body.root)
            .context("inclusion")?;
        let (index, many) = (receipt.index, receipt.proof.len());
        let root = hex::encode(body.root);
        self.say(true, &format!("proof: leaf {index} and {many} hashes lead to the root {root}"))?;
        let accepted = policy.accept(&receipt.checkpoint).context("checkpoint")?;
        let key = &accepted.log.key;
        let size = accepted.checkpoint.size;
        self.say(true, &format!("checkpoint: {} signed {size} leaves, key {key}", key.name()))?;
        for (witness, time) in &accepted.cosignatures {
            let at = jiff::Timestamp::from_second(i64::try_from(*time)?)?;
            self.say(true, &format!("witness: {} saw it at {at}", witness.key.name()))?;
        }
        for one in &disclosed {
            verify_disclosed(&leaf, "decision", std::slice::from_ref(one))?;
            let value = serde_json::to_string(&one.value)?;
            self.say(true, &format!("opened: {} = {value}", one.field))?;
        }
        Ok(self.terminal.result(&String::from_utf8_lossy(&leaf))?)
    }
}

/// That the page says what the leaf says, name by name.
fn same(leaf: &[u8], shown: &Value) -> Result<()> {
    let leaf: Value = serde_json::from_slice(leaf).context("the leaf is not JSON")?;
    for (name, value) in shown.as_object().into_iter().flatten() {
        if leaf.get(name) != Some(value) {
            bail!("data: it and the leaf differ in `{name}`");
        }
    }
    Ok(())
}

async fn read(what: &str) -> Result<Found> {
    if !is_address(what) {
        let text = std::fs::read_to_string(what).with_context(|| format!("cannot read {what}"))?;
        return found(text);
    }
    // A decision's page has its receipt beside it, and the log's key stands at a known address.
    let (base, page) = match what.split_once("/decisions/") {
        Some((base, id)) => (base, format!("decisions/{}/receipt", id.trim_end_matches('/'))),
        None => what
            .rsplit_once('/')
            .map(|(base, name)| (base, name.to_owned()))
            .unwrap_or((what, String::new())),
    };
    let source = Source::open(base)?;
    let mut read = found(source.text(&page).await?)?;
    if read.vkey.is_none() && what.contains("/decisions/") {
        read.vkey = Some(source.text("log/vkey").await?);
    }
    if what.contains("/decisions/") {
        read.keys = Some(source.text("log/keys").await?);
    }
    Ok(read)
}

/// A receipt as it is, or the one inside a page, an order to the platform or a regulator's view.
fn found(text: String) -> Result<Found> {
    if text.starts_with("c2sp.org/tlog-proof@") {
        return Ok(Found { receipt: text, ..Found::default() });
    }
    if text.trim_start().starts_with('{') {
        return super::verify_body::found(&text);
    }
    let data = text
        .split_once("id=\"record-data\">")
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .context("this is neither a receipt nor something that carries one")?;
    let record: Value = serde_json::from_str(data.0).context("the receipt in the page")?;
    let word = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Found {
        receipt: word("receipt").context("the page carries no receipt")?,
        vkey: word("vkey"),
        shown: record.get("shown").cloned(),
        ..Found::default()
    })
}
