//! Evidence that people attach to cases, and that comes with appeals: what it is, who supplied it, and its bytes. Must
//! not look into the bytes.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, fetch, fetch_one, instant, maybe_instant,
    maybe_parsed, number, parsed, unreadable, with_list,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{AccountId, AppealId, CaseId, EvidenceId, EvidenceKind};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// What a piece of evidence was handed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceOf {
    /// A case, by people who decide.
    Case(CaseId),
    /// An appeal, by who appeals.
    Appeal(AppealId),
}

/// A piece of evidence, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvidence {
    /// Our id.
    pub id: EvidenceId,
    /// What it was handed in to.
    pub of: EvidenceOf,
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
    /// Pseudonym of who supplied it; `person` or `reporter` with an appeal.
    pub supplied_by: String,
    /// When.
    pub supplied_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, case_id, kind, title, link, retrieved_at, file_name, media_type, size, \
             sha256, supplied_by, supplied_at, appeal_id from evidence ",
            $rest
        )
    };
}

const OF_CASE: &str = select!("where case_id = $1 order by seq");
const OF_APPEAL: &str = select!("where appeal_id = $1 order by seq");
const OF_APPEALS: &str = select!("where appeal_id in ({list}) order by seq");
const ONE: &str = select!("where id = $1");
const BYTES: &str = "select b.bytes from evidence e join evidence_bytes b on b.evidence_seq = e.seq \
    where e.id = $1";
const ROOM_OF: &str = "select coalesce(sum(e.size), 0) from evidence e \
    join appeal p on p.id = e.appeal_id where p.account_id = $1 and p.appellant = 'person'";
const NEXT: &str = "select coalesce(max(seq) + 1, 0) from evidence";
const EVIDENCE: Insert = Insert {
    into: "insert into evidence (seq, id, case_id, kind, title, link, retrieved_at, file_name, \
        media_type, size, sha256, supplied_by, supplied_at, appeal_id)",
    columns: 14,
    then: "",
};
const KEEP_BYTES: Insert =
    Insert { into: "insert into evidence_bytes (evidence_seq, bytes)", columns: 2, then: "" };
/// What is forgotten with events; each takes the list of events.
pub(crate) const FORGET: [&str; 4] = [
    "delete from evidence_bytes where evidence_seq in (select seq from evidence where case_id in \
        (select id from casefile where event_seq in ({list})))",
    "update evidence set title = '(erased)', link = null, file_name = null, sha256 = '(erased)' \
        where case_id in (select id from casefile where event_seq in ({list}))",
    "delete from evidence_bytes where evidence_seq in (select e.seq from evidence e \
        join appeal p on p.id = e.appeal_id join decision d on d.id = p.decision_id \
        where d.event_seq in ({list}))",
    "update evidence set title = '(erased)', link = null, file_name = null, sha256 = '(erased)' \
        where appeal_id in (select p.id from appeal p join decision d on d.id = p.decision_id \
        where d.event_seq in ({list}))",
];
/// What is forgotten with accounts that reported and contested; each takes the list of accounts.
pub(crate) const FORGET_REPORTERS: [&str; 2] = [
    "delete from evidence_bytes where evidence_seq in (select e.seq from evidence e \
        join appeal p on p.id = e.appeal_id join report r on r.id = p.report_id \
        where r.reporter in ({list}))",
    "update evidence set title = '(erased)', link = null, file_name = null, sha256 = '(erased)' \
        where appeal_id in (select p.id from appeal p join report r on r.id = p.report_id \
        where r.reporter in ({list}))",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OF_CASE, OF_APPEAL, OF_APPEALS, ONE, BYTES, ROOM_OF, NEXT];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&EVIDENCE, &KEEP_BYTES];

fn kind(word: &str) -> Result<EvidenceKind, StoreError> {
    serde_json::from_value(word.into()).map_err(|error| unreadable("a kind of evidence", &error))
}

fn read(row: &AnyRow) -> Result<KeptEvidence, StoreError> {
    let of = match maybe_parsed(row, 12, "an appeal's id")? {
        Some(appeal) => EvidenceOf::Appeal(appeal),
        None => EvidenceOf::Case(parsed(row, 1, "a case's id")?),
    };
    Ok(KeptEvidence {
        id: parsed(row, 0, "an id of evidence")?,
        of,
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

/// Keeps pieces of evidence with their bytes.
pub(crate) async fn keep(
    connection: &mut AnyConnection,
    all: &[(KeptEvidence, Vec<u8>)],
) -> Result<(), StoreError> {
    for (one, bytes) in all {
        let seq = number(connection, NEXT, []).await?;
        let (case, appeal) = match one.of {
            EvidenceOf::Case(case) => (case.to_string(), None),
            EvidenceOf::Appeal(appeal) => (String::new(), Some(appeal.to_string())),
        };
        let row = vec![
            seq.into(),
            one.id.to_string().into(),
            case.into(),
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
            Value::text(appeal),
        ];
        EVIDENCE.run(connection, row).await?;
        KEEP_BYTES.run(connection, vec![seq.into(), bytes.as_slice().into()]).await?;
    }
    Ok(())
}

impl Store {
    /// Keeps pieces of evidence with their bytes: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the appeal that one is of does not wait for its answer.
    pub async fn keep_evidence(&self, all: &[(KeptEvidence, Vec<u8>)]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for (one, _) in all {
            if let EvidenceOf::Appeal(appeal) = one.of {
                crate::appeals::must_be_open(&mut tx, appeal).await?;
            }
        }
        keep(&mut tx, all).await?;
        Ok(tx.commit().await?)
    }

    /// What was handed in to a case or an appeal, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evidence_of(&self, of: EvidenceOf) -> Result<Vec<KeptEvidence>, StoreError> {
        let (sql, id) = match of {
            EvidenceOf::Case(case) => (OF_CASE, case.to_string()),
            EvidenceOf::Appeal(appeal) => (OF_APPEAL, appeal.to_string()),
        };
        let rows = fetch(&mut *self.read().await?, sql, [id.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// What was handed in to any of these appeals, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evidence_of_appeals(
        &self,
        appeals: &[AppealId],
    ) -> Result<Vec<KeptEvidence>, StoreError> {
        let mut found = Vec::new();
        let mut reader = self.read().await?;
        for part in appeals.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|id| id.to_string().into()).collect();
            let (sql, values) = with_list(OF_APPEALS, ids);
            for row in &fetch(&mut reader, sql, values).await? {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// How many bytes somebody has handed in with their own appeals.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn handed_in_by(&self, account: &AccountId) -> Result<u64, StoreError> {
        let bytes = number(&mut *self.read().await?, ROOM_OF, [account.as_str().into()]).await?;
        Ok(crate::sql::unsigned(bytes))
    }

    /// One piece of evidence with its bytes; without them once they are erased.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evidence_bytes(
        &self,
        id: EvidenceId,
    ) -> Result<Option<(KeptEvidence, Option<Vec<u8>>)>, StoreError> {
        let mut reader = self.read().await?;
        let id = Value::Text(id.to_string());
        let Some(row) = fetch_one(&mut reader, ONE, [id.clone()]).await? else { return Ok(None) };
        let bytes = fetch_one(&mut reader, BYTES, [id]).await?;
        let bytes = bytes.map(|row| column::<Vec<u8>>(&row, 0)).transpose()?;
        Ok(Some((read(&row)?, bytes)))
    }
}
