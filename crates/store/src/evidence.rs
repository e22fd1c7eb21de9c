//! Evidence that people attach to cases: what it is, who supplied it, and its bytes. Must not look into the bytes.

use crate::sql::{
    Insert, Value, column, count, fetch, fetch_one, instant, maybe_instant, number, parsed,
    unreadable,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{CaseId, EvidenceId, EvidenceKind};
use sqlx::any::AnyRow;

/// A piece of evidence, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEvidence {
    /// Our id.
    pub id: EvidenceId,
    /// The case that it was attached to.
    pub case: CaseId,
    /// What it is.
    pub kind: EvidenceKind,
    /// What it is called.
    pub title: String,
    /// Where it was found.
    pub link: Option<String>,
    /// When that was read.
    pub retrieved_at: Option<Timestamp>,
    /// The name of the file.
    pub file_name: Option<String>,
    /// The type of the bytes, by the bytes themselves.
    pub media_type: String,
    /// How many bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// Pseudonym of who supplied it.
    pub supplied_by: String,
    /// When.
    pub supplied_at: Timestamp,
}

const OF_CASE: &str = "select id, case_id, kind, title, link, retrieved_at, file_name, media_type, \
    size, sha256, supplied_by, supplied_at from evidence where case_id = $1 order by seq";
const ONE: &str = "select id, case_id, kind, title, link, retrieved_at, file_name, media_type, \
    size, sha256, supplied_by, supplied_at from evidence where id = $1";
const BYTES: &str = "select b.bytes from evidence e join evidence_bytes b on b.evidence_seq = e.seq \
    where e.id = $1";
const NEXT: &str = "select coalesce(max(seq) + 1, 0) from evidence";
const EVIDENCE: Insert = Insert {
    into: "insert into evidence (seq, id, case_id, kind, title, link, retrieved_at, file_name, \
        media_type, size, sha256, supplied_by, supplied_at)",
    columns: 13,
    then: "",
};
const KEEP_BYTES: Insert =
    Insert { into: "insert into evidence_bytes (evidence_seq, bytes)", columns: 2, then: "" };

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OF_CASE, ONE, BYTES, NEXT];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&EVIDENCE, &KEEP_BYTES];

fn kind(word: &str) -> Result<EvidenceKind, StoreError> {
    serde_json::from_value(word.into()).map_err(|error| unreadable("a kind of evidence", &error))
}

fn read(row: &AnyRow) -> Result<CaseEvidence, StoreError> {
    Ok(CaseEvidence {
        id: parsed(row, 0, "an id of evidence")?,
        case: parsed(row, 1, "a case's id")?,
        kind: kind(column(row, 2)?)?,
        title: column(row, 3)?,
        link: column(row, 4)?,
        retrieved_at: maybe_instant(row, 5)?,
        file_name: column(row, 6)?,
        media_type: column(row, 7)?,
        size: count(row, 8)?,
        sha256: column(row, 9)?,
        supplied_by: column(row, 10)?,
        supplied_at: instant(row, 11)?,
    })
}

impl Store {
    /// Keeps a piece of evidence with its bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_evidence(&self, one: &CaseEvidence, bytes: &[u8]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let seq = number(&mut tx, NEXT, []).await?;
        let row = vec![
            seq.into(),
            one.id.to_string().into(),
            one.case.to_string().into(),
            one.kind.word().into(),
            one.title.as_str().into(),
            Value::text(one.link.as_deref()),
            Value::instant(one.retrieved_at),
            Value::text(one.file_name.as_deref()),
            one.media_type.as_str().into(),
            Value::from_count(one.size),
            one.sha256.as_str().into(),
            one.supplied_by.as_str().into(),
            one.supplied_at.into(),
        ];
        EVIDENCE.run(&mut tx, row).await?;
        KEEP_BYTES.run(&mut tx, vec![seq.into(), bytes.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// What is attached to a case, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evidence_of(&self, case: CaseId) -> Result<Vec<CaseEvidence>, StoreError> {
        let rows = fetch(&mut *self.read().await?, OF_CASE, [case.to_string().into()]).await?;
        rows.iter().map(read).collect()
    }

    /// One piece of evidence with its bytes; without them once they are erased.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evidence_bytes(
        &self,
        id: EvidenceId,
    ) -> Result<Option<(CaseEvidence, Option<Vec<u8>>)>, StoreError> {
        let mut reader = self.read().await?;
        let id = Value::Text(id.to_string());
        let Some(row) = fetch_one(&mut reader, ONE, [id.clone()]).await? else { return Ok(None) };
        let bytes = fetch_one(&mut reader, BYTES, [id]).await?;
        let bytes = bytes.map(|row| column::<Vec<u8>>(&row, 0)).transpose()?;
        Ok(Some((read(&row)?, bytes)))
    }
}
