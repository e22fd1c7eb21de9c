//! Examines a published log file by file, wherever it is, and takes leaves back from it. Must not
//! trust anything but the keys that it is given.

use super::files::{self, Place};
use super::grown::Tree;
use super::head::Head;
use super::{LogError, key};
use crate::Store;
use std::collections::BTreeMap;
use std::path::Path;
use tlog::checkpoint::Checkpoint;
use tlog::leaf_hash;
use tlog::note::{Note, VerifierKey};
use tlog::tile::{BundleId, EntryBundle, FULL};

/// Reads a file of a published log by its path below the log; nothing when it is not there.
pub trait Files {
    /// Its bytes.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    fn file(&mut self, path: &str) -> Result<Option<Vec<u8>>, LogError>;
}

/// A published log in a directory.
impl Files for &Path {
    fn file(&mut self, path: &str) -> Result<Option<Vec<u8>>, LogError> {
        files::read(&self.join(path))
    }
}

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
/// one of `keys` must have signed, and against an `earlier` checkpoint of the same log, from which it
/// must have grown. `leaf` gets each leaf with its place; an error from it ends the examination.
///
/// # Errors
/// [`LogError::Damaged`] names the first file that is wrong; [`LogError::RolledBack`] and
/// [`LogError::Forked`] when the log did not grow from the earlier one.
pub fn examine(
    from: &mut impl Files,
    keys: &[VerifierKey],
    earlier: Option<&Checkpoint>,
    mut leaf: impl FnMut(u64, &[u8]) -> Result<(), LogError>,
) -> Result<Examined, LogError> {
    let wrong = |why: String| LogError::Damaged(why);
    let text = from.file("checkpoint")?.ok_or_else(|| wrong("there is no checkpoint".into()))?;
    let text = String::from_utf8(text).map_err(|error| wrong(format!("checkpoint: {error}")))?;
    let note: Note = text.parse().map_err(|error| wrong(format!("checkpoint: {error}")))?;
    note.verify(keys).map_err(|error| wrong(format!("checkpoint: {error}")))?;
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(|error| wrong(format!("checkpoint: {error}")))?;
    let seen_in = || "the checkpoint that was kept earlier".to_owned();
    if let Some(earlier) = earlier {
        if earlier.origin != checkpoint.origin {
            return Err(wrong(format!(
                "it is the log {}, not {}",
                checkpoint.origin, earlier.origin
            )));
        }
        if earlier.size > checkpoint.size {
            let (kept, seen) = (checkpoint.size, earlier.size);
            return Err(LogError::RolledBack { kept, seen, seen_in: seen_in() });
        }
    }
    let grown = |tree: &Tree| match earlier {
        Some(earlier) if earlier.size == tree.size() && earlier.root != tree.root() => {
            Err(LogError::Forked { size: earlier.size, seen_in: seen_in() })
        }
        _ => Ok(()),
    };
    let mut tree = Tree::default();
    let mut partial = BTreeMap::new();
    let mut read = 1;
    while tree.size() < checkpoint.size {
        let index = tree.size() / u64::from(FULL);
        let left = checkpoint.size - tree.size();
        let width = u16::try_from(left).unwrap_or(FULL).min(FULL);
        let mut expected = Vec::new();
        for entry in bundle(from, BundleId { index, width })?.into_iter().take(width.into()) {
            grown(&tree)?;
            leaf(tree.size(), &entry)?;
            tree.append(leaf_hash(&entry), entry, &mut expected)?;
        }
        tree.edge(&mut expected)?;
        for (path, bytes) in expected {
            match path.split_once(".p/") {
                // Partial files are owed for the sizes that were signed, which of these only the last
                // is: of each tile the widest, unless it becomes full.
                Some((full, _)) => {
                    partial.insert(full.to_owned(), (path, bytes));
                }
                None => {
                    partial.remove(&path);
                    whole(from, &path, None, &bytes)?;
                    read += 1;
                }
            }
        }
    }
    for (full, (path, bytes)) in partial {
        whole(from, &path, Some(&full), &bytes)?;
        read += 1;
    }
    grown(&tree)?;
    if tree.root() != checkpoint.root {
        return Err(wrong("the leaves do not give the root that was signed".into()));
    }
    Ok(Examined { checkpoint, note, files: read })
}

/// Whether a file is there to the last byte, or the full one in its place begins with it.
fn whole(
    from: &mut impl Files,
    path: &str,
    full: Option<&str>,
    bytes: &[u8],
) -> Result<(), LogError> {
    let same = match (from.file(path)?, full) {
        (Some(found), _) => Some(found == bytes),
        (None, Some(full)) => from.file(full)?.map(|found| found.starts_with(bytes)),
        (None, None) => None,
    };
    match same {
        None => Err(LogError::Damaged(format!("{path} is missing"))),
        Some(false) => Err(LogError::Damaged(format!("{path} is not what its leaves give"))),
        Some(true) => Ok(()),
    }
}

/// The entries of a bundle: at least as many as its width says.
fn bundle(from: &mut impl Files, id: BundleId) -> Result<Vec<Vec<u8>>, LogError> {
    let full = BundleId { width: FULL, ..id };
    for id in [id, full] {
        let path = id.path();
        if let Some(bytes) = from.file(&path)? {
            return EntryBundle::parse(id.width, &bytes)
                .map(|bundle| bundle.0)
                .map_err(|error| LogError::Damaged(format!("{path}: {error}")));
        }
    }
    Err(LogError::Damaged(format!("{} is missing", id.path())))
}

/// A directory that follows another log: what is read is kept there, and the checkpoint last.
#[derive(Debug)]
pub struct Mirror<F> {
    from: F,
    to: Place,
    fresh: Vec<(std::path::PathBuf, Vec<u8>)>,
}

/// Most files that a mirror holds in memory before it writes them.
const MOST_FRESH: usize = 256;

impl<F: Files> Mirror<F> {
    /// A mirror in the directory `to` of what `from` reads.
    pub fn new(from: F, to: &Path) -> Self {
        Self { from, to: Place::new(to), fresh: Vec::new() }
    }

    /// Brings the mirror up to date. What it holds already is not read again, but is examined again
    /// with the rest; the log must have grown from what the mirror holds.
    ///
    /// # Errors
    /// As [`examine`]; the mirror's checkpoint stays as it was then.
    pub fn follow(
        &mut self,
        keys: &[VerifierKey],
        leaf: impl FnMut(u64, &[u8]) -> Result<(), LogError>,
    ) -> Result<Examined, LogError> {
        let own = self.to.folder().join("checkpoint");
        let earlier = match files::read_text(&own)? {
            Some(text) => {
                let broken = |why: String| LogError::Damaged(format!("{}: {why}", own.display()));
                let note: Note = text.parse().map_err(|error| broken(format!("{error}")))?;
                let read = Checkpoint::parse(note.text());
                Some(read.map_err(|error| broken(error.to_string()))?)
            }
            None => None,
        };
        let examined = examine(self, keys, earlier.as_ref(), leaf)?;
        self.write()?;
        for path in ["vkey", "keys"] {
            if let Some(bytes) = self.from.file(path)? {
                self.to.put(&[(self.to.folder().join(path), bytes)])?;
            }
        }
        self.to.put(&[(own, examined.note.to_string().into_bytes())])?;
        Ok(examined)
    }

    fn write(&mut self) -> Result<(), LogError> {
        self.to.put(&std::mem::take(&mut self.fresh))
    }
}

impl<F: Files> Files for Mirror<F> {
    fn file(&mut self, path: &str) -> Result<Option<Vec<u8>>, LogError> {
        let own = self.to.folder().join(path);
        if let Some((_, bytes)) = self.fresh.iter().find(|(fresh, _)| *fresh == own) {
            return Ok(Some(bytes.clone()));
        }
        if path != "checkpoint"
            && let Some(bytes) = files::read(&own)?
        {
            return Ok(Some(bytes));
        }
        let bytes = self.from.file(path)?;
        if let Some(bytes) = bytes.as_ref().filter(|_| path != "checkpoint") {
            if self.fresh.len() >= MOST_FRESH {
                self.write()?;
            }
            self.fresh.push((own, bytes.clone()));
        }
        Ok(bytes)
    }
}

/// Takes the published leaves that the database does not hold. The published log is examined first,
/// and must begin with the leaves that the database has.
pub(super) async fn recover(store: &Store, place: &Place) -> Result<u64, LogError> {
    let _lock = place.hold()?;
    let mut keys: Vec<_> = key::history(place)?.into_iter().map(|(_, key)| key).collect();
    keys.extend(key::load(place)?.map(|key| key.verifier().clone()));
    let kept = store.leaf_count().await?;
    let signed = store.log_head().await?;
    let earlier =
        signed.as_ref().map(|head| Checkpoint::new(head.origin.clone(), head.size, head.root));
    let own = store.log_leaves(0, kept).await?;
    let mut missing = Vec::new();
    let public = place.public();
    let examined = examine(&mut public.as_path(), &keys, earlier.as_ref(), |index, bytes| {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match own.get(at) {
            Some((_, same)) if same == bytes => Ok(()),
            Some(_) => Err(LogError::Damaged(format!(
                "leaf {index} in the database is not the published one: something was recorded after the older copy was put in place; put that copy in place again, then recover"
            ))),
            None => {
                missing.push(bytes.to_vec());
                Ok(())
            }
        }
    })?;
    store.add_leaves(kept, &missing).await?;
    let Checkpoint { origin, size, root, .. } = examined.checkpoint;
    let next = Head { origin, size, root, note: examined.note };
    match signed {
        Some(head) => store.swap_head(&head, &next).await?,
        None => store.begin_log(&next).await?,
    }
    Ok(missing.len() as u64)
}
