//! Checks a log that somebody else wrote: `check_log DIRECTORY`. The directory holds what the log
//! serves (`checkpoint`, `tile/...`), its verifier key (`vkey`), and, as they are written by
//! `tests/verifier/make.go`, receipts, earlier checkpoints and proofs of growth from them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::error::Error;
use std::path::{Path, PathBuf};
use tlog::checkpoint::Checkpoint;
use tlog::note::{Note, VerifierKey};
use tlog::policy::Policy;
use tlog::proof::{Receipt, consistency, inclusion};
use tlog::tile::{BundleId, EntryBundle, Tile, TileId};
use tlog::tree::{Frontier, Tiles, new_tiles};
use tlog::witness::{AddCheckpoint, Seen, Watched, judge};
use tlog::{Hash, leaf_hash};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(directory) = std::env::args().nth(1) else {
        eprintln!("usage: check_log DIRECTORY");
        std::process::exit(2);
    };
    let log = Log::open(Path::new(&directory))?;
    let leaves = log.leaves()?;
    log.tree(&leaves)?;
    let (receipts, growth) = (log.receipts(&leaves)?, log.growth()?);
    let size = log.checkpoint.size;
    println!("ok: {size} leaves, every tile, {receipts} receipts, growth from {growth} sizes");
    Ok(())
}

struct Log {
    directory: PathBuf,
    key: VerifierKey,
    policy: Policy,
    checkpoint: Checkpoint,
}

impl Tiles for Log {
    type Error = Box<dyn Error>;

    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, Box<dyn Error>> {
        Ok(Tile::parse(id, &self.read(&id.path())?)?.hashes)
    }
}

impl Log {
    fn open(directory: &Path) -> Result<Self, Box<dyn Error>> {
        let key: VerifierKey =
            std::fs::read_to_string(directory.join("vkey"))?.trim_end().parse()?;
        let policy = Policy::log(key.clone());
        let note: Note = std::fs::read_to_string(directory.join("checkpoint"))?.parse()?;
        let checkpoint = policy.accept(&note)?.checkpoint;
        Ok(Self { directory: directory.into(), key, policy, checkpoint })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        std::fs::read(self.directory.join(path)).map_err(|error| format!("{path}: {error}").into())
    }

    /// Every file of a directory beside the log.
    fn beside(&self, name: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let files = std::fs::read_dir(self.directory.join(name))?;
        files.map(|file| Ok(std::fs::read_to_string(file?.path())?)).collect()
    }

    fn leaves(&self) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
        let mut leaves = Vec::new();
        for id in new_tiles(0, self.checkpoint.size).into_iter().filter(|id| id.level == 0) {
            let path = BundleId { index: id.index, width: id.width }.path();
            leaves.extend(EntryBundle::parse(id.width, &self.read(&path)?)?.0);
        }
        Ok(leaves)
    }

    /// The leaves give the root that was signed, and every tile that is served.
    fn tree(&self, leaves: &[Vec<u8>]) -> Result<(), Box<dyn Error>> {
        let mut tree = Frontier::new();
        for leaf in leaves {
            tree.append(leaf_hash(leaf));
        }
        if tree.root() != self.checkpoint.root {
            return Err("the leaves do not give the root of the checkpoint".into());
        }
        for tile in tree.new_tiles() {
            if self.hash_tile(tile.id)? != tile.hashes {
                return Err(format!("{} is not made of the leaves", tile.id.path()).into());
            }
        }
        Ok(())
    }

    fn receipts(&self, leaves: &[Vec<u8>]) -> Result<usize, Box<dyn Error>> {
        let receipts = self.beside("receipts")?;
        for text in &receipts {
            let receipt: Receipt = text.parse()?;
            let leaf = usize::try_from(receipt.index).ok().and_then(|index| leaves.get(index));
            let shown = receipt.verify(leaf.ok_or("no such leaf")?, &self.policy)?;
            if inclusion(self, receipt.index, shown.checkpoint.size).ok() != Some(receipt.proof) {
                return Err(format!("leaf {}: our proof is another", receipt.index).into());
            }
        }
        Ok(receipts.len())
    }

    /// What a witness does that saw an earlier checkpoint.
    fn growth(&self) -> Result<usize, Box<dyn Error>> {
        let watched =
            Watched { origin: self.checkpoint.origin.clone(), keys: vec![self.key.clone()] };
        let requests = self.beside("growth")?;
        for text in &requests {
            let request: AddCheckpoint = text.parse()?;
            let earlier = self.read(&format!("checkpoints/{}", request.old))?;
            let earlier: Note = String::from_utf8(earlier)?.parse()?;
            let Checkpoint { size, root, .. } = self.policy.accept(&earlier)?.checkpoint;
            judge(&request, &watched, Some(Seen { size, root }))?;
            if consistency(self, size, self.checkpoint.size).ok() != Some(request.proof) {
                return Err(format!("growth from {size}: our proof is another").into());
            }
        }
        Ok(requests.len())
    }
}
