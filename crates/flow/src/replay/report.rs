//! What a replay says when it is done: counts, and no word that points to a person. It is what is published with an
//! adoption. Must not hold ids of accounts, items or events.

use super::evenness::EvennessChange;
use super::tally::Tally;
use jiff::{SignedDuration, Timestamp};
use model::RulebookVersion;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The report of a replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplayReport {
    /// When it was made.
    pub made_at: Timestamp,
    /// Events that came at or after.
    pub since: Timestamp,
    /// The draft.
    pub draft: RulebookVersion,
    /// The rulebook in force.
    pub in_force: RulebookVersion,
    /// What was counted.
    #[serde(flatten)]
    pub tally: Tally,
    /// Accounts with an item that is newly met with a measure.
    pub accounts_newly_hit: u64,
    /// Accounts with an item that is no longer met with one.
    pub accounts_cleared: u64,
    /// Warnings and strikes that the draft gives otherwise, of which the notice is taken as delivered when that of
    /// the recorded decision was.
    pub notices_recorded: u64,
    /// The same, of which the notice is taken as delivered after the usual time.
    pub notices_assumed: u64,
    /// The usual time from a decision to its delivered notice, in seconds; none: no notice was ever delivered, and
    /// none is taken as delivered.
    pub usual_delay: Option<f64>,
    /// Whether like cases are treated more evenly.
    pub evenness: Option<EvennessChange>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl ReplayReport {
    /// The report as it is published, and its digest: SHA-256 of exactly these bytes.
    ///
    /// # Errors
    /// [`serde_json::Error`] when it cannot be written.
    pub fn published(&self) -> Result<(String, String), serde_json::Error> {
        let mut public = self.clone();
        public.tally.accounts_hit.clear();
        public.tally.accounts_cleared.clear();
        // What a fault says may quote an event.
        public.tally.first_undecidable = None;
        let text = serde_json::to_string(&public)?;
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        Ok((digest, text))
    }

    /// Events per second.
    #[must_use]
    pub fn speed(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::as_conversions,
            reason = "a speed needs no last digit"
        )]
        let events = self.tally.events as f64;
        events / self.seconds.max(1e-9)
    }
}

pub(super) fn seconds(delay: Option<SignedDuration>) -> Option<f64> {
    delay.map(|delay| delay.as_secs_f64())
}
