//! Which store and which settings a command works on, and who holds the store. Must not open it
//! for longer than the command needs.

use crate::config::Config;
use anyhow::{Context, Result, bail};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use store::Store;

/// Where the settings and the store are.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Place {
    /// Settings file [default: /etc/evenhand/config.toml if it is there]
    #[arg(long, value_name = "FILE", env = "EVENHAND_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Directory of the store [default: $STATE_DIRECTORY, else ./data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

impl Place {
    /// The settings, with what the flags say.
    pub(crate) fn settings(&self) -> Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }
}

/// Opens the store of `config`, and makes it if it is not there.
pub(crate) async fn open(config: &Config) -> Result<Store> {
    make_directory(&config.data)?;
    Ok(Store::open(&config.store_file()).await?)
}

/// Opens the store of `config`, which must be there.
pub(crate) async fn open_existing(config: &Config) -> Result<Store> {
    let file = config.store_file();
    if !file.exists() {
        bail!("there is no store at {}; name its directory with --data", file.display());
    }
    Ok(Store::open(&file).await?)
}

/// Makes a directory that only its owner can read: it holds posts and keys' digests.
pub(crate) fn make_directory(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the directory {}", path.display()))
}

/// Holds the data directory for one server or one restore at a time; let go when the process ends,
/// however it ends.
#[derive(Debug)]
pub(crate) struct Held {
    _file: File,
}

/// Takes hold of the data directory.
pub(crate) fn hold(data: &Path) -> Result<Held> {
    let path = data.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Held { _file: file }),
        Err(TryLockError::WouldBlock) => {
            bail!("a server works on {} already; stop it first", data.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_a_data_directory() {
        let folder = tempfile::tempdir().unwrap();
        let held = hold(folder.path()).unwrap();
        assert!(hold(folder.path()).unwrap_err().to_string().contains("stop it first"));
        drop(held);
        hold(folder.path()).unwrap();
    }
}
