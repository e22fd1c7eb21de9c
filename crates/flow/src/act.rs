//! Carries out: what waits in the outbox goes to the platform, each account's decisions in the
//! order in which they were made, again and again until the platform has them. Sends nothing but
//! what is rebuilt, and so checked, from a recorded decision and its statement (or the end of its measure), with the receipt of
//! the public log: what is not in the log yet waits.

mod copies;

use crate::{Engine, Hooks};
use jiff::Timestamp;
use model::{Decided, Ending, Enforcement, InLog};
use platforms::webhook::{Delivery, Endpoint, deliver, deliver_ending};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::log::LogError;
use store::{Attempt, Due, StoreError};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often an attempt is made and when it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persistence {
    /// Pause after the first failure; doubles with each.
    pub first_pause: Duration,
    /// Longest pause.
    pub longest_pause: Duration,
    /// After this time what the platform cannot take becomes a dead letter.
    pub give_up_after: Duration,
    /// After so many attempts what the platform will not take becomes a dead letter: it must not
    /// hold up what comes after it.
    pub most_rejections: u32,
    /// How often the outbox is looked into when nobody calls.
    pub look_every: Duration,
    /// How many accounts are served at once.
    pub at_once: usize,
}

impl Default for Persistence {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_secs(6 * 3600),
            give_up_after: Duration::from_secs(3 * 24 * 3600),
            most_rejections: 6,
            look_every: Duration::from_secs(1),
            at_once: 8,
        }
    }
}

const MOST_AT_ONCE: u32 = 200;

/// What goes out.
enum Message {
    Enforce(Box<Enforcement>),
    End(Ending),
}

/// The worker that empties the outbox.
#[derive(Debug, Clone)]
pub struct Outbox {
    engine: Arc<Engine>,
    hooks: Hooks,
    persistence: Persistence,
}

impl Outbox {
    /// Starts the worker; it ends, after the attempts under way, when `stop` is cancelled. What the platform owes goes
    /// to the address that carries decisions out, and waits while there is none; copies go out beside it.
    pub fn start(
        engine: Arc<Engine>,
        hooks: Hooks,
        persistence: Persistence,
        stop: CancellationToken,
    ) -> JoinHandle<()> {
        let outbox = Self { engine, hooks, persistence };
        tokio::spawn(async move {
            let copies = tokio::spawn(outbox.clone().copy(stop.clone()));
            while !stop.is_cancelled() {
                match outbox.round().await {
                    // There may be more than one round takes.
                    Ok(tried) if tried >= MOST_AT_ONCE as usize => continue,
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "the outbox cannot be read or written"),
                }
                tokio::select! {
                    () = outbox.engine.outbox_called() => {}
                    () = sleep(persistence.look_every) => {}
                    () = stop.cancelled() => {}
                }
            }
            let _ = copies.await;
        })
    }

    /// Tries everything that is due, once. Returns how much that was.
    async fn round(&self) -> Result<usize, StoreError> {
        let Some(endpoint) = self.hooks.platform().await? else { return Ok(0) };
        let endpoint = Arc::new(endpoint);
        let due = self.engine.store.due(self.engine.clock.now(), MOST_AT_ONCE).await?;
        let queues = in_order(self.shown(due).await?);
        let tried = queues.iter().map(Vec::len).sum();
        let mut running = JoinSet::new();
        for queue in queues {
            if running.len() >= self.persistence.at_once.max(1) {
                settled(running.join_next().await)?;
            }
            running.spawn(self.clone().serve(Arc::clone(&endpoint), queue));
        }
        while let Some(done) = running.join_next().await {
            settled(Some(done))?;
        }
        let backlog = self.engine.store.backlog().await?;
        gauge("evenhand_outbox_waiting", backlog.waiting);
        gauge("evenhand_outbox_dead_letters", backlog.dead);
        Ok(tried)
    }

    /// What is to be sent, with its place in the public log as far as that shows it.
    async fn shown(&self, due: Vec<Due>) -> Result<Vec<(Due, Option<InLog>)>, StoreError> {
        let mut shown = Vec::with_capacity(due.len());
        for due in due {
            let log = self.in_log(&due).await?;
            shown.push((due, log));
        }
        Ok(shown)
    }

    /// One account's decisions in order; the first failure ends the round for it.
    async fn serve(self, to: Arc<Endpoint>, queue: Vec<(Due, InLog)>) -> Result<(), StoreError> {
        for (due, log) in queue {
            let now = self.engine.clock.now();
            let (attempt, _) = self.attempt(&to, &due, log, now).await?;
            count("evenhand_deliveries_total", &attempt);
            self.keep(&due, now, &attempt).await?;
            if matches!(attempt, Attempt::Failed { next_at: Some(_), .. }) {
                break;
            }
        }
        Ok(())
    }

    /// One attempt, and what was answered, if anything could be sent.
    async fn attempt(
        &self,
        to: &Endpoint,
        due: &Due,
        log: InLog,
        now: Timestamp,
    ) -> Result<(Attempt, Option<Delivery>), StoreError> {
        Ok(match self.rebuild(due).await? {
            Ok(message) => {
                let answer = self.send(to, message, log, now).await;
                (self.judge(due, answer.clone(), now), Some(answer))
            }
            Err(why) => (Attempt::Failed { why, next_at: None }, None),
        })
    }

    async fn send(&self, to: &Endpoint, it: Message, log: InLog, now: Timestamp) -> Delivery {
        let client = self.hooks.client();
        match it {
            Message::Enforce(it) => deliver(client, to, &it.logged(log), now).await,
            Message::End(it) => deliver_ending(client, to, &it.logged(log), now).await,
        }
    }

    async fn keep(&self, due: &Due, now: Timestamp, attempt: &Attempt) -> Result<(), StoreError> {
        if let Attempt::Failed { why, next_at: None } = attempt {
            tracing::error!(decision = %due.decision, ending = due.ending.is_some(), why, "an enforcement is given up; it is a dead letter");
        }
        match self.engine.store.attempted(due.place, now, attempt).await {
            // A receipt came before the answer: nothing waits any more.
            Err(StoreError::NoSuch(_)) => Ok(()),
            kept => kept,
        }
    }

    /// What an attempt came to, and when the next one is due.
    fn judge(&self, due: &Due, delivery: Delivery, now: Timestamp) -> Attempt {
        let Persistence { most_rejections, give_up_after, .. } = self.persistence;
        let tried = due.attempts.saturating_add(1);
        let (why, wish) = match delivery {
            Delivery::Delivered => return Attempt::Delivered,
            Delivery::Gone => {
                let why = "the platform says that its address takes no more (410)".into();
                return Attempt::Failed { why, next_at: None };
            }
            Delivery::Rejected { why } if tried >= most_rejections => {
                return Attempt::Failed { why, next_at: None };
            }
            Delivery::Rejected { why } => (why, None),
            Delivery::Retry { after, why } => (why, after),
        };
        let pause = self.pause(due.attempts).max(wish.unwrap_or_default());
        let next_at = now.checked_add(pause).ok();
        let over = due.since.checked_add(give_up_after).ok();
        Attempt::Failed { why, next_at: next_at.filter(|at| over.is_none_or(|over| *at <= over)) }
    }

    /// Doubles with each attempt; between half and all of it, so that not all come at once.
    fn pause(&self, attempts: u32) -> Duration {
        let Persistence { first_pause, longest_pause, .. } = self.persistence;
        let doubled = first_pause.saturating_mul(1_u32 << attempts.min(20)).min(longest_pause);
        let [chance, ..] = self.engine.ids.secret();
        doubled / 2 + (doubled / 2).mul_f64(f64::from(chance) / 255.0)
    }

    /// Where the decision, or the ending, is in the public log; nothing while it is not in a published checkpoint.
    async fn in_log(&self, due: &Due) -> Result<Option<InLog>, StoreError> {
        let Some(log) = self.engine.log() else { return Ok(None) };
        let shown = match log.receipt_at(due.place).await {
            Ok(shown) => shown,
            Err(LogError::Store(error)) => return Err(error),
            // It waits: the log is looked after, and then it can be shown.
            Err(error) => {
                tracing::error!(%error, decision = %due.decision, "no receipt can be made");
                None
            }
        };
        Ok(shown.map(|shown| InLog {
            index: shown.index,
            leaf: String::from_utf8_lossy(&shown.leaf).into_owned(),
            receipt: shown.receipt.to_string(),
        }))
    }

    /// What a recorded decision, or the end of a measure of it, asks of the platform; or why that cannot be rebuilt.
    async fn rebuild(&self, due: &Due) -> Result<Result<Message, String>, StoreError> {
        let stored = match self.engine.store.decision(due.decision).await {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(Err("the decision is not there".into())),
            Err(StoreError::Unreadable { what, why }) => {
                return Ok(Err(format!("{what} cannot be read: {why}")));
            }
            Err(error) => return Err(error),
        };
        if let Some(id) = due.ending {
            let now = self.engine.clock.now();
            let ending = Ending::of(id, &stored.decision, due.position, now);
            return Ok(ending.map(Message::End).ok_or_else(|| "the measure has not ended".into()));
        }
        let decided = match Decided::new(stored.decision, stored.statement) {
            Ok(decided) => decided,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let asked = Enforcement::of(&decided, &self.engine.settings.public_url);
        let none = || "the decision asks nothing of the platform".into();
        Ok(asked.map(|it| Message::Enforce(Box::new(it))).ok_or_else(none))
    }
}

/// Each account's decisions, up to the first that the log does not show yet. The log goes on while
/// it is asked, so a later decision may be shown although an earlier one was not: it waits too.
fn in_order<L>(shown: Vec<(Due, Option<L>)>) -> Vec<Vec<(Due, L)>> {
    let mut queues: Vec<Vec<(Due, L)>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut held: HashSet<String> = HashSet::new();
    for (due, log) in shown {
        let Some(log) = log else {
            held.insert(due.account);
            continue;
        };
        if held.contains(&due.account) {
            continue;
        }
        let place = *places.entry(due.account.clone()).or_insert(queues.len());
        match queues.get_mut(place) {
            Some(queue) => queue.push((due, log)),
            None => queues.push(vec![(due, log)]),
        }
    }
    queues
}

type Joined = Result<Result<(), StoreError>, tokio::task::JoinError>;

fn settled(joined: Option<Joined>) -> Result<(), StoreError> {
    match joined {
        Some(Ok(done)) => done,
        Some(Err(error)) => Err(StoreError::Database(error.to_string())),
        None => Ok(()),
    }
}

/// Counts an attempt by how it ended.
fn count(name: &'static str, attempt: &Attempt) {
    let outcome = match attempt {
        Attempt::Delivered => "delivered",
        Attempt::Failed { next_at: Some(_), .. } => "retry",
        Attempt::Failed { next_at: None, .. } => "dead",
    };
    metrics::counter!(name, "outcome" => outcome).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn gauge(name: &'static str, count: u64) {
    metrics::gauge!(name).set(count as f64);
}

#[cfg(test)]
mod tests {
    use super::in_order;
    use model::{DecisionId, Ids, Json, SeededIds};
    use store::Due;

    #[test]
    fn what_the_log_does_not_show_yet_holds_back_what_the_account_did_later() {
        let ids = SeededIds::new("order");
        let due = |account: &str| Due {
            place: 0,
            decision: DecisionId::new(ids.next()),
            ending: None,
            position: 0,
            account: account.into(),
            body: Json::parse("{}").unwrap(),
            attempts: 0,
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let shown = vec![
            (due("ann"), Some(0)),
            (due("ben"), None),
            (due("ann"), Some(2)),
            (due("ben"), Some(3)),
            (due("ann"), None),
            (due("ann"), Some(5)),
            (due("cid"), Some(6)),
        ];
        let queues = in_order(shown);
        let places: Vec<Vec<i32>> =
            queues.iter().map(|queue| queue.iter().map(|(_, at)| *at).collect()).collect();
        assert_eq!(places, [vec![0, 2], vec![6]]);
    }
}
