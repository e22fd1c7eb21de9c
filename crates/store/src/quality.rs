//! Second looks: decided cases that another person answers again, and golden ones whose answer is known; and how
//! people held what rules had found. Must not say what agreement means: the caller counts.

use crate::sql::{
    Insert, Value, column, fetch, fetch_one, instant, maybe_parsed, number, parsed, whole,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{CaseId, ClauseId, Decision, FoundBy};
use sqlx::any::AnyRow;

/// What was held, as one short value: the clause breached, or none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Answer {
    /// Whether a breach was held.
    pub breach: bool,
    /// Of which clause.
    pub clause: Option<ClauseId>,
}

/// A case that is looked at a second time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondLook {
    /// Our id.
    pub id: String,
    /// The case.
    pub case: CaseId,
    /// The known answer, if it is a golden one.
    pub golden: Option<Answer>,
    /// Who made it golden.
    pub set_by: Option<String>,
    /// When it was drawn.
    pub drawn_at: Timestamp,
}

/// A second answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondAnswer {
    /// Pseudonym.
    pub by: String,
    /// What they held.
    pub held: Answer,
    /// When.
    pub at: Timestamp,
}

/// A second look with the decision and what was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// The look.
    pub look: SecondLook,
    /// The first decision of the case.
    pub decision: Decision,
    /// The answers, the oldest first.
    pub answers: Vec<SecondAnswer>,
}

/// What rules had found, and whether people held it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFinding {
    /// The clause found.
    pub clause: ClauseId,
    /// The rules that found it.
    pub rules: Vec<String>,
    /// Whether people held a breach of that clause.
    pub upheld: bool,
}

const DRAW: Insert = Insert {
    into: "insert into second_look (seq, id, case_id, kind, outcome, clause, set_by, drawn_at)",
    columns: 8,
    then: " on conflict (case_id, kind) do nothing",
};
const NEXT: &str = "select coalesce(max(seq) + 1, 0) from second_look";
const ANSWER: Insert = Insert {
    into: "insert into second_answer (look_id, answered_by, outcome, clause, answered_at)",
    columns: 5,
    then: " on conflict do nothing",
};
const LOOKS: &str = "select l.id, l.case_id, l.kind, l.outcome, l.clause, l.set_by, l.drawn_at, d.body \
    from second_look l join decision d on d.case_id = l.case_id and d.replaces is null \
    where l.drawn_at >= $1 order by l.seq limit $2";
const ONE: &str = "select l.id, l.case_id, l.kind, l.outcome, l.clause, l.set_by, l.drawn_at, d.body \
    from second_look l join decision d on d.case_id = l.case_id and d.replaces is null \
    where l.id = $1";
const ANSWERS: &str = "select answered_by, outcome, clause, answered_at, look_id from second_answer \
    where look_id in (select id from second_look where drawn_at >= $1) order by answered_at";
const ANSWERS_OF: &str = "select answered_by, outcome, clause, answered_at, look_id \
    from second_answer where look_id = $1 order by answered_at";
/// What stands of each case: also where it was opened again, or undone by an appeal.
const HELD: &str = "select f.clause, f.found_by, d.breach, d.clause from finding f \
    join decision d on d.seq = f.decision_seq \
    where d.case_id is not null and d.automated = 0 and d.decided_at >= $1 \
    and not exists (select 1 from decision later where later.replaces = d.id) \
    order by d.seq desc limit $2";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[NEXT, LOOKS, ONE, ANSWERS, ANSWERS_OF, HELD];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&DRAW, &ANSWER];

/// So many rows are read for one page of numbers.
const MOST: i64 = 100_000;

const fn word(breach: bool) -> &'static str {
    if breach { "breach" } else { "no_breach" }
}

fn read_look(row: &AnyRow) -> Result<Looked, StoreError> {
    let outcome: Option<&str> = column(row, 3)?;
    let clause = maybe_parsed(row, 4, "a clause")?;
    let golden = match column::<&str>(row, 2)? {
        "golden" => Some(Answer { breach: outcome == Some("breach"), clause }),
        _ => None,
    };
    let look = SecondLook {
        id: column(row, 0)?,
        case: parsed(row, 1, "a case's id")?,
        golden,
        set_by: column(row, 5)?,
        drawn_at: instant(row, 6)?,
    };
    Ok(Looked { look, decision: whole(row, 7, "a decision")?, answers: Vec::new() })
}

fn read_answer(row: &AnyRow) -> Result<SecondAnswer, StoreError> {
    Ok(SecondAnswer {
        by: column(row, 0)?,
        held: Answer {
            breach: column::<&str>(row, 1)? == "breach",
            clause: maybe_parsed(row, 2, "a clause")?,
        },
        at: instant(row, 3)?,
    })
}

impl Store {
    /// Draws a case for a second look; a case is drawn once, and made golden once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn draw_second_look(&self, look: &SecondLook) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let seq = number(&mut tx, NEXT, []).await?;
        let golden = look.golden.as_ref();
        let clause = golden.and_then(|known| known.clause.as_ref());
        let row = vec![
            seq.into(),
            look.id.as_str().into(),
            look.case.to_string().into(),
            if golden.is_some() { "golden" } else { "sample" }.into(),
            Value::text(golden.map(|known| word(known.breach))),
            Value::text(clause.map(|clause| clause.as_str())),
            Value::text(look.set_by.as_deref()),
            look.drawn_at.into(),
        ];
        DRAW.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// The second looks drawn since `since`, with what was answered.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn second_looks(&self, since: Timestamp) -> Result<Vec<Looked>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, LOOKS, [since.into(), MOST.into()]).await?;
        let mut looks = rows.iter().map(read_look).collect::<Result<Vec<_>, _>>()?;
        let places: std::collections::HashMap<String, usize> =
            looks.iter().enumerate().map(|(at, one)| (one.look.id.clone(), at)).collect();
        for row in fetch(&mut reader, ANSWERS, [since.into()]).await? {
            let at = places.get(column::<&str>(&row, 4)?);
            if let Some(looked) = at.and_then(|at| looks.get_mut(*at)) {
                looked.answers.push(read_answer(&row)?);
            }
        }
        Ok(looks)
    }

    /// One second look.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn second_look(&self, id: &str) -> Result<Option<Looked>, StoreError> {
        let mut reader = self.read().await?;
        let Some(row) = fetch_one(&mut reader, ONE, [id.into()]).await? else { return Ok(None) };
        let mut looked = read_look(&row)?;
        let answers = fetch(&mut reader, ANSWERS_OF, [id.into()]).await?;
        looked.answers = answers.iter().map(read_answer).collect::<Result<_, _>>()?;
        Ok(Some(looked))
    }

    /// Keeps a second answer; of one person the first stands.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_second_answer(
        &self,
        look: &str,
        answer: &SecondAnswer,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            look.into(),
            answer.by.as_str().into(),
            word(answer.held.breach).into(),
            Value::text(answer.held.clause.as_ref().map(|clause| clause.as_str())),
            answer.at.into(),
        ];
        ANSWER.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// What rules had found in cases that people decided since `since`, and what people held.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn held_findings(&self, since: Timestamp) -> Result<Vec<HeldFinding>, StoreError> {
        let rows = fetch(&mut *self.read().await?, HELD, [since.into(), MOST.into()]).await?;
        let mut held = Vec::new();
        for row in &rows {
            let FoundBy::Rules(rules) = whole(row, 1, "a finding")? else { continue };
            let clause: ClauseId = parsed(row, 0, "a clause")?;
            let breached: Option<ClauseId> = maybe_parsed(row, 3, "a clause")?;
            let upheld = column::<i64>(row, 2)? != 0 && breached.as_ref() == Some(&clause);
            held.push(HeldFinding { clause, rules, upheld });
        }
        Ok(held)
    }
}
