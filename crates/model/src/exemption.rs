//! Exemptions: a registered, public, reasoned, expiring departure from the ladder for one item. The breach stays one
//! and counts; what the ladder would take is not taken, and a notice stands before the item. Must not exempt an
//! account: nobody stands above the rules, and only what an item says can be worth showing.

use crate::{AccountId, AffiliationKind, ClauseId, ItemId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a decision under an exemption says of it. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exempted {
    /// The exemption's id in the public register.
    pub id: String,
    /// Which public interest there is in seeing the item.
    pub reason: String,
    /// What stands before the item, for its readers.
    pub notice: String,
    /// When it ends by itself; then people look at the item again.
    pub until: Timestamp,
}

/// An exemption as it stands in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// Our id, public: that of the act by which people agreed to it.
    pub id: String,
    /// The item; empty once it is forgotten. Not public.
    pub item: ItemId,
    /// Who made the item. Not public.
    pub account: AccountId,
    /// The one clause that it is about.
    pub clause: ClauseId,
    /// What kind of account made the item, by the register of affiliations.
    pub class: AffiliationKind,
    /// Which public interest there is in seeing the item. Public.
    pub reason: String,
    /// What stands before the item, for its readers. Public.
    pub notice: String,
    /// Pseudonyms of the people who agreed to it, who proposed it first.
    pub people: Vec<String>,
    /// Since when it holds.
    pub from: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// That it ended.
    pub ended: Option<ExemptionEnd>,
}

/// How an exemption ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemptionEnd {
    /// When.
    pub at: Timestamp,
    /// Why people ended it ahead of its time; `None`: its time was over.
    pub revoked: Option<String>,
    /// Pseudonym of who revoked it.
    pub by: Option<String>,
}

impl Exemption {
    /// Whether it holds at `at`.
    pub fn runs_at(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until && self.ended.as_ref().is_none_or(|end| at < end.at)
    }

    /// Whether it holds at `at` for this item under this clause.
    pub fn covers(&self, item: &ItemId, clause: &ClauseId, at: Timestamp) -> bool {
        self.item == *item && self.clause == *clause && self.runs_at(at)
    }

    /// What a decision under it says of it.
    pub fn exempted(&self) -> Exempted {
        Exempted {
            id: self.id.clone(),
            reason: self.reason.clone(),
            notice: self.notice.clone(),
            until: self.until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_between_its_beginning_and_its_end() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut one = Exemption {
            id: "1".into(),
            item: ItemId::new("i").unwrap(),
            account: AccountId::new("a").unwrap(),
            clause: ClauseId::new("p#c").unwrap(),
            class: AffiliationKind::Government,
            reason: "A minister said it.".into(),
            notice: "It breaches our rules.".into(),
            people: vec!["one".into(), "two".into()],
            from: at(10),
            until: at(20),
            ended: None,
        };
        let runs = |one: &Exemption| [9, 10, 19, 20].map(|second| one.runs_at(at(second)));
        assert_eq!(runs(&one), [false, true, true, false]);
        one.ended = Some(ExemptionEnd { at: at(19), revoked: Some("So.".into()), by: None });
        assert_eq!(runs(&one), [false, true, false, false]);
        let other = ClauseId::new("p#d").unwrap();
        assert!(one.covers(&one.item, &one.clause, at(11)));
        assert!(!one.covers(&one.item, &other, at(11)));
    }
}
