//! What goes out to the platform, and what comes back. An enforcement can be made only from a
//! [`Decided`], and leaves only as [`Logged`]: nothing reaches the platform without a statement of
//! reasons, or before its decision is in the public log.

use crate::{AccountId, Decided, DecisionId, EndingId, ItemId, Measure, PersonView};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The measures that the platform must carry out. Idempotent by `decision`: doing it twice is doing
/// it once. If `replaces` is set, the measures of that decision end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enforcement {
    decision: DecisionId,
    item: ItemId,
    account: AccountId,
    measures: Vec<Measure>,
    replaces: Option<DecisionId>,
    statement: PersonView,
    statement_url: String,
}

impl Enforcement {
    /// What a decision asks of the platform; `None` when nothing is to be done.
    /// `public_url` is the address of the public pages, without a slash at the end.
    pub fn of(decided: &Decided, public_url: &str) -> Option<Self> {
        let decision = decided.decision();
        decision.acts().then(|| Self {
            decision: decision.id,
            item: decision.item.clone(),
            account: decision.account.clone(),
            measures: decision.measures.clone(),
            replaces: decision.replaces,
            statement: decided.statement().person_view(decision),
            statement_url: format!("{public_url}/decisions/{}", decision.id),
        })
    }

    /// The decision; key of idempotency.
    pub const fn decision(&self) -> DecisionId {
        self.decision
    }

    /// With the proof that its decision is in the public log.
    pub fn logged(self, log: InLog) -> Logged {
        Logged { enforcement: self, log }
    }
}

/// Where a decision is in the public log, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InLog {
    /// The place of its leaf.
    pub index: u64,
    /// The leaf, byte for byte.
    pub leaf: String,
    /// The receipt (C2SP tlog-proof): verifies the leaf without a network.
    pub receipt: String,
}

/// An enforcement whose decision is in the public log: the only thing that leaves for the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logged {
    #[serde(flatten)]
    enforcement: Enforcement,
    log: InLog,
}

impl Logged {
    /// The decision; key of idempotency.
    pub const fn decision(&self) -> DecisionId {
        self.enforcement.decision
    }
}

/// What the platform says about one enforcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// The measures are in force on the platform.
    Enforced,
    /// The person was shown the notice.
    NoticeDelivered,
    /// The platform could not do it; the detail says why.
    Failed,
}

/// The platform's answer: enforced, delivered or failed, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Which decision.
    pub decision: DecisionId,
    /// Which ending of one of its measures, when the answer is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingId>,
    /// What happened.
    pub state: ReceiptState,
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// More, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
