//! Writes a log as it is served: `sample_log DIRECTORY [SIZE [BATCH]]`. Other people's verifiers are
//! run over it. The keys and leaves are made up; the verifier keys stand in `vkey` and `witness`.
#![expect(clippy::print_stderr, reason = "a program for people")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use tlog::checkpoint::Checkpoint;
use tlog::cosignature::cosign;
use tlog::note::{Kind, Note, SigningKey};
use tlog::proof::{Receipt, inclusion};
use tlog::tile::{BundleId, EntryBundle, FULL, TileId};
use tlog::tree::Frontier;
use tlog::{Hash, leaf_hash};

const ORIGIN: &str = "log.example/sample";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(directory) = arguments.next() else {
        eprintln!("usage: sample_log DIRECTORY [SIZE [BATCH]]");
        std::process::exit(2);
    };
    let size: u64 = arguments.next().map_or(Ok(70_000), |text| text.parse())?;
    let batch: u64 = arguments.next().map_or(Ok(331), |text| text.parse())?;
    write_log(Path::new(&directory), size, batch.max(1))
}

fn write_log(directory: &Path, size: u64, batch: u64) -> Result<(), Box<dyn Error>> {
    let log = SigningKey::new(ORIGIN, Kind::Ed25519, &leaf_hash(b"a log"))?;
    let witness = SigningKey::new("witness.example", Kind::Cosignature, &leaf_hash(b"a witness"))?;
    let mut tree = Frontier::new();
    let mut tiles: BTreeMap<TileId, Vec<Hash>> = BTreeMap::new();
    let mut entries: Vec<Vec<u8>> = Vec::new();
    while tree.size() < size {
        let end = (tree.size() + batch).min(size);
        for index in tree.size()..end {
            let entry = entry(index);
            tree.append(leaf_hash(&entry));
            entries.push(entry);
        }
        for tile in tree.new_tiles() {
            write(directory, &tile.id.path(), &tile.bytes())?;
            tiles.insert(tile.id, tile.hashes);
        }
        write_bundles(directory, &mut entries, tree.size())?;
    }
    let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root());
    let mut note = Note::new(checkpoint.to_string())?;
    note.sign(&log)?;
    note.add(cosign(note.text(), &witness, 1_800_000_000)?);
    write(directory, "checkpoint", note.to_string().as_bytes())?;
    write(directory, "vkey", format!("{}\n", log.verifier()).as_bytes())?;
    write(directory, "witness", format!("{}\n", witness.verifier()).as_bytes())?;
    if size > 0 {
        let index = size / 2;
        let proof = inclusion(&tiles, index, size)?;
        let receipt = Receipt { extra: None, index, proof, checkpoint: note };
        write(directory, "receipt", receipt.to_string().as_bytes())?;
    }
    Ok(())
}

/// Leaves of many lengths, the first of them empty.
fn entry(index: u64) -> Vec<u8> {
    let length = usize::try_from(index * 31 % 700).unwrap_or_default();
    format!("{index} {}", "x".repeat(length)).into_bytes().split_off(usize::from(index == 0) * 2)
}

/// Writes the bundles that are full, and the one at the end as it is.
fn write_bundles(
    directory: &Path,
    entries: &mut Vec<Vec<u8>>,
    size: u64,
) -> Result<(), Box<dyn Error>> {
    let full = usize::from(FULL);
    let mut index = (size - entries.len() as u64) / u64::from(FULL);
    while entries.len() >= full {
        let rest = entries.split_off(full);
        let bundle = EntryBundle(std::mem::replace(entries, rest));
        write(directory, &BundleId { index, width: FULL }.path(), &bundle.bytes()?)?;
        index += 1;
    }
    if !entries.is_empty() {
        let width = u16::try_from(entries.len())?;
        let bytes = EntryBundle(entries.clone()).bytes()?;
        write(directory, &BundleId { index, width }.path(), &bytes)?;
    }
    Ok(())
}

fn write(directory: &Path, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = directory.join(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, bytes)
}
