//! What happens to an event, in order?
//!
//! An event is taken in ([`Intake`]), evaluated and decided by pure functions of the crate `rules`,
//! recorded in one transaction, and only then acted upon. People's decisions ([`Review`]) take the
//! same road.
//!
//! This crate must not name a table (`store` does), call out (`platforms` does) or know HTTP.

mod act;
pub mod adoption;
mod answer;
mod appeal;
pub mod approval;
pub mod audit;
mod batch;
mod cosign;
mod decide;
mod ending;
mod engine;
mod evaluate;
mod exemption;
mod facts;
mod hooks;
mod ingest;
pub mod like;
mod memory;
pub mod monitor;
mod notices;
mod record;
mod registry;
mod reload;
pub mod replay;
mod resume;
mod review;
mod sequence;
mod undo;
mod you;

pub use act::{Outbox, Persistence};
pub use answer::{Answer, Refused, Status};
pub use appeal::{
    AnsweredAppeal, AppealError, Appeals, LONGEST_PLEA, Looked, MOST_PIECES, Plea, Reply,
};
pub use cosign::{AskError, Collector, OwnLog, Rounds, WitnessState};
pub use decide::{Circumstances, Judged, Undecided, decide_one};
pub use ending::{end_due, endings};
pub use engine::{Engine, Settings};
pub use evaluate::Known;
pub use exemption::{
    ExemptionError, Exemptions, LONGEST_NOTICE, LONGEST_REASON, NewExemption, ProposedExemption,
    tend_exemptions,
};
pub use hooks::{HookError, Hooks, MOST_HOOKS, NewHook};
pub use ingest::{Intake, Readiness};
pub use memory::{Decision, Memory};
pub use notices::{Notices, Ways};
pub use registry::{Entering, NewEntry, Registry, RegistryError, checked, tend_register};
pub use reload::{ReloadError, keep_as_draft, put_into_force_since, reload};
pub use resume::{HeldBack, Resume, ResumeError, resume};
pub use review::{
    Agreement, Asked, Attached, BulkPreview, BulkVerdict, Bytes, Calibrated, EmergencyPlea, GRACE,
    Held, LOCK_MINUTES, LONGEST_EVIDENCE, LONGEST_MEDIA, LadderPreview, MOST_ITEMS, MediaSource,
    Medium, Notice, Noticed, OwnLook, Pair, Pending, Present, Preview, Quality, Rate, Report,
    Reported, Reporter, Review, ReviewError, Reviewed, StepChoice, Supplied, Taken, Verdict, Via,
    Worked, Workload, Would, decide_when_due, is_disturbing,
};
pub use sequence::sequence;
pub use you::{DrawnLink, VISIT_LASTS, You, YouError};
