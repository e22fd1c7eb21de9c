//! Like posts found by meaning: a small model, in which a few dozen words have others that mean the same, stands in for a
//! real one. Without a model nothing of this happens, and the guard is asked every time.

use crate::world::{World, account, item};
use flow::audit::gather;
use flow::like::{LikeQuery, Likeness, Model, Signal, like};
use flow::{Held, Report, Status, Verdict};
use jiff::Timestamp;
use likeness::meaning::Nearness;
use std::path::PathBuf;
use std::sync::Arc;
use store::Forget;

const SAID: &str = "they are thieves and belong in jail";
const OTHERWISE: &str = "those people were crooks, all of whom deserve to go to prison";
const DENIED: &str = "those people were not crooks, none of whom deserve to go to prison";

fn model() -> Arc<Model> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../likeness/tests/data/small-model.zip");
    Arc::new(Model::load(&std::fs::read(path).unwrap(), Nearness::everywhere(0.8), true).unwrap())
}

fn asked(text: &str) -> LikeQuery {
    LikeQuery { text: text.into(), without: None, threshold: 0.7, limit: 9, clause: None }
}

/// Three posts that say the same were reported, and people held them to be a breach.
async fn settled(understands: bool) -> World {
    let world = World::new().await;
    if understands {
        world.engine.understand(model());
    }
    for n in 1..=3 {
        world.submit(n, &format!("author-{n}"), SAID).await.unwrap();
        let report = Report {
            item: item(n),
            reason: "look".into(),
            clause: Some("spam#bulk".parse().unwrap()),
            reporter: None,
        };
        let case = world.review.report(report).await.unwrap().case;
        let verdict = Verdict {
            outcome: Held::Breach,
            clause: Some("spam#bulk".parse().unwrap()),
            passage: None,
            reason: "It is as it is.".into(),
            emergency: None,
            departs: None,
            break_glass: None,
            step: None,
            evidence: Vec::new(),
        };
        world.review.decide(case, "reviewer 1", verdict).await.unwrap();
    }
    world
}

#[tokio::test]
async fn what_says_the_same_is_found_and_what_denies_it_is_kept_apart() {
    let world = settled(true).await;
    let found = world.review.like(&asked(OTHERWISE)).await.unwrap();
    assert_eq!(found.len(), 3);
    for one in &found {
        let [Signal::Meaning { cosine }] = one.signals.as_slice() else {
            panic!("{:?}", one.signals)
        };
        assert!(one.is_like() && *cosine > 0.8 && one.similarity.ratio() < 0.2, "{one:?}");
        assert_eq!(one.shown(OTHERWISE)["signals"][0]["same"], "meaning");
    }
    let denied = world.review.like(&asked(DENIED)).await.unwrap();
    assert_eq!(denied.len(), 3);
    assert!(denied.iter().all(|one| !one.is_like() && !one.differences.is_empty()));
    // What shares the words comes first, by its words.
    let same = world.review.like(&asked(SAID)).await.unwrap();
    assert!(same.iter().all(|one| one.similarity.ratio() == 1.0 && one.is_like()));

    let without = settled(false).await;
    assert!(without.review.like(&asked(OTHERWISE)).await.unwrap().is_empty());
    assert!(without.review.same_meaning(SAID, OTHERWISE).is_none());
    assert!(world.review.same_meaning(SAID, OTHERWISE).is_some_and(|cosine| cosine > 0.8));
}

#[tokio::test]
async fn automation_heeds_what_people_settled_in_other_words() {
    let world = settled(true).await;
    let answer = world.submit(4, "dan", OTHERWISE).await.unwrap();
    let case = answer.case.expect("a person looks at it");
    let stored = world.engine.store.case(case).await.unwrap().unwrap();
    assert!(stored.case.why_referred.contains("a breach of spam#bulk"), "{:?}", stored.case);
    let (_, lines) = world.review.precedents(case, None).await.unwrap();
    assert_eq!((lines[0].nearest.len(), lines[0].settled), (3, Some(Held::Breach)));
    assert!(lines[0].nearest.iter().all(|one| one.like.meaning().is_some()));
    // What denies it, and what speaks of something else, is not touched.
    for (n, text) in [(5, DENIED), (6, "the weather is lovely today")] {
        assert_eq!(world.submit(n, "dan", text).await.unwrap().status, Status::Decided, "{text}");
    }
    let without = settled(false).await;
    let answer = without.submit(4, "dan", OTHERWISE).await.unwrap();
    assert_eq!(answer.status, Status::Decided);
}

#[tokio::test]
async fn vectors_are_kept_and_go_with_the_account() {
    let world = settled(true).await;
    world.engine.keep_likeness().await.unwrap();
    let (store, book) = (&world.engine.store, world.engine.rulebook.load_full());
    let kept = async || {
        let index = Likeness::default();
        index.understand(model());
        // Nothing is left to be made: all were kept.
        let made = index.refresh_meanings(store, &flow::like::terms(&book)).await.unwrap();
        (made, like(&index, store, &book, &asked(OTHERWISE)).await.unwrap().len())
    };
    assert_eq!(kept().await, (0, 3));
    let author = Forget::Account(account("author-2"));
    assert!(store.erase(&author, world.now(), true).await.unwrap().is_some());
    assert_eq!(kept().await, (0, 2));
    assert_eq!(world.review.like(&asked(OTHERWISE)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_audit_joins_sets_that_say_the_same() {
    let world = settled(true).await;
    world.submit(4, "dan", "zwölf graue Wolken über dem Hafen").await.unwrap();
    for (n, text) in [(5, DENIED), (6, "dogs bark"), (7, "the hounds howl, dogs howl")] {
        world.submit(n, "eve", text).await.unwrap();
    }
    let (store, book) = (&world.engine.store, world.engine.rulebook.load_full());
    let sets = async |model: Option<&Arc<Model>>| {
        let gathered = gather(store, (&book, model), Timestamp::MIN, None, |_| {}).await.unwrap();
        let mut sets = gathered.sets.set_of.clone();
        sets.dedup();
        (sets.len(), gathered.meaning)
    };
    assert_eq!(sets(None).await, (5, None));
    let model = model();
    let (joined, meaning) = sets(Some(&model)).await;
    let meaning = meaning.unwrap();
    assert_eq!((joined, meaning.joined, meaning.left_out), (4, 1, 0));
    assert_eq!((meaning.model, meaning.threshold), (model.digest(), 0.8));
}
