//! Lists that change while the engine runs: a rulebook declares them, people add and take out
//! entries, and each change is a new version. An evaluation reads one version as a fact.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use crate::text::PhraseSet;

/// One version of a list.
#[derive(Debug)]
pub struct RunningList {
    name: Arc<str>,
    version: u64,
    entries: Vec<String>,
    lookup: HashSet<String>,
    /// Phrases by whole words or not, disguises seen through or not; made when first asked for.
    phrases: [OnceLock<PhraseSet>; 4],
}

impl RunningList {
    /// A list with these entries.
    pub fn new(name: Arc<str>, version: u64, entries: impl IntoIterator<Item = String>) -> Self {
        let mut entries: Vec<String> = entries.into_iter().collect();
        entries.sort();
        entries.dedup();
        let lookup = entries.iter().cloned().collect();
        Self { name, version, entries, lookup, phrases: Default::default() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Which change it is: 0 is the list as the rulebook has it.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Its entries, sorted.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Whether it has an entry, exactly.
    #[must_use]
    pub fn has(&self, entry: &str) -> bool {
        self.lookup.contains(entry)
    }

    /// Its entries, ready to be found in texts.
    pub(crate) fn phrases(&self, whole_word: bool, normalize: bool) -> &PhraseSet {
        let [plain, words, folded, folded_words] = &self.phrases;
        let slot = match (whole_word, normalize) {
            (false, false) => plain,
            (true, false) => words,
            (false, true) => folded,
            (true, true) => folded_words,
        };
        slot.get_or_init(|| {
            PhraseSet::new(self.entries.iter().map(String::as_str), whole_word, normalize)
        })
    }
}
