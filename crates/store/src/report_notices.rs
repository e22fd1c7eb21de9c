//! Notices that anybody sends about items, what became of each item in them, how reliable reporters were, and what follows when
//! somebody sends many without ground. A token is kept as its digest only. Must not decide, and must not lose
//! an item because it is not known yet.

use crate::cases::keep_report;
use crate::sql::{
    Insert, Value, column, count, execute, fetch, fetch_one, instant, maybe_instant, maybe_parsed,
    parsed,
};
use crate::{Report, Store, StoreError};
use jiff::Timestamp;
use model::{Case, CaseId, ClauseId, DecisionId, ItemId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// A notice as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNotice {
    /// Our id.
    pub id: String,
    /// When it came.
    pub received_at: Timestamp,
    /// `form` or `api`.
    pub via: String,
    /// The clause that it names.
    pub clause: Option<ClauseId>,
    /// The law that it names.
    pub law: Option<String>,
    /// Why the items should not be there, in the reporter's words.
    pub reason: String,
    /// Whether it is about the abuse of a child: name and address may be left out.
    pub child_abuse: bool,
    /// The reporter's name; never public.
    pub name: Option<String>,
    /// The reporter's address; never public.
    pub email: Option<String>,
    /// By what the reporter's reliability is counted.
    pub reporter: Option<String>,
    /// Whether the reporter wants to be told by e-mail.
    pub mail: bool,
    /// Whether it came while the reporter's notices are not dealt with.
    pub suspended: bool,
    /// Ids or addresses of the items, as given.
    pub items: Vec<String>,
}

/// What became of one item of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeItem {
    /// Its place in the notice.
    pub position: u32,
    /// Id or address, as given.
    pub asked: String,
    /// The report that it became, once the item was known, and the case in which that is dealt with.
    pub report: Option<(String, CaseId)>,
    /// The decision in force on that case.
    pub decision: Option<DecisionId>,
}

/// An item of a notice that is known by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The notice.
    pub notice: String,
    /// Its place in the notice.
    pub position: u32,
    /// The item.
    pub item: ItemId,
}

/// How somebody can be told who reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReporterWay {
    /// Through the platform, which knows them.
    Platform,
    /// By e-mail, as they wished, if who reads the address confirms it.
    Mail {
        /// The address.
        to: String,
        /// By what they are counted.
        reporter: String,
    },
    /// Not at all: nobody knows who it was, or they do not want to be.
    Nobody,
}

/// How reports of somebody, or of all, came out: old ones weigh less.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReporterRecord {
    /// Weight of those that are decided.
    pub decided: f64,
    /// Weight of those that were held to be breaches.
    pub upheld: f64,
}

/// What a person did about somebody who reports without ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReporterMeasure {
    /// Its number.
    pub seq: i64,
    /// `warning` or `suspension`.
    pub what: String,
    /// Pseudonym of the person.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Of a suspension: its end.
    pub until: Option<Timestamp>,
    /// Why, in plain words.
    pub why: String,
    /// How many notices there were in the time looked at.
    pub notices: u64,
    /// How many of them were manifestly unfounded.
    pub unfounded: u64,
    /// When the reporter saw it.
    pub seen_at: Option<Timestamp>,
}

const NOTICE: Insert = Insert {
    into: "insert into report_notice (id, digest, received_at, via, clause, law, reason, child_abuse, name, \
        email, reporter, suspended, mail)",
    columns: 13,
    then: "",
};
const ITEM: Insert = Insert {
    into: "insert into report_notice_item (notice_id, position, asked)",
    columns: 3,
    then: "",
};
const WAITS: Insert = Insert {
    into: "insert into report_notice_waiting (notice_id, position, asked)",
    columns: 3,
    then: "",
};
const BY_DIGEST: &str = "select id, received_at, via, clause, law, reason, child_abuse, name, email, \
    reporter, suspended, mail from report_notice where digest = $1";
const BY_ID: &str = "select id, received_at, via, clause, law, reason, child_abuse, name, email, \
    reporter, suspended, mail from report_notice where id = $1";
const WAY: &str = "select r.reporter, n.email, n.mail from report r \
    left join report_notice n on n.id = r.notice_id where r.id = $1";
const NO_MAIL: &str = "update report_notice set mail = 0 where digest = $1";
/// The case in which a report `r` is dealt with now: cases are split and merged.
macro_rules! now_in {
    () => {
        "coalesce((select m.to_case from report_move m where m.report_id = r.id \
            order by m.seq desc limit 1), r.case_id)"
    };
}
pub(crate) use now_in;

const ITEMS: &str = concat!(
    "select i.position, i.asked, r.id, ",
    now_in!(),
    " \
    from report_notice_item i left join report r on r.notice_id = i.notice_id and r.position = i.position \
    where i.notice_id = $1 order by i.position"
);
const IN_FORCE: &str = "select d.id from decision d where d.case_id = $1 and not exists \
    (select 1 from decision later where later.replaces = d.id) order by d.seq desc limit 1";
const ARRIVED: &str = "select n.notice_id, n.position, i.item_id from report_notice_waiting n \
    join item i on i.item_id = n.asked \
    union select n.notice_id, n.position, i.item_id from report_notice_waiting n \
    join item i on i.url is not null and i.url = n.asked limit $1";
const GONE: &str = "delete from report_notice_waiting where notice_id = $1 and position = $2";
const LINK: &str = "update report set notice_id = $2, position = $3 where id = $1";
/// Reports of one reporter, and how the decision in force on each came out.
const RECORD_OF: &str = concat!(
    "select d.decided_at, d.breach from report r \
    join decision d on d.case_id = ",
    now_in!(),
    " where r.reporter = $1 \
    and not exists (select 1 from decision later where later.replaces = d.id) \
    order by r.received_at desc limit 500"
);
const RECORD_OF_ALL: &str = concat!(
    "select d.decided_at, d.breach from report r \
    join decision d on d.case_id = ",
    now_in!(),
    " where r.received_at > $1 \
    and not exists (select 1 from decision later where later.replaces = d.id) \
    order by r.received_at desc limit 2000"
);
const SENT_SINCE: &str =
    "select count(*) from report_notice where reporter = $1 and received_at > $2";
const MARK: &str = "insert into unfounded (report_id, by_whom, at, why) \
    select id, $2, $3, $4 from report where id = $1 on conflict (report_id) do nothing";
const UNFOUNDED_SINCE: &str = "select count(*) from unfounded u join report r on r.id = u.report_id \
    where r.reporter = $1 and u.at > $2";
const REPORTS_SINCE: &str = "select count(*) from report where reporter = $1 and received_at > $2";
const REPORTER_OF: &str = "select reporter from report where id = $1";
const MEASURE: Insert = Insert {
    into: "insert into reporter_measure (reporter, what, by_whom, at, until_at, why, notices, unfounded)",
    columns: 8,
    then: "",
};
const MEASURES: &str = "select m.seq, m.what, m.by_whom, m.at, m.until_at, m.why, m.notices, m.unfounded, s.at \
    from reporter_measure m left join reporter_seen s on s.measure_seq = m.seq \
    where m.reporter = $1 order by m.seq";
const SEEN: &str = "insert into reporter_seen (measure_seq, at) \
    select seq, $2 from reporter_measure where reporter = $1 on conflict (measure_seq) do nothing";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    BY_DIGEST,
    WAY,
    NO_MAIL,
    BY_ID,
    ITEMS,
    IN_FORCE,
    ARRIVED,
    GONE,
    LINK,
    RECORD_OF,
    RECORD_OF_ALL,
    SENT_SINCE,
    MARK,
    UNFOUNDED_SINCE,
    REPORTS_SINCE,
    REPORTER_OF,
    MEASURES,
    SEEN,
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&NOTICE, &ITEM, &WAITS, &MEASURE];

/// Days after which a report weighs half in the record of its reporter.
const HALF_LIFE_DAYS: f64 = 180.0;

/// A token is 256 random bits, so that its plain digest cannot be guessed back.
fn digest(token: &str) -> Value {
    Sha256::digest(token.as_bytes()).as_slice().into()
}

fn read_notice(row: &AnyRow) -> Result<StoredNotice, StoreError> {
    Ok(StoredNotice {
        id: column(row, 0)?,
        received_at: instant(row, 1)?,
        via: column(row, 2)?,
        clause: maybe_parsed(row, 3, "a notice's clause")?,
        law: column(row, 4)?,
        reason: column(row, 5)?,
        child_abuse: column::<i64>(row, 6)? != 0,
        name: column(row, 7)?,
        email: column(row, 8)?,
        reporter: column(row, 9)?,
        suspended: column::<i64>(row, 10)? != 0,
        mail: column::<i64>(row, 11)? != 0,
        items: Vec::new(),
    })
}

fn small(row: &AnyRow, index: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(column::<i64>(row, index)?).unwrap_or(u32::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "days, not microseconds, matter")]
fn weigh(rows: &[AnyRow], now: Timestamp) -> Result<ReporterRecord, StoreError> {
    let mut record = ReporterRecord::default();
    for row in rows {
        let seconds = (now.as_second() - instant(row, 0)?.as_second()).max(0);
        let weight = 0.5_f64.powf(seconds as f64 / 86_400.0 / HALF_LIFE_DAYS);
        record.decided += weight;
        if column::<i64>(row, 1)? != 0 {
            record.upheld += weight;
        }
    }
    Ok(record)
}

async fn decision_in_force(
    connection: &mut AnyConnection,
    case: CaseId,
) -> Result<Option<DecisionId>, StoreError> {
    let row = fetch_one(connection, IN_FORCE, [case.to_string().into()]).await?;
    row.map(|row| parsed(&row, 0, "a decision's id")).transpose()
}

impl Store {
    /// Keeps a notice; every item of it waits until [`Self::notice_becomes`] takes it up.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn keep_notice(&self, notice: &StoredNotice, token: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            notice.id.as_str().into(),
            digest(token),
            notice.received_at.into(),
            notice.via.as_str().into(),
            Value::text(notice.clause.as_ref().map(|clause| clause.as_str())),
            Value::text(notice.law.as_deref()),
            notice.reason.as_str().into(),
            notice.child_abuse.into(),
            Value::text(notice.name.as_deref()),
            Value::text(notice.email.as_deref()),
            Value::text(notice.reporter.as_deref()),
            notice.suspended.into(),
            notice.mail.into(),
        ];
        NOTICE.run(&mut tx, row).await?;
        let mut items: Vec<Value> = Vec::new();
        for (position, asked) in (0_i64..).zip(&notice.items) {
            items.extend([notice.id.as_str().into(), position.into(), asked.as_str().into()]);
        }
        ITEM.run(&mut tx, items.clone()).await?;
        if !notice.suspended {
            WAITS.run(&mut tx, items).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The notice of a status link.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn notice(&self, token: &str) -> Result<Option<StoredNotice>, StoreError> {
        let mut reader = self.read().await?;
        let row = fetch_one(&mut reader, BY_DIGEST, [digest(token)]).await?;
        row.as_ref().map(read_notice).transpose()
    }

    /// A notice by its id, for staff and for what is kept of its items.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn notice_by_id(&self, id: &str) -> Result<Option<StoredNotice>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, BY_ID, [id.into()]).await?;
        row.as_ref().map(read_notice).transpose()
    }

    /// The way to who sent a report; nobody is told once the address was erased or the wish taken back.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reporter_way(&self, report: &str) -> Result<ReporterWay, StoreError> {
        let row = fetch_one(&mut *self.read().await?, WAY, [report.into()]).await?;
        let Some(row) = row else { return Ok(ReporterWay::Nobody) };
        let (email, wished) = (column(&row, 1)?, column::<Option<i64>>(&row, 2)? == Some(1));
        Ok(match column::<Option<&str>>(&row, 0)? {
            None => ReporterWay::Nobody,
            Some(reporter) if !reporter.starts_with("mail:") => ReporterWay::Platform,
            Some(reporter) => match email {
                Some(to) if wished => ReporterWay::Mail { to, reporter: reporter.to_owned() },
                _ => ReporterWay::Nobody,
            },
        })
    }

    /// The reporter does not want to be told by e-mail any more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn no_mail(&self, token: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        crate::sql::execute(&mut tx, NO_MAIL, [digest(token)]).await?;
        Ok(tx.commit().await?)
    }

    /// What became of each item of a notice.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn notice_items(&self, notice: &str) -> Result<Vec<NoticeItem>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, ITEMS, [notice.into()]).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let report: Option<String> = column(row, 2)?;
            let report = report.zip(maybe_parsed(row, 3, "a report's case")?);
            let decision = match &report {
                Some((_, case)) => decision_in_force(&mut reader, *case).await?,
                None => None,
            };
            items.push(NoticeItem {
                position: small(row, 0)?,
                asked: column(row, 1)?,
                report,
                decision,
            });
        }
        Ok(items)
    }

    /// Items of notices that are known by now and were not taken up yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn arrived(&self, limit: u32) -> Result<Vec<Arrived>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ARRIVED, [i64::from(limit).into()]).await?;
        let read = |row: &AnyRow| {
            Ok(Arrived {
                notice: column(row, 0)?,
                position: small(row, 1)?,
                item: parsed(row, 2, "an item's id")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// An item of a notice becomes a report. Does nothing, and says `false`, when it became one already.
    ///
    /// # Errors
    /// [`StoreError`] as [`Self::report`]; nothing is changed then.
    pub async fn notice_becomes(
        &self,
        arrived: &Arrived,
        report: &Report,
        opens: Option<&Case>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let place = i64::from(arrived.position);
        let gone = [arrived.notice.as_str().into(), place.into()];
        if execute(&mut tx, GONE, gone).await? == 0 {
            return Ok(false);
        }
        keep_report(&mut tx, report, opens).await?;
        let link = [report.id.as_str().into(), arrived.notice.as_str().into(), place.into()];
        execute(&mut tx, LINK, link).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How the reports of one reporter, and those of all, came out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reporter_record(
        &self,
        reporter: &str,
        now: Timestamp,
    ) -> Result<(ReporterRecord, ReporterRecord), StoreError> {
        let mut reader = self.read().await?;
        let own = fetch(&mut reader, RECORD_OF, [reporter.into()]).await?;
        let year = jiff::SignedDuration::from_hours(24 * 365);
        let since = now.checked_sub(year).unwrap_or(Timestamp::MIN);
        let all = fetch(&mut reader, RECORD_OF_ALL, [since.into()]).await?;
        Ok((weigh(&own, now)?, weigh(&all, now)?))
    }

    /// How many notices a reporter sent since then.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn notices_since(&self, reporter: &str, since: Timestamp) -> Result<u64, StoreError> {
        let values = [reporter.into(), since.into()];
        let row = fetch_one(&mut *self.read().await?, SENT_SINCE, values).await?;
        row.map_or(Ok(0), |row| count(&row, 0))
    }

    /// Keeps that a report was manifestly unfounded. `None`: no such report; otherwise its reporter, if it
    /// names one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn mark_unfounded(
        &self,
        report: &str,
        by: &str,
        why: &str,
        at: Timestamp,
    ) -> Result<Option<Option<String>>, StoreError> {
        let mut tx = self.write().await?;
        let Some(row) = fetch_one(&mut tx, REPORTER_OF, [report.into()]).await? else {
            return Ok(None);
        };
        execute(&mut tx, MARK, [report.into(), by.into(), at.into(), why.into()]).await?;
        let reporter = column(&row, 0)?;
        tx.commit().await?;
        Ok(Some(reporter))
    }

    /// How many reports somebody sent since then, and how many of theirs were held manifestly unfounded.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn misuse_since(
        &self,
        reporter: &str,
        since: Timestamp,
    ) -> Result<(u64, u64), StoreError> {
        let mut reader = self.read().await?;
        let mut counts = [0_u64; 2];
        for (sql, slot) in [REPORTS_SINCE, UNFOUNDED_SINCE].into_iter().zip(&mut counts) {
            let row = fetch_one(&mut reader, sql, [reporter.into(), since.into()]).await?;
            *slot = row.map_or(Ok(0), |row| count(&row, 0))?;
        }
        let [all, unfounded] = counts;
        Ok((all, unfounded))
    }

    /// Keeps a warning or a suspension.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reporter_measure(
        &self,
        reporter: &str,
        measure: &ReporterMeasure,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            reporter.into(),
            measure.what.as_str().into(),
            measure.by.as_str().into(),
            measure.at.into(),
            Value::instant(measure.until),
            measure.why.as_str().into(),
            Value::from_count(measure.notices),
            Value::from_count(measure.unfounded),
        ];
        MEASURE.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// What was done about a reporter, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reporter_measures(
        &self,
        reporter: &str,
    ) -> Result<Vec<ReporterMeasure>, StoreError> {
        let rows = fetch(&mut *self.read().await?, MEASURES, [reporter.into()]).await?;
        let read = |row: &AnyRow| {
            Ok(ReporterMeasure {
                seq: column(row, 0)?,
                what: column(row, 1)?,
                by: column(row, 2)?,
                at: instant(row, 3)?,
                until: maybe_instant(row, 4)?,
                why: column(row, 5)?,
                notices: count(row, 6)?,
                unfounded: count(row, 7)?,
                seen_at: maybe_instant(row, 8)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The reporter saw what was done about them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reporter_saw(&self, reporter: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, SEEN, [reporter.into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }
}
