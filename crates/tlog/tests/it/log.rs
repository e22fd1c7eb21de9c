//! A whole log in memory, for the tests.

use std::collections::BTreeMap;
use tlog::checkpoint::Checkpoint;
use tlog::note::{Kind, Note, SigningKey};
use tlog::proof::{Receipt, inclusion};
use tlog::tile::TileId;
use tlog::tree::Frontier;
use tlog::{Hash, leaf_hash};

pub(crate) const ORIGIN: &str = "log.example/test";

pub(crate) struct Log {
    pub(crate) tiles: BTreeMap<TileId, Vec<Hash>>,
    pub(crate) tree: Frontier,
    pub(crate) key: SigningKey,
}

pub(crate) fn key(name: &str, kind: Kind) -> SigningKey {
    SigningKey::new(name, kind, &leaf_hash(name.as_bytes())).unwrap()
}

pub(crate) fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

impl Log {
    pub(crate) fn new(size: u64) -> Self {
        let key = key(ORIGIN, Kind::Ed25519);
        let mut log = Self { tiles: BTreeMap::new(), tree: Frontier::new(), key };
        log.grow(size);
        log
    }

    /// Appends leaves up to `size`, as one batch.
    pub(crate) fn grow(&mut self, size: u64) {
        for index in self.tree.size()..size {
            self.tree.append(leaf_hash(&leaf(index)));
        }
        self.tiles.extend(self.tree.new_tiles().into_iter().map(|tile| (tile.id, tile.hashes)));
    }

    pub(crate) fn checkpoint(&self) -> Note {
        let checkpoint = Checkpoint::new(ORIGIN, self.tree.size(), self.tree.root());
        let mut note = Note::new(checkpoint.to_string()).unwrap();
        note.sign(&self.key).unwrap();
        note
    }

    pub(crate) fn receipt(&self, index: u64) -> Receipt {
        let proof = inclusion(&self.tiles, index, self.tree.size()).unwrap();
        Receipt { extra: None, index, proof, checkpoint: self.checkpoint() }
    }
}
