//! Files in a ZIP, always the same bytes for the same files. Must not read or write a disk.

use crate::problem::Problem;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A ZIP of these files, in their order.
///
/// # Errors
/// An internal problem when it grows past what a ZIP can hold.
pub(crate) fn zip(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Problem> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o644);
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options).map_err(Problem::internal)?;
        archive.write_all(bytes).map_err(Problem::internal)?;
    }
    Ok(archive.finish().map_err(Problem::internal)?.into_inner())
}
