//! The register of affiliations: entries, their withdrawal, and what people outside say is wrong with
//! it. The lists of domains that rules read follow from the entries, in the same transaction. Must not
//! judge what is true.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, json, maybe_instant, number, whole,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{AffiliationKind, AffiliationSubject, RegisterEntry, Withdrawn};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Something that somebody outside says is wrong with the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Our id; who asked finds the answer by it.
    pub id: String,
    /// The account or domain.
    pub subject: String,
    /// What is wrong.
    pub said: String,
    /// What shows it.
    pub source: String,
    /// When it came.
    pub received_at: Timestamp,
    /// What was answered.
    pub answer: Option<CorrectionAnswer>,
}

/// The answer to a request for correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionAnswer {
    /// Whether the register was corrected.
    pub corrected: bool,
    /// Why.
    pub reason: String,
    /// Pseudonym.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entered {
    /// Entries that are new, or other than the one before about the same.
    pub new: u64,
    /// Entries that say what the register says already.
    pub same: u64,
}

/// Which entries to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterFilter {
    /// Words that stand in name, country or subject, without regard to case.
    pub text: Option<String>,
    /// Of this kind.
    pub kind: Option<AffiliationKind>,
    /// Entered before this place.
    pub before: Option<i64>,
}

const SELECT: &str = "select a.seq, a.body, e.at, e.ended_by, e.reason from affiliation a \
    left join affiliation_end e on e.affiliation_seq = a.seq";
const ALL: &str = " where a.subject <> '' order by a.seq";
const LAST: &str = " where a.about = $1 and a.subject = $2 order by a.seq desc limit 1";
const ONE: &str = " where a.id = $1";
const HOLDING: &str = " where a.subject <> '' and e.at is null and (a.until_at is null or a.until_at > $1) \
    and not exists (select 1 from affiliation later where later.about = a.about \
        and later.subject = a.subject and later.seq > a.seq) and a.seq < $2";
const COUNT: &str = "select count(*) from affiliation a \
    left join affiliation_end e on e.affiliation_seq = a.seq";
const LAPSED: &str = " where a.until_at is not null and a.until_at <= $1 and e.at is null";
const END: Insert = Insert {
    into: "insert into affiliation_end (affiliation_seq, at, ended_by, reason)",
    columns: 4,
    then: "",
};
const ENTRY: Insert = Insert {
    into: "insert into affiliation (id, about, subject, kind, words, body, entered_by, entered_at, until_at)",
    columns: 9,
    then: "",
};
const LISTED: &str = "select coalesce((select is_in from list_change where list = $1 and entry = $2 \
    order by version desc limit 1), 0)";
const VERSION: &str = "select coalesce(max(version), 0) from list_change where list = $1";
const CHANGE: Insert = Insert {
    into: "insert into list_change (list, version, entry, is_in, changed_by, why, at)",
    columns: 7,
    then: "",
};
const CORRECTION: Insert = Insert {
    into: "insert into correction (id, subject, said, source, received_at)",
    columns: 5,
    then: "",
};
const ANSWER: &str = "insert into correction_answer (correction_seq, outcome, reason, answered_by, answered_at) \
    select seq, $2, $3, $4, $5 from correction where id = $1 on conflict (correction_seq) do nothing";
const CORRECTIONS: &str = "select c.id, c.subject, c.said, c.source, c.received_at, a.outcome, a.reason, \
        a.answered_by, a.answered_at \
    from correction c left join correction_answer a on a.correction_seq = c.seq";
const BY_ID: &str = " where c.id = $1";
const OPEN_FIRST: &str = " order by (a.answered_at is not null), c.seq desc limit $1";

const MARK: &str = "select (select coalesce(max(seq), 0) from affiliation), \
    (select count(*) from affiliation_end) + (select count(*) from affiliation where subject = '')";
/// What is forgotten with an account.
pub(crate) const FORGET: [&str; 3] = [
    "update affiliation_end set reason = '' where affiliation_seq in \
        (select seq from affiliation where about = 'account' and subject = $1)",
    "update affiliation set subject = '', words = '', body = '', entered_by = '' \
        where about = 'account' and subject = $1",
    "update correction set subject = '(erased)', said = '(erased)', source = '' where subject = $1",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[SELECT, COUNT, LISTED, VERSION, ANSWER, CORRECTIONS, MARK, FORGET[0], FORGET[1], FORGET[2]];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&END, &ENTRY, &CHANGE, &CORRECTION];

/// The list that rules read for a kind, if there is one: `registered-state-media`.
fn list_of(kind: AffiliationKind) -> Option<String> {
    (kind != AffiliationKind::None).then(|| format!("registered-{}", kind.word()))
}

impl Store {
    /// Every entry, in the order in which they were entered.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn register(&self) -> Result<Vec<RegisterEntry>, StoreError> {
        let rows = fetch(&mut *self.read().await?, format!("{SELECT}{ALL}"), []).await?;
        rows.iter().map(|row| Ok(entry(row)?.1)).collect()
    }

    /// Entries that hold now, the latest first, each with its place.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn register_page(
        &self,
        filter: &RegisterFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<(u64, Vec<(i64, RegisterEntry)>), StoreError> {
        let mut asked = String::from(HOLDING);
        let mut values: Vec<Value> = vec![now.into(), i64::MAX.into()];
        if let Some(kind) = filter.kind {
            values.push(kind.word().into());
            asked.push_str(&format!(" and a.kind = ${}", values.len()));
        }
        for word in filter.text.as_deref().unwrap_or_default().split_whitespace().take(6) {
            values.push(word.to_lowercase().into());
            asked.push_str(&format!(" and instr(a.words, ${}) > 0", values.len()));
        }
        let mut reader = self.read().await?;
        let all = fetch_one(&mut reader, format!("{COUNT}{asked}"), values.clone()).await?;
        let all = all.map_or(Ok(0), |row| crate::sql::count(&row, 0))?;
        if let (Some(before), Some(place)) = (filter.before, values.get_mut(1)) {
            *place = before.into();
        }
        let sql = format!("{SELECT}{asked} order by a.seq desc limit {limit}");
        let rows = fetch(&mut reader, sql, values).await?;
        Ok((all, rows.iter().map(entry).collect::<Result<_, _>>()?))
    }

    /// What changes with every change of the register.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn register_mark(&self) -> Result<(i64, i64), StoreError> {
        let row = fetch_one(&mut *self.read().await?, MARK, []).await?;
        row.map_or(Ok((0, 0)), |row| Ok((column(&row, 0)?, column(&row, 1)?)))
    }

    /// One entry.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn register_entry(&self, id: &str) -> Result<Option<RegisterEntry>, StoreError> {
        let sql = format!("{SELECT}{ONE}");
        let row = fetch_one(&mut *self.read().await?, sql, [id.into()]).await?;
        row.map(|row| Ok(entry(&row)?.1)).transpose()
    }

    /// Enters all of these or none. One that says what the register says already is left out, so that
    /// the same import twice enters nothing twice.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is entered then.
    pub async fn enter(&self, entries: &[RegisterEntry]) -> Result<Entered, StoreError> {
        let mut tx = self.write().await?;
        let mut entered = Entered::default();
        for new in entries {
            let subject = &new.affiliation.subject;
            let asked = [subject.word().into(), subject.name().into()];
            let before = fetch_one(&mut tx, format!("{SELECT}{LAST}"), asked).await?;
            let before = before.map(|row| entry(&row)).transpose()?;
            if before.is_some_and(|(_, before)| says_the_same(&before, new)) {
                entered.same += 1;
                continue;
            }
            let it = &new.affiliation;
            let words = [subject.name(), &it.name, it.country.as_deref().unwrap_or_default()];
            let row = vec![
                new.id.as_str().into(),
                subject.word().into(),
                subject.name().into(),
                it.kind.word().into(),
                words.join("\n").to_lowercase().into(),
                json(new, "an entry of the register")?.into(),
                new.by.as_str().into(),
                new.entered_at.into(),
                Value::instant(new.until),
            ];
            ENTRY.run(&mut tx, row).await?;
            follow(&mut tx, new, Some(it.kind), &new.by, &it.source, new.entered_at).await?;
            entered.new += 1;
        }
        tx.commit().await?;
        Ok(entered)
    }

    /// Withdraws an entry. `false`: there is none, or it was withdrawn before.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn withdraw(&self, id: &str, withdrawn: &Withdrawn) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let row = fetch_one(&mut tx, format!("{SELECT}{ONE}"), [id.into()]).await?;
        let Some((seq, found)) = row.map(|row| entry(&row)).transpose()? else { return Ok(false) };
        if found.withdrawn.is_some() {
            return Ok(false);
        }
        end(&mut tx, seq, &found, withdrawn).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes out what lapsed by itself. Returns how many that were.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lapse_entries(&self, now: Timestamp) -> Result<usize, StoreError> {
        let sql = format!("{SELECT}{LAPSED}");
        if fetch(&mut *self.read().await?, sql.as_str(), [now.into()]).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let rows = fetch(&mut tx, sql, [now.into()]).await?;
        for row in &rows {
            let (seq, found) = entry(row)?;
            let reason = "Its time was over.".to_owned();
            let at = found.until.unwrap_or(now);
            end(&mut tx, seq, &found, &Withdrawn { at, by: "the clock".into(), reason }).await?;
        }
        tx.commit().await?;
        Ok(rows.len())
    }

    /// Keeps a request for correction.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_correction(&self, asked: &Correction) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            asked.id.as_str().into(),
            asked.subject.as_str().into(),
            asked.said.as_str().into(),
            asked.source.as_str().into(),
            asked.received_at.into(),
        ];
        CORRECTION.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps the answer. `false`: there is no such request, or it was answered before.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn answer_correction(
        &self,
        id: &str,
        answer: &CorrectionAnswer,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let outcome = if answer.corrected { "corrected" } else { "declined" };
        let values = [
            id.into(),
            outcome.into(),
            answer.reason.as_str().into(),
            answer.by.as_str().into(),
            answer.at.into(),
        ];
        let kept = execute(&mut tx, ANSWER, values).await? > 0;
        tx.commit().await?;
        Ok(kept)
    }

    /// One request for correction.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn correction(&self, id: &str) -> Result<Option<Correction>, StoreError> {
        let sql = format!("{CORRECTIONS}{BY_ID}");
        let row = fetch_one(&mut *self.read().await?, sql, [id.into()]).await?;
        row.map(|row| correction(&row)).transpose()
    }

    /// Requests for correction, those without an answer first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn corrections(&self, limit: u32) -> Result<Vec<Correction>, StoreError> {
        let sql = format!("{CORRECTIONS}{OPEN_FIRST}");
        let rows = fetch(&mut *self.read().await?, sql, [i64::from(limit).into()]).await?;
        rows.iter().map(correction).collect()
    }
}

/// Whether a new entry would add nothing to the one before.
fn says_the_same(before: &RegisterEntry, new: &RegisterEntry) -> bool {
    before.withdrawn.is_none()
        && before.affiliation == new.affiliation
        && before.typology == new.typology
        && before.until == new.until
}

async fn end(
    connection: &mut AnyConnection,
    seq: i64,
    found: &RegisterEntry,
    withdrawn: &Withdrawn,
) -> Result<(), StoreError> {
    let Withdrawn { at, by, reason } = withdrawn;
    let row = vec![seq.into(), (*at).into(), by.as_str().into(), reason.as_str().into()];
    END.run(connection, row).await?;
    let subject = &found.affiliation.subject;
    let asked = [subject.word().into(), subject.name().into()];
    let last = fetch_one(connection, format!("{SELECT}{LAST}"), asked).await?;
    // What took its place stays listed.
    let is_last = last.map(|row| column::<i64>(&row, 0)).transpose()? == Some(seq);
    if is_last { follow(connection, found, None, by, reason, *at).await } else { Ok(()) }
}

/// Puts a domain on the list of its kind, and off all others.
async fn follow(
    connection: &mut AnyConnection,
    of: &RegisterEntry,
    now: Option<AffiliationKind>,
    by: &str,
    why: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let AffiliationSubject::Domain(domain) = &of.affiliation.subject else { return Ok(()) };
    for kind in AffiliationKind::ALL {
        let Some(list) = list_of(kind) else { continue };
        let asked = [list.as_str().into(), domain.as_str().into()];
        let is_in = number(connection, LISTED, asked).await? != 0;
        let shall = now == Some(kind);
        if is_in != shall {
            let version = number(connection, VERSION, [list.as_str().into()]).await?;
            let row = vec![
                list.into(),
                version.saturating_add(1).into(),
                domain.as_str().into(),
                shall.into(),
                by.into(),
                why.into(),
                at.into(),
            ];
            CHANGE.run(connection, row).await?;
        }
    }
    Ok(())
}

fn entry(row: &AnyRow) -> Result<(i64, RegisterEntry), StoreError> {
    let mut read: RegisterEntry = whole(row, 1, "an entry of the register")?;
    if let Some(at) = maybe_instant(row, 2)? {
        read.withdrawn = Some(Withdrawn { at, by: column(row, 3)?, reason: column(row, 4)? });
    }
    Ok((column(row, 0)?, read))
}

fn correction(row: &AnyRow) -> Result<Correction, StoreError> {
    let answer = match column::<Option<String>>(row, 5)? {
        Some(outcome) => Some(CorrectionAnswer {
            corrected: outcome == "corrected",
            reason: column(row, 6)?,
            by: column(row, 7)?,
            at: instant(row, 8)?,
        }),
        None => None,
    };
    Ok(Correction {
        id: column(row, 0)?,
        subject: column(row, 1)?,
        said: column(row, 2)?,
        source: column(row, 3)?,
        received_at: instant(row, 4)?,
        answer,
    })
}
