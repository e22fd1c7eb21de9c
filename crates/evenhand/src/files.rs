//! Rulebooks on disk: reads a directory into memory, or hands out the starter rulebook that is
//! built into the binary. Must not interpret what it reads.

use anyhow::{Context, Result, anyhow, bail};
use rules::Sources;
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Most bytes of one rulebook file.
const LARGEST: u64 = 8 << 20;
/// Most files of a rulebook.
const MOST: usize = 20_000;

/// The starter rulebook.
#[derive(RustEmbed)]
#[folder = "../../rulebooks/starter"]
struct Starter;

/// The starter rulebook, from the binary.
pub(crate) fn starter() -> Sources {
    let text = |path: &str| {
        let file = Starter::get(path)?;
        wanted(path).then(|| (path.to_owned(), String::from_utf8_lossy(&file.data).into_owned()))
    };
    Sources::from_map(Starter::iter().filter_map(|path| text(&path)).collect())
}

/// A rulebook directory, or the starter when there is no path.
pub(crate) fn read(path: Option<&Path>) -> Result<Sources> {
    path.map_or_else(|| Ok(starter()), read_directory)
}

/// All files below `directory` that a rulebook can have.
pub(crate) fn read_directory(directory: &Path) -> Result<Sources> {
    if !directory.is_dir() {
        bail!("{} is not a directory; name the directory of a rulebook", directory.display());
    }
    let claims = directory.join("claims");
    let found = below(directory, &|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        wanted(name) || (path.parent() == Some(&claims) && name.ends_with(".json"))
    })?;
    let mut files = BTreeMap::new();
    for path in found {
        let unread = || format!("cannot read {}", path.display());
        if std::fs::metadata(&path).with_context(unread)?.len() > LARGEST {
            bail!("{} is larger than {} MiB", path.display(), LARGEST >> 20);
        }
        let bytes = std::fs::read(&path).with_context(unread)?;
        let text = String::from_utf8(bytes).map_err(|wrong| {
            let before = wrong.as_bytes().get(..wrong.utf8_error().valid_up_to());
            let lines = before.unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
            anyhow!("{} is not UTF-8 text: see line {}", path.display(), lines + 1)
        })?;
        let inside = path.strip_prefix(directory).unwrap_or(&path);
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        files.insert(parts.join("/"), text);
    }
    Ok(Sources::from_map(files))
}

/// The files below a directory that `wanted` takes, in order. What begins with a dot is passed over,
/// and so is a link that leads back to a directory above.
pub(crate) fn below(root: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(root, wanted, &mut Vec::new(), &mut files)?;
    Ok(files)
}

fn collect(
    at: &Path,
    wanted: &dyn Fn(&Path) -> bool,
    above: &mut Vec<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> Result<()> {
    let unlisted = || format!("cannot list {}", at.display());
    let real = at.canonicalize().with_context(unlisted)?;
    if above.contains(&real) {
        return Ok(());
    }
    above.push(real);
    let entries = std::fs::read_dir(at).with_context(unlisted)?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .with_context(unlisted)?;
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden {
            continue;
        }
        if path.is_dir() {
            collect(&path, wanted, above, files)?;
        } else if wanted(&path) {
            // A pipe or a device would be read for ever.
            let kind = std::fs::metadata(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            if !kind.is_file() {
                bail!("{} is not a regular file", path.display());
            }
            if files.len() >= MOST {
                bail!("{} holds more than {MOST} files; is it a rulebook?", at.display());
            }
            files.push(path);
        }
    }
    above.pop();
    Ok(())
}

fn wanted(name: &str) -> bool {
    [".sml", ".md", ".toml", ".yaml", ".yml", ".txt", ".csv"].iter().any(|end| name.ends_with(end))
}
