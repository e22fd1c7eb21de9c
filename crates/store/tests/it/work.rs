//! The work list: locks of which there is never more than one, their end by the clock, the order of work,
//! splitting and merging.

use crate::fixtures::{Held, World};
use jiff::{SignedDuration, Timestamp};
use model::{CaseId, CaseState, ClauseId, Finding, FoundBy, Gravity, Ids as _};
use proptest::prelude::*;
use store::{
    Act, Acted, CaseFilter, ClaimedBy, Kept, Order, QueueFilter, Record, Report, SavedFilter,
    Split, Store,
};

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn finding(clause: &str) -> Finding {
    Finding {
        clause: ClauseId::new(clause).unwrap(),
        by: FoundBy::Rules(vec!["Rule".into()]),
        passage: None,
        explanation: "Found.".into(),
    }
}

/// A waiting case with these findings.
fn case(
    world: &World,
    n: u32,
    clauses: &[&str],
    change: impl FnOnce(&mut model::Case),
) -> (Record, CaseId) {
    let (mut record, _, id) = world.referred(n, "hate", 50);
    let Kept::Referred(case) = &mut record.kept else { unreachable!() };
    case.findings = clauses.iter().map(|clause| finding(clause)).collect();
    change(case);
    (record, id)
}

fn report(world: &World, id: &str, case: CaseId, item: &model::ItemId, trust: u32) -> Report {
    Report {
        id: id.into(),
        item: item.clone(),
        case,
        clause: Some(ClauseId::new("a#b").unwrap()),
        reason: "Look.".into(),
        reporter: Some(format!("reporter of {id}")),
        received_at: world.now,
        trust,
    }
}

#[derive(Debug, Clone)]
enum Move {
    Claim(usize, i64),
    Extend(usize, i64),
    HandOver(usize, usize, i64),
    Take(usize),
    Release(usize),
    Hold(usize),
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = 0..3_usize;
    let one = prop_oneof![
        (who.clone(), 1..40_i64).prop_map(|(by, long)| Move::Claim(by, long)),
        (who.clone(), 1..40_i64).prop_map(|(by, long)| Move::Extend(by, long)),
        (who.clone(), who.clone(), 1..40_i64)
            .prop_map(|(by, to, long)| Move::HandOver(by, to, long)),
        who.clone().prop_map(Move::Take),
        who.clone().prop_map(Move::Release),
        who.prop_map(Move::Hold),
        (0..50_i64).prop_map(Move::Wait),
    ];
    proptest::collection::vec(one, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Against a model of one lock: whoever is told that they have the case has it alone, until the moment
    /// that was said, and nobody else can do what needs the case to be free.
    #[test]
    fn there_is_never_a_second_holder(moves in moves()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (world, store) = (World::new("locks"), Store::open_in_memory().await.unwrap());
            let (record, id) = case(&world, 1, &["a#b"], |_| {});
            store.record(&[record]).await.unwrap();
            let mut now = world.now;
            let mut lock: Option<(String, Timestamp)> = None;
            let name = |n: usize| format!("reviewer {n}");
            for one in moves {
                let held = lock.clone().filter(|(_, until)| *until > now);
                let free_for = |by: &str| held.as_ref().is_none_or(|(holder, _)| holder == by);
                let mine = |by: &str| held.as_ref().is_some_and(|(holder, _)| holder == by);
                let (by, act, may, then) = match one {
                    Move::Wait(long) => {
                        now += minutes(long);
                        continue;
                    }
                    Move::Claim(n, long) => {
                        let (by, until) = (name(n), now + minutes(long));
                        (by.clone(), Act::Claim { until }, free_for(&by), Some((by, until)))
                    }
                    Move::Extend(n, long) => {
                        let (by, until) = (name(n), now + minutes(long));
                        (by.clone(), Act::Extend { until }, mine(&by), Some((by, until)))
                    }
                    Move::HandOver(n, to, long) => {
                        let (by, to, until) = (name(n), name(to), now + minutes(long));
                        (by.clone(), Act::HandOver { to: to.clone(), until }, mine(&by), Some((to, until)))
                    }
                    Move::Take(n) => {
                        let (by, until) = (name(n), now + minutes(20));
                        (by.clone(), Act::Take { until, why: "It is late.".into() }, true, Some((by, until)))
                    }
                    Move::Release(n) => {
                        let by = name(n);
                        (by.clone(), Act::Release, mine(&by), None)
                    }
                    Move::Hold(n) => {
                        let (by, until) = (name(n), now + minutes(1));
                        (by.clone(), Act::Hold { until, why: "It rests.".into() }, free_for(&by), None)
                    }
                };
                let acted = store.act(id, &by, &act, now).await.unwrap();
                let done = matches!(acted, Acted::Done(_));
                assert_eq!(done, may, "{act:?} by {by} at {now} under {held:?}: {acted:?}");
                if done {
                    lock = then;
                } else if let Acted::Taken(claim) = acted {
                    assert_eq!(Some((claim.by, claim.until)), held);
                }
                let stored = store.case(id).await.unwrap().unwrap().work.unwrap();
                let shown = stored.claim_at(now).map(|claim| (claim.by.clone(), claim.until));
                assert_eq!(shown, lock.clone().filter(|(_, until)| *until > now));
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_race_for_a_case_one_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new("race");
    let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
    let (records, ids): (Vec<_>, Vec<_>) =
        (0..12).map(|n| case(&world, n, &["a#b"], |_| {})).unzip();
    store.record(&records).await.unwrap();
    let until = world.now + minutes(20);
    for id in ids {
        let racing = (0..4).map(|n| {
            let (store, now) = (store.clone(), world.now);
            tokio::spawn(async move {
                store.act(id, &format!("reviewer {n}"), &Act::Claim { until }, now).await.unwrap()
            })
        });
        let mut holders = Vec::new();
        for one in racing.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Acted::Done(work) => holders.push(work.claim.unwrap().by),
                Acted::Taken(claim) => assert_eq!(claim.until, until),
                Acted::NotYours => panic!("a claim needs no lock"),
            }
        }
        assert_eq!(holders.len(), 1, "{holders:?}");
    }
}

#[tokio::test]
async fn history_says_who_did_what_and_when_a_lock_ran_out() {
    let (world, store) = (World::new("history"), Store::open_in_memory().await.unwrap());
    let (record, id) = case(&world, 1, &["a#b"], |_| {});
    store.record(&[record]).await.unwrap();
    let at = |n| world.now + minutes(n);
    let act = async |by: &str, act: Act, now| store.act(id, by, &act, now).await.unwrap();
    act("reviewer 1", Act::Claim { until: at(20) }, at(1)).await;
    act("reviewer 2", Act::Claim { until: at(60) }, at(30)).await;
    act("reviewer 2", Act::HandOver { to: "reviewer 3".into(), until: at(70) }, at(31)).await;
    act("reviewer 3", Act::Note { text: "I ask the author.".into() }, at(32)).await;
    act("reviewer 3", Act::Escalate { why: "It may be a quotation.".into() }, at(33)).await;
    let history = store.case_history(id, at(90)).await.unwrap();
    let told: Vec<_> = history.iter().map(|one| (one.did.as_str(), one.by.as_str())).collect();
    assert_eq!(
        told,
        [
            ("opened", ""),
            ("claimed", "reviewer 1"),
            ("lapsed", "reviewer 1"),
            ("claimed", "reviewer 2"),
            ("handed_over", "reviewer 2"),
            ("noted", "reviewer 3"),
            ("escalated", "reviewer 3"),
        ]
    );
    assert_eq!(history[2].at, at(20));
    let work = store.case(id).await.unwrap().unwrap().work.unwrap();
    assert!(work.pressing.escalated && work.claim.is_none());
}

#[tokio::test]
async fn the_order_of_work_is_kept_through_all_pages_and_filters() {
    let (world, store) = (World::new("order"), Store::open_in_memory().await.unwrap());
    let gravities = [Gravity::Low, Gravity::Medium, Gravity::High, Gravity::Severe];
    let mut records = Vec::new();
    for n in 0..40_u32 {
        let (record, _) = case(&world, n, &[if n % 2 == 0 { "a#b" } else { "a#c" }], |case| {
            case.gravity = gravities[(n % 4) as usize];
            case.language = Some(if n % 5 == 0 { "de" } else { "en" }.into());
            case.reach = u64::from(n) * 500;
            case.opened_at = world.now - minutes(i64::from(n * 7 % 40) * 240);
        });
        records.push(record);
    }
    store.record(&records).await.unwrap();
    let targets = store.targets().await.unwrap();
    let all = async |filter: &QueueFilter, size: u32| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            // Time goes on between the pages; the order does not change.
            let now = world.now + minutes(i64::try_from(found.len()).unwrap());
            let page = store.queue(filter, after.as_ref(), size, now).await.unwrap();
            found.extend(page.entries);
            after = page.next.map(|next| next.to_string().parse().unwrap());
            if after.is_none() {
                return found;
            }
        }
    };
    let whole = all(&QueueFilter::default(), 100).await;
    assert_eq!(whole.len(), 40);
    let scores: Vec<f64> = whole
        .iter()
        .map(|one| one.work.pressing.priority(one.work.opened_at, &targets, world.now).score)
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    for size in [1, 3, 7] {
        assert_eq!(all(&QueueFilter::default(), size).await, whole, "pages of {size}");
    }
    let de = QueueFilter { language: Some("de".into()), ..QueueFilter::default() };
    let some: Vec<_> =
        whole.iter().filter(|one| one.work.language.as_deref() == Some("de")).cloned().collect();
    assert_eq!(all(&de, 3).await, some);
    let severe = QueueFilter {
        gravity: Some(Gravity::Severe),
        clause: Some(ClauseId::new("a#c").unwrap()),
        overdue: Some(true),
        ..QueueFilter::default()
    };
    let late = all(&severe, 2).await;
    assert!(!late.is_empty() && late.iter().all(|one| one.work.due_at <= world.now));
    let oldest = all(&QueueFilter { order: Order::Oldest, ..QueueFilter::default() }, 7).await;
    assert_eq!(oldest.len(), 40);
    assert_eq!(store.queue_length(&de, world.now).await.unwrap() as usize, some.len());
    let state = &store.queue_states(world.now).await.unwrap()[0];
    assert_eq!((state.waiting, state.by_gravity), (40, [10; 4]));
    let late = whole.iter().filter(|one| one.work.due_at <= world.now).count() as u64;
    assert!((1..40).contains(&late));
    let oldest = whole.iter().map(|one| one.work.opened_at).min().unwrap();
    assert_eq!((state.overdue, state.oldest), (late, oldest));
    assert_eq!((state.claimed, state.held, state.proposed), (0, 0, 0));

    // A stricter target changes the order at once.
    let strict = model::Targets { low: 60, ..targets };
    store.set_targets(&strict).await.unwrap();
    let first = &store.queue(&QueueFilter::default(), None, 1, world.now).await.unwrap().entries[0];
    assert_eq!(first.work.pressing.gravity, Gravity::Low);
}

#[tokio::test]
async fn what_rests_is_out_of_the_queue_until_its_time() {
    let (world, store) = (World::new("rest"), Store::open_in_memory().await.unwrap());
    let (record, id) = case(&world, 1, &["a#b"], |_| {});
    store.record(&[record]).await.unwrap();
    let until = world.now + minutes(60);
    let act = Act::Hold { until, why: "The author answers by then.".into() };
    store.act(id, "reviewer 1", &act, world.now).await.unwrap();
    let (open, rests) =
        (QueueFilter::default(), QueueFilter { held: true, ..QueueFilter::default() });
    let count = async |filter: QueueFilter, now| {
        store.queue(&filter, None, 9, now).await.unwrap().entries.len()
    };
    let both = async |now| (count(open.clone(), now).await, count(rests.clone(), now).await);
    assert_eq!((both(world.now).await, both(until).await), ((0, 1), (1, 0)));
    let stands = async |now| {
        let state = store.queue_states(now).await.unwrap().remove(0);
        (state.waiting, state.held, state.claimed)
    };
    assert_eq!((stands(world.now).await, stands(until).await), ((1, 1, 0), (1, 0, 0)));
    let mine = |claimed| QueueFilter { claimed: Some(claimed), ..QueueFilter::default() };
    store.act(id, "reviewer 2", &Act::Claim { until: until + minutes(5) }, until).await.unwrap();
    assert_eq!(count(mine(ClaimedBy::Person("reviewer 2".into())), until).await, 1);
    assert_eq!(count(mine(ClaimedBy::Nobody), until).await, 0);
    assert_eq!(count(mine(ClaimedBy::Nobody), until + minutes(5)).await, 1);
    let later = until + minutes(5);
    assert_eq!((stands(until).await, stands(later).await), ((1, 0, 1), (1, 0, 0)));
}

#[tokio::test]
async fn a_clause_and_its_reports_get_a_case_of_their_own() {
    let (world, store) = (World::new("split"), Store::open_in_memory().await.unwrap());
    let (record, id) = case(&world, 1, &["a#b", "a#c"], |_| {});
    let Kept::Referred(old) = record.kept.clone() else { unreachable!() };
    store.record(&[record]).await.unwrap();
    for name in ["r1", "r2"] {
        store.report(&report(&world, name, id, &old.item, 800), None).await.unwrap();
    }
    let new = model::Case {
        id: CaseId::new(world.ids.next()),
        findings: vec![finding("a#b")],
        ..*old.clone()
    };
    let split = Split {
        from: id,
        new: new.clone(),
        clause: Some(ClauseId::new("a#b").unwrap()),
        reports: vec!["r1".into()],
    };
    assert_eq!(store.split(&split, "reviewer 1", world.now).await.unwrap(), None);
    let (from, to) =
        (store.case(id).await.unwrap().unwrap(), store.case(new.id).await.unwrap().unwrap());
    let clauses = |case: &store::StoredCase| {
        case.case.findings.iter().map(|one| one.clause.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((clauses(&from), clauses(&to)), (vec!["a#c".to_owned()], vec!["a#b".to_owned()]));
    let ids = |case: &store::StoredCase| {
        case.reports.iter().map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!((ids(&from), ids(&to)), (vec!["r2".to_owned()], vec!["r1".to_owned()]));
    assert_eq!(to.work.unwrap().pressing.trust, 800);

    // Merged again, everything is in one place, and the other is out of the queue.
    assert_eq!(store.merge(new.id, id, "reviewer 1", world.now).await.unwrap(), Ok(false));
    let (whole, gone) =
        (store.case(id).await.unwrap().unwrap(), store.case(new.id).await.unwrap().unwrap());
    assert_eq!(clauses(&whole), ["a#c", "a#b"]);
    assert_eq!((whole.reports.len(), whole.work.unwrap().pressing.reports), (2, 2));
    assert_eq!((gone.case.state, gone.merged_into, gone.work), (CaseState::Merged, Some(id), None));
    assert_eq!(store.cases(&CaseFilter::default(), None, 9).await.unwrap().entries.len(), 2);
}

#[tokio::test]
async fn a_report_counts_for_its_reporter_as_the_case_turns_out_in_which_it_is_dealt_with_in_the_end()
 {
    let (world, store) = (World::new("moved"), Store::open_in_memory().await.unwrap());
    let (record, id) = case(&world, 1, &["a#b", "a#c"], |_| {});
    let received = record.event.clone().unwrap();
    let Kept::Referred(old) = record.kept.clone() else { unreachable!() };
    store.record(&[record]).await.unwrap();
    for name in ["r1", "r2"] {
        store.report(&report(&world, name, id, &old.item, 800), None).await.unwrap();
    }
    let apart = async |report: &str| {
        let findings = vec![finding("a#b")];
        let new = model::Case { id: CaseId::new(world.ids.next()), findings, ..*old.clone() };
        let split = Split {
            from: id,
            new: new.clone(),
            clause: Some(ClauseId::new("a#b").unwrap()),
            reports: vec![report.into()],
        };
        assert_eq!(store.split(&split, "reviewer 1", world.now).await.unwrap(), None);
        new.id
    };
    // The first goes to a case of its own and comes back, with one that came there.
    let new = apart("r1").await;
    store.report(&report(&world, "r3", new, &old.item, 800), None).await.unwrap();
    store.merge(new, id, "reviewer 1", world.now).await.unwrap().unwrap();
    // The second stays in a case of its own, and is right.
    let own = apart("r2").await;
    let people = vec!["reviewer 1".to_owned()];
    for (case, held) in [(own, Held::breach()), (id, Held::no_breach())] {
        let held = Held { case: Some(case), people: people.clone(), ..held };
        store.record(&[world.later(&received, &held).0]).await.unwrap();
    }
    for (name, case, upheld) in [("r1", id, 0), ("r2", own, 1), ("r3", id, 0)] {
        let reporter = format!("reporter of {name}");
        let (of_them, of_all) = store.reporter_record(&reporter, world.now).await.unwrap();
        assert_eq!((of_them.decided, of_them.upheld), (1.0, f64::from(upheld)), "{name}");
        assert_eq!((of_all.decided, of_all.upheld), (3.0, 1.0), "{name}");
        let reports = store.reports_of(&reporter, 9).await.unwrap();
        assert_eq!((reports.len(), reports[0].case, reports[0].breach), (1, case, upheld == 1));
        assert!(reports[0].decision.is_some(), "{name}");
    }
    let tallies = store.reporters_since(Timestamp::UNIX_EPOCH, 9).await.unwrap();
    assert_eq!(tallies.len(), 3);
    assert!(tallies.iter().all(|one| one.decided == 1), "{tallies:?}");
    assert_eq!(tallies.iter().map(|one| one.upheld).sum::<u64>(), 1);
}

#[tokio::test]
async fn a_like_case_follows_until_the_other_is_decided() {
    let (world, store) = (World::new("follow"), Store::open_in_memory().await.unwrap());
    let (first, received, leader) = world.referred(1, "hate", 50);
    let (second, follower) = case(&world, 2, &["a#b"], |_| {});
    store.record(&[first, second]).await.unwrap();
    let until = world.now + minutes(9);
    store.act(follower, "reviewer 2", &Act::Claim { until }, world.now).await.unwrap();
    let taken = store.merge(follower, leader, "reviewer 1", world.now).await.unwrap();
    assert_eq!(taken.unwrap_err().by, "reviewer 2");
    assert_eq!(store.merge(follower, leader, "reviewer 2", world.now).await.unwrap(), Ok(true));
    let open = store.queue(&QueueFilter::default(), None, 9, world.now).await.unwrap().entries;
    assert_eq!(open.iter().map(|one| one.case.id).collect::<Vec<_>>(), [leader]);
    assert_eq!(store.followers(leader).await.unwrap(), 1);
    assert!(store.left_behind(9).await.unwrap().is_empty());
    let held = Held { case: Some(leader), people: vec!["reviewer 1".into()], ..Held::breach() };
    store.record(&[world.later(&received, &held).0]).await.unwrap();
    assert_eq!(store.left_behind(9).await.unwrap(), [(follower, leader)]);
    assert!(store.unmerge(follower, "", Some("It is not like it."), world.now).await.unwrap());
    assert!(!store.unmerge(follower, "", None, world.now).await.unwrap());
    assert_eq!(
        store.queue(&QueueFilter::default(), None, 9, world.now).await.unwrap().entries.len(),
        1
    );
}

#[tokio::test]
async fn searches_belong_to_a_person() {
    let (world, store) = (World::new("searches"), Store::open_in_memory().await.unwrap());
    let filter = SavedFilter { name: "mine".into(), query: "claimed=me".into() };
    store.save_filter("reviewer 1", &filter, world.now).await.unwrap();
    let later = SavedFilter { query: "claimed=me&language=de".into(), ..filter };
    store.save_filter("reviewer 1", &later, world.now).await.unwrap();
    assert_eq!(store.saved_filters("reviewer 1").await.unwrap(), [later]);
    assert!(store.saved_filters("reviewer 2").await.unwrap().is_empty());
    assert!(!store.forget_filter("reviewer 2", "mine").await.unwrap());
    assert!(store.forget_filter("reviewer 1", "mine").await.unwrap());
}
