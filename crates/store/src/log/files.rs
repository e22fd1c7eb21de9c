//! Files of the log: where they are, and how one takes its name only after its bytes are on the
//! disk. Must not know what is in them.

use super::LogError;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// How many files are open at once, each with a thread that waits for the disk: it joins their syncs.
const AT_ONCE: usize = 64;

/// Where everything of the log is, in a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    data: PathBuf,
}

impl Place {
    pub(crate) fn new(data: &Path) -> Self {
        Self { data: data.into() }
    }

    /// The directory itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.data
    }

    /// What is published.
    pub(crate) fn public(&self) -> PathBuf {
        self.data.join("log")
    }

    /// The secret key.
    pub(crate) fn key(&self) -> PathBuf {
        self.data.join("log.key")
    }

    /// The secret key that is about to take over.
    pub(crate) fn next_key(&self) -> PathBuf {
        self.data.join("log.key.next")
    }

    /// The history of keys, beside what is published of it: it cannot be built anew.
    pub(crate) fn keys(&self) -> PathBuf {
        self.data.join("log.keys")
    }

    /// The last checkpoint, outside of the database: it tells an older copy of it.
    pub(crate) fn last(&self) -> PathBuf {
        self.data.join("log.last")
    }

    /// Says why the log stands still.
    pub(crate) fn stopped(&self) -> PathBuf {
        self.data.join("log.stopped")
    }

    fn lock(&self) -> PathBuf {
        self.data.join("log.lock")
    }

    fn fresh(&self) -> PathBuf {
        self.data.join("log.fresh")
    }

    /// Takes hold of the log; let go when the process ends, however it ends.
    pub(crate) fn hold(&self) -> Result<File, LogError> {
        let path = self.lock();
        let file = File::create(&path).map_err(|error| LogError::file(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(LogError::Held(self.data.display().to_string())),
            Err(TryLockError::Error(error)) => Err(LogError::file(&path, &error)),
        }
    }

    /// Writes files: first all their bytes, then all their names; returns once both are on the disk.
    pub(crate) fn put(&self, files: &[(PathBuf, Vec<u8>)]) -> Result<(), LogError> {
        let fresh = self.fresh();
        // What an earlier process left there has no name yet, so nobody saw it.
        match fs::remove_dir_all(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(LogError::file(&fresh, &error));
            }
            _ => {}
        }
        make(&fresh)?;
        let named: Vec<_> = (0_u32..)
            .zip(files)
            .map(|(number, (path, bytes))| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (fresh.join(format!("{number}-{name}")), path, bytes)
            })
            .collect();
        for part in named.chunks(AT_ONCE) {
            // One thread makes them all: threads would only wait for each other at the directory.
            let mut written = Vec::new();
            for (fresh, _, bytes) in part {
                written.push((fresh.as_path(), write(fresh, bytes, 0o644)?));
            }
            sync_all(&written)?;
        }
        let mut folders = BTreeSet::new();
        for (fresh, path, _) in &named {
            if let Some(folder) = path.parent() {
                if !folders.contains(folder) {
                    make(folder)?;
                }
                let inside = |one: &&Path| one.starts_with(&self.data);
                folders.extend(folder.ancestors().take_while(inside).map(Path::to_owned));
            }
            fs::rename(fresh, path).map_err(|error| LogError::file(path, &error))?;
        }
        folders.iter().try_for_each(|folder| sync(folder))
    }
}

/// Writes one file that only its owner can read, which must not be there. Half of a secret never
/// has its name: the next start would read it.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), LogError> {
    if path.exists() {
        let there = std::io::ErrorKind::AlreadyExists.into();
        return Err(LogError::file(path, &there));
    }
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".fresh");
    let fresh = PathBuf::from(fresh);
    // What an earlier process left there was never used.
    remove(&fresh)?;
    let file = write(&fresh, text.as_bytes(), 0o600)?;
    sync_all(&[(&fresh, file)])?;
    fs::rename(&fresh, path).map_err(|error| LogError::file(path, &error))?;
    path.parent().map_or(Ok(()), sync)
}

/// Brings the bytes of files to the disk, all of them at once.
fn sync_all(files: &[(&Path, File)]) -> Result<(), LogError> {
    std::thread::scope(|scope| {
        let running: Vec<_> = files
            .iter()
            .map(|(path, file)| {
                scope.spawn(|| file.sync_all().map_err(|error| LogError::sync(path, &error)))
            })
            .collect();
        running.into_iter().try_for_each(|one| match one.join() {
            Ok(done) => done,
            Err(_) => Err(LogError::Damaged("a thread that writes files ended".into())),
        })
    })
}

/// Writes a new file, which is not on the disk yet.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<File, LogError> {
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        file.write_all(bytes)?;
        Ok(file)
    };
    written().map_err(|error| LogError::file(path, &error))
}

/// Makes a directory and those above it.
fn make(path: &Path) -> Result<(), LogError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(path);
    made.map_err(|error| LogError::file(path, &error))
}

/// Brings the names in a directory to the disk.
pub(crate) fn sync(folder: &Path) -> Result<(), LogError> {
    let open = File::open(folder).map_err(|error| LogError::file(folder, &error))?;
    open.sync_all().map_err(|error| LogError::sync(folder, &error))
}

/// The bytes of a file, if it is there.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, LogError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::file(path, &error)),
    }
}

/// The text of a file, if it is there.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, LogError> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| LogError::Damaged(format!("{} is no text", path.display())))
}

/// Removes a file or a directory with all in it, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), LogError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(LogError::file(path, &error))
        }
        _ => Ok(()),
    }
}
