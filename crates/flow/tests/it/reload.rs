//! A new rulebook comes into force whole or not at all.

use crate::world::{World, files, words};
use flow::{HeldBack, ReloadError, Resume, ResumeError, reload, resume};
use rules::Sources;
use std::collections::BTreeMap;

#[tokio::test]
async fn a_rulebook_that_checks_comes_into_force() {
    let world = World::new().await;
    let before = world.engine.rulebook.load().version().clone();
    let mut changed = files();
    let main = changed.get_mut("main.sml").unwrap();
    *main = main.replace("pattern='bulk'", "pattern='heap'");
    let sources = Sources::from_map(changed.clone());
    world.agree(&sources.version()).await;
    let version = reload(&world.engine, sources).await.unwrap();
    assert_ne!(version, before);
    let old = world.submit(1, "ann", "bulk").await.unwrap().decided.unwrap();
    assert!(old.decision().measures.is_empty());
    let new = world.submit(2, "ann", "heap").await.unwrap().decided.unwrap();
    assert_eq!(
        (words(new.decision()), &new.decision().rulebook),
        (vec!["remove", "warn"], &version)
    );
    let history = world.engine.store.rulebooks().await.unwrap();
    let versions: Vec<_> = history.iter().map(|adoption| &adoption.version).collect();
    assert_eq!(versions, [&version, &before]);
    assert_eq!(world.engine.store.rulebook(&version).await.unwrap(), Some(changed));
}

#[tokio::test]
async fn a_rulebook_that_does_not_check_or_fails_its_cases_does_not() {
    let world = World::new().await;
    let before = world.engine.rulebook.load().version().clone();
    let mut broken = files();
    broken.insert("main.sml".into(), "Broken = Rule(when_all=[Nowhere])\n".into());
    let refused = reload(&world.engine, Sources::from_map(broken)).await.unwrap_err();
    assert!(matches!(&refused, ReloadError::Problems(found) if !found.is_empty()), "{refused}");
    let mut wrong = files();
    wrong.insert("cases/spam.yaml".into(), CASE.into());
    let refused = reload(&world.engine, Sources::from_map(wrong)).await.unwrap_err();
    assert!(matches!(&refused, ReloadError::Cases(failed) if failed.len() == 1), "{refused}");
    assert_eq!(*world.engine.rulebook.load().version(), before);
    assert_eq!(world.engine.store.rulebooks().await.unwrap().len(), 1);
    assert_eq!(words(&world.breach(1, "ann").await), ["remove", "warn"]);
}

const CASE: &str = r#"
- name: "Bulk is said to be fine"
  event: {text: "bulk", language: en}
  expect: {breach: [], refer: []}
"#;

#[tokio::test]
async fn a_reload_waits_for_people_where_the_rulebook_asks_for_two() {
    let world = World::saying("\n[four_eyes]\nrulebook = 2\n").await;
    let mut files = files();
    let toml = files.entry("rulebook.toml".into()).or_default();
    *toml = toml.replace("Test rules", "Other rules") + "\n[four_eyes]\nrulebook = 2\n";
    let sources = Sources::from_map(files);
    let version = sources.version();
    let refused = flow::reload(&world.engine, sources.clone()).await;
    assert!(
        matches!(&refused, Err(flow::ReloadError::NeedsPeople { version: kept, people: 2 }) if *kept == version),
        "{refused:?}"
    );
    assert_ne!(*world.engine.rulebook.load().version(), version);
    let drafts = world.engine.store.draft(&version).await.unwrap();
    assert!(drafts.is_some(), "it can be tried before anybody agrees");
    let approvals = world.review.approvals();
    let proposed = flow::approval::Proposed {
        class: model::ActClass::Rulebook,
        about: version.as_str().to_owned(),
        body: model::Json::parse("{}").unwrap(),
        why: "The title was wrong.".into(),
    };
    let act = approvals.propose(proposed, "editor 1").await.unwrap();
    assert!(flow::reload(&world.engine, sources.clone()).await.is_err());
    approvals.approve(&act.id, "reviewer 2", "").await.unwrap();
    assert_eq!(flow::reload(&world.engine, sources).await.unwrap(), version);
}

/// The files with another title, under a rulebook that wants two people for a change or one.
fn titled(title: &str, people: u8) -> Sources {
    let mut files = files();
    let toml = files.entry("rulebook.toml".into()).or_default();
    *toml = toml.replace("Test rules", title) + &format!("\n[four_eyes]\nrulebook = {people}\n");
    Sources::from_map(files)
}

#[tokio::test]
async fn a_folder_that_changed_while_nobody_was_there_waits_for_people() {
    let world = World::saying("\n[four_eyes]\nrulebook = 2\n").await;
    let (store, now) = (world.engine.store.clone(), world.now());
    let before = world.engine.rulebook.load().version().clone();
    let own = titled("Test rules", 2);
    assert_eq!(own.version(), before);
    assert!(matches!(resume(&store, &own, now).await.unwrap(), Resume::Folder));
    let other = titled("Other rules", 2);
    let resumed = resume(&store, &other, now).await.unwrap();
    let Resume::Held(book, sources, held) = resumed else { panic!("{resumed:?}") };
    assert_eq!((book.version(), &sources.version()), (&before, &before));
    let expected =
        HeldBack { version: other.version(), in_force: before.clone(), people: 2, since: now };
    assert_eq!(held, expected);
    // As the server does: it goes on under the old one, which does not come into force anew.
    world.engine.hold_back(Some(held));
    assert_eq!(store.rulebooks().await.unwrap().len(), 1);
    // Not even by asking for looser rules: the ones in force count.
    assert!(matches!(
        resume(&store, &titled("Test rules", 1), now).await.unwrap(),
        Resume::Held(..)
    ));
    // Once two people agreed, a start or a reload takes it, once.
    world.agree(&other.version()).await;
    assert!(matches!(resume(&store, &other, now).await.unwrap(), Resume::Folder));
    assert_eq!(reload(&world.engine, other.clone()).await.unwrap(), other.version());
    assert_eq!(world.engine.held_back(), None, "nothing waits any more");
    assert!(matches!(resume(&store, &other, now).await.unwrap(), Resume::Folder));
    let third = titled("Third rules", 2);
    world.agree(&third.version()).await;
    reload(&world.engine, third).await.unwrap();
    let again = resume(&store, &other, now).await.unwrap();
    assert!(matches!(again, Resume::Held(..)), "a word counts once: {again:?}");
    assert!(matches!(reload(&world.engine, other).await, Err(ReloadError::NeedsPeople { .. })));
    assert!(world.engine.held_back().is_some());
}

#[tokio::test]
async fn where_one_person_is_enough_and_at_the_first_start_the_folder_counts() {
    let world = World::saying("\n[four_eyes]\nrulebook = 1\n").await;
    let (store, now) = (&world.engine.store, world.now());
    let other = titled("Other rules", 1);
    assert!(matches!(resume(store, &other, now).await.unwrap(), Resume::Folder));
    let empty = store::Store::open_in_memory().await.unwrap();
    assert!(matches!(resume(&empty, &titled("Any", 2), now).await.unwrap(), Resume::Folder));
}

#[tokio::test]
async fn a_folder_is_not_taken_because_the_rulebook_in_force_loads_no_more() {
    let world = World::saying("\n[four_eyes]\nrulebook = 2\n").await;
    let (store, now) = (&world.engine.store, world.now());
    // As an older program took it.
    let adopt_broken = async |people: u8| {
        let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
        let mut files: BTreeMap<_, _> = titled("Old rules", people).iter().map(own).collect();
        files.insert("main.sml".into(), "Broken = Rule(when_all=[Nowhere])\n".into());
        let version = Sources::from_map(files.clone()).version();
        store.adopt(&version, &files, now, None).await.unwrap();
        version
    };
    let version = adopt_broken(2).await;
    let new = titled("New rules", 2);
    let refused = resume(store, &new, now).await.unwrap_err();
    let said = refused.to_string();
    assert!(said.contains(version.as_str()) && said.contains(new.version().as_str()), "{said}");
    let ResumeError::Unreadable { in_force, folder, why } = refused else { panic!("{said}") };
    assert_eq!((in_force, folder), (version, new.version()));
    assert!(why.starts_with("main.sml:1:"), "{why}");
    assert_eq!(store.rulebooks().await.unwrap().len(), 2, "nothing came into force");
    // People agreed to it under the program of before.
    world.agree(&new.version()).await;
    assert!(matches!(resume(store, &new, now).await.unwrap(), Resume::Folder));
    // Where one person is enough, the folder is that person's word.
    let third = titled("Third rules", 2);
    assert!(resume(store, &third, now).await.is_err());
    adopt_broken(1).await;
    assert!(matches!(resume(store, &third, now).await.unwrap(), Resume::Folder));
}
