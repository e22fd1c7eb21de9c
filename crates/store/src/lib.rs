//! Where is it kept? The only crate that speaks SQL.
//!
//! One [`Record`] is all that is kept of an event or of a decision by people; [`Store::record`]
//! keeps a batch of them in one transaction, or none of it. No row is patched: that a decision was
//! replaced, enforced or delivered is read from later rows.
//!
//! This crate must not decide, must not call out, and reads no clock: times come as arguments.

mod acts;
mod appeals;
mod bulk;
mod cases;
mod cosigned;
mod decisions;
mod desk;
mod endings;
mod erasure;
mod error;
mod evenness;
mod evidence;
mod facts;
mod filters;
mod held;
mod keys;
mod leaf;
mod left_up;
mod likeness;
mod lists;
pub mod log;
mod looks;
mod lookup;
mod meaning;
mod monitor;
mod notices;
mod outbox;
mod overview;
mod passkeys;
mod people;
mod precedents;
mod quality;
mod queue;
mod record;
mod recorded;
mod redact;
mod register;
mod replays;
mod report_notices;
mod rulebooks;
mod seen;
mod sessions;
mod signals;
mod sql;
mod state;
mod store;
mod timeline;
mod treated;
mod unenforced;
mod witness;
mod work;
mod write;
mod you;

pub use acts::ActFilter;
pub use appeals::{AppealProposal, AppealsOf, CountedAnew, Escalation, Recounted, StoredAppeal};
pub use bulk::{Bulk, BulkAct, BulkCounts, BulkResult, Phase};
pub use cases::{CaseFilter, Proposal, Report, StoredCase};
pub use cosigned::Cosigned;
pub use decisions::{Cursor, CursorError, DecisionFilter, Page, StoredDecision};
pub use desk::{Exposure, FirstAnswer};
pub use endings::StoredEnding;
pub use erasure::{ERASABLE, Erasure, Forget, Forgotten};
pub use error::StoreError;
pub use evenness::{KeptReport, Night, PairAnswer, PairJudgement, PairLook, WatchedPair};
pub use evidence::CaseEvidence;
pub use facts::{Entity, Label};
pub use filters::SavedFilter;
pub use held::HeldVerdict;
pub use keys::ApiKey;
pub use leaf::{Leaf, LeafError, Opening, StoredLeaf};
pub use left_up::{Drawn, LeftUpKey, Undrawn};
pub use likeness::{Fingerprinted, Held};
pub use lists::{ListChange, ListEdit};
pub use looks::{Look, LookFilter, PersonEvent};
pub use lookup::Lookup;
pub use meaning::Meant;
pub use model::Scope;
pub use monitor::{Concerned, MonitorFinding, MonitorLook};
pub use notices::{DueNotice, NewNotice, NoticeKind, NoticeProof, Told};
pub use outbox::{Attempt, Backlog, DeadLetter, Due};
pub use overview::{Overview, Tally};
pub use passkeys::Passkey;
pub use people::{Change, Changed, Invited, Trusted};
pub use precedents::{PeopleDecided, PeopleMark};
pub use quality::{Answer, HeldFinding, Looked, SecondAnswer, SecondLook};
pub use queue::{
    Claim, ClaimedBy, MOST_COUNTED, Order, QueueCursor, QueueFilter, QueueState, Waiting, Work,
};
pub use record::{Kept, KeptDecision, Received, Record};
pub use recorded::{Recorded, RecordedDecision, RecordedEntry, RecordedSpan};
pub use register::{Correction, CorrectionAnswer, Entered, RegisterFilter};
pub use replays::{Draft, SeenReplay};
pub use report_notices::{Arrived, NoticeItem, ReporterMeasure, ReporterRecord, StoredNotice};
pub use rulebooks::{AdoptedBy, Adoption};
pub use seen::{Became, Conflict, ContentHash, Seen, StoredEvent};
pub use sessions::{Link, Session, SessionId};
pub use signals::Signalled;
pub use state::{KeptValue, Span, State, Step};
pub use store::{Checked, Store};
pub use timeline::{OverTime, Slot};
pub use treated::Treated;
pub use unenforced::{Unenforced, Way};
pub use witness::{Evidence, Witnessed};
pub use work::{Act, Acted, CaseEvent, Split};
pub use you::{Contact, HeldAbout, MOST_TRIES, Tried, YouLink};
