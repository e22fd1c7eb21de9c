//! Rulebooks on disk: reads a directory into memory, or hands out the starter rulebook that is
//! built into the binary. Must not interpret what it reads.

use anyhow::{Context, Result, bail};
use rules::Sources;
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::path::Path;

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
    let mut files = BTreeMap::new();
    collect(directory, directory, &mut files)?;
    Ok(Sources::from_map(files))
}

fn collect(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) -> Result<()> {
    let entries = std::fs::read_dir(at).with_context(|| format!("cannot list {}", at.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if wanted(name) || (at == root.join("claims") && name.ends_with(".json")) {
            if files.len() >= MOST {
                bail!("{} has more than {MOST} files; is it a rulebook?", root.display());
            }
            if path.metadata()?.len() > LARGEST {
                bail!("{} is larger than {} MiB", path.display(), LARGEST >> 20);
            }
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"), text);
        }
    }
    Ok(())
}

fn wanted(name: &str) -> bool {
    [".sml", ".md", ".toml", ".yaml", ".yml", ".txt", ".csv"].iter().any(|end| name.ends_with(end))
}
