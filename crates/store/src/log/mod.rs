//! The public log: takes the recorded leaves in their order, signs, and publishes files that anybody
//! can read and check. Must not show anything before its checkpoint is kept, must not sign two roots
//! for one size, and asks neither clock nor chance.
//!
//! What must be trusted is small: the key (`log.key`) and the last checkpoint (the row `log_head`,
//! with `log.last` beside it). Everything below `log/` is built from the leaves and can be built anew.

mod error;
mod files;
mod fsck;
mod grown;
mod head;
mod key;
mod read;

pub use error::LogError;
pub use fsck::{Examined, Files, Mirror, examine};
pub use key::{case_key, follow, read_history, webhook_key};
pub use read::{LogReader, Receipted};

#[cfg(test)]
pub(crate) use head::STATEMENTS;

use crate::Store;
use files::Place;
use grown::Tree;
use head::Head;
use std::fs::File;
use std::path::Path;
use tlog::checkpoint::Checkpoint;
use tlog::empty_root;
use tlog::note::{Note, SigningKey, VerifierKey};
use tlog::tile::FULL;

/// Most leaves between two checkpoints.
const MOST_LEAVES: u64 = 32_768;

/// The log while it is kept: one in a data directory, in one process.
#[derive(Debug)]
pub struct Log {
    store: Store,
    place: Place,
    key: SigningKey,
    head: Head,
    /// `None`: to be read again, what is published may lag behind.
    tree: Option<Tree>,
    stopped: Option<String>,
    /// The checkpoint with cosignatures that was published last.
    shown: Option<Note>,
    _lock: File,
}

/// A checkpoint that was seen somewhere, and where.
struct SeenAt {
    checkpoint: Checkpoint,
    place: String,
}

impl Log {
    /// Opens the log of a data directory, or begins it under the name `origin`, which it keeps for
    /// ever, with a key from 32 random bytes. Publishes what was signed before and is not published.
    ///
    /// # Errors
    /// [`LogError::RolledBack`] when the database is older than what was signed, and others; nothing
    /// is signed then.
    pub async fn open(
        store: Store,
        data: &Path,
        origin: &str,
        seed: &[u8; 32],
    ) -> Result<Self, LogError> {
        let place = Place::new(data);
        let lock = place.hold()?;
        let (key, head) = match (key::load(&place)?, store.log_head().await?) {
            (Some(key), Some(head)) => (key, head),
            (key, None) => begin(&store, &place, key, origin, seed).await?,
            (None, Some(_)) => {
                return Err(LogError::key(
                    &place.key(),
                    "the key of the log is gone: put it back from where you keep a copy. Without it the log cannot go on; a new log begins in a new data directory",
                ));
            }
        };
        if head.origin != key.verifier().name() {
            return Err(LogError::key(
                &place.key(),
                format!("this key signs for {}, the log is {}", key.verifier().name(), head.origin),
            ));
        }
        let mut log =
            Self { store, place, key, head, tree: None, stopped: None, shown: None, _lock: lock };
        let loaded = log.load().await;
        log.settle(loaded).await?;
        Ok(log)
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.head.origin
    }

    /// The key that others verify with.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// How many leaves are signed for and published.
    pub fn size(&self) -> u64 {
        self.head.size
    }

    /// Publishes the checkpoint with the cosignatures that were collected for it. `false`: there are
    /// none that are not published.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be written; what is published stays as it was.
    pub async fn publish_cosignatures(&mut self) -> Result<bool, LogError> {
        if self.stopped.is_some() || self.tree.is_none() {
            return Ok(false);
        }
        let note = self.store.with_cosignatures(self.head.note.clone()).await?;
        if note == self.head.note || self.shown.as_ref() == Some(&note) {
            return Ok(false);
        }
        let (place, bytes) = (self.place.clone(), note.to_string().into_bytes());
        let written = tokio::task::spawn_blocking(move || {
            place.put(&[(place.public().join("checkpoint"), bytes)])
        });
        let written = joined(written.await);
        self.settle(written).await?;
        self.shown = Some(note);
        Ok(true)
    }

    /// Reads of what is published.
    pub fn reader(&self) -> LogReader {
        LogReader::new(self.store.clone(), &self.place.public())
    }

    /// Takes the leaves that wait, signs the log with them and publishes it. Returns how many leaves
    /// it took; 0 when none waits. There may be more: call it until none is left.
    ///
    /// # Errors
    /// [`LogError::is_final`] tells those after which nothing is signed any more.
    pub async fn integrate(&mut self) -> Result<u64, LogError> {
        if let Some(why) = &self.stopped {
            return Err(LogError::Stopped(why.clone()));
        }
        let done = self.step().await;
        self.settle(done).await
    }

    async fn step(&mut self) -> Result<u64, LogError> {
        if self.tree.is_none() {
            self.load().await?;
        }
        let from = self.head.size;
        let leaves = self.store.log_leaves(from, from + MOST_LEAVES).await?;
        let taken = leaves.len() as u64;
        if taken == 0 {
            return Ok(0);
        }
        let Some(mut tree) = self.tree.clone() else { return Ok(0) };
        let mut files = Vec::new();
        for (hash, leaf) in leaves {
            tree.append(hash, leaf, &mut files)?;
        }
        tree.edge(&mut files)?;
        let note = sign(&[&self.key], &self.head.origin, &tree)?;
        let next = Head { size: tree.size(), root: tree.root(), note, ..self.head.clone() };
        self.store.swap_head(&self.head, &next).await?;
        self.head = next;
        // Until all of it is published the tree counts as unread.
        self.tree = None;
        self.publish(files).await?;
        self.tree = Some(tree);
        Ok(taken)
    }

    /// Writes files, then what was signed last beside the database, then the checkpoint.
    async fn publish(&self, files: Vec<(String, Vec<u8>)>) -> Result<(), LogError> {
        let (place, note) = (self.place.clone(), self.head.note.to_string().into_bytes());
        let written = tokio::task::spawn_blocking(move || {
            let public = place.public();
            let files: Vec<_> =
                files.into_iter().map(|(path, bytes)| (public.join(path), bytes)).collect();
            place.put(&files)?;
            place.put(&[(place.last(), note.clone())])?;
            place.put(&[(public.join("checkpoint"), note)])?;
            // A full tile replaces its partial ones.
            for (path, _) in &files {
                let mut partial = path.as_os_str().to_owned();
                partial.push(".p");
                files::remove(Path::new(&partial))?;
            }
            Ok(())
        });
        joined(written.await)
    }

    /// Reads the tree back, compares it with all that was signed, and publishes what is not.
    async fn load(&mut self) -> Result<(), LogError> {
        let announced = key::history(&self.place)?;
        if announced.last().is_some_and(|(_, last)| last != self.key.verifier()) {
            return Err(LogError::key(
                &self.place.key(),
                "this is not the key that the log announced last (log.keys): put the newest copy of the key in its place",
            ));
        }
        let seen = self.seen()?;
        for other in &seen {
            let Checkpoint { size, root, .. } = other.checkpoint;
            if size > self.head.size {
                let kept = self.head.size;
                return Err(LogError::RolledBack {
                    kept,
                    seen: size,
                    seen_in: other.place.clone(),
                });
            }
            if size == self.head.size && root != self.head.root {
                return Err(LogError::Forked { size, seen_in: other.place.clone() });
            }
        }
        let checked_whole = self.place.stopped().exists();
        let published = seen.iter().map(|other| other.checkpoint.size).min().unwrap_or(0);
        let base = if checked_whole || seen.len() < 2 { 0 } else { aligned(published) };
        let tree = match self.replay(base, &seen, false).await {
            Ok(tree) => tree,
            // The files are not what was signed: the leaves decide, and the files are built anew.
            Err(LogError::Damaged(_) | LogError::Forked { .. }) if base > 0 => {
                self.replay(0, &seen, false).await?;
                self.replay(0, &seen, true).await?
            }
            Err(error) => return Err(error),
        };
        if base == 0 && self.head.size > 0 {
            self.replay(0, &seen, true).await?;
        }
        let unsigned =
            !self.head.note.signatures().iter().any(|one| one.names(self.key.verifier()));
        if unsigned {
            self.take_up(&tree).await?;
        }
        let mut keys = Vec::new();
        let vkey = format!("{}\n", self.key.verifier()).into_bytes();
        keys.push((self.place.public().join("vkey"), vkey));
        let text = match key::history_text(&self.place)? {
            Some(text) => text,
            None => key::announce(&self.place, 0, None, &self.key)?,
        };
        for path in [self.place.keys(), self.place.public().join("keys")] {
            keys.push((path, text.clone().into_bytes()));
        }
        self.place.put(&keys)?;
        let mut files = Vec::new();
        if published < self.head.size || seen.len() < 2 || unsigned {
            let mut again = tree.clone();
            again.edge(&mut files)?;
            self.publish(files).await?;
        }
        files::remove(&self.place.stopped())?;
        self.tree = Some(tree);
        Ok(())
    }

    /// Signs what the key before signed last: its change was cut off after the new one was announced.
    async fn take_up(&mut self, tree: &Tree) -> Result<(), LogError> {
        let mut note = self.head.note.clone();
        let own = sign(&[&self.key], &self.head.origin, tree)?;
        own.signatures().iter().for_each(|signature| note.add(signature.clone()));
        let next = Head { note, ..self.head.clone() };
        self.store.swap_head(&self.head, &next).await?;
        self.head = next;
        Ok(())
    }

    /// Builds the tree from the published tiles of the first `base` leaves and the leaves after
    /// them, and holds it against every checkpoint that was seen. Writes the files on the way if
    /// `writes`.
    async fn replay(&self, base: u64, seen: &[SeenAt], writes: bool) -> Result<Tree, LogError> {
        let mut tree =
            if base == 0 { Tree::default() } else { Tree::read(&self.place.public(), base)? };
        let mut files = Vec::new();
        while tree.size() < self.head.size {
            let from = tree.size();
            let to = self.head.size.min(aligned(from) + MOST_LEAVES);
            for (hash, leaf) in self.store.log_leaves(from, to).await? {
                compare(&tree, seen)?;
                tree.append(hash, leaf, &mut files)?;
            }
            if tree.size() < to {
                let kept = tree.size();
                return Err(LogError::Damaged(format!(
                    "{} leaves are signed for, {kept} are there",
                    self.head.size
                )));
            }
            tree.edge(&mut files)?;
            if writes {
                let public = self.place.public();
                let absolute: Vec<_> =
                    files.drain(..).map(|(path, bytes)| (public.join(path), bytes)).collect();
                self.place.put(&absolute)?;
            }
            files.clear();
        }
        compare(&tree, seen)?;
        if tree.root() != self.head.root {
            return Err(LogError::Damaged(format!(
                "the {} leaves do not give the root that was signed",
                self.head.size
            )));
        }
        Ok(tree)
    }

    /// The checkpoints beside the database that this log signed.
    fn seen(&self) -> Result<Vec<SeenAt>, LogError> {
        let mut seen = Vec::new();
        for path in [self.place.last(), self.place.public().join("checkpoint")] {
            let Some(text) = files::read_text(&path)? else { continue };
            let shown = path.display().to_string();
            let damaged = |why: String| {
                LogError::Damaged(format!(
                    "{shown}: {why}; if it was altered by hand, put the copy of a mirror or a witness in its place"
                ))
            };
            let note: Note = text.parse().map_err(|error| damaged(format!("{error}")))?;
            let mut keys: Vec<_> =
                key::history(&self.place)?.into_iter().map(|(_, key)| key).collect();
            keys.push(self.key.verifier().clone());
            note.verify(&keys).map_err(|error| damaged(error.to_string()))?;
            let checkpoint =
                Checkpoint::parse(note.text()).map_err(|error| damaged(error.to_string()))?;
            if checkpoint.origin != self.head.origin {
                return Err(damaged(format!("it is of the log {}", checkpoint.origin)));
            }
            seen.push(SeenAt { checkpoint, place: shown });
        }
        Ok(seen)
    }

    /// Changes the key: the new one signs from here on; both sign the checkpoint and the new key's
    /// announcement, so that whoever trusts the old one can follow.
    ///
    /// # Errors
    /// [`LogError`]; call it again, or open the log again, which ends what was begun.
    pub async fn rotate(&mut self, seed: &[u8; 32]) -> Result<(), LogError> {
        if let Some(why) = &self.stopped {
            return Err(LogError::Stopped(why.clone()));
        }
        let tree = match &self.tree {
            Some(tree) => tree.clone(),
            None => return Err(LogError::Stopped("what was signed is not published yet".into())),
        };
        let new = key::prepare(&self.place, &self.key, seed)?;
        let keys = key::announce(&self.place, self.head.size, Some(&self.key), &new)?;
        let public = self.place.public();
        self.place.put(&[(self.place.keys(), keys.clone().into_bytes())])?;
        self.place.put(&[(public.join("keys"), keys.into_bytes())])?;
        let note = sign(&[&self.key, &new], &self.head.origin, &tree)?;
        let next = Head { note, ..self.head.clone() };
        let swapped = self.store.swap_head(&self.head, &next).await;
        self.settle(swapped).await?;
        self.head = next;
        self.publish(Vec::new()).await?;
        key::take_over(&self.place)?;
        let vkey = format!("{}\n", new.verifier()).into_bytes();
        self.place.put(&[(public.join("vkey"), vkey)])?;
        self.key = new;
        Ok(())
    }

    /// Takes the public leaves that the published files hold and the database does not, after an
    /// older copy of the database was put in place. Returns how many. Call it with a log that is not
    /// open; then open it.
    ///
    /// # Errors
    /// [`LogError`]; nothing is taken that does not give the root that was signed.
    pub async fn recover(store: &Store, data: &Path) -> Result<u64, LogError> {
        fsck::recover(store, &Place::new(data)).await
    }

    /// After a final error nothing more is signed by this process, and the next checks everything.
    async fn settle<T>(&mut self, done: Result<T, LogError>) -> Result<T, LogError> {
        if let Err(error) = &done
            && error.is_final()
        {
            self.stopped = Some(error.to_string());
            let path = self.place.stopped();
            // It may be the disk itself that does not work: then the next start is as good.
            let _ = tokio::fs::write(path, format!("{error}\n")).await;
        }
        done
    }
}

/// Begins a log, unless there are signs that there was one.
async fn begin(
    store: &Store,
    place: &Place,
    key: Option<SigningKey>,
    origin: &str,
    seed: &[u8; 32],
) -> Result<(SigningKey, Head), LogError> {
    for path in [place.last(), place.public().join("checkpoint")] {
        if let Some(text) = files::read_text(&path)? {
            let size = text.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or(0);
            let seen_in = path.display().to_string();
            return Err(LogError::RolledBack { kept: 0, seen: size, seen_in });
        }
    }
    let key = match key {
        Some(key) => key,
        None => key::draw(place, origin, seed)?,
    };
    let origin = key.verifier().name().to_owned();
    let note = sign(&[&key], &origin, &Tree::default())?;
    let head = Head { origin, size: 0, root: empty_root(), note };
    store.begin_log(&head).await?;
    Ok((key, head))
}

fn sign(keys: &[&SigningKey], origin: &str, tree: &Tree) -> Result<Note, LogError> {
    let wrong = |why: String| LogError::Damaged(format!("the checkpoint cannot be signed: {why}"));
    let text = Checkpoint::new(origin, tree.size(), tree.root()).to_string();
    let mut note = Note::new(text).map_err(|error| wrong(error.to_string()))?;
    for key in keys {
        note.sign(key).map_err(|error| wrong(error.to_string()))?;
        // A fault in memory must not go out under our name.
        note.verify(std::slice::from_ref(key.verifier()))
            .map_err(|error| wrong(error.to_string()))?;
    }
    Ok(note)
}

/// The number of leaves in full bundles.
fn aligned(size: u64) -> u64 {
    size - size % u64::from(FULL)
}

/// Holds a tree against the checkpoints of its size.
fn compare(tree: &Tree, seen: &[SeenAt]) -> Result<(), LogError> {
    let same = seen.iter().find(|other| other.checkpoint.size == tree.size());
    match same {
        Some(other) if other.checkpoint.root != tree.root() => {
            Err(LogError::Forked { size: tree.size(), seen_in: other.place.clone() })
        }
        _ => Ok(()),
    }
}

fn joined<T>(done: Result<Result<T, LogError>, tokio::task::JoinError>) -> Result<T, LogError> {
    done.unwrap_or_else(|error| Err(LogError::Damaged(error.to_string())))
}
