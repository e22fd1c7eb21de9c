//! What are the things we talk about?
//!
//! The words of Evenhand as types: events, items, accounts and their standing, findings, measures,
//! decisions and statements of reasons. Everything else is said in these words.
//!
//! This crate must not do I/O, read a clock or draw randomness, and knows no database, no network
//! and no rule language: time and ids come in as arguments ([`Clock`], [`Ids`]).

mod access;
mod account;
mod act;
mod appeal;
mod case;
mod clause;
mod clock;
mod decision;
mod ending;
mod enforcement;
mod event;
mod evidence;
mod exemption;
mod finding;
mod id;
mod item;
mod json;
mod measure;
mod priority;
mod register;
mod regulator;
mod ruling;
mod statement;

pub use access::{Looked, NoSuchWord, Permission, Person, PersonState, Role, Scope};
pub use account::{
    Account, Affiliation, AffiliationKind, AffiliationSubject, Standing, StandingEntry,
    StandingKind,
};
pub use act::{Act, ActClass, ActState, ActWord, Said};
pub use appeal::{Appeal, AppealAnswer, AppealOutcome, Appellant};
pub use case::{Case, CaseState, Gravity, GravityError, reach};
pub use clause::{ClauseId, ClauseIdError, ClauseText, RulebookVersion};
pub use clock::{Clock, FixedClock, Ids, SeededIds};
pub use decision::{Decided, DecidedBy, Decision, Emergency, LadderStep, Outcome, Source};
pub use ending::{Ending, LoggedEnding};
pub use enforcement::{Enforcement, InLog, Logged, Receipt, ReceiptState};
pub use event::{Event, EventError, Limits};
pub use evidence::{Cited, Departed, DepartsFrom, EvidenceKind};
pub use exemption::{Exempted, Exemption, ExemptionEnd};
pub use finding::{Finding, FoundBy, Passage, PassageError};
pub use id::hides;
pub use id::{
    AccountId, ActionId, AppealId, CaseId, DecisionId, EndingId, EvidenceId, IdError, ItemId,
    PersonId,
};
pub use item::{Item, ItemError, ItemKind, Media, Subject};
pub use json::{Json, JsonError};
pub use measure::{Measure, MeasureTarget};
pub use priority::{Line, Part, Pressing, Priority, Targets};
pub use register::{Register, RegisterEntry, Withdrawn};
pub use regulator::{DsaStatement, DsaTerms};
pub use ruling::Ruling;
pub use statement::{
    AutomatedDecision, PersonView, PublicView, Redress, Statement, StatementDraft, StatementError,
};
