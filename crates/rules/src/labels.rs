//! The labels of an entity, and what rules do to them. Pure: whoever keeps labels reads them,
//! applies what the rules ask for, and writes them back.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::value::{Effect, Entity, Value, text};

/// All labels of one entity, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelState {
    /// The labels.
    #[serde(default)]
    pub labels: BTreeMap<String, Label>,
}

/// One label as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// On or off, and by whose hand.
    pub status: LabelStatus,
    /// Why, by the name of the rule or person.
    pub reasons: BTreeMap<String, LabelReason>,
    /// What it was before, latest first.
    #[serde(default)]
    pub previous_states: Vec<PreviousState>,
}

/// A label as it stood before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousState {
    /// On or off, and by whose hand.
    pub status: LabelStatus,
    /// Why.
    pub reasons: BTreeMap<String, LabelReason>,
}

/// On or off, and by whose hand. The later ones outweigh the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum LabelStatus {
    /// Taken off by rules.
    Removed,
    /// Put on by rules.
    Added,
    /// Taken off by a person.
    ManuallyRemoved,
    /// Put on by a person.
    ManuallyAdded,
}

impl LabelStatus {
    /// Whether the label is on.
    #[must_use]
    pub fn is_added(self) -> bool {
        matches!(self, Self::Added | Self::ManuallyAdded)
    }

    /// Whether a person set it.
    #[must_use]
    pub fn is_manual(self) -> bool {
        matches!(self, Self::ManuallyRemoved | Self::ManuallyAdded)
    }
}

impl From<LabelStatus> for u8 {
    fn from(status: LabelStatus) -> Self {
        match status {
            LabelStatus::Removed => 0,
            LabelStatus::Added => 1,
            LabelStatus::ManuallyRemoved => 2,
            LabelStatus::ManuallyAdded => 3,
        }
    }
}

impl TryFrom<u8> for LabelStatus {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            0 => Ok(Self::Removed),
            1 => Ok(Self::Added),
            2 => Ok(Self::ManuallyRemoved),
            3 => Ok(Self::ManuallyAdded),
            _ => Err(format!("{number} is no status of a label: 0 to 3 are")),
        }
    }
}

/// Why a label stands as it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelReason {
    /// Whether it waits for something.
    #[serde(default)]
    pub pending: bool,
    /// What the rule says, names in braces.
    #[serde(default)]
    pub description: String,
    /// What to fill in for the names.
    #[serde(default)]
    pub features: BTreeMap<String, String>,
    /// Since when.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Until when; for ever if None.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// Writes may be this late without a label counting as expired.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

impl LabelReason {
    fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

impl Label {
    /// Whether it counts no more, because every reason has expired.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.reasons.values().all(|reason| reason.is_over(now))
    }

    /// When the oldest reason that counts began. None if none says when.
    #[must_use]
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let counting = self.reasons.values().filter(|reason| !reason.is_over(now));
        counting.filter_map(|reason| reason.created_at).min()
    }

    fn replace(&mut self, status: LabelStatus, reasons: BTreeMap<String, LabelReason>) {
        let before = std::mem::replace(&mut self.reasons, reasons);
        if !before.is_empty() {
            let previous = PreviousState { status: self.status, reasons: before };
            self.previous_states.insert(0, previous);
        }
        self.status = status;
    }

    /// Adds reasons; a newer one of the same name takes the place of the old one, which lends it
    /// its beginning.
    fn add(&mut self, reasons: BTreeMap<String, LabelReason>) {
        for (name, mut reason) in reasons {
            let before = self.reasons.get(&name).and_then(|before| before.created_at);
            if let (Some(before), Some(new)) = (before, reason.created_at) {
                if before.checked_sub(GRACE).is_ok_and(|before| before > new) {
                    continue;
                }
                reason.created_at = Some(before);
            }
            self.reasons.insert(name, reason);
        }
    }
}

/// Why a change was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Dropped {
    /// The same event asks for what outweighs it.
    ConflictingMutation,
    /// A person set the label.
    CannotOverrideManual,
    /// The entity has no id.
    InvalidEntityId,
}

/// What an event did to the labels of one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabelMutation {
    /// `Type/id`.
    pub entity: String,
    /// Labels that are on now and were not.
    pub added: Vec<String>,
    /// Labels that are off now and were not.
    pub removed: Vec<String>,
    /// Labels that stay as they are, with other reasons.
    pub updated: Vec<String>,
    /// Labels that stay as they are, and why.
    pub dropped: Vec<(String, Dropped)>,
}

/// A change of one label that rules ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelChange {
    /// The label.
    pub label: String,
    /// Put on or taken off.
    pub status: LabelStatus,
    /// The name of the rule.
    pub rule: String,
    /// Why, and for how long.
    pub reason: LabelReason,
}

/// The changes that an event's effects ask for, by entity (`Type/id`), in the order of the first
/// effect on each. `at` is the event's time, from which expiry counts; `now` is when it is written.
#[must_use]
pub fn changes(
    effects: &[crate::evaluate::Emitted],
    at: Timestamp,
    now: Timestamp,
) -> Vec<(String, Vec<LabelChange>)> {
    let mut entities: Vec<(String, Vec<LabelChange>)> = Vec::new();
    for emitted in effects {
        let Effect::Label(effect) = &*emitted.effect else { continue };
        if !effect.applies() {
            continue;
        }
        let entity = entity_name(&effect.entity);
        let expires_at = effect.expires_after.and_then(|span| {
            let nanos = span.micros().checked_mul(1000)?.checked_add(at.as_nanosecond())?;
            Timestamp::from_nanosecond(nanos).ok()
        });
        let status = if effect.add { LabelStatus::Added } else { LabelStatus::Removed };
        let rules = emitted.rules.iter().chain(&effect.dependent_rule);
        let new = rules.map(|rule| LabelChange {
            label: effect.name.to_string(),
            status,
            rule: rule.name.to_string(),
            reason: LabelReason {
                pending: false,
                description: rule.description.to_string(),
                features: rule
                    .features
                    .iter()
                    .map(|(name, text)| (name.to_string(), text.to_string()))
                    .collect(),
                created_at: Some(now),
                expires_at,
            },
        });
        match entities.iter_mut().find(|(name, _)| *name == entity) {
            Some((_, changes)) => changes.extend(new),
            None => entities.push((entity, new.collect())),
        }
    }
    entities
}

/// `User/u1`, as label stores name entities.
#[must_use]
pub fn entity_name(entity: &Entity) -> String {
    format!("{}/{}", entity.kind, id_text(&entity.id))
}

/// An entity's id as text.
#[must_use]
pub fn id_text(id: &Value) -> String {
    text(id).map(|text| text.to_string()).unwrap_or_default()
}

/// Applies changes to the labels of an entity.
pub fn apply(
    entity: &str,
    state: &mut LabelState,
    changes: Vec<LabelChange>,
    now: Timestamp,
) -> LabelMutation {
    let mut done = LabelMutation {
        entity: entity.to_owned(),
        added: Vec::new(),
        removed: Vec::new(),
        updated: Vec::new(),
        dropped: Vec::new(),
    };
    if entity.split_once('/').is_none_or(|(_, id)| id.is_empty()) {
        done.dropped =
            changes.into_iter().map(|change| (change.label, Dropped::InvalidEntityId)).collect();
        return done;
    }
    for (label, status, reasons) in strongest(changes, &mut done.dropped) {
        let before = state.labels.get(&label).map(|state| state.status);
        match state.labels.get_mut(&label) {
            None => {
                let new = Label { status, reasons, previous_states: Vec::new() };
                state.labels.insert(label.clone(), new);
            }
            Some(old) if now.checked_sub(GRACE).is_ok_and(|now| old.is_over(now)) => {
                old.replace(status, reasons);
            }
            Some(old) if old.status.is_manual() && !status.is_manual() => {
                let count = reasons.len();
                done.dropped
                    .extend((0..count).map(|_| (label.clone(), Dropped::CannotOverrideManual)));
                continue;
            }
            Some(old) if old.status == status => old.add(reasons),
            Some(old) => old.replace(status, reasons),
        }
        let list = match before {
            Some(before) if before.is_added() == status.is_added() => &mut done.updated,
            _ if status.is_added() => &mut done.added,
            _ => &mut done.removed,
        };
        list.push(label);
    }
    done
}

type Wanted = (String, LabelStatus, BTreeMap<String, LabelReason>);

/// For each label the status that outweighs the others, with its reasons; the others are dropped.
fn strongest(changes: Vec<LabelChange>, dropped: &mut Vec<(String, Dropped)>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for LabelChange { label, status, rule, reason } in changes {
        let Some((_, before, reasons)) = wanted.iter_mut().find(|(name, ..)| *name == label) else {
            wanted.push((label, status, BTreeMap::from([(rule, reason)])));
            continue;
        };
        if *before == status {
            reasons.insert(rule, reason);
        } else if *before < status {
            let conflicts = reasons.len();
            dropped.extend((0..conflicts).map(|_| (label.clone(), Dropped::ConflictingMutation)));
            *before = status;
            *reasons = BTreeMap::from([(rule, reason)]);
        } else {
            dropped.push((label, Dropped::ConflictingMutation));
        }
    }
    wanted
}
