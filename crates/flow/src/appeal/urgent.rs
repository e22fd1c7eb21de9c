//! What cannot wait: an appeal that a person calls urgent, and one whose deadline passed. Must not answer any.

use super::{AppealError, Appeals, broken};
use model::AppealId;
use store::{Escalation, StoreError};

impl Appeals {
    /// Says that an appeal is urgent.
    ///
    /// # Errors
    /// [`AppealError`] says why not.
    pub async fn escalate(&self, id: AppealId, by: &str, why: &str) -> Result<(), AppealError> {
        self.open(id, by).await?;
        if why.trim().is_empty() {
            return Err(AppealError::BadText("say why it cannot wait".into()));
        }
        let at = self.engine.clock.now();
        let escalation =
            Escalation { appeal: id, at, by: Some(by.to_owned()), why: why.trim().to_owned() };
        self.engine.store.escalate_appeal(&escalation).await.map_err(broken)
    }

    /// Escalates what passed its deadline. Returns how many it were.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub async fn escalate_overdue(&self) -> Result<usize, StoreError> {
        let (store, now) = (&self.engine.store, self.engine.clock.now());
        let overdue = store.overdue_appeals(now).await?;
        for one in &overdue {
            let id = one.appeal.id;
            tracing::warn!(appeal = %id, "an appeal passed its deadline");
            let why = "Its deadline passed without an answer.".into();
            store.escalate_appeal(&Escalation { appeal: id, at: now, by: None, why }).await?;
        }
        let (waiting, late) = store.appeal_backlog(now).await?;
        #[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
        {
            metrics::gauge!("evenhand_appeals_waiting").set(waiting as f64);
            metrics::gauge!("evenhand_appeals_overdue").set(late as f64);
        }
        Ok(overdue.len())
    }
}
