//! Facts: what the rules of a batch must be told, fetched round by round before anything is
//! evaluated; and what an event keeps for those after it. Must not evaluate.

use crate::Engine;
use crate::evaluate::Known;
use jiff::Timestamp;
use model::Event;
use platforms::Ask;
use rules::declared::{Method, Scorer};
use rules::functions::Lists as _;
use rules::rulebook::Rulebook;
use rules::state::{Change, Counter, Kept, KeptValue};
use rules::{Answer, FactKey, Facts, Question, RunningList};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use store::{Span, State, Step, Store, StoreError};

/// Fetches the facts that the events of a batch need, round by round.
pub(crate) async fn fetch(
    engine: &Engine,
    rulebook: &Rulebook,
    events: &[&Event],
    known: &mut Known,
) -> Result<(), StoreError> {
    for round in 0..rulebook.plan.fact_rounds() {
        let mut needed = BTreeSet::new();
        for event in events {
            let keys = rulebook.facts_needed(event, &known.facts, round);
            known.needed.entry(event.action_id.clone()).or_default().extend(keys.iter().cloned());
            needed.extend(keys);
        }
        fetch_all(engine, rulebook, needed, known).await?;
    }
    Ok(())
}

/// Fetches these facts, unless they are known.
pub(crate) async fn fetch_all(
    engine: &Engine,
    rulebook: &Rulebook,
    needed: BTreeSet<FactKey>,
    known: &mut Known,
) -> Result<(), StoreError> {
    let (mut entities, mut counts, mut kept, mut questions) =
        (BTreeSet::new(), Vec::new(), Vec::new(), Vec::new());
    for key in needed {
        if known.facts.has(&key) {
            continue;
        }
        match key {
            FactKey::Labels(entity) => {
                entities.insert(entity);
            }
            FactKey::Count(counter, at) => counts.push((counter, at)),
            FactKey::Kept(key) => kept.push(key),
            FactKey::List(name) => list(engine, rulebook, name, known).await?,
            FactKey::Answer(question) => questions.push(question),
            // Nobody is asked for mail hosts yet: a rule that wants them finds none.
            FactKey::MailHosts(_) => {}
        }
    }
    known.fetch_labels(&engine.store, entities).await?;
    count(&engine.store, counts, known).await?;
    for (key, found) in engine.store.kept_values(&kept).await? {
        let value = serde_json::from_str::<KeptValue>(&found.value);
        let value = value.unwrap_or(KeptValue::Nothing);
        known.facts.kept.insert(key, Kept { value, until: found.until });
    }
    for key in kept {
        known.facts.kept.entry(key).or_insert(Kept::NOTHING);
    }
    ask(engine, rulebook, questions, known).await;
    Ok(())
}

async fn count(
    store: &Store,
    asked: Vec<(Counter, i64)>,
    known: &mut Known,
) -> Result<(), StoreError> {
    let spans: Vec<Span> = asked
        .iter()
        .map(|(counter, at)| {
            let at = moment(*at);
            Span {
                key: counter.key.clone(),
                window_ms: counter.window_ms,
                first: counter.first_bucket(at),
                last: counter.bucket(at),
            }
        })
        .collect();
    if !spans.is_empty() {
        let counts = store.counts(&spans).await?;
        known.facts.counts.extend(asked.into_iter().zip(counts));
    }
    Ok(())
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

/// The list as it stands: what the rulebook has, and all changes since. Kept in memory until the
/// next change.
async fn list(
    engine: &Engine,
    rulebook: &Rulebook,
    name: Arc<str>,
    known: &mut Known,
) -> Result<(), StoreError> {
    if known.versions.is_none() {
        known.versions = Some(engine.store.list_versions().await?.into_iter().collect());
    }
    let version = known.versions.as_ref().and_then(|all| all.get(&*name)).copied().unwrap_or(0);
    let found = running_list(&engine.store, rulebook, &name, version, &engine.lists).await?;
    known.facts.lists.insert(name, found);
    Ok(())
}

/// Lists that were put together, by name, with the rulebook under which they were.
pub(crate) type Lists = std::sync::Mutex<BTreeMap<Arc<str>, (String, Arc<RunningList>)>>;

/// A running list in one version.
pub(crate) async fn running_list(
    store: &Store,
    rulebook: &Rulebook,
    name: &Arc<str>,
    version: u64,
    lists: &Lists,
) -> Result<Arc<RunningList>, StoreError> {
    let under = rulebook.version().as_str();
    let locked = || lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let known = locked().get(name).cloned();
    if let Some((of, list)) = known
        && of == under
        && list.version() == version
    {
        return Ok(list);
    }
    let own = rulebook.lists.number(name).map(|number| rulebook.lists.entries(number));
    let mut entries: BTreeSet<String> =
        own.unwrap_or_default().into_iter().map(str::to_owned).collect();
    for change in store.list_changes(name).await? {
        if change.version <= version {
            if change.is_in {
                entries.insert(change.entry);
            } else {
                entries.remove(&change.entry);
            }
        }
    }
    let list = Arc::new(RunningList::new(Arc::clone(name), version, entries));
    locked().insert(Arc::clone(name), (under.to_owned(), Arc::clone(&list)));
    Ok(list)
}

/// Asks the scorers. Whatever goes wrong is a fact as well: the declared answer stands in.
async fn ask(engine: &Engine, rulebook: &Rulebook, questions: Vec<Question>, known: &mut Known) {
    if questions.is_empty() {
        return;
    }
    let Some(scorers) = engine.scorers.get() else {
        let nobody = || Answer::Failed("no scorer is asked in this run".to_owned());
        known.facts.answers.extend(questions.into_iter().map(|question| (question, nobody())));
        return;
    };
    let mut asks = Vec::new();
    let mut asked = Vec::new();
    for question in questions {
        let scorer = rulebook.declared.scorers().find(|one| one.name == question.function);
        match scorer
            .ok_or_else(|| "it is not declared".to_owned())
            .and_then(|scorer| to(scorer, &question))
        {
            Ok(ask) => {
                asks.push(ask);
                asked.push(question);
            }
            Err(why) => {
                known.facts.answers.insert(question, Answer::Failed(why));
            }
        }
    }
    let said = scorers.ask(asks).await;
    known.facts.answers.extend(
        asked
            .into_iter()
            .zip(said)
            .map(|(question, said)| (question, said.map_or_else(Answer::Failed, Answer::Said))),
    );
}

fn to(scorer: &Scorer, question: &Question) -> Result<Ask, String> {
    let secret = match &scorer.secret {
        None => None,
        Some(secret) => {
            let value = std::env::var(&secret.env)
                .map_err(|_| format!("the environment has no variable `{}`", secret.env))?;
            Some((secret.header.clone(), value))
        }
    };
    Ok(Ask {
        scorer: scorer.name.clone(),
        url: scorer.url.clone(),
        post: scorer.method == Method::Post,
        arguments: question.arguments.clone(),
        timeout: scorer.timeout,
        budget: scorer.budget,
        cache_ttl: scorer.cache_ttl,
        cache_most: scorer.cache_most,
        secret,
    })
}

/// Takes in what an event keeps, so that those after it in the batch see it.
pub(crate) fn take(facts: &mut Facts, changes: &[Change], at: Timestamp) {
    for change in changes {
        match change {
            Change::Count(counter) => {
                let bucket = counter.bucket(at);
                for ((other, asked), count) in &mut facts.counts {
                    let asked = moment(*asked);
                    let reach = counter.first_bucket(asked)..=counter.bucket(asked);
                    if other == counter && reach.contains(&bucket) {
                        *count = count.saturating_add(1);
                    }
                }
            }
            Change::Keep(key, kept) => {
                facts.kept.insert(key.clone(), kept.clone());
            }
        }
    }
}

/// What is kept of an event's changes and of the facts that it was evaluated with.
pub(crate) fn state(changes: &[Change], at: Timestamp, facts: Option<String>) -> State {
    let mut state = State { facts, ..State::default() };
    for change in changes {
        match change {
            Change::Count(counter) => {
                let bucket = counter.bucket(at);
                state.counts.push(Step {
                    key: counter.key.clone(),
                    window_ms: counter.window_ms,
                    bucket,
                    ends_at: counter.bucket_ends(bucket),
                    at: at.as_millisecond(),
                });
            }
            Change::Keep(key, kept) => state.kept.push(store::KeptValue {
                key: key.clone(),
                value: serde_json::to_string(&kept.value).unwrap_or_default(),
                until: kept.until,
            }),
        }
    }
    state
}

impl Engine {
    /// The facts that an event was evaluated with, as they were: with them the same rulebook comes
    /// to the same outcome again. None if it needed none.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails, or what is kept cannot be read.
    pub async fn facts_of(&self, event: &Event) -> Result<Option<Facts>, StoreError> {
        let Some(text) = self.store.facts_of(&event.action_id).await? else { return Ok(None) };
        let rulebook = self.rulebook.load_full();
        let unreadable =
            |why: String| StoreError::Unreadable { what: "the facts of an event", why };
        let wanted = std::cell::RefCell::new(HashSet::new());
        let none = |name: &str, version: u64| {
            wanted.borrow_mut().insert((Arc::<str>::from(name), version));
            Some(Arc::new(RunningList::new(name.into(), version, [])))
        };
        Facts::from_json(&text, none).map_err(unreadable)?;
        let mut lists = BTreeMap::new();
        let none_kept = Lists::default();
        for (name, version) in wanted.into_inner() {
            let list = running_list(&self.store, &rulebook, &name, version, &none_kept).await?;
            lists.insert((name, version), list);
        }
        let found = |name: &str, version| lists.get(&(Arc::from(name), version)).cloned();
        Facts::from_json(&text, found).map(Some).map_err(unreadable)
    }
}
