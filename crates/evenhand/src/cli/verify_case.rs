//! `evenhand verify` of a case file: the manifest's signature, the digest of every part, nothing besides, and the proof of the
//! public log in it. Must not unpack anything to a disk.

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use tlog::note::{Note, VerifierKey};

/// The first line of a manifest.
const FORMAT: &str = "evenhand case file v1";
/// Most bytes of all parts together.
const LARGEST: u64 = 256 << 20;

/// A case file whose parts are read; nothing of it is believed yet.
#[derive(Debug)]
pub(super) struct CaseFile {
    parts: BTreeMap<String, Vec<u8>>,
}

impl CaseFile {
    /// Reads a case file; `None` when the bytes are of something else.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Option<Self>> {
        if !bytes.starts_with(b"PK\x03\x04") {
            return Ok(None);
        }
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).context("the ZIP")?;
        let mut parts = BTreeMap::new();
        let mut left = LARGEST;
        for number in 0..archive.len() {
            let part = archive.by_index(number).context("the ZIP")?;
            let name = part.name().context("the ZIP")?.into_owned();
            let mut bytes = Vec::new();
            part.take(left.saturating_add(1)).read_to_end(&mut bytes).context("the ZIP")?;
            left = left
                .checked_sub(u64::try_from(bytes.len())?)
                .ok_or_else(|| anyhow!("the parts have more than {LARGEST} bytes"))?;
            if parts.insert(name.clone(), bytes).is_some() {
                bail!("the part `{name}` is there twice");
            }
        }
        Ok(Some(Self { parts }))
    }

    fn text(&self, name: &str) -> Result<&str> {
        let bytes = self.parts.get(name).ok_or_else(|| anyhow!("the part `{name}` is missing"))?;
        std::str::from_utf8(bytes).with_context(|| format!("`{name}` is not UTF-8"))
    }

    /// The key that came with it.
    pub(super) fn own_key(&self) -> Result<&str> {
        self.text("case-files.vkey")
    }

    /// The receipt of the public log, and the log's key.
    pub(super) fn receipt(&self) -> Option<(String, String)> {
        let part = |name| self.text(name).ok().map(str::to_owned);
        Some((part("log/receipt.tlog-proof")?, part("log/vkey")?))
    }

    /// The key of the log that came with it.
    pub(super) fn log_key(&self) -> Option<String> {
        self.text("log/vkey").ok().map(str::to_owned)
    }

    /// The receipts in a person's copy of their data, by name; none in a case file, whose manifest
    /// says what is in it.
    pub(super) fn own_receipts(&self) -> Vec<(String, String)> {
        if self.parts.contains_key("manifest") {
            return Vec::new();
        }
        let names = self.parts.keys().filter(|name| name.ends_with(".tlog-proof"));
        names.filter_map(|name| Some((name.clone(), self.text(name).ok()?.to_owned()))).collect()
    }

    /// Checks signature and digests; says what was checked, line by line.
    pub(super) fn check(&self, key: &VerifierKey) -> Result<Vec<String>> {
        let note: Note = self.text("manifest")?.parse().context("the manifest")?;
        note.verify(std::slice::from_ref(key)).context("the manifest")?;
        let mut lines = note.text().lines();
        if lines.next() != Some(FORMAT) {
            bail!("the manifest is not one of a case file");
        }
        let decision = lines.next().context("the manifest names no decision")?;
        let made = lines.next().context("the manifest has no date")?;
        let mut said =
            vec![format!("manifest: of decision {decision}, made {made}, signed by {key}")];
        let mut listed = 0;
        for line in lines {
            let (digest, name) = line.split_once("  ").context("a line of the manifest")?;
            let bytes =
                self.parts.get(name).ok_or_else(|| anyhow!("the part `{name}` is missing"))?;
            if hex::encode(Sha256::digest(bytes)) != digest {
                bail!("`{name}` is not what was signed");
            }
            listed += 1;
        }
        if listed + 1 != self.parts.len() {
            bail!("there are parts that the manifest does not list");
        }
        said.push(format!("parts: {listed}, each with the digest that was signed"));
        let leaf: serde_json::Value = serde_json::from_str(self.text("log/leaf.json")?)?;
        if leaf.get("decision").and_then(serde_json::Value::as_str) != Some(decision) {
            bail!("the entry of the log is of another decision");
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use tlog::note::{Kind, SigningKey};

    fn key() -> SigningKey {
        SigningKey::new("evenhand.example/case-files", Kind::Ed25519, &[9; 32]).unwrap()
    }

    /// A case file; `change` may alter the parts after they are signed.
    fn built(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
        let mut parts: Vec<(String, Vec<u8>)> = vec![
            ("decision.json".into(), b"{}".to_vec()),
            ("log/leaf.json".into(), br#"{"decision":"d-1"}"#.to_vec()),
            ("case-files.vkey".into(), key().verifier().to_string().into_bytes()),
        ];
        let mut manifest = format!("{FORMAT}\nd-1\n2026-11-23T00:00:00Z\n");
        for (name, bytes) in &parts {
            manifest.push_str(&format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))));
        }
        let mut note = Note::new(manifest).unwrap();
        note.sign(&key()).unwrap();
        parts.push(("manifest".into(), note.to_string().into_bytes()));
        change(&mut parts);
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn checked(bytes: Vec<u8>) -> Result<Vec<String>> {
        CaseFile::read(bytes)?.context("a ZIP")?.check(key().verifier())
    }

    #[test]
    fn what_was_signed_verifies_and_nothing_else() {
        assert_eq!(checked(built(|_| {})).unwrap().len(), 2);
        let altered = built(|parts| parts[0].1 = b"{ }".to_vec());
        assert!(checked(altered).unwrap_err().to_string().contains("decision.json"));
        let added = built(|parts| parts.push(("more.txt".into(), Vec::new())));
        assert!(checked(added).unwrap_err().to_string().contains("does not list"));
        let removed = built(|parts| drop(parts.remove(0)));
        assert!(checked(removed).unwrap_err().to_string().contains("missing"));
        let other =
            SigningKey::new("evenhand.example/case-files", Kind::Ed25519, &[8; 32]).unwrap();
        let case = CaseFile::read(built(|_| {})).unwrap().unwrap();
        assert!(case.check(other.verifier()).is_err(), "another key");
        assert!(CaseFile::read(b"no ZIP".to_vec()).unwrap().is_none());
    }
}
