//! The audit as a server makes it: gathers, compares, counts on from the night before, publishes, and tells whoever
//! must hear of it. Must not decide anything about a post.

use super::compare::report;
use super::gather::{AuditError, Gathered, gather};
use super::left_up::{Rate, draw_new, shown};
use super::report::EvennessReport;
use super::{drift, pairing, published};
use crate::Engine;
use crate::like::Model;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use likeness::Shingles;
use likeness::audit::Verdict;
use likeness::meaning::Meaning;
use model::{Ids, Subject};
use rules::rulebook::Rulebook;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{KeptReport, Night, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often the clock is asked whether it is time. A server's clock may be set.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Reports that are read to tell how often the control cried wolf.
const NIGHTS: u32 = 3_660;

/// How the audit of a server is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// At which time of day (UTC); none: only when somebody asks.
    pub at: Option<Time>,
    /// How many days it looks back.
    pub days: u32,
    /// How often labels are dealt anew.
    pub deals: usize,
    /// How many pairs of each kind are drawn for people to look at blind.
    pub looks: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Self { at: Some(Time::constant(3, 0, 0, 0)), days: 90, deals: 1_999, looks: 5 }
    }
}

/// Makes a report of the last days and publishes it.
///
/// # Errors
/// [`AuditError`] when the store fails; nothing is published then.
pub async fn publish(engine: &Engine, terms: Terms) -> Result<EvennessReport, AuditError> {
    let now = engine.clock.now();
    let book = engine.rulebook.load_full();
    let model = engine.model().cloned();
    publish_on(&engine.store, (book, model), (engine.ids.as_ref(), now), terms).await
}

/// The same without a server.
///
/// # Errors
/// As [`publish`].
pub async fn publish_on(
    store: &Store,
    (book, model): (Arc<Rulebook>, Option<Arc<Model>>),
    (ids, now): (&dyn Ids, Timestamp),
    terms: Terms,
) -> Result<EvennessReport, AuditError> {
    let back = SignedDuration::from_hours(i64::from(terms.days) * 24);
    let since = now.checked_sub(back).unwrap_or(Timestamp::MIN);
    let id = ids.next().to_string();
    draw_new(store, book.audit.left_up, ids, now).await?;
    // Where the rate changed in this time, the least of them is everybody's.
    let least = store.least_rate(since).await?.unwrap_or(book.audit.left_up);
    let rate = Rate::of(least.min(book.audit.left_up));
    let gathered = gather(store, (&book, model.as_ref()), since, Some(rate), |_| {}).await?;
    let watched = store.watched_pairs().await?;
    // The night's own number: whoever repeats the audit draws the same.
    let seed = now.as_second().unsigned_abs();
    let made = tokio::task::spawn_blocking(move || {
        let mut report = report(&gathered, &book, (now, since), terms.deals, seed);
        let (streams, new) = drift::watch(&gathered, &book, &report, &watched);
        report.drift = streams;
        let sets = published::sets(&gathered, &book, &report);
        let looks = pairing::draw(&gathered, seed, terms.looks);
        (report, new, sets, looks, gathered, book)
    });
    let made = made.await.map_err(|error| AuditError::Broken(error.to_string()))?;
    let (mut report, new, sets, looks, gathered, book) = made;
    drop::<Gathered>(gathered);
    measure(store, (&book, model.as_deref()), &mut report).await?;
    report.pairing = pairing::measured(&store.pair_judgements().await?);
    for earlier in store.evenness_reports(NIGHTS).await? {
        if let (Some(control), Some(alarmed)) = (&mut report.control, earlier.control_alarmed) {
            control.nights += 1;
            control.alarms += u64::from(alarmed);
        }
    }
    report.id = id;
    report.draw_keys = shown(store, now).await?;
    let kept = KeptReport {
        id: report.id.clone(),
        made_at: now,
        since,
        control_alarmed: report.control.as_ref().map(|control| control.alarmed),
        body: serde_json::to_string(&report)?,
    };
    let night = Night { sets: &sets, watched: &new, looks: &looks };
    store.keep_evenness(&kept, night).await?;
    tell(&report);
    Ok(report)
}

/// How near the pairs are that a report shows; of the pairs without a reason the likest come first.
async fn measure(
    store: &Store,
    (book, model): (&Rulebook, Option<&Model>),
    report: &mut EvennessReport,
) -> Result<(), AuditError> {
    let comparisons = || report.clauses.iter().flat_map(|clause| &clause.comparisons);
    let places: Vec<i64> = comparisons()
        .flat_map(|one| one.unlike.iter().flat_map(|pair| [pair.one.seq, pair.other.seq]))
        .collect();
    let names = crate::like::terms(book);
    let mut shingles: HashMap<i64, Shingles> = HashMap::new();
    let mut meanings: HashMap<i64, Meaning> = HashMap::new();
    for held in store.held(&places).await? {
        if let Ok(Some(subject)) = Subject::of(&held.event) {
            let text = likeness::Text::read_with(&subject.item.text, &names);
            shingles.insert(held.seq, Shingles::of(&text));
            let meaning = model.and_then(|model| model.meaning(&subject.item.text, &names));
            meanings.extend(meaning.map(|meaning| (held.seq, meaning)));
        }
    }
    for one in report.clauses.iter_mut().flat_map(|clause| &mut clause.comparisons) {
        for pair in &mut one.unlike {
            let both = (shingles.get(&pair.one.seq), shingles.get(&pair.other.seq));
            pair.similarity = both.0.zip(both.1).map(|(a, b)| a.similarity(b).ratio());
            let both = (meanings.get(&pair.one.seq), meanings.get(&pair.other.seq));
            pair.meaning = both.0.zip(both.1).map(|(a, b)| a.cosine(b));
        }
        one.unlike.sort_by(|a, b| {
            let near = |pair: &super::UnlikePosts| pair.similarity.unwrap_or(0.0);
            a.explained.cmp(&b.explained).then(near(b).total_cmp(&near(a)))
        });
    }
    Ok(())
}

/// Metrics, and a line in the log for what somebody must look at.
fn tell(report: &EvennessReport) {
    let comparisons = report.clauses.iter().flat_map(|clause| &clause.comparisons);
    let clear = comparisons.filter(|one| one.verdict == Verdict::Clear.phrase()).count();
    let alarms = report.drift.iter().filter(|stream| stream.alarm).count();
    let unexplained: u64 = report.clauses.iter().map(|clause| clause.unexplained).sum();
    metrics::counter!("evenhand_audit_reports_total").increment(1);
    metrics::gauge!("evenhand_audit_alarms").set(alarms as f64);
    metrics::gauge!("evenhand_audit_clear_imbalances").set(clear as f64);
    metrics::gauge!("evenhand_audit_unexplained_sets").set(unexplained as f64);
    let wolf = report.control.as_ref().is_some_and(|control| control.alarmed);
    metrics::gauge!("evenhand_audit_control_alarmed").set(f64::from(u8::from(wolf)));
    tracing::info!(
        report = report.id,
        items = report.items,
        sets = report.sets,
        "evenness was audited"
    );
    for stream in report.drift.iter().filter(|stream| stream.alarm) {
        tracing::warn!(
            clause = %stream.clause,
            grouping = stream.grouping,
            one = stream.one,
            other = stream.other,
            against_one = stream.against_one,
            against_other = stream.against_other,
            bet = stream.bet,
            "like posts of two groups are treated unlike, and chance does not explain it: see /evenness"
        );
    }
}

/// The last time of day `at` that is not after `now`.
fn last_due(at: Time, now: Timestamp) -> Option<Timestamp> {
    let zoned = now.to_zoned_datetime(TimeZone::UTC);
    let today = TimeZone::UTC.to_timestamp(zoned.date().to_datetime(at)).ok()?;
    if today <= now { Some(today) } else { today.checked_sub(SignedDuration::from_hours(24)).ok() }
}

/// Whether a report is due: none was made since the last time of day that is meant for it. A server that has never
/// made one makes its first as soon as there is something to compare.
async fn is_due(engine: &Engine, at: Time) -> Result<bool, AuditError> {
    let now = engine.clock.now();
    let latest = engine.store.evenness(None).await?;
    let Some(latest) = latest else {
        let first = engine.store.treated(Timestamp::MIN, -1, 1, None).await?;
        return Ok(!first.is_empty());
    };
    Ok(last_due(at, now).is_some_and(|due| latest.made_at < due))
}

/// Makes a report every night until `stop`.
pub fn nightly(engine: Arc<Engine>, terms: Terms, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let Some(at) = terms.at else { return };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let made = async {
                if is_due(&engine, at).await? {
                    publish(&engine, terms).await?;
                }
                Ok::<(), AuditError>(())
            };
            tokio::select! {
                () = stop.cancelled() => return,
                made = made => if let Err(error) = made {
                    tracing::warn!(%error, "evenness could not be audited; the next round tries again");
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_of_day_may_be_yesterday() {
        let at = Time::constant(3, 0, 0, 0);
        for (now, due) in [
            ("2026-11-23T02:59:59Z", "2026-11-22T03:00:00Z"),
            ("2026-11-23T03:00:00Z", "2026-11-23T03:00:00Z"),
            ("2026-11-23T23:00:00Z", "2026-11-23T03:00:00Z"),
        ] {
            let due: Timestamp = due.parse().unwrap();
            assert_eq!(last_due(at, now.parse().unwrap()), Some(due), "{now}");
        }
    }
}
