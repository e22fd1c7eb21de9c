//! What this server saw as a witness of other logs. A cosignature leaves only after what it says is
//! on the disk, and nothing comes between looking and writing. Must not set a log back.

use crate::sql::{column, digest, execute, fetch, fetch_one, instant, number, parsed};
use crate::{Store, StoreError};
use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tlog::note::{Note, Signature, SigningKey};
use tlog::witness::{AddCheckpoint, Answer, Refusal, Seen, Watched, find, judge, sign};

/// Most requests that are kept as evidence against one log: two already prove the fraud.
const MOST_EVIDENCE: i64 = 100;

const ONE: &str =
    "select origin, size, root, checkpoint, cosigned_at from witnessed where origin = $1";
const ALL: &str =
    "select origin, size, root, checkpoint, cosigned_at from witnessed order by origin";
const SET: &str = "insert into witnessed (origin, size, root, checkpoint, cosigned_at) \
    values ($1, $2, $3, $4, $5) on conflict (origin) do update set size = excluded.size, \
    root = excluded.root, checkpoint = excluded.checkpoint, cosigned_at = excluded.cosigned_at";
const EVIDENCE_COUNT: &str = "select count(*) from witness_evidence where origin = $1";
const KEEP_EVIDENCE: &str = "insert into witness_evidence (origin, size, received_at, request) \
    values ($1, $2, $3, $4) on conflict (origin, request) do nothing";
const EVIDENCE: &str =
    "select received_at, request from witness_evidence where origin = $1 order by id";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[ONE, ALL, SET, EVIDENCE_COUNT, KEEP_EVIDENCE, EVIDENCE];

/// The checkpoint of another log that was cosigned last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The log.
    pub origin: String,
    /// Size and root.
    pub seen: Seen,
    /// The note, with the log's signature and ours.
    pub checkpoint: String,
    /// When it was cosigned.
    pub cosigned_at: Timestamp,
}

/// A request that contradicts what the log signed before, and when it came.
pub type Evidence = (Timestamp, String);

impl Store {
    /// Cosigns a checkpoint, if the log has only grown since the last one; returns once that is on
    /// the disk. `logs` are those that are watched.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails: then nothing was cosigned. A refusal is an answer.
    pub async fn add_checkpoint(
        &self,
        request: &AddCheckpoint,
        logs: &[Watched],
        key: &SigningKey,
        at: Timestamp,
    ) -> Result<Answer, StoreError> {
        let log = match find(request, logs) {
            Ok(log) => log,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let mut tx = self.write().await?;
        let before = fetch_one(&mut tx, ONE, [log.origin.as_str().into()]).await?;
        let before = before.as_ref().map(read).transpose()?;
        if let Some(answer) = before.as_ref().and_then(|before| again(request, before, key, at)) {
            return Ok(answer);
        }
        let last = before.as_ref().map(|before| before.seen);
        // A clock that was set back must not make it say that it saw more at an earlier time.
        let at = before.map_or(at, |before| at.max(before.cosigned_at));
        let answer = match judge(request, log, last) {
            Ok(seen) => cosign(&mut tx, request, seen, log, key, at).await?,
            Err(refusal) => {
                if matches!(refusal, Refusal::Inconsistent(_)) {
                    keep_evidence(&mut tx, request, log, at).await?;
                }
                Answer::Refused(refusal)
            }
        };
        tx.commit().await?;
        Ok(answer)
    }

    /// The checkpoint of a log that was cosigned last.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn witnessed(&self) -> Result<Vec<Witnessed>, StoreError> {
        fetch(&mut *self.read().await?, ALL, []).await?.iter().map(read).collect()
    }

    /// What was kept against a log, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evidence(&self, origin: &str) -> Result<Vec<Evidence>, StoreError> {
        let rows = fetch(&mut *self.read().await?, EVIDENCE, [origin.into()]).await?;
        rows.iter().map(|row| Ok((instant(row, 0)?, column(row, 1)?))).collect()
    }
}

/// The answer that this checkpoint got within the same second, if it did: whoever sends it over and
/// over costs no write.
fn again(
    request: &AddCheckpoint,
    before: &Witnessed,
    key: &SigningKey,
    at: Timestamp,
) -> Option<Answer> {
    let kept: Note = before.checkpoint.parse().ok()?;
    let same = kept.text() == request.checkpoint.text()
        && request.old == before.seen.size
        && request.proof.is_empty()
        && at.as_second() <= before.cosigned_at.as_second();
    let ours = |one: &&Signature| one.names(key.verifier());
    kept.signatures().iter().find(ours).filter(|_| same).cloned().map(Answer::Cosigned)
}

async fn cosign(
    connection: &mut AnyConnection,
    request: &AddCheckpoint,
    seen: Seen,
    log: &Watched,
    key: &SigningKey,
    at: Timestamp,
) -> Result<Answer, StoreError> {
    let time = u64::try_from(at.as_second()).unwrap_or(0);
    let answer = sign(request, key, time).map_err(|error| StoreError::Unreadable {
        what: "the witness's key",
        why: error.to_string(),
    })?;
    let mut note = request.checkpoint.clone();
    if let Answer::Cosigned(signature) = &answer {
        note.add(signature.clone());
    }
    let row = [
        log.origin.as_str().into(),
        seen.size.to_string().into(),
        seen.root.as_slice().into(),
        note.to_string().into(),
        at.into(),
    ];
    execute(connection, SET, row).await?;
    Ok(answer)
}

async fn keep_evidence(
    connection: &mut AnyConnection,
    request: &AddCheckpoint,
    log: &Watched,
    at: Timestamp,
) -> Result<(), StoreError> {
    let kept = number(connection, EVIDENCE_COUNT, [log.origin.as_str().into()]).await?;
    if kept < MOST_EVIDENCE {
        let size = request.read().map_or(0, |checkpoint| checkpoint.size);
        let row = [
            log.origin.as_str().into(),
            size.to_string().into(),
            at.into(),
            request.to_string().into(),
        ];
        execute(connection, KEEP_EVIDENCE, row).await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Witnessed, StoreError> {
    Ok(Witnessed {
        origin: column(row, 0)?,
        seen: Seen { size: parsed(row, 1, "the size of a log")?, root: digest(row, 2)? },
        checkpoint: column(row, 3)?,
        cosigned_at: instant(row, 4)?,
    })
}
