//! What the register of affiliations says is put before the rules, as `$.account.affiliation`, so
//! that a platform need not send it. The event that is kept stays as it came; what the register said when
//! it happened can be read again at any time.

use super::Rulebook;
use crate::evaluate::{Outcome, evaluate};
use crate::facts::{FactKey, Facts};
use jiff::Timestamp;
use model::{AccountId, Event, Json};
use serde_json::Value;
use std::borrow::Cow;

impl Rulebook {
    /// Evaluates the rules on an event, with what the register says about its author.
    pub fn evaluate(&self, event: &Event, facts: &Facts, now: Timestamp) -> Outcome {
        evaluate(&self.plan, &self.informed(event), facts, now)
    }

    /// The facts that the evaluation of an event needs, round by round: see
    /// [`crate::Plan::facts_needed`].
    pub fn facts_needed(&self, event: &Event, facts: &Facts, round: usize) -> Vec<FactKey> {
        self.plan.facts_needed(&self.informed(event), facts, round)
    }

    /// The event with what the register says about its author.
    pub(crate) fn informed<'e>(&self, event: &'e Event) -> Cow<'e, Event> {
        self.with_affiliation(event)
            .map_or(Cow::Borrowed(event), |data| Cow::Owned(Event { data, ..event.clone() }))
    }

    /// The data with the affiliation; `None` when the register is silent or the event says it.
    fn with_affiliation(&self, event: &Event) -> Option<Json> {
        if self.affiliations.is_empty() && self.register.is_empty() {
            return None;
        }
        #[derive(serde::Deserialize)]
        struct Author<'d> {
            #[serde(borrow)]
            id: Cow<'d, str>,
            #[serde(default)]
            affiliation: Option<serde::de::IgnoredAny>,
        }
        #[derive(serde::Deserialize)]
        struct Data<'d> {
            #[serde(borrow)]
            account: Author<'d>,
        }
        let author = event.data.read::<Data<'_>>().ok()?.account;
        if author.affiliation.is_some() {
            return None;
        }
        let affiliation =
            self.affiliation_of(&AccountId::new(&author.id).ok()?, event.timestamp)?;
        let kind = serde_json::to_value(affiliation.kind).ok()?;
        let mut data: Value = event.data.read().ok()?;
        data.get_mut("account")?.as_object_mut()?.insert("affiliation".into(), kind);
        Json::of(&data).ok()
    }
}
