//! Reports on evenness, what is said to their pairs, blind looks at pairs, and pairs counted from night to night. Must
//! not weigh any of it: `flow::audit` does.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, fetch, fetch_one, instant, number, parsed, with_list,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{ClauseId, DecisionId};

/// A report as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReport {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// It looks back to here.
    pub since: Timestamp,
    /// Whether the even control of that night cried wolf; `None`: it had too little to tell.
    pub control_alarmed: Option<bool>,
    /// The report as JSON.
    pub body: String,
}

/// What the operator says to a pair that was treated unlike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairAnswer {
    /// The clause under which it was.
    pub clause: ClauseId,
    /// The first post's decision.
    pub one: DecisionId,
    /// The second post's decision.
    pub other: DecisionId,
    /// What is said, for everybody.
    pub said: String,
    /// Who said it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Two posts that people look at without knowing how they were decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairLook {
    /// Its place.
    pub seq: i64,
    /// The first post's decision.
    pub one: DecisionId,
    /// The second post's decision.
    pub other: DecisionId,
    /// Whether the matching called them like cases.
    pub alike: bool,
}

/// One person's answer to a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairJudgement {
    /// The look.
    pub look: i64,
    /// Whether the matching called the two like cases.
    pub alike: bool,
    /// Whether the person did.
    pub same: bool,
    /// Who.
    pub by: String,
}

/// A pair that was counted by whoever watches, like or unlike, so that it is counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedPair {
    /// Clause and two groups.
    pub stream: String,
    /// The first group's post.
    pub one: DecisionId,
    /// The second group's post.
    pub other: DecisionId,
    /// Against whom alone there was a measure; `None`: they were treated alike.
    pub against_one: Option<bool>,
}

/// What one night adds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Night<'a> {
    /// Sets of like cases, one line of JSON each.
    pub sets: &'a str,
    /// Pairs counted for the first time.
    pub watched: &'a [WatchedPair],
    /// Pairs to be looked at blind: both decisions, and whether the matching called them alike.
    pub looks: &'a [(DecisionId, DecisionId, bool)],
}

const NEXT_REPORT: &str = "select coalesce(max(seq) + 1, 1) from evenness_report";
const NEXT_ANSWER: &str = "select coalesce(max(seq) + 1, 1) from pair_answer";
const NEXT_LOOK: &str = "select coalesce(max(seq) + 1, 1) from pair_look";
const LATEST: &str = "select id, made_at, since_at, control_alarmed, body from evenness_report \
    order by seq desc limit 1";
const NAMED: &str =
    "select id, made_at, since_at, control_alarmed, body from evenness_report where id = $1";
const ALL: &str = "select id, made_at, since_at, control_alarmed, '' from evenness_report \
    order by seq desc limit $1";
const SETS: &str = "select sets from evenness_report where id = $1";
const WATCHED: &str =
    "select stream, one, other, against_one from watched_pair order by stream, one";
const ANSWERS: &str = "select clause, one, other, said, said_by, said_at from pair_answer \
    where one in ({list}) order by seq";
const UNJUDGED: &str = "select seq, one, other, alike from pair_look l \
    where not exists (select 1 from pair_judgement j where j.look_seq = l.seq and j.judged_by = $1) \
    order by (select count(*) from pair_judgement j where j.look_seq = l.seq), seq limit 1 offset $2";
const LOOK: &str = "select seq, one, other, alike from pair_look where seq = $1";
const JUDGED: &str = "select j.look_seq, l.alike, j.same, j.judged_by from pair_judgement j \
    join pair_look l on l.seq = j.look_seq order by j.look_seq, j.judged_at";

const REPORT: Insert = Insert {
    into: "insert into evenness_report (seq, id, made_at, since_at, control_alarmed, body, sets)",
    columns: 7,
    then: "",
};
const ANSWER: Insert = Insert {
    into: "insert into pair_answer (seq, clause, one, other, said, said_by, said_at)",
    columns: 7,
    then: "",
};
const NEW_LOOK: Insert = Insert {
    into: "insert into pair_look (seq, one, other, alike, drawn_at)",
    columns: 5,
    then: " on conflict (one, other) do nothing",
};
/// Who answers twice is believed once: the first answer was blind.
const JUDGEMENT: Insert = Insert {
    into: "insert into pair_judgement (look_seq, judged_by, same, judged_at)",
    columns: 4,
    then: " on conflict (look_seq, judged_by) do nothing",
};
const WATCH: Insert = Insert {
    into: "insert into watched_pair (stream, one, other, against_one, counted_at)",
    columns: 5,
    then: " on conflict (stream, one) do nothing",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    NEXT_REPORT,
    NEXT_ANSWER,
    NEXT_LOOK,
    LATEST,
    NAMED,
    ALL,
    SETS,
    WATCHED,
    ANSWERS,
    UNJUDGED,
    LOOK,
    JUDGED,
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&REPORT, &ANSWER, &NEW_LOOK, &JUDGEMENT, &WATCH];

type Row = sqlx::any::AnyRow;

fn report(row: &Row) -> Result<KeptReport, StoreError> {
    Ok(KeptReport {
        id: column(row, 0)?,
        made_at: instant(row, 1)?,
        since: instant(row, 2)?,
        control_alarmed: maybe(row, 3)?,
        body: column(row, 4)?,
    })
}

fn maybe(row: &Row, at: usize) -> Result<Option<bool>, StoreError> {
    Ok(column::<Option<i64>>(row, at)?.map(|flag| flag != 0))
}

fn flag(value: Option<bool>) -> Value {
    value.map_or(Value::NoInt, Value::from)
}

fn look(row: &Row) -> Result<PairLook, StoreError> {
    Ok(PairLook {
        seq: column(row, 0)?,
        one: parsed(row, 1, "a decision's id")?,
        other: parsed(row, 2, "a decision's id")?,
        alike: column::<i64>(row, 3)? != 0,
    })
}

impl Store {
    /// Keeps a report with what its night adds, all or nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_evenness(
        &self,
        report: &KeptReport,
        night: Night<'_>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let seq = number(&mut tx, NEXT_REPORT, []).await?;
        let at = report.made_at;
        let row = vec![
            seq.into(),
            report.id.as_str().into(),
            at.into(),
            report.since.into(),
            flag(report.control_alarmed),
            report.body.as_str().into(),
            night.sets.into(),
        ];
        REPORT.run(&mut tx, row).await?;
        let watched = night.watched.iter().flat_map(|pair| {
            [
                pair.stream.as_str().into(),
                pair.one.to_string().into(),
                pair.other.to_string().into(),
                flag(pair.against_one),
                at.into(),
            ]
        });
        WATCH.run(&mut tx, watched.collect()).await?;
        let next = number(&mut tx, NEXT_LOOK, []).await?;
        let looks = (next..).zip(night.looks).flat_map(|(seq, (one, other, alike))| {
            [
                seq.into(),
                one.to_string().into(),
                other.to_string().into(),
                (*alike).into(),
                at.into(),
            ]
        });
        NEW_LOOK.run(&mut tx, looks.collect()).await?;
        Ok(tx.commit().await?)
    }

    /// The newest report, or the one with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evenness(&self, id: Option<&str>) -> Result<Option<KeptReport>, StoreError> {
        let mut reader = self.read().await?;
        let row = match id {
            None => fetch_one(&mut reader, LATEST, []).await?,
            Some(id) => fetch_one(&mut reader, NAMED, [id.into()]).await?,
        };
        row.as_ref().map(report).transpose()
    }

    /// The newest reports without their bodies, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evenness_reports(&self, limit: u32) -> Result<Vec<KeptReport>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ALL, [i64::from(limit).into()]).await?;
        rows.iter().map(report).collect()
    }

    /// The sets of like cases that a report was made from, one line of JSON each.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn evenness_sets(&self, id: &str) -> Result<Option<String>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, SETS, [id.into()]).await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    /// Every pair that was ever counted by whoever watches, stream by stream.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn watched_pairs(&self) -> Result<Vec<WatchedPair>, StoreError> {
        let rows = fetch(&mut *self.read().await?, WATCHED, []).await?;
        let read = |row: &Row| {
            Ok(WatchedPair {
                stream: column(row, 0)?,
                one: parsed(row, 1, "a decision's id")?,
                other: parsed(row, 2, "a decision's id")?,
                against_one: maybe(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps what the operator says to a pair.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn answer_pair(&self, answer: &PairAnswer) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let seq = number(&mut tx, NEXT_ANSWER, []).await?;
        let row = vec![
            seq.into(),
            answer.clause.as_str().into(),
            answer.one.to_string().into(),
            answer.other.to_string().into(),
            answer.said.as_str().into(),
            answer.by.as_str().into(),
            answer.at.into(),
        ];
        ANSWER.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// What the operator said to pairs whose first post has one of these decisions, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn pair_answers(&self, ones: &[DecisionId]) -> Result<Vec<PairAnswer>, StoreError> {
        let mut reader = self.read().await?;
        let mut answers = Vec::new();
        for part in ones.chunks(LONGEST_LIST) {
            let list = part.iter().map(|id| id.to_string().into()).collect();
            let (sql, values) = with_list(ANSWERS, list);
            for row in fetch(&mut reader, sql, values).await? {
                answers.push(PairAnswer {
                    clause: parsed(&row, 0, "a clause")?,
                    one: parsed(&row, 1, "a decision's id")?,
                    other: parsed(&row, 2, "a decision's id")?,
                    said: column(&row, 3)?,
                    by: column(&row, 4)?,
                    at: instant(&row, 5)?,
                });
            }
        }
        Ok(answers)
    }

    /// A pair that `by` has not judged yet, those first that fewest have judged; `skip` so many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn next_look(&self, by: &str, skip: u32) -> Result<Option<PairLook>, StoreError> {
        let values = [by.into(), i64::from(skip).into()];
        let row = fetch_one(&mut *self.read().await?, UNJUDGED, values).await?;
        row.as_ref().map(look).transpose()
    }

    /// Keeps what somebody answers to a look; the first answer stays. `false`: there is no such look.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn judge_pair(
        &self,
        seq: i64,
        (by, same): (&str, bool),
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if fetch_one(&mut tx, LOOK, [seq.into()]).await?.is_none() {
            return Ok(false);
        }
        JUDGEMENT.run(&mut tx, vec![seq.into(), by.into(), same.into(), at.into()]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// All judgements, look by look, the first of each first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn pair_judgements(&self) -> Result<Vec<PairJudgement>, StoreError> {
        let rows = fetch(&mut *self.read().await?, JUDGED, []).await?;
        let read = |row: &Row| {
            Ok(PairJudgement {
                look: column(row, 0)?,
                alike: column::<i64>(row, 1)? != 0,
                same: column::<i64>(row, 2)? != 0,
                by: column(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
