//! Reads every leaf of a log and checks that they are what the checkpoint signs. Must not hand out a
//! leaf that was not checked.

use crate::cli::source::Source;
use anyhow::{Context, Result, bail};
use tlog::note::{Note, VerifierKey};
use tlog::policy::Policy;
use tlog::tile::{BundleId, EntryBundle, FULL};
use tlog::tree::Frontier;

/// A log, read and checked.
#[derive(Debug)]
pub(super) struct Walked {
    /// Whose it is.
    pub(super) key: VerifierKey,
    /// All leaves in order.
    pub(super) leaves: Vec<Vec<u8>>,
}

/// Reads all of a log.
pub(super) async fn walk(source: &Source, prefix: &str, vkey: Option<&str>) -> Result<Walked> {
    let text = match vkey {
        Some(vkey) => vkey.to_owned(),
        None => source.text(&format!("{prefix}vkey")).await?,
    };
    let key: VerifierKey = text.trim().parse().context("the verifier key")?;
    let note: Note = source.text(&format!("{prefix}checkpoint")).await?.parse()?;
    let policy = Policy::log(key.clone());
    let signed = policy.accept(&note).context("the checkpoint")?.checkpoint;
    let mut tree = Frontier::new();
    let mut leaves: Vec<Vec<u8>> = Vec::new();
    while tree.size() < signed.size {
        let index = tree.size() / u64::from(FULL);
        let left = signed.size - tree.size();
        let width = u16::try_from(left.min(u64::from(FULL)))?;
        let entries = bundle(source, prefix, BundleId { index, width }).await?;
        for entry in entries.into_iter().take(width.into()) {
            tree.append(tlog::leaf_hash(&entry));
            leaves.push(entry);
        }
    }
    if tree.root() != signed.root {
        bail!("the leaves are not those that the checkpoint signs: their root is another");
    }
    Ok(Walked { key, leaves })
}

/// A bundle, or the full one in its place.
async fn bundle(source: &Source, prefix: &str, id: BundleId) -> Result<Vec<Vec<u8>>> {
    for width in [id.width, FULL] {
        let path = BundleId { width, ..id }.path();
        if let Some(bytes) = source.get(&format!("{prefix}{path}")).await? {
            return Ok(EntryBundle::parse(width, &bytes).context(path)?.0);
        }
    }
    bail!("the log lacks {}, which its checkpoint covers", id.path())
}
