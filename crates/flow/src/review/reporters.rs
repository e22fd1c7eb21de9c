//! How much somebody's reports count in the order of work, with the arithmetic. Must not bear on what is held of anything.

use super::notices::{PULL, mean, reliability};
use super::{Review, ReviewError, failed};
use model::Pressing;
use store::{ReportOutcome, ReporterMeasure, ReporterRecord};

/// Most reports that are listed.
const MOST_LISTED: u32 = 100;

/// Somebody who reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Reporter {
    /// The platform's id of them, or a digest of their address.
    pub reporter: String,
    /// Their latest reports.
    pub reports: Vec<ReportOutcome>,
    /// How their reports came out; old ones weigh less.
    pub own: ReporterRecord,
    /// How all reports came out.
    pub all: ReporterRecord,
    /// Share of all that was upheld, to which few reports are pulled.
    pub mean: f64,
    /// By how many reports' worth.
    pub pull: f64,
    /// How much their word weighs, in thousandths.
    pub reliability: u32,
    /// What that adds to the priority of a case, or takes from it, in points.
    pub points: f64,
    /// Warnings and suspensions.
    pub measures: Vec<ReporterMeasure>,
}

impl Review {
    /// Who sent a report, and how much their reports count. `None`: nobody knows who it was.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn reporter(&self, report: &str) -> Result<Option<Reporter>, ReviewError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let who = store.who_reported(report).await.map_err(failed)?;
        let Some(reporter) = who else { return Ok(None) };
        let (own, all) = store.reporter_record(&reporter, now).await.map_err(failed)?;
        let reliability = reliability(own, all);
        let one = |trust| Pressing { reports: 1, trust, ..Pressing::default() }.base();
        #[expect(clippy::cast_precision_loss, reason = "at most ten points")]
        let points = (one(reliability) - one(500)) as f64 / 1e6;
        Ok(Some(Reporter {
            reports: store.reports_of(&reporter, MOST_LISTED).await.map_err(failed)?,
            measures: store.reporter_measures(&reporter).await.map_err(failed)?,
            reporter,
            own,
            all,
            mean: mean(all),
            pull: PULL,
            reliability,
            points,
        }))
    }
}
