//! What evaluation and the ladder must know about accounts: standings and label states, each for a
//! whole batch in one query.

use crate::sql::{
    LONGEST_LIST, column, fetch, instant, maybe_instant, parsed, unreadable, whole, with_list,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{AccountId, Standing, StandingEntry, StandingKind};
use sqlx::any::AnyRow;
use std::collections::{HashMap, HashSet};

/// The thing that carries a label: an SML entity (`User`, `1001`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    /// The entity's type, as the rules declare it.
    pub kind: String,
    /// The platform's id of it.
    pub id: String,
}

/// Whether an entity carries a label at present. The latest word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What carries it.
    pub entity: Entity,
    /// The label's name.
    pub name: String,
    /// Set (`true`) or taken away.
    pub set: bool,
    /// Since when.
    pub at: Timestamp,
    /// When it lapses; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// Why: the caller's own words, kept as they are.
    pub reason: String,
}

const STANDINGS: &str = "select d.account_id, d.id, d.ladder, d.clause, d.weight, d.step, \
    coalesce(c.given_at, d.decided_at), d.expires_at, min(r.at), d.body \
    from decision d left join receipt r \
        on r.decision_seq = d.seq and r.state = 'notice_delivered' \
    left join recount c on c.decision_seq = d.seq \
    where d.account_id in ({list}) and d.weight is not null \
        and not exists (select 1 from decision later where later.replaces = d.id) \
    group by d.seq order by coalesce(c.given_at, d.decided_at), d.seq";
const LABELS: &str = "select kind, entity_id, name, is_set, at, expires_at, reason \
    from label_state where entity_id in ({list}) order by kind, entity_id, name";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[STANDINGS, LABELS];

impl Store {
    /// Warnings and strikes of these accounts, without those replaced; an account without any is
    /// not in the map. `delivered_at` is set once the platform says that the notice arrived.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn standings(
        &self,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Standing>, StoreError> {
        let mut standings: HashMap<AccountId, Standing> = HashMap::new();
        let mut reader = self.read().await?;
        for part in accounts.chunks(LONGEST_LIST) {
            let accounts = part.iter().map(|id| id.as_str().into()).collect();
            let (sql, values) = with_list(STANDINGS, accounts);
            for row in fetch(&mut reader, sql, values).await? {
                let account = parsed(&row, 0, "a decision's account")?;
                standings.entry(account).or_default().entries.push(entry(&row, 9)?);
            }
        }
        Ok(standings)
    }

    /// The labels (set, taken away or lapsed) of these entities.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn labels(
        &self,
        entities: &[Entity],
    ) -> Result<HashMap<Entity, Vec<Label>>, StoreError> {
        let asked: HashSet<&Entity> = entities.iter().collect();
        let mut labels: HashMap<Entity, Vec<Label>> = HashMap::new();
        let mut reader = self.read().await?;
        for part in entities.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|entity| entity.id.as_str().into()).collect();
            let (sql, values) = with_list(LABELS, ids);
            for row in fetch(&mut reader, sql, values).await? {
                let entity = Entity { kind: column(&row, 0)?, id: column(&row, 1)? };
                // Two kinds may share an id, and two parts of the list a row.
                if !asked.contains(&entity) {
                    continue;
                }
                let label = Label {
                    entity: entity.clone(),
                    name: column(&row, 2)?,
                    set: column::<i64>(&row, 3)? != 0,
                    at: instant(&row, 4)?,
                    expires_at: maybe_instant(&row, 5)?,
                    reason: column(&row, 6)?,
                };
                let known = labels.entry(entity).or_default();
                if !known.iter().any(|other| other.name == label.name) {
                    known.push(label);
                }
            }
        }
        Ok(labels)
    }
}

/// Reads the first nine columns of a warning or strike.
pub(crate) fn entry(row: &AnyRow, body: usize) -> Result<StandingEntry, StoreError> {
    let kind = match column(row, 4)? {
        "strike" => StandingKind::Strike,
        _ => StandingKind::Warning,
    };
    let step = u32::try_from(column::<i64>(row, 5)?)
        .map_err(|error| unreadable("a ladder's step", &error))?;
    // When the conduct took place stands in the decision alone.
    #[derive(serde::Deserialize)]
    struct Conduct {
        conduct_at: Timestamp,
    }
    let conduct: Conduct = whole(row, body, "a decision")?;
    Ok(StandingEntry {
        decision: parsed(row, 1, "a decision's id")?,
        ladder: column(row, 2)?,
        clause: parsed(row, 3, "a decision's clause")?,
        kind,
        step,
        conduct_at: Some(conduct.conduct_at),
        given_at: instant(row, 6)?,
        delivered_at: maybe_instant(row, 8)?,
        expires_at: instant(row, 7)?,
    })
}
