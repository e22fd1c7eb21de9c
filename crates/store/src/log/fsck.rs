//! Examines a published log file by file, and takes leaves back from it. Must not trust anything but
//! the key that it is given.

use super::files::{self, Place};
use super::grown::Tree;
use super::head::Head;
use super::{LogError, key};
use crate::Store;
use std::path::Path;
use tlog::checkpoint::Checkpoint;
use tlog::leaf_hash;
use tlog::note::{Note, VerifierKey};
use tlog::tile::{BundleId, EntryBundle, FULL};

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The checkpoint, which was verified.
    pub checkpoint: Checkpoint,
    /// The same, as it was signed.
    pub note: Note,
    /// How many files were read.
    pub files: u64,
}

/// Reads every leaf and every tile of a published log and holds them against its checkpoint, which
/// one of `keys` must have signed. `leaf` gets each leaf with its place.
///
/// # Errors
/// [`LogError::Damaged`] names the first file that is wrong.
pub fn examine(
    public: &Path,
    keys: &[VerifierKey],
    mut leaf: impl FnMut(u64, &[u8]),
) -> Result<Examined, LogError> {
    let wrong = |why: String| LogError::Damaged(why);
    let text = files::read_text(&public.join("checkpoint"))?
        .ok_or_else(|| wrong(format!("{} holds no checkpoint", public.display())))?;
    let note: Note = text.parse().map_err(|error| wrong(format!("checkpoint: {error}")))?;
    note.verify(keys).map_err(|error| wrong(format!("checkpoint: {error}")))?;
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(|error| wrong(format!("checkpoint: {error}")))?;
    let mut tree = Tree::default();
    let mut read = 1;
    while tree.size() < checkpoint.size {
        let index = tree.size() / u64::from(FULL);
        let left = checkpoint.size - tree.size();
        let width = u16::try_from(left).unwrap_or(FULL).min(FULL);
        let entries = bundle(public, BundleId { index, width })?;
        let mut expected = Vec::new();
        for entry in entries.into_iter().take(width.into()) {
            leaf(tree.size(), &entry);
            tree.append(leaf_hash(&entry), entry, &mut expected)?;
        }
        tree.edge(&mut expected)?;
        let last = tree.size() == checkpoint.size;
        for (path, bytes) in expected {
            // Partial files are owed for the sizes that were signed, which of these only the last is.
            if path.contains(".p/") && !last {
                continue;
            }
            let full = path.split_once(".p/").map(|(full, _)| full);
            let found = match files::read(&public.join(&path))? {
                Some(found) => Some(found),
                None => full.map_or(Ok(None), |full| files::read(&public.join(full)))?,
            };
            match found {
                None => return Err(wrong(format!("{path} is missing"))),
                Some(found) if !found.starts_with(&bytes) => {
                    return Err(wrong(format!("{path} is not what its leaves give")));
                }
                Some(_) => read += 1,
            }
        }
    }
    if tree.root() != checkpoint.root {
        return Err(wrong("the leaves do not give the root that was signed".into()));
    }
    Ok(Examined { checkpoint, note, files: read })
}

/// The entries of a bundle: at least as many as its width says.
fn bundle(public: &Path, id: BundleId) -> Result<Vec<Vec<u8>>, LogError> {
    let full = BundleId { width: FULL, ..id };
    for id in [id, full] {
        let path = id.path();
        if let Some(bytes) = files::read(&public.join(&path))? {
            return EntryBundle::parse(id.width, &bytes)
                .map(|bundle| bundle.0)
                .map_err(|error| LogError::Damaged(format!("{path}: {error}")));
        }
    }
    Err(LogError::Damaged(format!("{} is missing", id.path())))
}

/// Takes the published leaves that the database does not hold. The published log is examined first,
/// and must begin with the leaves that the database has signed for.
pub(super) async fn recover(store: &Store, place: &Place) -> Result<u64, LogError> {
    let _lock = place.hold()?;
    let mut keys: Vec<_> = key::history(place)?.into_iter().map(|(_, key)| key).collect();
    keys.extend(key::load(place)?.map(|key| key.verifier().clone()));
    let kept = store.leaf_count().await?;
    let signed = store.log_head().await?;
    let mut missing = Vec::new();
    let mut tree = Tree::default();
    let mut same = true;
    let mut unneeded = Vec::new();
    let examined = examine(&place.public(), &keys, |index, bytes| {
        if let Some(head) = &signed
            && head.size == index
        {
            same &= head.root == tree.root();
        }
        if signed.as_ref().is_some_and(|head| index < head.size) {
            same &= tree.append(leaf_hash(bytes), Vec::new(), &mut unneeded).is_ok();
            unneeded.clear();
        }
        if index >= kept {
            missing.push(bytes.to_vec());
        }
    })?;
    let size = examined.checkpoint.size;
    if !same {
        return Err(LogError::Forked { size, seen_in: place.public().display().to_string() });
    }
    let ahead = store.log_leaves(0, kept.min(size)).await?;
    let published = Path::new(&place.public()).to_owned();
    let mut agree = true;
    examine(&published, &keys, |index, bytes| {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        agree &= ahead.get(at).is_none_or(|(_, kept)| kept == bytes);
    })?;
    if !agree || kept > size {
        return Err(LogError::Damaged(
            "the database holds leaves that were recorded after the older copy was put in place: put that copy in place again, then recover".into(),
        ));
    }
    store.add_leaves(kept, &missing).await?;
    let Checkpoint { origin, root, .. } = examined.checkpoint;
    let next = Head { origin, size, root, note: examined.note };
    match signed {
        Some(head) => store.swap_head(&head, &next).await?,
        None => store.begin_log(&next).await?,
    }
    Ok(missing.len() as u64)
}
