//! The leaf that a decision puts into the public log: what everybody may know in clear, and one
//! commitment for each field that a person may have erased. Must not hold personal data in clear.

use crate::sql::{Insert, column, count, digest, execute, fetch, maybe_parsed, number};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{
    AffiliationKind, AutomatedDecision, Decided, DecidedBy, DecisionId, FoundBy, Ids, Outcome,
    Source,
};
use sqlx::AnyConnection;
use tlog::{Canonical, Commitment, LONGEST_LEAF, leaf_hash};

/// The leaf of one decision, with the openings of its commitments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What the log holds, for ever: JSON in canonical form.
    pub bytes: Vec<u8>,
    /// What opens the commitments; each can be erased, the leaf stays as it is.
    pub openings: Vec<Opening>,
}

/// What opens one commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The field of the leaf.
    pub field: String,
    /// The random opening.
    pub salt: [u8; 32],
    /// The value committed to.
    pub value: String,
}

/// A leaf at its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLeaf {
    /// Its place, from 0, without gaps.
    pub index: u64,
    /// The decision; `None` when the leaf is of an erasure.
    pub decision: Option<DecisionId>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its hash (RFC 6962).
    pub hash: [u8; 32],
}

/// A leaf that no log can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the leaf has {0} bytes; a log holds at most 65,535: the decision cites too many clauses")]
pub struct LeafError(pub usize);

impl Leaf {
    /// Makes the leaf of a decision about an account of the class that the register says; draws the
    /// openings from `ids`. The same seven fields are
    /// committed to in every leaf: an empty one holds random bytes, so that nobody can tell.
    ///
    /// # Errors
    /// [`LeafError`] when the leaf is longer than a log takes.
    pub fn of(decided: &Decided, class: AffiliationKind, ids: &dyn Ids) -> Result<Self, LeafError> {
        let decision = decided.decision();
        let mut openings = Vec::new();
        let mut commitments = Vec::new();
        for (field, value) in erasable(decided) {
            let salt = ids.secret();
            let shown = match value {
                Some(value) => {
                    let commitment =
                        Commitment::new(&salt, &context(decision.id, field), value.as_bytes());
                    openings.push(Opening { field: field.into(), salt, value });
                    commitment.0
                }
                None => salt,
            };
            commitments.push((field.into(), Canonical::Text(hex(&shown))));
        }
        let mut members = in_clear(decided, class);
        members.push(("commitments".into(), Canonical::Object(commitments)));
        let bytes = Canonical::Object(members).bytes();
        if bytes.len() > LONGEST_LEAF {
            return Err(LeafError(bytes.len()));
        }
        Ok(Self { bytes, openings })
    }
}

impl Opening {
    /// The commitment of the decision's leaf that this opens.
    pub fn commitment(&self, decision: DecisionId) -> Commitment {
        Commitment::new(&self.salt, &context(decision, &self.field), self.value.as_bytes())
    }
}

fn context(decision: DecisionId, field: &str) -> String {
    format!("{decision}/{field}/v1")
}

/// The fields that a person may have erased.
fn erasable(decided: &Decided) -> [(&'static str, Option<String>); 7] {
    let (decision, draft) = (decided.decision(), decided.statement().parts());
    let reports: Vec<&str> = decision
        .findings
        .iter()
        .filter_map(|finding| match &finding.by {
            FoundBy::Report(id) => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let people = match &decision.by {
        DecidedBy::Automation => None,
        DecidedBy::People(people) => Some(people.join(", ")),
    };
    let facts = draft
        .facts
        .iter()
        .map(|(language, text)| (language.clone(), Canonical::text(text.as_str())));
    let facts = Canonical::Object(facts.collect()).bytes();
    [
        ("account", Some(decision.account.to_string())),
        ("content", Some(decision.item.to_string())),
        ("excerpt", draft.passage.as_ref().map(|passage| passage.text.clone())),
        ("facts", Some(String::from_utf8_lossy(&facts).into_owned())),
        ("people", people),
        ("reason", decision.reason.clone()),
        ("reports", Some(reports.join(", ")).filter(|reports| !reports.is_empty())),
    ]
}

fn in_clear(decided: &Decided, class: AffiliationKind) -> Vec<(String, Canonical)> {
    let (decision, draft) = (decided.decision(), decided.statement().parts());
    let texts =
        |texts: Vec<String>| Canonical::List(texts.into_iter().map(Canonical::Text).collect());
    let (outcome, clauses) = match &decision.outcome {
        Outcome::Breach { clauses } => {
            ("breach", clauses.iter().map(ToString::to_string).collect())
        }
        Outcome::NoBreach => ("no_breach", Vec::new()),
    };
    let measures = decision.measures.iter().map(|measure| {
        let mut members = vec![("measure".into(), Canonical::text(measure.word()))];
        if let Some(until) = measure.until() {
            members.push(("until".into(), Canonical::Text(hour(until))));
        }
        Canonical::Object(members)
    });
    let source = match decision.source {
        Source::OwnInitiative => "own_initiative",
        Source::Report => "report",
        Source::Order => "order",
    };
    let automated = match draft.automated_decision {
        AutomatedDecision::Fully => "fully",
        AutomatedDecision::Partially => "partially",
        AutomatedDecision::NotAutomated => "not_automated",
    };
    let mut members = vec![
        ("v".into(), Canonical::Integer(1)),
        ("decision".into(), Canonical::Text(decision.id.to_string())),
        ("decided_at".into(), Canonical::Text(hour(decision.decided_at))),
        ("rulebook".into(), Canonical::text(decision.rulebook.as_str())),
        ("outcome".into(), Canonical::text(outcome)),
        ("clauses".into(), texts(clauses)),
        ("measures".into(), Canonical::List(measures.collect())),
        ("source".into(), Canonical::text(source)),
        ("automated_detection".into(), Canonical::Bool(decision.automated_detection)),
        ("automated_decision".into(), Canonical::text(automated)),
        ("emergency".into(), Canonical::Bool(decision.emergency.is_some())),
        ("territorial_scope".into(), texts(draft.territorial_scope.clone())),
        ("account_class".into(), Canonical::text(class.word())),
    ];
    if let Some(exemption) = &decision.exemption {
        members.push(("exemption".into(), Canonical::text(exemption.id.as_str())));
    }
    if let Some(replaced) = decision.replaces {
        members.push(("replaces".into(), Canonical::Text(replaced.to_string())));
    }
    members
}

/// Puts one more leaf at the end, in the transaction of what it is about. Returns its place.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    bytes: &[u8],
) -> Result<i64, StoreError> {
    let place = number(connection, NEXT_LEAF, []).await?;
    let hash = leaf_hash(bytes);
    LEAF.run(connection, vec![place.into(), bytes.into(), hash.as_slice().into()]).await?;
    Ok(place)
}

/// Rounded down to the hour: the exact moment can point to a person.
pub(crate) fn hour(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:00Z").to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The place of the next leaf.
pub(crate) const NEXT_LEAF: &str = "select coalesce(max(seq) + 1, 0) from leaf";
pub(crate) const LEAF: Insert =
    Insert { into: "insert into leaf (seq, bytes, hash)", columns: 3, then: "" };
const LEAVES: &str = "select l.seq, d.id, l.bytes, l.hash \
    from leaf l left join decision d on d.seq = l.seq where l.seq >= $1 order by l.seq limit $2";
const OPENINGS: &str = "select o.field, o.salt, o.value \
    from opening o join decision d on d.seq = o.decision_seq where d.id = $1 order by o.field";
const ERASE: &str = "delete from opening where field = $1 and decision_seq = \
    (select seq from decision where id = $2)";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[LEAVES, OPENINGS, ERASE, NEXT_LEAF];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&LEAF];

impl Store {
    /// Leaves of the public log from place `from` on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn leaves(&self, from: u64, limit: u32) -> Result<Vec<StoredLeaf>, StoreError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, LEAVES, [from.into(), i64::from(limit).into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(StoredLeaf {
                    index: count(row, 0)?,
                    decision: maybe_parsed(row, 1, "a decision's id")?,
                    bytes: column(row, 2)?,
                    hash: digest(row, 3)?,
                })
            })
            .collect()
    }

    /// What opens the commitments of a decision's leaf.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn openings(&self, decision: DecisionId) -> Result<Vec<Opening>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, OPENINGS, [decision.to_string().into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(Opening {
                    field: column(row, 0)?,
                    salt: digest(row, 1)?,
                    value: column(row, 2)?,
                })
            })
            .collect()
    }

    /// Erases openings, so that no byte of them stays in the files. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when they are deleted, but a long read keeps their old bytes in the
    /// write-ahead log: call it again.
    pub async fn erase_openings(
        &self,
        decision: DecisionId,
        fields: &[&str],
    ) -> Result<u64, StoreError> {
        let mut erased = 0;
        let mut tx = self.write().await?;
        for field in fields {
            erased +=
                execute(&mut tx, ERASE, [(*field).into(), decision.to_string().into()]).await?;
        }
        tx.commit().await?;
        self.checkpoint().await?;
        Ok(erased)
    }
}
