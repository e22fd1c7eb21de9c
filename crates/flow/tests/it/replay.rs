//! Replays over what a small platform recorded: the rulebook in force gives no flip, a draft gives those that it must,
//! standings follow the draft, and a run that was broken off goes on.

use crate::world::{World, files, rulebook};
use flow::replay::{Replay, ReplayOptions, ReplayReport, Step, Turn, as_adopted, flips};
use flow::{Held, Report, Verdict};
use jiff::Timestamp;
use model::{Outcome, ReceiptState};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The rulebook with one file changed.
fn draft(file: &str, from: &str, to: &str) -> Rulebook {
    let mut all = files();
    let text = all.get_mut(file).unwrap();
    assert!(text.contains(from), "{file} has no `{from}`");
    *text = text.replacen(from, to, 1);
    let (book, problems) = Rulebook::load(&Sources::from_map(all));
    as_adopted(book.unwrap_or_else(|| panic!("{problems:#?}")), Some(&rulebook()))
}

fn options(folder: &Path) -> ReplayOptions {
    ReplayOptions {
        since: Timestamp::UNIX_EPOCH,
        folder: folder.to_owned(),
        page: 3,
        checkpoint_every: Duration::ZERO,
        evenness: true,
    }
}

async fn replay(world: &World, draft: Rulebook, folder: &Path) -> ReplayReport {
    let store = world.engine.store.clone();
    let in_force = world.engine.rulebook.load().version().clone();
    let replay = Replay::open(store, Arc::new(draft), in_force, options(folder)).await.unwrap();
    replay.run(world.now(), |_| Step::On).await.unwrap().unwrap()
}

fn verdict(outcome: Held) -> Verdict {
    Verdict {
        outcome,
        clause: (outcome == Held::Breach).then(|| "spam#bulk".parse().unwrap()),
        passage: None,
        reason: "It is as it is.".into(),
        emergency: None,
        departs: Some("it says something else".into()),
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

/// Two accounts with a history: warnings that arrive or not, a lock, cases that people decided, an undone decision.
async fn busy() -> World {
    let world = World::new().await;
    world.submit(1, "ann", "hello").await.unwrap();
    let first = world.breach(2, "ann").await;
    world.pass(1);
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    // The warning arrived: the second breach locks.
    let second = world.breach(3, "ann").await;
    assert_eq!(second.ladder.unwrap().step, 1);
    // It did not arrive yet: a third one stays where it is.
    world.breach(4, "ann").await;
    world.pass(1);
    let waits = world.submit(5, "bob", "perhaps so").await.unwrap().case.unwrap();
    world.pass(1);
    world.review.decide(waits, "reviewer 1", verdict(Held::Breach)).await.unwrap();
    world.pass(1);
    let undone = world.breach(6, "bob").await;
    world.receipt(undone.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    world.review.replace(undone.id, "reviewer 2", verdict(Held::NoBreach)).await.unwrap();
    world.pass(1);
    world.breach(7, "bob").await;
    world.submit(8, "bob", "mark").await.unwrap();
    world.submit(9, "bob", "echo").await.unwrap();
    let report = Report {
        item: crate::world::item(1),
        reason: "rude".into(),
        clause: Some("spam#bulk".parse().unwrap()),
        reporter: None,
    };
    let case = world.review.report(report).await.unwrap().case;
    world.review.decide(case, "reviewer 3", verdict(Held::Breach)).await.unwrap();
    world.pass(1);
    world.breach(10, "ann").await;
    world
}

#[tokio::test]
async fn the_rulebook_in_force_gives_no_flip() {
    let (world, folder) = (busy().await, tempfile::tempdir().unwrap());
    let report = replay(&world, rulebook(), folder.path()).await;
    let found: Vec<_> = flips(folder.path()).unwrap().map(Result::unwrap).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((report.tally.events, report.tally.compared, report.tally.unsure), (10, 10, 0));
    assert_eq!(report.tally.flips(), 0);
    for (name, both) in report.tally.measures.iter().chain(&report.tally.steps) {
        assert_eq!(both.before, both.after, "{name}");
    }
    assert_eq!(report.tally.measures["lock 3d"].before, 3, "the second step was taken, thrice");
    assert_eq!((report.notices_recorded, report.notices_assumed), (0, 0));
    let evenness = report.evenness.unwrap();
    assert_eq!((evenness.verdict.as_str(), &evenness.before), ("unchanged", &evenness.after));
}

#[tokio::test]
async fn a_draft_tells_who_is_hit_cleared_and_sent_to_people() {
    let (world, folder) = (busy().await, tempfile::tempdir().unwrap());
    // What people looked at, automation now decides.
    let stricter =
        draft("main.sml", "then=[Refer(clause='spam#bulk')]", "then=[Breach(clause='spam#bulk')]");
    let report = replay(&world, stricter, folder.path()).await;
    assert_eq!(report.tally.turned(Turn::NewlyHit), 1, "{report:#?}");
    assert_eq!(report.accounts_newly_hit, 1);
    let first = flips(folder.path()).unwrap().next().unwrap().unwrap();
    assert_eq!((first.turn, first.account.as_str()), (Turn::NewlyHit, "bob"));
    assert_eq!(first.people.unwrap().outcome, "breach", "people held the same, later");
    assert!(matches!(first.decides.unwrap().outcome, Outcome::Breach { .. }));
    let (digest, public) = report.published().unwrap();
    assert_eq!(digest.len(), 64);
    let read: ReplayReport = serde_json::from_str(&public).unwrap();
    assert_eq!(read.tally.turns, report.tally.turns, "it reads back");
    assert_eq!(read.accounts_newly_hit, 1);
    assert!(!public.contains("bob") && !public.contains("post-5"), "{public}");

    // Nothing is found any more: the standings fall with it, and no lock is left.
    let milder = draft("main.sml", "pattern='bulk'", "pattern='sandwich'");
    let folder = tempfile::tempdir().unwrap();
    let report = replay(&world, milder, folder.path()).await;
    assert_eq!(report.tally.turned(Turn::Cleared), 6, "{report:#?}");
    assert_eq!(report.tally.measures["lock 3d"].after, 0);
    assert_eq!(report.tally.clauses["spam#bulk"].breaches.after, 1, "the echo stays");
    assert_eq!(report.tally.rules["Bulk"].after, 0);

    // A longer lock is harsher, wherever the ladder came to it.
    let ladder = draft("ladder.toml", "duration = \"3d\"", "duration = \"10d\"");
    let folder = tempfile::tempdir().unwrap();
    let report = replay(&world, ladder, folder.path()).await;
    assert_eq!(report.tally.turned(Turn::Harsher), 3, "{report:#?}");
    assert_eq!(report.tally.measures["lock 10d"].after, 3);
    assert_eq!(report.tally.measures["lock 3d"].after, 0);
}

#[tokio::test]
async fn what_was_not_recorded_is_named_and_counted_apart() {
    let (world, folder) = (busy().await, tempfile::tempdir().unwrap());
    let needs = "Often = Rule(when_all=[IncrementWindow(key=f'n-{Account}', window_seconds=3600, \
        when_all=[RegexMatch(target=Text, pattern='.')]) >= 3], description='Often')\n\
        WhenRules(rules_any=[Often], then=[Breach(clause='spam#bulk')])\n\nBulk = Rule";
    // From the first event on, the replay itself can count.
    let counting = draft("main.sml", "Bulk = Rule", needs);
    let report = replay(&world, counting, folder.path()).await;
    assert_eq!((report.tally.unsure, report.tally.compared), (0, 10), "{report:#?}");
    assert_eq!(report.tally.turned(Turn::NewlyHit), 1, "bob's mark");

    // From the middle on, it cannot know what was before.
    let counting = draft("main.sml", "Bulk = Rule", needs);
    let folder = tempfile::tempdir().unwrap();
    let since = world.now() - jiff::SignedDuration::from_mins(2);
    let store = world.engine.store.clone();
    let in_force = rulebook().version().clone();
    let options = ReplayOptions { since, ..options(folder.path()) };
    let replay = Replay::open(store, Arc::new(counting), in_force, options).await.unwrap();
    let report = replay.run(world.now(), |_| Step::On).await.unwrap().unwrap();
    assert_eq!((report.tally.compared, report.tally.unsure), (0, 4), "{report:#?}");
    assert_eq!(report.tally.missing["a count over 1h"], 4);
    assert_eq!(report.tally.flips(), 0, "no sum has them");
}

#[tokio::test]
async fn a_run_that_broke_off_comes_to_the_same_end() {
    let world = busy().await;
    let milder = || draft("main.sml", "pattern='bulk'", "pattern='sandwich'");
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = replay(&world, milder(), whole.path()).await;
    let store = world.engine.store.clone();
    let in_force = rulebook().version().clone();
    for broken_off in [Step::Stop, Step::Drop] {
        let (store, in_force) = (store.clone(), in_force.clone());
        let options = options(broken.path());
        let replay = Replay::open(store, Arc::new(milder()), in_force, options).await.unwrap();
        let done = replay.progress().done;
        let mut pages = 0;
        let stopped = replay.run(world.now(), |_| {
            pages += 1;
            if pages == 2 { broken_off } else { Step::On }
        });
        assert!(stopped.await.unwrap().is_none(), "after {done}");
    }
    // Half a line that no checkpoint names.
    let path = broken.path().join("flips.ndjson");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(b"{\"seq\":");
    std::fs::write(&path, bytes).unwrap();
    let options = options(broken.path());
    let replay = Replay::open(store, Arc::new(milder()), in_force, options).await.unwrap();
    assert!(replay.resumed() && replay.progress().done > 0);
    let mut report = replay.run(world.now(), |_| Step::On).await.unwrap().unwrap();
    report.seconds = expected.seconds;
    assert_eq!(report, expected);
    let read = |folder: &Path| std::fs::read_to_string(folder.join("flips.ndjson")).unwrap();
    assert_eq!(read(broken.path()), read(whole.path()));
}
