//! A batch on its way: who was here before, what is known, evaluate and decide, keep all in one
//! transaction. Must not answer anybody before that.

use crate::decide::{Circumstances, Judged, Undecided, contained, decide_one};
use crate::evaluate::Known;
use crate::{Answer, Engine, Refused, Status, record};
use jiff::Timestamp;
use model::{ActionId, Event};
use rules::FactKey;
use rules::rulebook::Rulebook;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;
use store::{Became, Conflict, ContentHash, Kept, Record, Seen, StoreError};

/// The events of one batch, in the order in which they came.
pub(crate) type Batch = Arc<[Event]>;

/// All that a caller is told of a fault: its text may quote the event, and is the operator's.
const FAULT: &str = "a fault of ours";

type Answers = Vec<Result<Answer, Refused>>;

/// Decides and keeps a batch. On an error nothing was answered: the same batch can be settled
/// again, and what was kept all the same is then found as a duplicate.
///
/// # Errors
/// [`StoreError`] when the store cannot write at all.
pub(crate) async fn settle(engine: &Engine, events: &Batch) -> Result<Answers, StoreError> {
    match settle_together(engine, events).await {
        Err(error) if may_blame_a_record(&error) => {
            tracing::warn!(%error, "a batch was refused; its events are kept one by one");
            let mut answers = Vec::with_capacity(events.len());
            for event in events.iter() {
                answers.push(settle_alone(engine, event).await?);
            }
            Ok(answers)
        }
        settled => settled,
    }
}

async fn settle_alone(
    engine: &Engine,
    event: &Event,
) -> Result<Result<Answer, Refused>, StoreError> {
    let alone: Batch = Arc::new([event.clone()]);
    match settle_together(engine, &alone).await {
        Ok(mut answers) => Ok(answers.pop().unwrap_or_else(|| Err(Refused::Failed(FAULT.into())))),
        Err(error) if may_blame_a_record(&error) => keep_failure(engine, event, &error).await,
        Err(error) => Err(error),
    }
}

/// Whether the store may have refused one record, rather than failed as a whole.
const fn may_blame_a_record(error: &StoreError) -> bool {
    !matches!(error, StoreError::Full | StoreError::Busy | StoreError::Damaged(_))
}

/// Keeps the input of one event that the store would not take as decided. If even that fails,
/// the store is at fault and not the event.
async fn keep_failure(
    engine: &Engine,
    event: &Event,
    error: &StoreError,
) -> Result<Result<Answer, Refused>, StoreError> {
    let version = engine.rulebook.load().version().clone();
    let failure = record::failure(&version, event, &error.to_string(), engine.clock.now());
    engine.store.record(&[failure]).await?;
    Ok(Err(Refused::Failed(FAULT.into())))
}

async fn settle_together(engine: &Engine, events: &Batch) -> Result<Answers, StoreError> {
    let rulebook = engine.rulebook.load_full();
    let now = engine.clock.now();
    let ids: Vec<_> = events.iter().map(|event| event.action_id.clone()).collect();

    let _turn = engine.turn().await;
    let (fresh, mut answers) = sort_out(events, &engine.store.seen(&ids).await?);
    let chosen: Vec<_> = fresh.iter().filter_map(|at| events.get(*at)).collect();
    let mut known = Known::fetch(engine, &rulebook, &chosen).await?;
    let done = loop {
        let work = Work {
            rulebook: Arc::clone(&rulebook),
            events: Arc::clone(events),
            fresh: fresh.clone(),
            known: known.clone(),
            ids: Arc::clone(&engine.ids),
            public_url: engine.settings.public_url.clone(),
            now,
        };
        let begun = Instant::now();
        let done = tokio::task::spawn_blocking(move || work.run()).await;
        let mut done = done.map_err(|error| StoreError::Database(error.to_string()))?;
        metrics::histogram!("evenhand_decide_seconds").record(begun.elapsed());
        if done.unknown.is_empty() {
            break done;
        }
        // Deciding is pure: with all that is needed, it is done anew.
        for (event, keys) in std::mem::take(&mut done.unknown) {
            known.needed.entry(event).or_default().extend(keys.iter().cloned());
            crate::facts::fetch_all(engine, &rulebook, keys, &mut known).await?;
        }
    };

    if !done.records.is_empty() {
        engine.store.record(&done.records).await?;
        engine.call_log();
    }
    let conflicts = conflicts(events, &answers, now);
    if !conflicts.is_empty() {
        engine.store.record_conflicts(&conflicts).await?;
    }
    answers.extend(done.answers);
    if done.records.iter().any(asks_the_platform) {
        engine.call_outbox();
    }
    Ok(in_order(events, answers))
}

/// Parts the events that are new from those that were here before, in the store or earlier in
/// this batch. An answer is kept under the place of its event.
fn sort_out(
    events: &[Event],
    seen: &HashMap<ActionId, Seen>,
) -> (Vec<usize>, HashMap<usize, Result<Answer, Refused>>) {
    let (mut fresh, mut answers) = (Vec::new(), HashMap::new());
    let mut here: HashMap<&ActionId, ContentHash> = HashMap::new();
    for (at, event) in events.iter().enumerate() {
        let content = ContentHash::of(event);
        let id = &event.action_id;
        let answer = match (seen.get(id), here.get(id)) {
            (Some(earlier), _) if earlier.content == content => again(id, &earlier.became),
            // What it became is looked up in the answers once all are there.
            (None, Some(earlier)) if *earlier == content => {
                Ok(Answer::new(id.clone(), Status::Duplicate))
            }
            (Some(_), _) | (None, Some(_)) => Err(Refused::Conflict(id.clone())),
            (None, None) => {
                here.insert(id, content);
                fresh.push(at);
                continue;
            }
        };
        answers.insert(at, answer);
    }
    (fresh, answers)
}

/// The answer to an event that is kept already.
fn again(id: &ActionId, became: &Became) -> Result<Answer, Refused> {
    let mut answer = Answer::new(id.clone(), Status::Duplicate);
    match became {
        Became::Decided(decision) => answer.decision = Some(*decision),
        Became::Referred(case) => answer.case = Some(*case),
        Became::Nothing => {}
        Became::Failed(_) => return Err(Refused::Failed(FAULT.into())),
    }
    Ok(answer)
}

fn conflicts(
    events: &[Event],
    answers: &HashMap<usize, Result<Answer, Refused>>,
    now: Timestamp,
) -> Vec<Conflict> {
    let conflicting = |at: &usize| matches!(answers.get(at), Some(Err(Refused::Conflict(_))));
    let places = (0..events.len()).filter(conflicting);
    places
        .filter_map(|at| Some(Conflict { event: events.get(at)?.clone(), received_at: now }))
        .collect()
}

fn asks_the_platform(record: &Record) -> bool {
    matches!(&record.kept, Kept::Decided(kept) if kept.enforcement.is_some())
}

/// Answers in the order of the events. A duplicate within the batch gets the ids of the first.
fn in_order(events: &[Event], mut answers: HashMap<usize, Result<Answer, Refused>>) -> Answers {
    let mut first: HashMap<&ActionId, Result<Answer, Refused>> = HashMap::new();
    let mut ordered = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        let fault = || Err(Refused::Failed("the event got no answer".into()));
        let mut answer = answers.remove(&at).unwrap_or_else(fault);
        match (&mut answer, first.get(&event.action_id)) {
            (Ok(same), Some(Ok(earlier))) if same.status == Status::Duplicate => {
                (same.decision, same.case) = (earlier.decision, earlier.case);
            }
            (Ok(same), Some(Err(earlier))) if same.status == Status::Duplicate => {
                answer = Err(earlier.clone());
            }
            _ => {}
        }
        let outcome = answer.as_ref().map_or_else(|refused| refused.word(), |it| it.status.word());
        metrics::counter!("evenhand_events_total", "outcome" => outcome).increment(1);
        first.entry(&event.action_id).or_insert_with(|| answer.clone());
        ordered.push(answer);
    }
    ordered
}

/// What is done away from the reactor: pure, event after event.
struct Work {
    rulebook: Arc<Rulebook>,
    events: Batch,
    fresh: Vec<usize>,
    known: Known,
    ids: Arc<dyn model::Ids>,
    public_url: String,
    now: Timestamp,
}

#[derive(Debug, Default)]
struct Done {
    records: Vec<Record>,
    answers: Vec<(usize, Result<Answer, Refused>)>,
    unknown: Vec<(ActionId, BTreeSet<FactKey>)>,
}

impl Work {
    fn run(self) -> Done {
        let circumstances = self.circumstances();
        self.run_with(|event, known| decide_one(&self.rulebook, event, known, circumstances))
    }

    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances { now: self.now, ids: &*self.ids, public_url: &self.public_url }
    }

    fn run_with(&self, decide: impl Fn(&Event, &Known) -> Result<Judged, Undecided>) -> Done {
        let mut known = self.known.clone();
        let mut done = Done::default();
        for at in &self.fresh {
            let Some(event) = self.events.get(*at) else { continue };
            let decided = contained(|| decide(event, &known)).and_then(|judged| {
                let waiting = known.case_of(&judged);
                let unknown = known.unknown(&self.rulebook, event, &judged);
                if !unknown.is_empty() {
                    done.unknown.push((event.action_id.clone(), unknown.into_iter().collect()));
                }
                known.take(&judged);
                record::event(&self.rulebook, event, judged, waiting, self.circumstances())
                    .map_err(|error| Undecided::Fault(error.to_string()))
            });
            let answer = match decided {
                Ok(record) => {
                    let answer = answer(event, &record.kept);
                    done.records.push(record);
                    Ok(answer)
                }
                Err(Undecided::BadItem(why)) => Err(Refused::BadItem(why)),
                Err(Undecided::Conflict(id)) => Err(Refused::Conflict(id)),
                Err(Undecided::Fault(why)) => {
                    tracing::error!("an event could not be decided; its input is kept");
                    let version = self.rulebook.version();
                    done.records.push(record::failure(version, event, &why, self.now));
                    Err(Refused::Failed(FAULT.into()))
                }
            };
            done.answers.push((*at, answer));
        }
        done
    }
}

fn answer(event: &Event, kept: &Kept) -> Answer {
    let answer = |status| Answer::new(event.action_id.clone(), status);
    match kept {
        Kept::Decided(kept) => Answer {
            decision: Some(kept.decided.decision().id),
            decided: Some(Arc::clone(&kept.decided)),
            ..answer(Status::Decided)
        },
        Kept::Referred(case) => Answer { case: Some(case.id), ..answer(Status::Referred) },
        Kept::Joined { case, .. } => Answer { case: Some(*case), ..answer(Status::Referred) },
        Kept::Nothing | Kept::Failed(_) => answer(Status::Recorded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Json, SeededIds};
    use rules::Sources;

    fn event(n: usize) -> Event {
        Event {
            action_id: ActionId::new(&n.to_string()).unwrap(),
            action_name: "note".into(),
            timestamp: Timestamp::UNIX_EPOCH,
            data: Json::parse("{}").unwrap(),
            secret_data: None,
        }
    }

    fn rulebook() -> Arc<Rulebook> {
        let files = [
            (
                "rulebook.toml",
                "title = 'T'\nprovider = 'T'\nlanguages = ['en']\n[appeal_how]\nen = 'Write.'\n",
            ),
            (
                "policies/a.md",
                "---\nid: a\ntitle: A\neffective: 2020-01-01\ndsa_category: STATEMENT_CATEGORY_SCAMS_AND_FRAUD\n---\nA.\n\n## B {#b}\nNo b.\n",
            ),
            (
                "ladder.toml",
                "[[ladder]]\nid = 'a'\nclauses = ['a#b']\nseverity = 'low'\nautomatic = 'item'\nwhy = 'So.'\n[[ladder.step]]\nname = 'first'\nitem = 'remove'\naccount = 'none'\npeople = 0\n",
            ),
            ("main.sml", ""),
        ];
        let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
        let (rulebook, problems) = Rulebook::load(&Sources::from_map(files.map(own).into()));
        Arc::new(rulebook.unwrap_or_else(|| panic!("{problems:#?}")))
    }

    #[test]
    fn a_panic_fails_one_event_and_keeps_its_input() {
        let work = Work {
            rulebook: rulebook(),
            events: (0..4).map(event).collect(),
            fresh: vec![0, 1, 2, 3],
            known: Known::default(),
            ids: Arc::new(SeededIds::new("panic")),
            public_url: String::new(),
            now: Timestamp::UNIX_EPOCH,
        };
        let done = work.run_with(|event, known| {
            assert_ne!(event.action_id.as_str(), "2", "two is too much");
            decide_one(&work.rulebook, event, known, work.circumstances())
        });
        let statuses: Vec<_> =
            done.answers.iter().map(|(_, answer)| answer.as_ref().map(|it| it.status)).collect();
        let recorded = Ok(Status::Recorded);
        let failed = Refused::Failed(FAULT.into());
        assert_eq!(statuses, [recorded, recorded, Err(&failed), recorded]);
        assert_eq!(done.records.len(), 4, "the input of the failed one is kept, too");
        let Kept::Failed(why) = &done.records[2].kept else { panic!("{:?}", done.records[2]) };
        assert!(why.contains("two is too much"), "{why}");
    }
}
