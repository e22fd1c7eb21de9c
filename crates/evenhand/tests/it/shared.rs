//! Finds the shared conformance data. Tests that need it are skipped where it is absent.

use std::io::Read;
use std::path::PathBuf;

/// A file or folder, or None, with a note on standard error, if it is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let candidates =
        [std::env::var_os("EVENHAND_SHARED").map(PathBuf::from), Some(workspace.join("../shared"))];
    let roots = candidates.into_iter().flatten();
    // Some hold the data one folder further down.
    let places = roots.flat_map(|root| [root.join(path), root.join("data").join(path)]);
    let found = { places }.find(|file| file.exists());
    if found.is_none() {
        eprintln!(
            "skipped: {path} is not here; set EVENHAND_SHARED to the directory that holds it"
        );
    }
    found
}

/// The lines of a gzip-compressed file, or None if it is not there.
pub(crate) fn lines(path: &str) -> Option<Vec<String>> {
    let file = shared(path)?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::read(file).unwrap().as_slice())
        .read_to_string(&mut text)
        .unwrap();
    Some(text.lines().map(str::to_owned).collect())
}
