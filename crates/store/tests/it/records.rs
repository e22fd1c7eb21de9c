//! Events and decisions: kept once, read back whole, listed in pages.

use crate::fixtures::{CLAUSE, Held, World, item_of, version};
use jiff::{SignedDuration, Timestamp};
use model::{ActionId, Json, Measure};
use std::collections::BTreeMap;
use store::{Became, Conflict, ContentHash, Cursor, DecisionFilter, Kept, Store, StoreError};

#[tokio::test]
async fn a_decision_reads_back_whole() {
    let (world, store) = (World::new("whole"), Store::open_in_memory().await.unwrap());
    let (record, id) = world.record(1, "ann", &Held::breach());
    store.record(std::slice::from_ref(&record)).await.unwrap();

    let Kept::Decided(kept) = &record.kept else { unreachable!() };
    let stored = store.decision(id).await.unwrap().unwrap();
    assert_eq!(&stored.decision, kept.decided.decision());
    assert_eq!(&stored.statement, kept.decided.statement());
    assert_eq!((stored.leaf, stored.acts, stored.replaced_by), (0, true, None));

    let received = record.event.as_ref().unwrap();
    let event = store.event(&received.event.action_id).await.unwrap().unwrap();
    assert_eq!(event.event, received.event);
    assert_eq!((event.received_at, event.became), (world.now, Became::Decided(id)));
    assert_eq!(store.latest_event_of(&item_of(&record)).await.unwrap().unwrap().event, event.event);

    let leaves = store.leaves(0, 10).await.unwrap();
    assert_eq!((leaves.len(), &leaves[0].bytes), (1, &kept.leaf.bytes));
    assert_eq!(leaves[0].hash, tlog::leaf_hash(&kept.leaf.bytes));
    let view = store.regulator_view(id).await.unwrap().unwrap();
    assert!(view.as_str().contains("STATEMENT_CATEGORY_HATE"), "{view:?}");
}

#[tokio::test]
async fn openings_open_the_leaf_and_the_leaf_tells_nothing_else() {
    let (world, store) = (World::new("openings"), Store::open_in_memory().await.unwrap());
    let (record, id) = world.record(1, "ann-with-a-name", &Held::breach());
    store.record(&[record]).await.unwrap();
    let leaf = String::from_utf8(store.leaves(0, 1).await.unwrap()[0].bytes.clone()).unwrap();
    assert!(!leaf.contains("ann-with") && !leaf.contains("vermin") && !leaf.contains("at://"));
    let read: serde_json::Value = serde_json::from_str(&leaf).unwrap();
    assert_eq!(read["decided_at"], "2026-03-01T12:00Z");
    assert_eq!(read["clauses"][0], CLAUSE);
    let commitments = read["commitments"].as_object().unwrap();
    assert_eq!(commitments.len(), 7, "empty fields show as well");

    let openings = store.openings(id).await.unwrap();
    let fields: Vec<&str> = openings.iter().map(|opening| opening.field.as_str()).collect();
    assert_eq!(fields, ["account", "content", "excerpt", "facts"]);
    for opening in openings {
        let hex: String =
            opening.commitment(id).0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(commitments[&opening.field], hex.as_str(), "{}", opening.field);
    }
}

#[tokio::test]
async fn an_event_is_kept_once_and_a_conflict_beside_it() {
    let (world, store) = (World::new("once"), Store::open_in_memory().await.unwrap());
    let (record, id) = world.record(1, "ann", &Held::no_breach());
    let mut event = record.event.as_ref().unwrap().event.clone();
    let stranger = ActionId::new("never").unwrap();
    let ids = [event.action_id.clone(), stranger.clone()];
    assert!(store.seen(&ids).await.unwrap().is_empty());
    store.record(std::slice::from_ref(&record)).await.unwrap();

    let seen = store.seen(&ids).await.unwrap();
    assert_eq!(seen.len(), 1);
    let first = &seen[&event.action_id];
    assert_eq!((first.content, &first.became), (ContentHash::of(&event), &Became::Decided(id)));
    assert!(
        matches!(store.record(&[record]).await, Err(StoreError::Taken(what)) if what.contains("action_id"))
    );

    event.data = Json::parse(r#"{"other":1}"#).unwrap();
    assert_ne!(ContentHash::of(&event), first.content);
    let conflict = Conflict { event: event.clone(), received_at: world.now };
    for _ in 0..2 {
        store.record_conflicts(std::slice::from_ref(&conflict)).await.unwrap();
    }
    assert_eq!(store.conflicts(&event.action_id).await.unwrap(), [conflict]);
    assert_ne!(store.event(&event.action_id).await.unwrap().unwrap().event, event);
}

#[tokio::test]
async fn a_batch_is_kept_whole_or_not_at_all() {
    let (world, store) = (World::new("batch"), Store::open_in_memory().await.unwrap());
    let mut batch: Vec<_> = (0..300).map(|n| world.record(n, "ann", &Held::breach()).0).collect();
    batch.push(batch[0].clone());
    assert!(matches!(store.record(&batch).await, Err(StoreError::Taken(_))));
    assert_eq!(store.overview(Timestamp::UNIX_EPOCH).await.unwrap().events, 0);
    assert!(store.leaves(0, 1000).await.unwrap().is_empty());
    batch.pop();
    store.record(&batch).await.unwrap();
    let leaves = store.leaves(0, 1000).await.unwrap();
    let places: Vec<u64> = leaves.iter().map(|leaf| leaf.index).collect();
    assert_eq!(places, (0..300).collect::<Vec<_>>());
}

#[tokio::test]
async fn decisions_are_paged_while_the_list_grows() {
    let (world, store) = (World::new("pages"), Store::open_in_memory().await.unwrap());
    let record = |n| world.record(n, "ann", &Held::breach()).0;
    store.record(&(0..25).map(record).collect::<Vec<_>>()).await.unwrap();
    let (mut places, mut after): (Vec<u64>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = store.decisions(&DecisionFilter::default(), after.as_ref(), 10).await.unwrap();
        places.extend(page.entries.iter().map(|decision| decision.leaf));
        store.record(&[record(100 + places.len() as u32)]).await.unwrap();
        match page.next {
            // A cursor goes through a URL.
            Some(next) => after = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(places, (0..25).rev().collect::<Vec<_>>());
    assert!("'; drop table event".parse::<Cursor>().is_err());
}

#[tokio::test]
async fn decisions_are_found_by_what_was_held() {
    let (mut world, store) = (World::new("found"), Store::open_in_memory().await.unwrap());
    let by_person = Held { people: vec!["reviewer 7".into()], ..Held::no_breach() };
    let special = Held { facts: "100% certain: it\\s a_test über".into(), ..Held::no_breach() };
    let labelled =
        Held { measures: vec![Measure::Label { name: "graphic".into() }], ..Held::breach() };
    let helds = [Held::breach(), by_person, special, labelled];
    let records = helds.iter().zip(0..).map(|(held, n)| world.record(n, "ann", held).0);
    store.record(&records.collect::<Vec<_>>()).await.unwrap();
    let earlier = world.now;
    world.now += SignedDuration::from_hours(1);
    store.record(&[world.record(9, "ben", &Held::no_breach()).0]).await.unwrap();

    let all = DecisionFilter::default();
    let text = |text: &str| DecisionFilter { text: Some(text.into()), ..DecisionFilter::default() };
    for (filter, expected) in [
        (all.clone(), vec![4, 3, 2, 1, 0]),
        (DecisionFilter { breach: Some(true), ..all.clone() }, vec![3, 0]),
        (DecisionFilter { clause: Some(CLAUSE.parse().unwrap()), ..all.clone() }, vec![3, 0]),
        (DecisionFilter { clause: Some("a#b".parse().unwrap()), ..all.clone() }, vec![]),
        (DecisionFilter { measure: Some("label".into()), ..all.clone() }, vec![3]),
        (DecisionFilter { measure: Some("warn".into()), ..all.clone() }, vec![0]),
        (DecisionFilter { automated: Some(false), ..all.clone() }, vec![1]),
        (DecisionFilter { rulebook: Some(version()), ..all.clone() }, vec![4, 3, 2, 1, 0]),
        (DecisionFilter { since: Some(earlier + SignedDuration::from_secs(1)), ..all }, vec![4]),
        (text("DEHUMANISATION vermin"), vec![3, 0]),
        (text("100%"), vec![2]),
        (text("0% c"), vec![2]),
        (text("ÜBER a_t it\\s"), vec![2]),
        (text("1_0"), vec![]),
        // The item's own words are no public text.
        (text("mayor"), vec![]),
    ] {
        let page = store.decisions(&filter, None, 10).await.unwrap();
        let found: Vec<u64> = page.entries.iter().map(|decision| decision.leaf).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn the_overview_counts() {
    let (mut world, store) = (World::new("overview"), Store::open_in_memory().await.unwrap());
    let (first, id) = world.record(1, "ann", &Held::breach());
    let records =
        [first.clone(), world.record(2, "ben", &Held::no_breach()).0, world.referred(3, "q", 1).0];
    store.record(&records).await.unwrap();
    let first_day = world.now;
    world.now += SignedDuration::from_hours(24);
    let undo = Held { replaces: Some(id), people: vec!["reviewer 1".into()], ..Held::no_breach() };
    store.record(&[world.later(first.event.as_ref().unwrap(), &undo).0]).await.unwrap();

    let overview = store.overview(first_day).await.unwrap();
    assert_eq!((overview.events, overview.decisions), (3, 3));
    assert_eq!((overview.breaches, overview.no_breaches), (1, 2));
    assert_eq!((overview.automated, overview.replacements), (2, 1));
    assert_eq!((overview.waiting, overview.not_enforced), (1, 2));
    let tallies = |tallies: &[store::Tally]| {
        let line = |t: &store::Tally| format!("{} {} {}", t.day, t.name, t.count);
        tallies.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(tallies(&overview.by_clause), [format!("2026-03-01 {CLAUSE} 1")]);
    assert_eq!(tallies(&overview.by_measure), ["2026-03-01 remove 1", "2026-03-01 warn 1"]);
    assert_eq!(
        tallies(&overview.by_outcome),
        ["2026-03-01 no_breach 1", "2026-03-01 breach 1", "2026-03-02 no_breach 1"]
    );
    let later = store.overview(world.now).await.unwrap();
    assert_eq!((later.events, later.decisions, later.waiting), (0, 1, 1));
}

#[tokio::test]
async fn an_item_is_looked_up_by_id_and_address() {
    let (world, store) = (World::new("lookup"), Store::open_in_memory().await.unwrap());
    let (record, id) = world.record(1, "ann", &Held::breach());
    let (waits, _, case) = world.referred(2, "q", 1);
    store.record(&[record.clone(), waits.clone()]).await.unwrap();
    let found = store.lookup_url("https://plaza.example/p/1").await.unwrap().unwrap();
    assert_eq!(store.lookup_item(&found.item).await.unwrap().unwrap(), found);
    assert_eq!((found.decision.unwrap().decision.id, found.waiting), (id, None));
    let found = store.lookup_item(&item_of(&waits)).await.unwrap().unwrap();
    assert_eq!((found.decision, found.waiting.unwrap().id), (None, case));
    assert_eq!(store.lookup_url("https://plaza.example/p/3").await.unwrap(), None);

    // A decision that takes the place of the first is the one to tell.
    let undo = Held { replaces: Some(id), ..Held::no_breach() };
    let (undone, undo) = world.later(record.event.as_ref().unwrap(), &undo);
    store.record(std::slice::from_ref(&undone)).await.unwrap();
    let found = store.lookup_item(&item_of(&record)).await.unwrap().unwrap();
    assert_eq!(found.decision.unwrap().decision.id, undo);
    assert_eq!(store.decision(id).await.unwrap().unwrap().replaced_by, Some(undo));
    // And it is replaced once only.
    let (again, _) = world
        .later(record.event.as_ref().unwrap(), &Held { replaces: Some(id), ..Held::no_breach() });
    assert!(
        matches!(store.record(&[again]).await, Err(StoreError::Taken(what)) if what.contains("replaces"))
    );
}

#[tokio::test]
async fn rulebooks_come_into_force_and_stay_readable() {
    let (world, store) = (World::new("rulebooks"), Store::open_in_memory().await.unwrap());
    let files = |text: &str| BTreeMap::from([("policies/a.md".to_owned(), text.to_owned())]);
    let other = model::RulebookVersion::new("b");
    for (version, text) in
        [(&version(), "one"), (&version(), "one"), (&other, "two"), (&version(), "one")]
    {
        store.adopt(version, &files(text), world.now, None).await.unwrap();
    }
    let adopted: Vec<_> =
        store.rulebooks().await.unwrap().into_iter().map(|adoption| adoption.version).collect();
    assert_eq!(adopted, [version(), other.clone(), version()]);
    assert_eq!(store.rulebook(&other).await.unwrap(), Some(files("two")));
    assert_eq!(store.rulebook(&model::RulebookVersion::new("c")).await.unwrap(), None);
}
