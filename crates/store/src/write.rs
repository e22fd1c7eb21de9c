//! Keeping a batch: every table gets its rows of the whole batch in few statements, all in one
//! transaction. Must not decide, and must never change a row that says what was held.

use crate::leaf::{LEAF, NEXT_LEAF};
use crate::sql::{Insert, LONGEST_LIST, Value, column, fetch, json, number, with_list};
use crate::state::Gathered;
use crate::{Became, ContentHash, Kept, KeptDecision, Received, Record, Store, StoreError};
use jiff::Timestamp;
use model::{
    ActionId, Case, CaseId, DecidedBy, Decision, Finding, Measure, Outcome, Pressing, Statement,
};
use sqlx::AnyConnection;
use std::collections::HashMap;

const NEXT_EVENT: &str = "select coalesce(max(seq) + 1, 0) from event";
/// Decisions share their numbers with the leaves of the log, some of which are of something else.
const NEXT_CASE: &str = "select coalesce(max(seq) + 1, 0) from casefile";
const EVENTS: &str = "select action_id, seq from event where action_id in ({list})";
const DECIDED: &str = "delete from waiting where case_id in ({list})";
const WAITING_CASES: &str = "select case_id from waiting where case_id in ({list})";
const ALL_CASES: &str = "select id from casefile where id in ({list})";

const EVENT: Insert = Insert {
    into: "insert into event (seq, action_id, action_name, happened_at, data, secret_data, \
        content, received_at, rulebook, became, became_of)",
    columns: 11,
    then: "",
};
const ITEM: Insert =
    Insert { into: "insert into item (event_seq, item_id, account_id, url)", columns: 4, then: "" };
const DECISION: Insert = Insert {
    into: "insert into decision (seq, id, event_seq, account_id, case_id, decided_at, breach, \
        clause, automated, rulebook, replaces, weight, ladder, step, expires_at, body)",
    columns: 16,
    then: "",
};
const STATEMENT: Insert = Insert {
    into: "insert into statement (decision_seq, body, public_text, regulator)",
    columns: 4,
    then: "",
};
const FINDING: Insert = Insert {
    into: "insert into finding (decision_seq, position, clause, found_by)",
    columns: 4,
    then: "",
};
const MEASURE: Insert = Insert {
    into: "insert into measure (decision_seq, position, word, until_at)",
    columns: 4,
    then: "",
};
const TIMED: Insert =
    Insert { into: "insert into timed (decision_seq, position, until_at)", columns: 3, then: "" };
const EXEMPT: Insert = Insert {
    into: "insert into exempt_decision (decision_seq, exemption_id)",
    columns: 2,
    then: "",
};
const OPENING: Insert =
    Insert { into: "insert into opening (decision_seq, field, salt, value)", columns: 4, then: "" };
const OUTBOX: Insert =
    Insert { into: "insert into outbox (decision_seq, created_at, body)", columns: 3, then: "" };
const DELIVERY: Insert = Insert {
    into: "insert into delivery (decision_seq, account_id, attempts, next_at)",
    columns: 4,
    then: "",
};
const CASEFILE: Insert = Insert {
    into: "insert into casefile (seq, id, event_seq, item_id, queue, priority, opened_at, body)",
    columns: 8,
    then: "",
};
const WAITING: Insert = Insert {
    into: "insert into waiting (case_seq, case_id, item_id, queue, priority, account_id, clause, \
        language, gravity, reach, opened_at, base)",
    columns: 12,
    then: "",
};
const CASE_FINDING: Insert = Insert {
    into: "insert into case_finding (case_id, event_seq, position, body)",
    columns: 4,
    then: "",
};
const LABEL: Insert = Insert {
    into: "insert into label_state (kind, entity_id, name, is_set, at, expires_at, reason)",
    columns: 7,
    then: " on conflict (kind, entity_id, name) do update set is_set = excluded.is_set, \
        at = excluded.at, expires_at = excluded.expires_at, reason = excluded.reason",
};

/// The place of new cases in the order of work, which depends on the target of their gravity.
const RANK: &str = "update waiting set rank = base - (opened_at / 1000000) * \
    (select t.slope from target t where t.gravity = waiting.gravity) where case_seq >= $1";

/// Whoever reported an item of a case is told what was held, by the road on which notices leave; by e-mail, who wished it. What an appeal
/// changes later is told by whoever changes it.
const OUTCOMES: &str = "insert into notice (id, kind, account_id, decision_id, report_id, created_at, attempts, next_at) \
    select 'report-' || r.id || '-' || d.id, 'report_outcome', d.account_id, d.id, r.id, d.decided_at, 0, d.decided_at \
    from decision d join report r on r.case_id = d.case_id where d.seq >= $1 and d.replaces is null \
    and r.reporter is not null and (r.reporter not like 'mail:%' \
        or exists (select 1 from report_notice n where n.id = r.notice_id and n.mail = 1)) \
    and not exists (select 1 from report_move m where m.report_id = r.id) \
    union all select 'report-' || r.id || '-' || d.id, 'report_outcome', d.account_id, d.id, r.id, d.decided_at, 0, d.decided_at \
    from decision d join report_move m on m.to_case = d.case_id join report r on r.id = m.report_id \
    where d.seq >= $1 and d.replaces is null and r.reporter is not null and (r.reporter not like 'mail:%' \
        or exists (select 1 from report_notice n where n.id = r.notice_id and n.mail = 1)) \
    and not exists (select 1 from report_move l where l.report_id = m.report_id and l.seq > m.seq) \
    on conflict (id) do nothing";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[OUTCOMES, RANK, NEXT_EVENT, NEXT_CASE, EVENTS, DECIDED, WAITING_CASES, ALL_CASES];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[
    &EVENT,
    &ITEM,
    &DECISION,
    &STATEMENT,
    &FINDING,
    &MEASURE,
    &TIMED,
    &EXEMPT,
    &OPENING,
    &OUTBOX,
    &DELIVERY,
    &CASEFILE,
    &WAITING,
    &CASE_FINDING,
    &LABEL,
];

impl Store {
    /// Keeps a batch in one transaction: all of it or nothing. Returns once it is on the disk.
    ///
    /// # Errors
    /// [`StoreError::Full`] when the disk is full; [`StoreError::Taken`] when an event, the
    /// decision of a case or the replacement of a decision is there already;
    /// [`StoreError::NoSuch`] when people decide on an event or a case that is not kept. Nothing
    /// of the batch is kept then.
    pub async fn record(&self, records: &[Record]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        Self::record_on(&mut tx, records).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps a batch in a transaction that keeps more than that.
    pub(crate) async fn record_on(
        connection: &mut AnyConnection,
        records: &[Record],
    ) -> Result<(), StoreError> {
        let mut batch = Batch::begin(connection, records).await?;
        for record in records {
            batch.add(record)?;
        }
        batch.insert(connection).await
    }

    /// Keeps a case that a report opens, on an event that is kept already.
    pub(crate) async fn open_case(
        connection: &mut AnyConnection,
        case: &Case,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::at(connection).await?;
        batch.find_events(connection, vec![&case.action_id]).await?;
        batch.add_case(batch.event(&case.action_id)?, case)?;
        batch.insert(connection).await
    }
}

/// The rows of a batch, table by table.
#[derive(Debug, Default)]
struct Batch<'a> {
    next_event: i64,
    next_decision: i64,
    next_case: i64,
    known: HashMap<&'a ActionId, i64>,
    event: Vec<Value>,
    item: Vec<Value>,
    decision: Vec<Value>,
    statement: Vec<Value>,
    finding: Vec<Value>,
    measure: Vec<Value>,
    timed: Vec<Value>,
    exempt: Vec<Value>,
    leaf: Vec<Value>,
    opening: Vec<Value>,
    outbox: Vec<Value>,
    delivery: Vec<Value>,
    casefile: Vec<Value>,
    waiting: Vec<Value>,
    case_finding: Vec<Value>,
    joined: Vec<CaseId>,
    decided: Vec<CaseId>,
    /// The first decision on a case.
    on_case: Option<i64>,
    labels: HashMap<(&'a str, &'a str, &'a str), [Value; 7]>,
    state: Gathered<'a>,
    now: Option<Timestamp>,
}

impl<'a> Batch<'a> {
    /// A batch that begins after what is kept.
    async fn at(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        Ok(Self {
            next_event: number(connection, NEXT_EVENT, []).await?,
            next_decision: number(connection, NEXT_LEAF, []).await?,
            next_case: number(connection, NEXT_CASE, []).await?,
            ..Self::default()
        })
    }

    /// A batch for these records, with the events that people decide on.
    async fn begin(
        connection: &mut AnyConnection,
        records: &'a [Record],
    ) -> Result<Self, StoreError> {
        let mut batch = Self::at(connection).await?;
        let earlier = records.iter().filter(|record| record.event.is_none());
        let earlier = earlier.filter_map(|record| match &record.kept {
            Kept::Decided(kept) => Some(&kept.decided.decision().action_id),
            Kept::Referred(case) => Some(&case.action_id),
            _ => None,
        });
        batch.find_events(connection, earlier.collect()).await?;
        Ok(batch)
    }

    async fn find_events(
        &mut self,
        connection: &mut AnyConnection,
        ids: Vec<&'a ActionId>,
    ) -> Result<(), StoreError> {
        for part in ids.chunks(LONGEST_LIST) {
            let (sql, values) =
                with_list(EVENTS, part.iter().map(|id| id.as_str().into()).collect());
            for row in fetch(connection, sql, values).await? {
                let (text, seq): (&str, i64) = (column(&row, 0)?, column(&row, 1)?);
                self.known.extend(part.iter().find(|id| id.as_str() == text).map(|id| (*id, seq)));
            }
        }
        Ok(())
    }

    fn event(&self, id: &ActionId) -> Result<i64, StoreError> {
        self.known.get(id).copied().ok_or(StoreError::NoSuch("event"))
    }

    fn add(&mut self, record: &'a Record) -> Result<(), StoreError> {
        let new = record.event.as_ref().map(|received| self.add_event(record, received));
        match &record.kept {
            Kept::Decided(kept) => {
                let event = new.map_or_else(|| self.event(&kept.decided.decision().action_id), Ok);
                self.add_decision(event?, record.at, kept)?;
            }
            Kept::Referred(case) => {
                let event = new.map_or_else(|| self.event(&case.action_id), Ok);
                self.add_case(event?, case)?;
            }
            Kept::Joined { case, findings } => {
                let event = new.ok_or(StoreError::NoSuch("event"))?;
                self.joined.push(*case);
                self.add_case_findings(*case, event, findings)?;
            }
            Kept::Nothing | Kept::Failed(_) => {}
        }
        self.state.add(&record.state, new);
        self.now = self.now.max(Some(record.at));
        for label in &record.labels {
            let entity = &label.entity;
            // The last word on a label counts; one statement cannot touch a row twice.
            self.labels.insert(
                (&entity.kind, &entity.id, &label.name),
                [
                    entity.kind.as_str().into(),
                    entity.id.as_str().into(),
                    label.name.as_str().into(),
                    label.set.into(),
                    label.at.into(),
                    Value::instant(label.expires_at),
                    label.reason.as_str().into(),
                ],
            );
        }
        Ok(())
    }

    fn add_event(&mut self, record: &'a Record, received: &'a Received) -> i64 {
        let seq = self.next_event;
        self.next_event += 1;
        let event = &received.event;
        self.known.insert(&event.action_id, seq);
        let (became, became_of) = Became::columns(&record.kept);
        self.event.extend([
            seq.into(),
            event.action_id.as_str().into(),
            event.action_name.as_str().into(),
            event.timestamp.into(),
            event.data.as_str().into(),
            Value::text(event.secret_data.as_ref().map(|data| data.as_str())),
            ContentHash::of(event).0.as_slice().into(),
            record.at.into(),
            record.rulebook.as_str().into(),
            became.into(),
            Value::text(became_of),
        ]);
        if let Some(subject) = &received.subject {
            self.item.extend([
                seq.into(),
                subject.item.id.as_str().into(),
                subject.account.id.as_str().into(),
                Value::text(subject.item.url.as_deref()),
            ]);
        }
        seq
    }

    fn add_decision(
        &mut self,
        event: i64,
        at: Timestamp,
        kept: &KeptDecision,
    ) -> Result<(), StoreError> {
        let (decision, statement) = (kept.decided.decision(), kept.decided.statement());
        let seq = self.next_decision;
        self.next_decision += 1;
        self.decision.extend(decision_row(seq, event, decision)?);
        let regulator = match &kept.regulator {
            Some(view) => Value::Text(json(view, "a regulator's view")?),
            None => Value::NoText,
        };
        self.statement.extend([
            seq.into(),
            json(statement, "a statement")?.into(),
            public_text(statement).into(),
            regulator,
        ]);
        for (position, finding) in (0i64..).zip(&decision.findings) {
            self.finding.extend([
                seq.into(),
                position.into(),
                finding.clause.as_str().into(),
                json(&finding.by, "a finding")?.into(),
            ]);
        }
        for (position, measure) in (0i64..).zip(&decision.measures) {
            let until = Value::instant(measure.until());
            self.measure.extend([seq.into(), position.into(), measure.word().into(), until]);
            if let Some(until) = measure.until() {
                self.timed.extend([seq.into(), position.into(), until.into()]);
            }
        }
        if let Some(exemption) = &decision.exemption {
            self.exempt.extend([seq.into(), exemption.id.as_str().into()]);
        }
        let hash = tlog::leaf_hash(&kept.leaf.bytes);
        self.leaf.extend([seq.into(), kept.leaf.bytes.as_slice().into(), hash.as_slice().into()]);
        for opening in &kept.leaf.openings {
            self.opening.extend([
                seq.into(),
                opening.field.as_str().into(),
                opening.salt.as_slice().into(),
                opening.value.as_str().into(),
            ]);
        }
        if let Some(enforcement) = &kept.enforcement {
            let body = json(enforcement, "an enforcement")?;
            self.outbox.extend([seq.into(), at.into(), body.into()]);
            let account = decision.account.as_str().into();
            self.delivery.extend([seq.into(), account, 0.into(), at.into()]);
        }
        if decision.case.is_some() {
            self.on_case = self.on_case.or(Some(seq));
        }
        // Also a decision in the place of another can be the first on its case: when an exemption ended.
        self.decided.extend(decision.case);
        Ok(())
    }

    fn add_case(&mut self, event: i64, case: &Case) -> Result<(), StoreError> {
        let seq = self.next_case;
        self.next_case += 1;
        let (id, priority) = (case.id.to_string(), i64::from(case.priority));
        self.casefile.extend([
            seq.into(),
            id.clone().into(),
            event.into(),
            case.item.as_str().into(),
            case.queue.as_str().into(),
            priority.into(),
            case.opened_at.into(),
            json(case, "a case")?.into(),
        ]);
        let pressing = Pressing {
            gravity: case.gravity,
            wish: case.priority,
            reach: case.reach,
            ..Pressing::default()
        };
        self.waiting.extend([
            seq.into(),
            id.into(),
            case.item.as_str().into(),
            case.queue.as_str().into(),
            priority.into(),
            case.account.as_str().into(),
            Value::text(case.findings.first().map(|finding| finding.clause.as_str())),
            Value::text(case.language.as_deref()),
            crate::queue::gravity_number(case.gravity).into(),
            Value::from_count(case.reach),
            case.opened_at.into(),
            pressing.base().into(),
        ]);
        Ok(())
    }

    fn add_case_findings(
        &mut self,
        case: CaseId,
        event: i64,
        findings: &[Finding],
    ) -> Result<(), StoreError> {
        for (position, finding) in (0i64..).zip(findings) {
            self.case_finding.extend([
                case.to_string().into(),
                event.into(),
                position.into(),
                json(finding, "a finding")?.into(),
            ]);
        }
        Ok(())
    }

    async fn insert(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        let labels = self.labels.into_values().flatten().collect();
        let opened = self.waiting.first().cloned();
        let on_case = self.on_case;
        for (table, rows) in [
            (&EVENT, self.event),
            (&ITEM, self.item),
            (&DECISION, self.decision),
            (&STATEMENT, self.statement),
            (&FINDING, self.finding),
            (&MEASURE, self.measure),
            (&TIMED, self.timed),
            (&EXEMPT, self.exempt),
            (&LEAF, self.leaf),
            (&OPENING, self.opening),
            (&OUTBOX, self.outbox),
            (&DELIVERY, self.delivery),
            (&CASEFILE, self.casefile),
            (&WAITING, self.waiting),
            (&CASE_FINDING, self.case_finding),
            (&LABEL, labels),
        ] {
            table.run(connection, rows).await?;
        }
        if let Some(first) = opened {
            crate::sql::execute(connection, RANK, [first]).await?;
        }
        if let Some(now) = self.now {
            self.state.insert(connection, now).await?;
        }
        must_hold(connection, WAITING_CASES, &self.joined).await?;
        must_hold(connection, ALL_CASES, &self.decided).await?;
        for part in self.decided.chunks(LONGEST_LIST) {
            let (sql, values) = with_list(DECIDED, ids(part));
            crate::sql::execute(connection, sql, values).await?;
        }
        if let Some(first) = on_case {
            crate::sql::execute(connection, OUTCOMES, [first.into()]).await?;
        }
        Ok(())
    }
}

fn ids(cases: &[CaseId]) -> Vec<Value> {
    cases.iter().map(|id| id.to_string().into()).collect()
}

/// Fails unless the query finds every one of these cases.
async fn must_hold(
    connection: &mut AnyConnection,
    sql: &str,
    cases: &[CaseId],
) -> Result<(), StoreError> {
    let mut cases = cases.to_vec();
    cases.sort_unstable();
    cases.dedup();
    for part in cases.chunks(LONGEST_LIST) {
        let (sql, values) = with_list(sql, ids(part));
        if fetch(connection, sql, values).await?.len() < part.len() {
            return Err(StoreError::NoSuch("case that waits"));
        }
    }
    Ok(())
}

fn decision_row(seq: i64, event: i64, decision: &Decision) -> Result<[Value; 16], StoreError> {
    // A step gives a warning or a strike exactly when it says how long that lasts.
    let step = decision.ladder.as_ref().filter(|step| step.expires_at.is_some());
    let weight = step.map(|_| {
        if decision.measures.iter().any(Measure::punishes) { "strike" } else { "warning" }
    });
    Ok([
        seq.into(),
        decision.id.to_string().into(),
        event.into(),
        decision.account.as_str().into(),
        Value::text(decision.case.map(|case| case.to_string())),
        decision.decided_at.into(),
        matches!(decision.outcome, Outcome::Breach { .. }).into(),
        Value::text(decision.outcome.clause().map(|clause| clause.as_str())),
        matches!(decision.by, DecidedBy::Automation).into(),
        decision.rulebook.as_str().into(),
        Value::text(decision.replaces.map(|id| id.to_string())),
        Value::text(weight),
        Value::text(step.map(|step| step.ladder.as_str())),
        step.map_or(Value::NoInt, |step| i64::from(step.step).into()),
        Value::instant(step.and_then(|step| step.expires_at)),
        json(decision, "a decision")?.into(),
    ])
}

/// What the public may search: clause and facts, in lower case; nothing of the item or the person.
pub(crate) fn public_text(statement: &Statement) -> String {
    let parts = statement.parts();
    let clauses = parts.clause.iter().flat_map(|clause| {
        [clause.id.as_str(), clause.policy_title.as_str(), clause.title.as_str()]
    });
    let texts: Vec<&str> = clauses.chain(parts.facts.values().map(String::as_str)).collect();
    texts.join("\n").to_lowercase()
}
