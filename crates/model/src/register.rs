//! The register of affiliations: who speaks for a state, a parliament, a party, with source and date.
//! Entries are only added; what holds at a time follows from them. Must not infer anything: an entry
//! says what its source says.

use crate::{AccountId, Affiliation, AffiliationSubject};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One entry of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// Our id.
    pub id: String,
    /// The fact, with its source and the day of that.
    pub affiliation: Affiliation,
    /// The source's own word for what it is: `SC`, `senator`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typology: Option<String>,
    /// Pseudonym of who entered it, or `import` and the name of the source.
    pub by: String,
    /// When.
    pub entered_at: Timestamp,
    /// When it lapses by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// That it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

/// That an entry was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// When.
    pub at: Timestamp,
    /// Pseudonym of who did it.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl RegisterEntry {
    /// Whether it holds at a time, if no later entry about the same took its place.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.entered_at <= at
            && self.until.is_none_or(|until| at < until)
            && self.withdrawn.as_ref().is_none_or(|withdrawn| at < withdrawn.at)
    }
}

/// The entries by what they are about.
#[derive(Debug, Clone, Default)]
pub struct Register {
    accounts: HashMap<AccountId, Vec<RegisterEntry>>,
    domains: HashMap<String, Vec<RegisterEntry>>,
}

/// Of several entries the one that was entered last; what it replaced does not come back.
fn at(entries: Option<&Vec<RegisterEntry>>, at: Timestamp) -> Option<&RegisterEntry> {
    let last = entries?.iter().rev().find(|entry| entry.entered_at <= at)?;
    last.holds(at).then_some(last)
}

impl Register {
    /// A register of these entries, in the order in which they were entered.
    pub fn new(entries: impl IntoIterator<Item = RegisterEntry>) -> Self {
        let mut register = Self::default();
        for entry in entries {
            let all = match &entry.affiliation.subject {
                AffiliationSubject::Account(id) => register.accounts.entry(id.clone()).or_default(),
                AffiliationSubject::Domain(name) => {
                    register.domains.entry(name.clone()).or_default()
                }
            };
            all.push(entry);
        }
        register
    }

    /// Whether nothing was ever entered.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.domains.is_empty()
    }

    /// What it says of an account at a time.
    pub fn account(&self, id: &AccountId, when: Timestamp) -> Option<&RegisterEntry> {
        at(self.accounts.get(id), when)
    }

    /// What it says at a time of a host, or of a domain above it.
    pub fn host(&self, host: &str, when: Timestamp) -> Option<&RegisterEntry> {
        let mut rest = host;
        loop {
            if let Some(entry) = at(self.domains.get(rest), when) {
                return Some(entry);
            }
            (_, rest) = rest.split_once('.')?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AffiliationKind;

    fn second(at: i64) -> Timestamp {
        Timestamp::from_second(at).unwrap()
    }

    fn entry(id: &str, subject: AffiliationSubject, entered_at: i64) -> RegisterEntry {
        RegisterEntry {
            id: id.into(),
            affiliation: Affiliation {
                subject,
                kind: AffiliationKind::StateMedia,
                name: "Tarsk".into(),
                country: None,
                source: "https://source.example".into(),
                date: "2026-01-01".into(),
            },
            typology: None,
            by: "reviewer 1".into(),
            entered_at: second(entered_at),
            until: None,
            withdrawn: None,
        }
    }

    #[test]
    fn the_last_entry_counts_from_when_it_was_entered() {
        let account = AccountId::new("tarsk").unwrap();
        let about = || AffiliationSubject::Account(account.clone());
        let withdrawn = Withdrawn { at: second(30), by: "reviewer 2".into(), reason: "So.".into() };
        let second_entry = RegisterEntry { withdrawn: Some(withdrawn), ..entry("b", about(), 20) };
        let register = Register::new([entry("a", about(), 10), second_entry]);
        let says = |when| register.account(&account, second(when)).map(|one| one.id.as_str());
        assert_eq!([says(9), says(10), says(20), says(30)], [None, Some("a"), Some("b"), None]);
    }

    #[test]
    fn a_host_is_below_its_domain_and_no_other() {
        let about = AffiliationSubject::Domain("tarsk.example".into());
        let lapses = RegisterEntry { until: Some(second(50)), ..entry("a", about, 10) };
        let register = Register::new([lapses]);
        let says = |host, when| register.host(host, second(when)).is_some();
        assert!(says("tarsk.example", 10) && says("de.tarsk.example", 49));
        assert!(
            !says("nottarsk.example", 20) && !says("example", 20) && !says("tarsk.example", 50)
        );
    }
}
