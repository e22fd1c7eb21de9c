//! Finds the shared conformance data. Tests that need it are skipped where it is absent.

use std::io::Read;
use std::path::PathBuf;

/// A file under the shared directory, or None, with a note on standard error, if it is not there.
fn find(path: &str) -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let candidates =
        [std::env::var_os("EVENHAND_SHARED").map(PathBuf::from), Some(workspace.join("../shared"))];
    let file =
        candidates.into_iter().flatten().map(|root| root.join(path)).find(|file| file.exists());
    if file.is_none() {
        eprintln!(
            "skipped: {path} is not here; set EVENHAND_SHARED to the directory that holds it"
        );
    }
    file
}

/// The text of a file, if it is there.
pub(crate) fn text(path: &str) -> Option<String> {
    find(path).map(|file| std::fs::read_to_string(file).expect("a readable file"))
}

/// The lines of a gzip-compressed file, if it is there.
pub(crate) fn lines(path: &str) -> Option<Vec<String>> {
    let bytes = std::fs::read(find(path)?).expect("a readable file");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .expect("gzip-compressed UTF-8");
    Some(text.lines().map(str::to_owned).collect())
}
