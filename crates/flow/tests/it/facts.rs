//! Counters, kept values, running lists and scorers, from event to event: in a batch, after a
//! crash, for an event that comes twice, and in a replay.

use crate::world::{file, files, post_at, start_of_time};
use flow::{Engine, Intake, Memory, Settings, Status};
use jiff::{SignedDuration, Timestamp};
use model::{Event, FixedClock, SeededIds};
use platforms::{Reach, Scorers, http_client};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{ListEdit, Store};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const MAIN: &str = "
Account: Entity[str] = EntityJson(type='Account', path='$.account.id')
Text: str = JsonData(path='$.item.text')
Count = IncrementWindow(key=f'posts-{Account}', window_seconds=3600, when_all=[RegexMatch(target=Text, pattern='post')])
Before = CacheGetStr(key=f'last-{Account}')
CacheSetStr(key=f'last-{Account}', value=Text)
Shared = CacheGetInt(key=Before, default=-1)
CacheSetInt(key=Text, value=Count)
Blocked = TextInList(text=Text, list='blocked')
Score = Toxicity(text=Text, ask=RegexMatch(target=Text, pattern='score'))
Often = Rule(when_all=[Count == 3], description=f'It is post {Count} in an hour')
Listed = Rule(when_all=[Blocked], description='It is listed')
Toxic = Rule(when_all=[Score >= 0.5], description='It is toxic')
WhenRules(rules_any=[Often, Listed, Toxic], then=[Breach(clause='spam#bulk')])
";

const FUNCTIONS: &str = "
[[list]]
name = 'blocked'
running = true

[[function]]
name = 'Toxicity'
returns = 'float'
arguments = [{ name = 'text', type = 'str' }, { name = 'ask', type = 'bool' }]
[function.http]
url = 'http://127.0.0.1:9/'
timeout = '200ms'
only_if = 'ask'
on_failure = 0.75
";

fn sources() -> Sources {
    Sources::from_map(files())
        .with("main.sml", MAIN.into())
        .with("functions.toml", FUNCTIONS.into())
        .with("lists/blocked.txt", "grobnik\n".into())
}

fn rulebook() -> Rulebook {
    let (rulebook, problems) = Rulebook::load(&sources());
    rulebook.unwrap_or_else(|| panic!("{problems:#?}"))
}

struct House {
    engine: Arc<Engine>,
    intake: Intake,
    stop: CancellationToken,
    writer: JoinHandle<()>,
}

impl House {
    async fn on(folder: &Path, name: &str) -> Self {
        let store = Store::open(&file(folder)).await.unwrap();
        let clock = Arc::new(FixedClock::new(start_of_time() + SignedDuration::from_hours(24)));
        let settings = Settings { batch_wait: Duration::from_millis(50), ..Settings::default() };
        let ids = Arc::new(SeededIds::new(name));
        let engine =
            Engine::start(rulebook(), &sources(), store, clock, ids, settings).await.unwrap();
        let reach = Reach { private_addresses: true, ..Reach::default() };
        engine.ask_scorers(Scorers::new(http_client(&reach).unwrap()));
        let stop = CancellationToken::new();
        let (intake, writer) = Intake::start(Arc::clone(&engine), stop.clone());
        Self { engine, intake, stop, writer }
    }

    async fn crash(self) {
        self.writer.abort();
        let _ = self.writer.await;
        drop(self.stop);
        self.engine.store.close().await;
    }

    async fn breaches(&self, event: Event) -> bool {
        let answer = self.intake.submit(event).await.unwrap();
        answer.decided.is_some_and(|decided| decided.decision().outcome.clause().is_some())
    }
}

fn at(minute: i64) -> Timestamp {
    start_of_time() + SignedDuration::from_mins(minute)
}

/// The event with the facts that were kept comes to the same outcome.
async fn replays(house: &House, event: &Event) -> String {
    let facts = house.engine.facts_of(event).await.unwrap().unwrap();
    let rulebook = house.engine.rulebook.load_full();
    let outcome = rulebook.evaluate(event, &facts, event.timestamp);
    let mut features = String::new();
    outcome.write_features(&mut features, &rulebook.plan, event);
    features
}

#[tokio::test]
async fn a_count_holds_in_a_batch_after_a_crash_and_for_an_event_that_comes_twice() {
    let folder = TempDir::new().unwrap();
    let mut house = House::on(folder.path(), "one").await;
    // Two in one batch: the second sees the first.
    let (one, two) = (post_at(at(0), 1, "ann", "post"), post_at(at(1), 2, "ann", "post"));
    let (first, second) = tokio::join!(house.breaches(one.clone()), house.breaches(two.clone()));
    assert_eq!((first, second), (false, false));
    house.crash().await;
    house = House::on(folder.path(), "two").await;
    // What came before comes again: it counts once.
    let again = house.intake.submit(two.clone()).await.unwrap();
    assert_eq!(again.status, Status::Duplicate);
    assert!(!house.breaches(post_at(at(2), 3, "bob", "post")).await);
    let three = post_at(at(3), 4, "ann", "post");
    assert!(house.breaches(three.clone()).await, "the third post of the hour");
    assert!(!house.breaches(post_at(at(4), 5, "ann", "post")).await, "the fourth");
    assert!(!house.breaches(post_at(at(200), 6, "ann", "post")).await, "the first of its hour");
    for (event, count) in [(&one, 1), (&two, 2), (&three, 3)] {
        let features = replays(&house, event).await;
        assert!(features.contains(&format!("\"Count\":{count},")), "{features}");
    }
}

#[tokio::test]
async fn a_batch_and_a_run_in_memory_come_to_the_same() {
    let folder = TempDir::new().unwrap();
    let house = House::on(folder.path(), "batch").await;
    let mut memory = Memory::new(Arc::new(rulebook()), "https://test.example");
    let texts = ["post", "other", "post", "post other", "other", "post", "post", "grobnik"];
    let events: Vec<Event> = (0..40_u32)
        .map(|n| {
            let text = texts[usize::try_from(n).unwrap() % texts.len()];
            let account = if n % 3 == 0 { "ann" } else { "bob" };
            post_at(at(i64::from(n) * 7), n, account, text)
        })
        .collect();
    let answers = futures_util::future::join_all(
        events.iter().map(|event| house.intake.submit(event.clone())),
    )
    .await;
    for (event, answer) in events.iter().zip(answers) {
        let answer = answer.unwrap();
        let features = replays(&house, event).await;
        let flow::Decision::Judged(judged) = memory.decide(event).unwrap() else { panic!() };
        let mut ours = String::new();
        judged.outcome.write_features(&mut ours, &rulebook().plan, event);
        assert_eq!(ours, features);
        assert_eq!(answer.status, Status::Decided);
    }
}

#[tokio::test]
async fn a_list_changes_while_the_engine_runs_and_a_replay_sees_it_as_it_was() {
    let folder = TempDir::new().unwrap();
    let house = House::on(folder.path(), "list").await;
    let (before, after) =
        (post_at(at(0), 1, "ann", "a slarg"), post_at(at(1), 2, "ann", "a slarg"));
    assert!(house.breaches(post_at(at(0), 9, "eve", "a grobnik")).await);
    assert!(!house.breaches(before.clone()).await);
    let edit = ListEdit {
        list: "blocked".into(),
        add: ["slarg".to_owned()].into(),
        remove: ["grobnik".to_owned()].into(),
        by: "mod-7".into(),
        why: "raid".into(),
    };
    assert_eq!(house.engine.store.edit_list(&edit, at(1)).await.unwrap(), 1);
    assert!(house.breaches(after.clone()).await);
    assert!(!house.breaches(post_at(at(2), 3, "ann", "a grobnik")).await);
    assert!(replays(&house, &before).await.contains("\"Blocked\":false"));
    assert!(replays(&house, &after).await.contains("\"Blocked\":true"));
}

#[tokio::test]
async fn a_scorer_that_fails_is_a_fact_and_its_declared_answer_stands_in() {
    let folder = TempDir::new().unwrap();
    let house = House::on(folder.path(), "scorer").await;
    let event = post_at(at(0), 1, "ann", "score this");
    assert!(house.breaches(event.clone()).await, "0.75 is toxic");
    let kept = house.engine.store.facts_of(&event.action_id).await.unwrap().unwrap();
    assert!(kept.contains("\"failed\"") && kept.contains("Toxicity"), "{kept}");
    assert!(replays(&house, &event).await.contains("\"Score\":0.75"));
    // Not asked: no question is a fact.
    let other = post_at(at(1), 2, "ann", "nothing");
    house.breaches(other.clone()).await;
    let kept = house.engine.store.facts_of(&other.action_id).await.unwrap().unwrap();
    assert!(!kept.contains("Toxicity"), "{kept}");
}
