//! Automation heeds what people settled: it neither punishes what they let stand nor lets stand what they held to be a
//! breach; what it saw is a fact of the event, and ends with the rulebook, with an undoing and with an erasure.

use crate::world::{World, files, item, rulebook};
use flow::replay::{Replay, ReplayOptions, Step, as_adopted};
use flow::{Held, Report, Status, Verdict};
use jiff::Timestamp;
use model::{CaseId, DecisionId, FoundBy};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::sync::Arc;
use std::time::Duration;
use store::Forget;

fn verdict(outcome: Held) -> Verdict {
    Verdict {
        outcome,
        clause: (outcome == Held::Breach).then(|| "spam#bulk".parse().unwrap()),
        passage: None,
        reason: "It is as it is.".into(),
        emergency: None,
        departs: Some("this one is different".into()),
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

async fn held(world: &World, case: CaseId, outcome: Held) -> DecisionId {
    let decided = world.review.decide(case, "reviewer 1", verdict(outcome)).await.unwrap();
    let flow::Reviewed::Decided(decided) = decided else { panic!("{decided:?}") };
    decided.decision().id
}

/// Somebody reports an item that nothing was found in; people hold it to be a breach.
async fn reported(world: &World, n: u32, text: &str) -> DecisionId {
    world.submit(n, &format!("author-{n}"), text).await.unwrap();
    let report = Report {
        item: item(n),
        reason: "look".into(),
        clause: Some("spam#bulk".parse().unwrap()),
        reporter: None,
    };
    let case = world.review.report(report).await.unwrap().case;
    held(world, case, Held::Breach).await
}

const SALE: &str = "the sale of the century begins on monday morning";

#[tokio::test]
async fn what_people_held_a_breach_is_not_let_stand_in_silence() {
    let world = World::new().await;
    let mut line = Vec::new();
    for n in 1..=3 {
        let answer = world.submit(100 + n, "eve", SALE).await.unwrap();
        assert_eq!(answer.status, Status::Decided, "{n} are not settled");
        line.push(reported(&world, n, SALE).await);
    }
    let answer = world.submit(4, "dan", "The SALE of the century begins on Monday morning!").await;
    let case = answer.unwrap().case.expect("a person looks at it");
    let stored = world.engine.store.case(case).await.unwrap().unwrap();
    let why = &stored.case.why_referred;
    assert!(why.contains("a breach of spam#bulk") && why.contains(&line[0].to_string()), "{why}");
    let [found] = stored.case.findings.as_slice() else { panic!("{:?}", stored.case) };
    let FoundBy::LikeCases(like) = &found.by else { panic!("{found:?}") };
    assert_eq!(like.len(), 3);
    assert_eq!((stored.case.queue.as_str(), found.clause.as_str()), ("spam", "spam#bulk"));

    // What says the opposite, or little of it, is no like case.
    for (n, text) in
        [(5, "the sale of the century does not begin on monday morning"), (6, "a sale")]
    {
        assert_eq!(world.submit(n, "dan", text).await.unwrap().status, Status::Decided, "{text}");
    }

    // What was seen is a fact of the event, and survives a restart.
    let event = world.post(4, "dan", "");
    let facts = world.engine.store.facts_of(&event.action_id).await.unwrap().unwrap();
    assert!(facts.contains("precedents") && facts.contains(&line[2].to_string()), "{facts}");
    let world = world.restart().await;
    assert_eq!(world.submit(7, "dan", SALE).await.unwrap().status, Status::Referred);

    // A line that people undo, or that is erased, is settled no more.
    world.review.replace(line[0], "reviewer 2", verdict(Held::NoBreach)).await.unwrap();
    assert_eq!(world.submit(8, "dan", SALE).await.unwrap().status, Status::Decided);
    reported(&world, 9, SALE).await;
    assert_eq!(
        world.submit(10, "dan", SALE).await.unwrap().status,
        Status::Decided,
        "they disagree"
    );
}

#[tokio::test]
async fn what_people_let_stand_is_not_removed_by_a_rule() {
    let world = World::new().await;
    let text = "we may be bulk buyers of perhaps forty chairs and as many tables for the new canteen of the old village school";
    // A rule refers these; people let them stand.
    for n in 11..=13 {
        let case = world.submit(n, &format!("b{n}"), &text.replace("bulk ", "")).await.unwrap();
        held(&world, case.case.unwrap(), Held::NoBreach).await;
    }
    let answer = world.submit(14, "eve", text).await.unwrap();
    let case = answer.case.expect("a person looks at it");
    let stored = world.engine.store.case(case).await.unwrap().unwrap();
    assert!(stored.case.why_referred.contains("no breach of spam#bulk"), "{:?}", stored.case);
    assert!(matches!(stored.case.findings[0].by, FoundBy::Rules(_)));

    // The rulebook in force comes to the same, in a replay too.
    let folder = tempfile::tempdir().unwrap();
    let replay = |book: Rulebook| {
        let options = ReplayOptions {
            since: Timestamp::UNIX_EPOCH,
            folder: folder.path().join(book.version().short()),
            page: 4,
            checkpoint_every: Duration::ZERO,
            evenness: false,
        };
        let (store, in_force) = (world.engine.store.clone(), rulebook().version().clone());
        async move {
            let replay = Replay::open(store, Arc::new(book), in_force, options).await.unwrap();
            replay.run(Timestamp::UNIX_EPOCH, |_| Step::On).await.unwrap().unwrap()
        }
    };
    assert_eq!(replay(rulebook()).await.tally.flips(), 0);
    // Under another version nothing is settled yet: a rule decides alone again.
    let mut all = files();
    all.get_mut("policies/spam.md").unwrap().push_str("\nAnd so on.\n");
    let (draft, _) = Rulebook::load(&Sources::from_map(all));
    let report = replay(as_adopted(draft.unwrap(), Some(&rulebook()))).await;
    assert_eq!(report.tally.flips(), 1, "{report:#?}");

    // An erased precedent binds nobody.
    world.engine.store.erase(&Forget::Item(item(11)), world.now(), true).await.unwrap();
    assert_eq!(world.submit(15, "eve", text).await.unwrap().status, Status::Decided);
}

#[tokio::test]
async fn a_rulebook_says_how_many_settle_and_whether_automation_heeds() {
    let mut all = files();
    all.insert("audit.toml".into(), "[precedents]\nsettled = 1\nautomation = false\n".into());
    let (book, problems) = Rulebook::load(&Sources::from_map(all.clone()));
    let book = book.unwrap_or_else(|| panic!("{problems:#?}"));
    assert_eq!((book.audit.precedents.settled, book.audit.precedents.automation), (1, false));
    let world = World::new().await;
    world.engine.rulebook.store(Arc::new(book));
    reported(&world, 1, SALE).await;
    assert_eq!(world.submit(2, "dan", SALE).await.unwrap().status, Status::Decided);
    all.insert("audit.toml".into(), "[precedents]\nsettled = 1\n".into());
    let (book, _) = Rulebook::load(&Sources::from_map(all));
    world.engine.rulebook.store(Arc::new(book.unwrap()));
    reported(&world, 3, SALE).await;
    assert_eq!(world.submit(4, "dan", SALE).await.unwrap().status, Status::Referred);
}

#[tokio::test]
async fn settled_lines_are_listed_once_each_with_their_latest_post() {
    let world = World::new().await;
    assert!(world.engine.settled_lines().await.unwrap().is_empty());
    let mut line = Vec::new();
    for n in 1..=3 {
        world
            .submit(100 + n, "eve", "something else that nobody ever minded at all")
            .await
            .unwrap();
        line.push(reported(&world, n, SALE).await);
        let lines = world.engine.settled_lines().await.unwrap();
        assert_eq!(lines.len(), usize::from(n == 3), "after {n}: {lines:?}");
    }
    let [shown] = world.engine.settled_lines().await.unwrap().try_into().unwrap();
    assert!(shown.breach && shown.clause.as_str() == "spam#bulk" && shown.text == SALE);
    assert_eq!(shown.decisions[0], line[2], "the latest stands first");
    let mut all = shown.decisions.clone();
    all.sort();
    line.sort();
    assert_eq!(all, line);
}
