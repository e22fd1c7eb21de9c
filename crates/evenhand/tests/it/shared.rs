//! Finds the shared conformance data. Tests that need it are skipped where it is absent.

use std::io::Read;
use std::path::PathBuf;

/// The lines of a gzip-compressed file, or None, with a note on standard error, if it is not there.
pub(crate) fn lines(path: &str) -> Option<Vec<String>> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let candidates =
        [std::env::var_os("EVENHAND_SHARED").map(PathBuf::from), Some(workspace.join("../shared"))];
    let found =
        candidates.into_iter().flatten().map(|root| root.join(path)).find(|file| file.exists());
    let Some(file) = found else {
        eprintln!(
            "skipped: {path} is not here; set EVENHAND_SHARED to the directory that holds it"
        );
        return None;
    };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::read(file).unwrap().as_slice())
        .read_to_string(&mut text)
        .unwrap();
    Some(text.lines().map(str::to_owned).collect())
}
