//! From what is kept to what is shown. Personal data ends here: nothing of it is in a view.
//! Must not write anything.

mod book;
mod decisions;
mod evenness;
mod exemptions;
mod lookup;
mod overview;
pub(crate) mod queue;
mod register;
mod rulebook;
mod webhooks;
pub(crate) mod you;

pub(crate) use decisions::{decision, decisions, disclosure, in_log, own_receipt, row};
pub(crate) use evenness::{evenness, evenness_reports, evenness_sets};
pub(crate) use exemptions::{exemption, exemption_filter, exemptions, exemptions_kept};
pub(crate) use lookup::{Asked, lookup};
pub(crate) use overview::overview;
pub(crate) use register::{emergencies, register};
pub(crate) use rulebook::{Past, current, history, named, policy, provider, replay_report};
pub(crate) use webhooks::{copies, webhook, webhook_events};
