//! Counters, kept values, facts and lists that change.

use crate::fixtures::World;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::{Kept, KeptValue, ListEdit, Span, State, Step, Store};

fn step(key: &str, bucket: i64) -> Step {
    let at = bucket * 1000;
    Step { key: key.into(), window_ms: 60_000, bucket, ends_at: at + 62_000, at }
}

fn span(key: &str, first: i64, last: i64) -> Span {
    Span { key: key.into(), window_ms: 60_000, first, last }
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

async fn keep(store: &Store, world: &mut World, number: u32, state: State) {
    world.now = moment(2_000_000_000);
    let received = world.received(number, "1001");
    let mut record = world.with(Some(received), Kept::Nothing);
    record.state = state;
    store.record(&[record]).await.unwrap();
}

#[tokio::test]
async fn counts_are_those_of_a_plain_count_and_what_is_over_is_pruned() {
    let store = Store::open_in_memory().await.unwrap();
    let mut world = World::new("state");
    let mut plain: BTreeMap<(&str, i64), i64> = BTreeMap::new();
    for number in 0..60_u32 {
        let key = ["a", "b"][usize::try_from(number % 2).unwrap()];
        let bucket = 1_000 + i64::from(number * 7 % 50);
        let counts = vec![step(key, bucket), step(key, bucket)];
        keep(&store, &mut world, number, State { counts, ..State::default() }).await;
        *plain.entry((key, bucket)).or_default() += 2;
    }
    let spans: Vec<Span> = (0..300_i64)
        .map(|n| {
            span(["a", "b", "c"][usize::try_from(n % 3).unwrap()], 1_000 + n % 37, 1_020 + n % 41)
        })
        .collect();
    let counted = store.counts(&spans).await.unwrap();
    for (span, counted) in spans.iter().zip(counted) {
        let expected: i64 = plain
            .iter()
            .filter(|((key, bucket), _)| {
                *key == span.key && (span.first..=span.last).contains(bucket)
            })
            .map(|(_, count)| count)
            .sum();
        assert_eq!(counted, expected, "{span:?}");
    }
    let other = Span { window_ms: 61_000, ..span("a", 0, 10_000) };
    assert_eq!(store.counts(&[other, span("a", 5, 4)]).await.unwrap(), [0, 0]);
    // An event far later takes away what no window reaches any more.
    keep(&store, &mut world, 99, State { counts: vec![step("z", 5_000)], ..State::default() })
        .await;
    let all = [span("a", 0, 10_000), span("b", 0, 10_000), span("z", 0, 10_000)];
    assert_eq!(store.counts(&all).await.unwrap(), [0, 0, 1]);
}

#[tokio::test]
async fn an_event_that_comes_twice_counts_once() {
    let store = Store::open_in_memory().await.unwrap();
    let world = World::new("state");
    let received = world.received(1, "1001");
    let mut record = world.with(Some(received), Kept::Nothing);
    record.state.counts.push(step("a", 7));
    store.record(std::slice::from_ref(&record)).await.unwrap();
    assert!(store.record(&[record]).await.is_err());
    assert_eq!(store.counts(&[span("a", 0, 10)]).await.unwrap(), [1]);
}

#[tokio::test]
async fn the_last_value_counts_and_facts_are_read_again() {
    let store = Store::open_in_memory().await.unwrap();
    let world = World::new("state");
    let value = |value: &str| KeptValue { key: "k".into(), value: value.into(), until: None };
    let received = world.received(1, "1001");
    let id = received.event.action_id.clone();
    let mut record = world.with(Some(received), Kept::Nothing);
    record.state.kept = vec![value("one"), value("two")];
    record.state.facts = Some("{\"kept\":1}".into());
    store.record(&[record]).await.unwrap();
    let keys = ["k".to_owned(), "none".to_owned()];
    let found = store.kept_values(&keys).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found["k"], value("two"));
    assert_eq!(store.facts_of(&id).await.unwrap().as_deref(), Some("{\"kept\":1}"));
    // Forgetting the account leaves neither.
    let forget = store::Forget::Account(crate::fixtures::account("1001"));
    store.erase(&forget, moment(2_000_000_001), true).await.unwrap();
    assert_eq!(store.facts_of(&id).await.unwrap(), None);
}

#[tokio::test]
async fn every_change_of_a_list_has_a_number_and_a_name() {
    let store = Store::open_in_memory().await.unwrap();
    let edit = |add: &[&str], remove: &[&str]| ListEdit {
        list: "blocked".into(),
        add: add.iter().map(|entry| (*entry).to_owned()).collect(),
        remove: remove.iter().map(|entry| (*entry).to_owned()).collect(),
        by: "mod-7".into(),
        why: "raid".into(),
    };
    let at = moment(1_000);
    assert_eq!(store.edit_list(&edit(&["a", "b"], &[]), at).await.unwrap(), 1);
    assert_eq!(store.edit_list(&edit(&[], &["a"]), at).await.unwrap(), 2);
    assert_eq!(store.edit_list(&edit(&[], &[]), at).await.unwrap(), 2);
    assert_eq!(store.edit_list(&edit(&["c"], &["c"]), at).await.unwrap(), 3);
    let changes = store.list_changes("blocked").await.unwrap();
    let shown: BTreeSet<_> =
        changes.iter().map(|one| (one.version, one.entry.as_str(), one.is_in)).collect();
    assert_eq!(shown, [(1, "a", true), (1, "b", true), (2, "a", false), (3, "c", true)].into());
    assert!(changes.iter().all(|one| one.by == "mod-7" && one.why == "raid" && one.at == at));
    assert_eq!(store.list_versions().await.unwrap(), [("blocked".to_owned(), 3)]);
}
