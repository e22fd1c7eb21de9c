//! What is like an item, and what is held of it.

use crate::world::{World, account, item};
use flow::like::{LikeItem, LikeQuery, Likeness, like};
use flow::{Held, ReviewError, Reviewed, Verdict};
use likeness::DifferenceKind;
use model::ClauseId;
use store::Forget;

fn asked(text: &str) -> LikeQuery {
    LikeQuery { text: text.into(), without: None, threshold: 0.5, limit: 9, clause: None }
}

fn ids(found: &[LikeItem]) -> Vec<&str> {
    found.iter().map(|one| one.item.as_str()).collect()
}

#[tokio::test]
async fn the_nearest_come_first_with_what_is_held_of_them() {
    let world = World::new().await;
    for (n, text) in [
        (1, "Buy these watches in bulk today"),
        (2, "perhaps buy these watches some day"),
        (3, "Something else altogether"),
        (4, "buy these watches  in BULK today!!"),
        (5, "do not buy these watches in bulk today"),
    ] {
        world.submit(n, "ann", text).await.unwrap();
    }
    let found = world.review.like(&asked("Buy these watches in bulk today")).await.unwrap();
    assert_eq!(ids(&found), ["post-4", "post-1", "post-5"]);
    assert!(found[0].is_like() && found[0].similarity.ratio() == 1.0);
    // Rules see capitals and small letters apart; likeness does not.
    assert!(found[0].decision.as_ref().unwrap().measures.is_empty());
    assert!(!found[1].decision.as_ref().unwrap().measures.is_empty());
    let kinds: Vec<_> = found[2].differences.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [DifferenceKind::Negation]);

    let about = LikeQuery { without: Some(item(4)), ..asked("Buy these watches in bulk today") };
    assert_eq!(ids(&world.review.like(&about).await.unwrap()), ["post-1", "post-5"]);
    let case = world.review.like(&asked("perhaps buy these watches some day")).await.unwrap();
    assert_eq!((ids(&case), case[0].waits.is_some()), (vec!["post-2"], true));
    assert!(world.review.like(&asked(" … ")).await.unwrap().is_empty());
}

#[tokio::test]
async fn fingerprints_are_kept_and_go_with_the_account() {
    let world = World::new().await;
    world.submit(1, "ann", "Buy these watches in bulk today").await.unwrap();
    world.submit(2, "bob", "Buy these watches in bulk today").await.unwrap();
    assert_eq!(world.engine.keep_likeness().await.unwrap(), 2);
    let store = &world.engine.store;
    let kept = async || {
        // Whatever they were made with: only those that are kept come without their event.
        let index = Likeness::default();
        let query = asked("Buy these watches in bulk today");
        let book = world.engine.rulebook.load_full();
        ids(&like(&index, store, &book, &query).await.unwrap()).len()
    };
    assert_eq!(kept().await, 2);
    let before = world.review.like(&asked("buy these watches in bulk today")).await.unwrap();
    assert_eq!(before.len(), 2);
    let ann = Forget::Account(account("ann"));
    assert!(store.erase(&ann, world.now(), true).await.unwrap().is_some());
    // The index in memory still has the place, and finds nothing at it.
    let after = world.review.like(&asked("buy these watches in bulk today")).await.unwrap();
    assert_eq!(ids(&after), ["post-2"]);
    assert_eq!(kept().await, 1);
}

#[tokio::test]
async fn the_index_finds_what_comparing_with_all_finds() {
    let world = World::new().await;
    let texts: Vec<String> = (0..120)
        .map(|n| format!("offer {} of the town of {} in week {}", n % 7, n % 11, n % 13))
        .collect();
    for (n, text) in (1..).zip(&texts) {
        world.submit(n, "ann", text).await.unwrap();
    }
    for text in texts.iter().step_by(17) {
        let query = LikeQuery { threshold: 0.6, limit: 200, ..asked(text) };
        let found = world.review.like(&query).await.unwrap();
        let shingles = |raw: &str| likeness::Shingles::of(&likeness::Text::read(raw));
        let all = texts
            .iter()
            .filter(|other| shingles(other).similarity(&shingles(text)).ratio() >= query.threshold);
        assert_eq!(found.len(), all.count(), "{text}");
    }
}

fn verdict(outcome: Held, departs: Option<&str>) -> Verdict {
    Verdict {
        outcome,
        clause: (outcome == Held::Breach).then(|| ClauseId::new("spam#bulk").unwrap()),
        passage: None,
        reason: "It is one of a row of offers.".into(),
        emergency: None,
        break_glass: None,
        departs: departs.map(str::to_owned),
        step: None,
        evidence: Vec::new(),
    }
}

#[tokio::test]
async fn what_three_like_cases_settle_is_departed_from_only_with_a_reason() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=6 {
        let text = "perhaps buy these watches some day";
        cases.push(world.submit(n, &format!("account {n}"), text).await.unwrap().case.unwrap());
    }
    // Nothing is settled by two.
    for case in &cases[..2] {
        world.review.decide(*case, "reviewer 1", verdict(Held::Breach, None)).await.unwrap();
    }
    let (text, lines) = world.review.precedents(cases[2], None).await.unwrap();
    assert_eq!((text.as_str(), lines.len()), ("perhaps buy these watches some day", 1));
    assert_eq!((lines[0].nearest.len(), lines[0].settled), (2, None));
    world.review.decide(cases[2], "reviewer 1", verdict(Held::Breach, None)).await.unwrap();

    let (_, lines) = world.review.precedents(cases[3], None).await.unwrap();
    assert_eq!((lines[0].nearest.len(), lines[0].settled), (3, Some(Held::Breach)));
    world.review.decide(cases[3], "reviewer 1", verdict(Held::Breach, None)).await.unwrap();
    for empty in [None, Some("  ")] {
        let refused = world.review.decide(cases[4], "reviewer 1", verdict(Held::NoBreach, empty));
        let refused = refused.await.unwrap_err();
        assert!(matches!(&refused, ReviewError::Departs(one) if one.from.len() == 4), "{refused}");
    }
    let apart = verdict(Held::NoBreach, Some("The account asks, it does not offer."));
    let decided = world.review.decide(cases[4], "reviewer 1", apart).await.unwrap();
    let Reviewed::Decided(decided) = decided else { panic!("{decided:?}") };
    let reason = decided.decision().reason.clone().unwrap();
    assert!(reason.starts_with("It is one of a row of offers. Like posts were held a breach of"));
    assert!(reason.ends_with("): The account asks, it does not offer."), "{reason}");
    let public = decided.statement().public_view(decided.decision(), false);
    assert!(public.facts["en"].contains("The account asks, it does not offer"), "{public:?}");

    // The line is not settled any more.
    let (_, lines) = world.review.precedents(cases[5], None).await.unwrap();
    assert_eq!((lines[0].nearest.len(), lines[0].settled), (5, None));
    world.review.decide(cases[5], "reviewer 1", verdict(Held::NoBreach, None)).await.unwrap();
}
