//! Who may do what: permissions, the roles that people have and the scopes that keys have. Both are
//! only names for sets of permissions. Must not know how somebody proves who they are.

use crate::PersonId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A word that names none of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no {kind}: write {known}")]
pub struct NoSuchWord {
    word: String,
    kind: &'static str,
    known: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $kind:literal {
        $($(#[$each:meta])* $variant:ident = $word:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = NoSuchWord;
            fn from_str(text: &str) -> Result<Self, NoSuchWord> {
                Self::ALL.iter().copied().find(|one| one.word() == text).ok_or_else(|| NoSuchWord {
                    word: text.chars().take(60).collect(),
                    kind: $kind,
                    known: Self::ALL.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

words! {
    /// One thing that somebody may be allowed to do.
    Permission, "permission" {
        /// Send events and reports for the platform, read statements for the person concerned.
        SendEvents = "events.send",
        /// Send receipts.
        SendReceipts = "receipts.send",
        /// Read the regulator's view.
        ReadRegulator = "regulator.read",
        /// Have personal data erased.
        Erase = "data.erase",
        /// See cases with the items and accounts in them, precedents and lists.
        ReadCases = "cases.read",
        /// Claim cases and decide them, attach evidence.
        Decide = "cases.decide",
        /// Replace a decision by another.
        Replace = "decisions.replace",
        /// Give the second yes where the rulebook wants two people.
        Approve = "approvals.give",
        /// Answer appeals against others' decisions.
        HearAppeals = "appeals.hear",
        /// Assign, merge and split cases, change queues and saved filters of all.
        Assign = "cases.assign",
        /// Decide many cases at once, and undo that.
        Bulk = "cases.bulk",
        /// Propose exemptions and end them.
        EditExemptions = "exemptions.edit",
        /// Enter affiliations and answer requests to correct them.
        EditAffiliations = "affiliations.edit",
        /// Change the lists that rules read.
        EditLists = "lists.edit",
        /// Propose changes of the rulebook.
        EditRulebook = "rulebook.edit",
        /// Replay recorded events under another rulebook.
        Replay = "replay.run",
        /// See the measurement of evenness, with what is not public of it.
        ReadAudit = "audit.read",
        /// Start such a measurement, and publish it.
        RunAudit = "audit.run",
        /// See the agreement between people and the samples behind it.
        ReadQuality = "quality.read",
        /// See what is decided and not yet enforced.
        ReadEnforcement = "enforcement.read",
        /// Send again what was not enforced; manage webhooks.
        ManageEnforcement = "enforcement.manage",
        /// See who looked at whose data.
        ReadLooks = "looks.read",
        /// Invite people, change their roles, suspend them.
        ManagePeople = "people.manage",
        /// Make and withdraw keys.
        ManageKeys = "keys.manage",
    }
}

words! {
    /// What a person is trusted with.
    Role, "role" {
        /// Decides cases and hears appeals.
        Reviewer = "reviewer",
        /// A reviewer who also gives the second yes, distributes work and decides in bulk.
        Senior = "senior",
        /// Writes rules and lists, tries them on what was recorded.
        PolicyEditor = "policy_editor",
        /// Sees everything, changes nothing.
        Auditor = "auditor",
        /// May do everything that people do.
        Administrator = "administrator",
        /// Sees cases and figures.
        ReadOnly = "read_only",
    }
}

words! {
    /// What a key allows.
    Scope, "scope" {
        /// Send events and reports, read statements for the person concerned.
        Events = "events",
        /// Send receipts.
        Receipts = "receipts",
        /// Decide cases: what a senior reviewer may.
        Review = "review",
        /// Read the regulator's view.
        Regulator = "regulator",
        /// Have personal data erased.
        Erasures = "erasures",
        /// Read what an auditor reads.
        Audit = "audit",
        /// See what is not enforced, send it again, manage webhooks.
        Enforcement = "enforcement",
    }
}

words! {
    /// What somebody looked at that holds personal data.
    Looked, "kind of look" {
        /// A case, with the item and the account in it.
        Case = "case",
        /// An item.
        Item = "item",
        /// An account with its standing.
        Account = "account",
        /// A decision with what is not public of it.
        Decision = "decision",
        /// A list of such things.
        List = "list",
        /// Everything that is held about an account.
        Export = "export",
    }
}

use Permission as P;

/// What programs do. People do it through programs.
const PROGRAMS: [P; 2] = [P::SendEvents, P::SendReceipts];
const READ_ONLY: &[P] = &[P::ReadCases, P::ReadQuality, P::ReadEnforcement];
const REVIEWER: &[P] = &[P::ReadCases, P::Decide, P::Replace, P::HearAppeals];
const SENIOR: &[P] = &[
    P::ReadCases,
    P::Decide,
    P::Replace,
    P::HearAppeals,
    P::Approve,
    P::Assign,
    P::Bulk,
    P::EditExemptions,
    P::EditAffiliations,
    P::EditLists,
    P::ReadQuality,
    P::ReadEnforcement,
];
const POLICY_EDITOR: &[P] = &[
    P::ReadCases,
    P::EditLists,
    P::EditRulebook,
    P::EditAffiliations,
    P::Replay,
    P::ReadAudit,
    P::ReadQuality,
];
const AUDITOR: &[P] = &[
    P::ReadCases,
    P::ReadRegulator,
    P::ReadAudit,
    P::ReadQuality,
    P::ReadEnforcement,
    P::ReadLooks,
];

impl Permission {
    /// Whether somebody must answer for it by name: a key without a pseudonym may not.
    pub const fn needs_name(self) -> bool {
        !matches!(
            self,
            P::SendEvents
                | P::SendReceipts
                | P::ReadRegulator
                | P::Erase
                | P::ReadAudit
                | P::ReadEnforcement
                | P::ManageEnforcement
        )
    }
}

impl Role {
    /// Whether the role includes it.
    pub fn may(self, permission: Permission) -> bool {
        match self {
            Self::Administrator => !PROGRAMS.contains(&permission),
            Self::Reviewer => REVIEWER.contains(&permission),
            Self::Senior => SENIOR.contains(&permission),
            Self::PolicyEditor => POLICY_EDITOR.contains(&permission),
            Self::Auditor => AUDITOR.contains(&permission),
            Self::ReadOnly => READ_ONLY.contains(&permission),
        }
    }

    /// The role for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Reviewer => "Reviewer",
            Self::Senior => "Senior reviewer",
            Self::PolicyEditor => "Policy editor",
            Self::Auditor => "Auditor",
            Self::Administrator => "Administrator",
            Self::ReadOnly => "Read only",
        }
    }

    /// What it lets a person do, in a line.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Reviewer => "Decides cases and hears appeals.",
            Self::Senior => {
                "Also gives the second yes, distributes work, decides in bulk, enters exemptions."
            }
            Self::PolicyEditor => "Writes rules and lists, and tries them on what was recorded.",
            Self::Auditor => "Sees everything, also who looked at whose data; changes nothing.",
            Self::Administrator => "May do everything, and invites the others.",
            Self::ReadOnly => "Sees cases and figures.",
        }
    }
}

impl Scope {
    /// Whether the scope includes it. No scope lets a key manage people or keys.
    pub fn may(self, permission: Permission) -> bool {
        match self {
            Self::Events => permission == P::SendEvents,
            Self::Receipts => permission == P::SendReceipts,
            Self::Review => SENIOR.contains(&permission),
            Self::Regulator => permission == P::ReadRegulator,
            Self::Erasures => permission == P::Erase,
            Self::Audit => AUDITOR.contains(&permission),
            Self::Enforcement => matches!(permission, P::ReadEnforcement | P::ManageEnforcement),
        }
    }
}

/// Whether somebody can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// The link was not used yet.
    Invited,
    /// Signs in.
    Active,
    /// May not sign in until somebody lifts it.
    Suspended,
}

/// Somebody who works with Evenhand. Outside they are known by their pseudonym alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Our id.
    pub id: PersonId,
    /// `reviewer 7`: under this name they decide.
    pub pseudonym: String,
    /// The name that they sign in with; `None` until they chose one. Only staff sees it.
    pub name: Option<String>,
    /// What they are trusted with.
    pub role: Role,
    /// Whether they can sign in.
    pub state: PersonState,
    /// When they were invited.
    pub made_at: jiff::Timestamp,
}

impl Person {
    /// Whether they may do it now.
    pub fn may(&self, permission: Permission) -> bool {
        self.state == PersonState::Active && self.role.may(permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_others_are_refused_with_what_there_is() {
        for role in Role::ALL {
            assert_eq!(role.word().parse(), Ok(*role));
        }
        for permission in Permission::ALL {
            assert_eq!(permission.word().parse(), Ok(*permission));
        }
        let error = "owner".parse::<Role>().unwrap_err().to_string();
        assert!(error.contains("`owner` is no role") && error.contains("`auditor`"), "{error}");
    }

    #[test]
    fn no_key_and_nobody_but_an_administrator_manages_people_or_keys() {
        for permission in [P::ManagePeople, P::ManageKeys] {
            assert!(Scope::ALL.iter().all(|scope| !scope.may(permission)));
            let roles: Vec<_> = Role::ALL.iter().filter(|role| role.may(permission)).collect();
            assert_eq!(roles, [&Role::Administrator]);
        }
    }

    #[test]
    fn an_auditor_and_who_only_reads_change_nothing() {
        let changes = |p: &Permission| !p.word().ends_with(".read");
        for role in [Role::Auditor, Role::ReadOnly] {
            assert_eq!(P::ALL.iter().filter(|p| role.may(**p) && changes(p)).count(), 0);
        }
    }

    #[test]
    fn every_permission_belongs_to_a_person_or_a_program() {
        for permission in P::ALL {
            let people = Role::ALL.iter().any(|role| role.may(*permission));
            let programs = Scope::ALL.iter().any(|scope| scope.may(*permission));
            assert!(people || programs, "{permission}");
        }
    }

    #[test]
    fn somebody_suspended_or_only_invited_may_nothing() {
        for state in [PersonState::Invited, PersonState::Suspended] {
            let person = Person {
                id: PersonId::new(uuid::Uuid::nil()),
                pseudonym: "reviewer 1".into(),
                name: None,
                role: Role::Administrator,
                state,
                made_at: jiff::Timestamp::UNIX_EPOCH,
            };
            assert!(P::ALL.iter().all(|permission| !person.may(*permission)));
        }
    }
}
