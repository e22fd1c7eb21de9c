//! Appeals and what they undo. That an appeal is proposed, answered or escalated is read from later rows; an answer
//! and every decision that follows from it are one transaction. Must not decide who may answer.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, execute, fetch, fetch_one, instant, json,
    maybe_instant, maybe_parsed, number, parsed, unreadable, whole, with_list, word,
};
use crate::{KeptEvidence, NewNotice, Record, Store, StoreError};
use jiff::Timestamp;
use model::{
    AccountId, Appeal, AppealAnswer, AppealId, AppealOutcome, Appellant, DecisionId, Json,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;

/// An appeal with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAppeal {
    /// The appeal.
    pub appeal: Appeal,
    /// Its answer.
    pub answer: Option<AppealAnswer>,
    /// Since when it is urgent: its deadline passed, or a person said so.
    pub escalated_at: Option<Timestamp>,
}

/// An answer that one person proposes and that needs a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealProposal {
    /// The appeal.
    pub appeal: AppealId,
    /// Pseudonym of the person.
    pub by: String,
    /// What is proposed: the caller's own value.
    pub answer: Json,
    /// Why one person is not enough.
    pub why: String,
    /// When.
    pub proposed_at: Timestamp,
}

/// An appeal that is urgent from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// The appeal.
    pub appeal: AppealId,
    /// When.
    pub at: Timestamp,
    /// Pseudonym of who said so; `None`: its deadline passed.
    pub by: Option<String>,
    /// Why.
    pub why: String,
}

/// A replacement that takes over since when its step runs, and when the person was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recounted {
    /// The replacement.
    pub decision: DecisionId,
    /// The decision whose undoing made it necessary.
    pub because_of: DecisionId,
    /// Since when the step runs.
    pub given_at: Timestamp,
    /// When the notice of what it replaces was delivered.
    pub delivered_at: Option<Timestamp>,
}

/// Why a decision was counted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedAnew {
    /// The decision that was counted anew.
    pub decision: DecisionId,
    /// The one that was undone.
    pub because_of: DecisionId,
    /// Since when its step runs.
    pub given_at: Timestamp,
}

/// Which appeals to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppealsOf {
    /// Those that wait for an answer, the most urgent first.
    #[default]
    Waiting,
    /// All of them, the latest first.
    All,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select p.id, p.decision_id, p.account_id, p.appellant, p.report_id, p.level, p.text, \
             p.language, p.submitted_at, p.due_at, a.outcome, a.answered_by, a.reason, \
             a.answered_at, a.decision_id, (select min(e.escalated_at) from appeal_escalation e \
             where e.appeal_id = p.id), a.evidence from appeal p \
             left join appeal_answer a on a.appeal_id = p.id ",
            $rest
        )
    };
}

const ONE: &str = select!("where p.id = $1");
const WAITING: &str = select!(
    "where a.appeal_id is null order by exists (select 1 from appeal_escalation e \
     where e.appeal_id = p.id) desc, p.due_at, p.seq limit $1"
);
const ALL: &str = select!("order by p.seq desc limit $1");
const OF_ACCOUNT: &str = select!("where p.account_id = $1 order by p.seq");
const OF_DECISIONS: &str = select!("where p.decision_id in ({list}) order by p.seq");
const OVERDUE: &str = select!(
    "where a.appeal_id is null and p.due_at <= $1 and not exists (select 1 \
     from appeal_escalation e where e.appeal_id = p.id and e.escalated_by = '') \
     order by p.due_at limit 100"
);
const PROPOSAL: &str = "select appeal_id, proposed_by, answer, why, proposed_at \
    from appeal_proposal where appeal_id = $1 order by seq desc limit 1";
const BACKLOG: &str = "select count(*), coalesce(sum(case when p.due_at <= $1 then 1 else 0 end), 0) \
    from appeal p left join appeal_answer a on a.appeal_id = p.id where a.appeal_id is null";
const IS_OPEN: &str = "select count(*) from appeal p \
    where p.id = $1 and not exists (select 1 from appeal_answer a where a.appeal_id = p.id)";
/// What one decision replaces, and what its case is.
const BEFORE: &str = "select d.body, d.case_id from decision d where d.id = $1";
const PROPOSED_ON_CASE: &str = "select proposed_by from proposal where case_id = $1";
const PROPOSED_ON_APPEALS: &str = "select q.proposed_by from appeal_proposal q \
    join appeal p on p.id = q.appeal_id where p.decision_id = $1";
const ANSWERED: &str = "select a.answered_by from appeal_answer a \
    join appeal p on p.id = a.appeal_id where p.decision_id = $1 or a.decision_id = $1";
/// Who proposed an act about what a decision is about, or said a word about it: the decision itself, its case, and
/// an exemption of its item.
const ACTED: &str = "select a.proposed_by from act a where a.about in ($1, $2) \
        or (a.class = 'exemption' and a.about = $3) \
    union select w.said_by from act a join act_word w on w.act_seq = a.seq where a.about in ($1, $2) \
        or (a.class = 'exemption' and a.about = $3)";
const SEQ: &str = "select seq from decision where id = $1";
const COUNTED_ANEW: &str = "select d.id, r.because_of, r.given_at from recount r \
    join decision d on d.seq = r.decision_seq where d.id in ({list})";
const APPEAL: Insert = Insert {
    into: "insert into appeal (id, decision_id, account_id, appellant, report_id, level, text, \
        language, submitted_at, due_at)",
    columns: 10,
    then: "",
};
const PROPOSE: Insert = Insert {
    into: "insert into appeal_proposal (appeal_id, proposed_by, answer, why, proposed_at)",
    columns: 5,
    then: "",
};
const ANSWER: Insert = Insert {
    into: "insert into appeal_answer (appeal_id, outcome, answered_by, reason, answered_at, \
        decision_id, evidence)",
    columns: 7,
    then: "",
};
const ESCALATE: Insert = Insert {
    into: "insert into appeal_escalation (appeal_id, escalated_at, escalated_by, why)",
    columns: 4,
    then: " on conflict (appeal_id, escalated_at) do nothing",
};
const RECOUNT: Insert = Insert {
    into: "insert into recount (decision_seq, because_of, given_at)",
    columns: 3,
    then: "",
};
const TOLD: Insert = Insert {
    into: "insert into receipt (decision_seq, state, at, detail, received_at)",
    columns: 5,
    then: " on conflict (decision_seq, state, at) do nothing",
};
/// What is forgotten with the events of decisions; each takes the list of events.
pub(crate) const FORGET: [&str; 3] = [
    "update appeal_proposal set answer = '{}', why = '(erased)' where appeal_id in (select p.id \
        from appeal p join decision d on d.id = p.decision_id where d.event_seq in ({list}))",
    "update appeal_answer set reason = '(erased)' where appeal_id in (select p.id \
        from appeal p join decision d on d.id = p.decision_id where d.event_seq in ({list}))",
    "update appeal set account_id = '', text = '(erased)' where decision_id in \
        (select id from decision where event_seq in ({list}))",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    ONE,
    WAITING,
    ALL,
    OF_ACCOUNT,
    OF_DECISIONS,
    OVERDUE,
    PROPOSAL,
    BACKLOG,
    IS_OPEN,
    BEFORE,
    PROPOSED_ON_CASE,
    PROPOSED_ON_APPEALS,
    ANSWERED,
    ACTED,
    SEQ,
    COUNTED_ANEW,
    FORGET[0],
    FORGET[1],
    FORGET[2],
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&APPEAL, &PROPOSE, &ANSWER, &ESCALATE, &RECOUNT, &TOLD];

fn read(row: &AnyRow) -> Result<StoredAppeal, StoreError> {
    let by = match column(row, 3)? {
        "reporter" => Appellant::Reporter { report: column(row, 4)? },
        _ => Appellant::Person,
    };
    let account = match column::<&str>(row, 2)? {
        // An erased one: no platform can send this id.
        "" => AccountId::new("(erased)").map_err(|error| unreadable("an account's id", &error))?,
        text => text.parse().map_err(|error| unreadable("an account's id", &error))?,
    };
    let appeal = Appeal {
        id: parsed(row, 0, "an appeal's id")?,
        decision: parsed(row, 1, "a decision's id")?,
        account,
        by,
        level: u8::try_from(column::<i64>(row, 5)?)
            .map_err(|error| unreadable("an appeal's level", &error))?,
        text: column(row, 6)?,
        language: column(row, 7)?,
        submitted_at: instant(row, 8)?,
        due_at: instant(row, 9)?,
    };
    let answer = match column::<Option<&str>>(row, 10)? {
        None => None,
        Some(outcome) => Some(AppealAnswer {
            outcome: match outcome {
                "granted" => AppealOutcome::Granted,
                "varied" => AppealOutcome::Varied,
                _ => AppealOutcome::Rejected,
            },
            by: whole(row, 11, "who answered an appeal")?,
            reason: column(row, 12)?,
            answered_at: instant(row, 13)?,
            decision: maybe_parsed(row, 14, "a decision's id")?,
            evidence: whole(row, 16, "the evidence of an answer")?,
        }),
    };
    Ok(StoredAppeal { appeal, answer, escalated_at: maybe_instant(row, 15)? })
}

fn all(rows: &[AnyRow]) -> Result<Vec<StoredAppeal>, StoreError> {
    rows.iter().map(read).collect()
}

impl Store {
    /// Keeps an appeal with its evidence, and the notice that it came.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the same person challenged the same decision before, on this level.
    pub async fn add_appeal(
        &self,
        appeal: &Appeal,
        evidence: &[(KeptEvidence, Vec<u8>)],
        notices: &[NewNotice],
    ) -> Result<(), StoreError> {
        let report = match &appeal.by {
            Appellant::Person => "",
            Appellant::Reporter { report } => report.as_str(),
        };
        let row = [
            appeal.id.to_string().into(),
            appeal.decision.to_string().into(),
            appeal.account.as_str().into(),
            appeal.by.word().into(),
            report.into(),
            i64::from(appeal.level).into(),
            appeal.text.as_str().into(),
            appeal.language.as_str().into(),
            appeal.submitted_at.into(),
            appeal.due_at.into(),
        ];
        let mut tx = self.write().await?;
        APPEAL.run(&mut tx, row.into()).await?;
        crate::evidence::keep(&mut tx, evidence).await?;
        crate::notices::add(&mut tx, notices).await?;
        Ok(tx.commit().await?)
    }

    /// One appeal.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn appeal(&self, id: AppealId) -> Result<Option<StoredAppeal>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, ONE, [id.to_string().into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Appeals, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn appeals(
        &self,
        of: AppealsOf,
        limit: u32,
    ) -> Result<Vec<StoredAppeal>, StoreError> {
        let sql = match of {
            AppealsOf::Waiting => WAITING,
            AppealsOf::All => ALL,
        };
        all(&fetch(&mut *self.read().await?, sql, [i64::from(limit).into()]).await?)
    }

    /// All appeals about an account's items, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn appeals_about(
        &self,
        account: &AccountId,
    ) -> Result<Vec<StoredAppeal>, StoreError> {
        all(&fetch(&mut *self.read().await?, OF_ACCOUNT, [account.as_str().into()]).await?)
    }

    /// All appeals against these decisions, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn appeals_against(
        &self,
        decisions: &[DecisionId],
    ) -> Result<Vec<StoredAppeal>, StoreError> {
        let mut found = Vec::new();
        let mut reader = self.read().await?;
        for part in decisions.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|id| id.to_string().into()).collect();
            let (sql, values) = with_list(OF_DECISIONS, ids);
            found.extend(all(&fetch(&mut reader, sql, values).await?)?);
        }
        Ok(found)
    }

    /// Appeals whose deadline passed and that nobody was told of yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn overdue_appeals(&self, now: Timestamp) -> Result<Vec<StoredAppeal>, StoreError> {
        all(&fetch(&mut *self.read().await?, OVERDUE, [now.into()]).await?)
    }

    /// How many appeals wait, and how many of them past their deadline.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn appeal_backlog(&self, now: Timestamp) -> Result<(u64, u64), StoreError> {
        match fetch_one(&mut *self.read().await?, BACKLOG, [now.into()]).await? {
            Some(row) => Ok((count(&row, 0)?, count(&row, 1)?)),
            None => Ok((0, 0)),
        }
    }

    /// What one person proposes to answer; the latest.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn appeal_proposal(
        &self,
        id: AppealId,
    ) -> Result<Option<AppealProposal>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, PROPOSAL, [id.to_string().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let answer = Json::parse(column(&row, 2)?);
        Ok(Some(AppealProposal {
            appeal: parsed(&row, 0, "an appeal's id")?,
            by: column(&row, 1)?,
            answer: answer.map_err(|error| unreadable("a proposed answer", &error))?,
            why: column(&row, 3)?,
            proposed_at: instant(&row, 4)?,
        }))
    }

    /// Keeps a proposed answer; the latest counts.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the appeal does not wait.
    pub async fn propose_answer(&self, proposal: &AppealProposal) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        must_be_open(&mut tx, proposal.appeal).await?;
        let row = [
            proposal.appeal.to_string().into(),
            proposal.by.as_str().into(),
            proposal.answer.as_str().into(),
            proposal.why.as_str().into(),
            proposal.proposed_at.into(),
        ];
        PROPOSE.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps that an appeal is urgent.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the appeal does not wait.
    pub async fn escalate_appeal(&self, escalation: &Escalation) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        must_be_open(&mut tx, escalation.appeal).await?;
        let row = [
            escalation.appeal.to_string().into(),
            escalation.at.into(),
            escalation.by.as_deref().unwrap_or_default().into(),
            escalation.why.as_str().into(),
        ];
        ESCALATE.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps, in one transaction, decisions that take the place of others, what was counted anew, and the answer to
    /// the appeal that brought it about, and the notices of it: all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the appeal was answered or one of the decisions replaced meanwhile.
    pub async fn undo(
        &self,
        records: &[Record],
        recounted: &[Recounted],
        answer: Option<(AppealId, &AppealAnswer)>,
        notices: &[NewNotice],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        Self::record_on(&mut tx, records).await?;
        for one in recounted {
            let seq = number(&mut tx, SEQ, [one.decision.to_string().into()]).await?;
            let row = [seq.into(), one.because_of.to_string().into(), one.given_at.into()];
            RECOUNT.run(&mut tx, row.into()).await?;
            if let Some(delivered) = one.delivered_at {
                let detail = "told by the notice of the decision that this one replaces";
                let state = word(&model::ReceiptState::NoticeDelivered, "a receipt")?;
                let row = [seq.into(), state.into(), delivered.into(), detail.into(), at.into()];
                TOLD.run(&mut tx, row.into()).await?;
            }
        }
        if let Some((id, answer)) = answer {
            let row = [
                id.to_string().into(),
                answer.outcome.word().into(),
                json(&answer.by, "who answered an appeal")?.into(),
                answer.reason.as_str().into(),
                answer.answered_at.into(),
                Value::text(answer.decision.map(|id| id.to_string())),
                json(&answer.evidence, "the evidence of an answer")?.into(),
            ];
            ANSWER.run(&mut tx, row.into()).await?;
        }
        crate::notices::add(&mut tx, notices).await?;
        Ok(tx.commit().await?)
    }

    /// Pseudonyms of all who took part in a decision: who decided it or proposed to, also what it replaces; who
    /// answered or proposed to answer an appeal against any of these; who proposed, agreed to or refused an act about
    /// any of them, its case, or an exemption of its item.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn took_part(&self, decision: DecisionId) -> Result<BTreeSet<String>, StoreError> {
        let mut people = BTreeSet::new();
        let mut reader = self.read().await?;
        let mut next = Some(decision);
        while let Some(id) = next.take() {
            let Some(row) = fetch_one(&mut reader, BEFORE, [id.to_string().into()]).await? else {
                break;
            };
            let body: model::Decision = whole(&row, 0, "a decision")?;
            if let model::DecidedBy::People(all) = &body.by {
                people.extend(all.iter().cloned());
            }
            people.extend(body.emergency.map(|emergency| emergency.approved_by));
            if let Some(case) = column::<Option<&str>>(&row, 1)? {
                names(&mut reader, PROPOSED_ON_CASE, case, &mut people).await?;
            }
            let case = column::<Option<String>>(&row, 1)?.unwrap_or_else(|| id.to_string());
            let about = [id.to_string().into(), case.into(), body.item.as_str().into()];
            for row in fetch(&mut reader, ACTED, about).await? {
                people.insert(column(&row, 0)?);
            }
            let id = id.to_string();
            names(&mut reader, PROPOSED_ON_APPEALS, &id, &mut people).await?;
            for row in fetch(&mut reader, ANSWERED, [id.into()]).await? {
                people.extend(whole::<Vec<String>>(&row, 0, "who answered an appeal")?);
            }
            next = body.replaces;
        }
        Ok(people)
    }

    /// Which of these decisions were counted anew, and why.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn counted_anew(
        &self,
        decisions: &[DecisionId],
    ) -> Result<Vec<CountedAnew>, StoreError> {
        let mut found = Vec::new();
        let mut reader = self.read().await?;
        for part in decisions.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|id| id.to_string().into()).collect();
            let (sql, values) = with_list(COUNTED_ANEW, ids);
            for row in fetch(&mut reader, sql, values).await? {
                found.push(CountedAnew {
                    decision: parsed(&row, 0, "a decision's id")?,
                    because_of: parsed(&row, 1, "a decision's id")?,
                    given_at: instant(&row, 2)?,
                });
            }
        }
        Ok(found)
    }
}

async fn names(
    reader: &mut AnyConnection,
    sql: &'static str,
    of: &str,
    people: &mut BTreeSet<String>,
) -> Result<(), StoreError> {
    for row in fetch(reader, sql, [of.into()]).await? {
        people.insert(column(&row, 0)?);
    }
    Ok(())
}

pub(crate) async fn must_be_open(
    connection: &mut AnyConnection,
    id: AppealId,
) -> Result<(), StoreError> {
    match number(connection, IS_OPEN, [id.to_string().into()]).await? {
        0 => Err(StoreError::NoSuch("appeal that waits")),
        _ => Ok(()),
    }
}

/// Overwrites what appeals say about these events. Returns nothing: how much it was is not counted.
pub(crate) async fn forget(
    connection: &mut AnyConnection,
    events: &[i64],
) -> Result<(), StoreError> {
    for part in events.chunks(LONGEST_LIST) {
        for sql in FORGET {
            let (sql, values) = with_list(sql, part.iter().map(|seq| (*seq).into()).collect());
            execute(connection, sql, values).await?;
        }
    }
    Ok(())
}
