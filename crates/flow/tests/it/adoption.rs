//! A draft that somebody has seen replayed comes into force when another person agrees, with the report that was seen; and
//! not when what was seen no longer holds.

use crate::world::{World, files, words};
use flow::adoption::{Adopting, AdoptionError, Adoptions};
use flow::approval::ApprovalError;
use flow::replay::{Replay, ReplayOptions, Step, as_adopted};
use flow::{put_into_force_since, reload};
use jiff::Timestamp;
use model::ActState;
use rules::Sources;
use rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Draft, SeenReplay};

/// The files under which `heap` breaches instead of `bulk`.
fn heap() -> BTreeMap<String, String> {
    let mut changed = files();
    let main = changed.get_mut("main.sml").unwrap();
    *main = main.replace("pattern='bulk'", "pattern='heap'");
    changed
}

/// Tries a draft as the console does; gives the report's digest.
async fn seen(world: &World, files: BTreeMap<String, String>) -> String {
    world.submit(900, "dee", "a post like many").await.unwrap();
    let (store, now) = (world.engine.store.clone(), world.now());
    let sources = Sources::from_map(files.clone());
    let (book, _) = Rulebook::load(&sources);
    let in_force = world.engine.rulebook.load_full();
    let draft = Arc::new(as_adopted(book.unwrap(), Some(&in_force)));
    let kept = Draft { version: sources.version(), files, added_by: "ann".into(), added_at: now };
    store.keep_draft(&kept).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = ReplayOptions {
        since: Timestamp::MIN,
        folder: folder.path().into(),
        page: 100,
        checkpoint_every: Duration::from_secs(60),
        evenness: false,
    };
    let replay = Replay::open(store.clone(), draft, in_force.version().clone(), options).await;
    let report = replay.unwrap().run(now, |_| Step::On).await.unwrap().unwrap();
    let (digest, text) = report.published().unwrap();
    let (draft, in_force) = (report.draft, report.in_force);
    let seen = SeenReplay {
        digest: digest.clone(),
        draft,
        in_force,
        made_at: now,
        seen_by: "ann".into(),
        report: text,
    };
    store.keep_replay(&seen).await.unwrap();
    digest
}

#[tokio::test]
async fn it_comes_into_force_when_another_person_agrees_with_the_report_that_was_seen() {
    let world = World::new().await;
    assert_eq!(words(&world.breach(1, "bea").await), ["remove", "warn"]);
    let folder = world.engine.rulebook.load().version().clone();
    let adoptions = Adoptions::new(Arc::clone(&world.engine));
    let none = adoptions.propose("no such report", "It is better.", "ann").await;
    assert!(matches!(none, Err(AdoptionError::NotSeen)), "{none:?}");

    let digest = seen(&world, heap()).await;
    let silent = adoptions.propose(&digest, " ", "ann").await;
    assert!(matches!(silent, Err(AdoptionError::Refused(ApprovalError::NoReason))), "{silent:?}");
    let act = adoptions.propose(&digest, "Bulk is fine, heaps are not.", "ann").await.unwrap();
    assert_eq!(act.state(), ActState::Waiting { more: 1 });
    let adopting: Adopting = act.read().unwrap();
    assert_eq!((adopting.report.as_str(), &adopting.in_force), (digest.as_str(), &folder));
    assert_eq!(*world.engine.rulebook.load().version(), folder, "one person is not enough");
    let twice = adoptions.propose(&digest, "Once more.", "bob").await;
    assert!(matches!(twice, Err(AdoptionError::Proposed)), "{twice:?}");
    let own = adoptions.approve(&act.id, "ann", "").await;
    assert!(matches!(own, Err(AdoptionError::Refused(ApprovalError::SamePerson(_)))), "{own:?}");
    let early = adoptions.put_into_force(&act.id).await;
    assert!(matches!(early, Err(AdoptionError::NotAgreed)), "{early:?}");

    let held = adoptions.approve(&act.id, "bob", "").await.unwrap();
    assert!(held.holds());
    assert_eq!(*world.engine.rulebook.load().version(), adopting.draft);
    let new = world.submit(2, "cy", "heap").await.unwrap().decided.unwrap();
    assert_eq!(words(new.decision()), ["remove", "warn"]);
    let store = &world.engine.store;
    let history = store.rulebooks().await.unwrap();
    let by = history[0].by.as_ref().unwrap();
    assert_eq!((&history[0].version, &by.act, &by.report), (&adopting.draft, &act.id, &digest));
    assert_eq!(history[1].by, None);
    assert_eq!(store.rulebook(&adopting.draft).await.unwrap(), Some(heap()));

    // A folder that has not changed since does not undo it; one that has, counts.
    let kept = put_into_force_since(store, &folder).await.unwrap();
    assert_eq!(kept.map(|sources| sources.version()), Some(adopting.draft.clone()));
    assert!(put_into_force_since(store, &adopting.draft).await.unwrap().is_none());
    let mut other = files();
    other.entry("rulebook.toml".into()).or_default().push('\n');
    assert!(
        put_into_force_since(store, &Sources::from_map(other).version()).await.unwrap().is_none()
    );
}

#[tokio::test]
async fn what_was_seen_against_another_rulebook_is_not_put_into_force() {
    let world = World::new().await;
    let adoptions = Adoptions::new(Arc::clone(&world.engine));
    let digest = seen(&world, heap()).await;
    let act = adoptions.propose(&digest, "It is better.", "ann").await.unwrap();
    let mut other = files();
    other.entry("rulebook.toml".into()).or_default().push('\n');
    let other = Sources::from_map(other);
    world.agree(&other.version()).await;
    let now = reload(&world.engine, other).await.unwrap();
    let stale = adoptions.approve(&act.id, "bob", "").await;
    assert!(matches!(stale, Err(AdoptionError::Stale)), "{stale:?}");
    let act = adoptions.about(&act.read::<Adopting>().unwrap().draft).await.unwrap().remove(0);
    assert!(!act.holds(), "nobody agreed: {act:?}");
    assert_eq!(*world.engine.rulebook.load().version(), now);
    let again = adoptions.propose(&digest, "It is better.", "ann").await;
    assert!(matches!(again, Err(AdoptionError::Stale)), "{again:?}");
    assert!(adoptions.refuse(&act.id, "bob", "It is stale.").await.is_ok());
}

#[tokio::test]
async fn what_does_not_pass_its_cases_is_not_even_proposed() {
    let world = World::new().await;
    let adoptions = Adoptions::new(Arc::clone(&world.engine));
    let mut wrong = heap();
    let case = "- name: \"Heaps are said to be fine\"\n  event: {text: \"heap\", language: en}\n  expect: {breach: [], refer: []}\n";
    wrong.insert("cases/heap.yaml".into(), case.into());
    let digest = seen(&world, wrong).await;
    let unsound = adoptions.propose(&digest, "It is better.", "ann").await;
    assert!(matches!(unsound, Err(AdoptionError::Unsound(_))), "{unsound:?}");
}

#[tokio::test]
async fn a_rulebook_may_ask_for_one_person() {
    let mut own = files();
    own.entry("rulebook.toml".into()).or_default().push_str("\n[four_eyes]\nrulebook = 1\n");
    let world = World::under(own.clone()).await;
    let main = own.get_mut("main.sml").unwrap();
    *main = main.replace("pattern='bulk'", "pattern='heap'");
    let digest = seen(&world, own.clone()).await;
    let adoptions = Adoptions::new(Arc::clone(&world.engine));
    adoptions.propose(&digest, "It is better.", "ann").await.unwrap();
    assert_eq!(*world.engine.rulebook.load().version(), Sources::from_map(own).version());
}

#[tokio::test]
async fn the_folder_goes_on_waiting_when_people_put_another_rulebook_into_force() {
    let world = World::new().await;
    let folder = world.engine.rulebook.load().version().clone();
    let adoptions = Adoptions::new(Arc::clone(&world.engine));
    let digest = seen(&world, heap()).await;
    let mut waits = files();
    waits.entry("rulebook.toml".into()).or_default().push('\n');
    let version = Sources::from_map(waits).version();
    let since = world.now();
    let held = flow::HeldBack { version, in_force: folder, people: 2, since };
    world.engine.hold_back(Some(held.clone()));
    let act = adoptions.propose(&digest, "Bulk is fine, heaps are not.", "ann").await.unwrap();
    adoptions.approve(&act.id, "bob", "").await.unwrap();
    let in_force = Sources::from_map(heap()).version();
    assert_eq!(*world.engine.rulebook.load().version(), in_force);
    let still = world.engine.held_back().unwrap();
    assert_eq!((&still.version, &still.in_force), (&held.version, &in_force));
    // The folder is put back to what is in force, and read.
    reload(&world.engine, Sources::from_map(heap())).await.unwrap();
    assert_eq!(world.engine.held_back(), None);
}

#[tokio::test]
async fn what_waited_waits_no_more_once_people_put_it_into_force() {
    let world = World::new().await;
    let folder = world.engine.rulebook.load().version().clone();
    let adoptions = Adoptions::new(Arc::clone(&world.engine));
    let digest = seen(&world, heap()).await;
    let (version, since) = (Sources::from_map(heap()).version(), world.now());
    let held = flow::HeldBack { version, in_force: folder, people: 2, since };
    world.engine.hold_back(Some(held));
    let act = adoptions.propose(&digest, "Bulk is fine, heaps are not.", "ann").await.unwrap();
    assert!(world.engine.held_back().is_some());
    adoptions.approve(&act.id, "bob", "").await.unwrap();
    assert_eq!(world.engine.held_back(), None);
}
