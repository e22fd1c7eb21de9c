//! The files of a rulebook, held in memory. Must not read a disk: whoever starts a load brings
//! the texts.

use model::RulebookVersion;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Path from the rulebook's directory (with `/`) to text, in the order of the paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Takes the files of a rulebook's directory.
    pub const fn from_map(files: BTreeMap<String, String>) -> Self {
        Self(files)
    }

    /// The same files, with one more or another text for one.
    #[must_use]
    pub fn with(mut self, path: &str, text: String) -> Self {
        self.0.insert(path.to_owned(), text);
        self
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files under `directory/` whose name ends with `.extension`, by path.
    pub fn under<'s>(
        &'s self,
        directory: &'s str,
        extension: &'s str,
    ) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.iter().filter(move |(path, _)| {
            let inside = path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
            let ending = path.strip_suffix(extension).is_some_and(|before| before.ends_with('.'));
            inside && ending
        })
    }

    /// SHA-256 over all paths and texts, each preceded by its length, so that no two rulebooks
    /// share a version.
    pub fn version(&self) -> RulebookVersion {
        let mut hash = Sha256::new();
        for part in self.0.iter().flat_map(|(path, text)| [path, text]) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        RulebookVersion::new(&hex::encode(hash.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Sources::from_map(files.iter().map(own).collect())
    }

    #[test]
    fn the_version_is_the_content() {
        let one = sources(&[("a", "bc"), ("d", "")]);
        assert_eq!(one.version(), sources(&[("d", ""), ("a", "bc")]).version());
        assert_ne!(one.version(), sources(&[("ab", "c"), ("d", "")]).version());
        assert_ne!(one.version(), sources(&[("a", "bcd"), ("", "")]).version());
        assert_eq!(one.version().as_str().len(), 64);
    }

    #[test]
    fn files_are_found_by_place_and_ending() {
        let files = sources(&[("lists/a.txt", ""), ("lists/b.md", ""), ("listsa/c.txt", "")]);
        let found: Vec<_> = files.under("lists", "txt").map(|(path, _)| path).collect();
        assert_eq!(found, ["lists/a.txt"]);
    }
}
