//! Where a public log is read from: a folder, or an address. Must not believe what it reads; who
//! asks checks it.

use anyhow::{Context, Result, bail};
use platforms::{HttpClient, Reach, http_client};
use std::path::PathBuf;

/// Most bytes of one file: a bundle of 256 leaves of 64 KiB fits.
const LONGEST: usize = 32 << 20;

/// A folder or an address.
#[derive(Debug)]
pub(crate) enum Source {
    /// Files.
    Folder(PathBuf),
    /// A server, without a slash at the end.
    Server(String, HttpClient),
}

impl Source {
    /// Takes an argument for what it is. An address may be on this machine: its user chose it.
    pub(crate) fn open(named: &str) -> Result<Self> {
        if !is_address(named) {
            return Ok(Self::Folder(PathBuf::from(named)));
        }
        let reach = Reach { private_addresses: true, ..Reach::default() };
        Ok(Self::Server(named.trim_end_matches('/').to_owned(), http_client(&reach)?))
    }

    /// A file by its path; `None` when it is not there.
    pub(crate) async fn get(&self, path: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => match std::fs::read(folder.join(path)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
            },
            Self::Server(base, client) => {
                let url = format!("{base}/{path}");
                match client.get(&url, LONGEST).await.with_context(|| url.clone())? {
                    (200, bytes) => Ok(Some(bytes)),
                    (404, _) => Ok(None),
                    (status, _) => bail!("{url} answers {status}"),
                }
            }
        }
    }

    /// A text file that must be there.
    pub(crate) async fn text(&self, path: &str) -> Result<String> {
        let bytes = self.get(path).await?.with_context(|| format!("there is no {path}"))?;
        String::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8"))
    }
}

/// Whether an argument is an address and not a file.
pub(crate) fn is_address(named: &str) -> bool {
    named.starts_with("https://") || named.starts_with("http://")
}
