//! Exemptions: two people agree that one post stays up behind a notice; the breach counts, it ends, and then people
//! look again. Nobody speaks for their own decision, and nobody who spoke hears the appeal.

use crate::world::{World, item, words};
use flow::approval::ApprovalError;
use flow::{
    ExemptionError, Exemptions, Held, NewExemption, ReviewError, Reviewed, Status, Verdict,
};
use model::{ClauseId, DecisionId, ReceiptState, StandingKind};
use rules::decide::entry_of;
use std::sync::Arc;

const WEEK: i64 = 7 * 24 * 60;
const NOTICE: &str =
    "This breaches our rules. It stays up because it shows what an office holder plans.";

fn ways(world: &World) -> Exemptions {
    Exemptions::new(Arc::clone(&world.engine))
}

fn clause() -> ClauseId {
    ClauseId::new("spam#bulk").unwrap()
}

fn new(n: u32) -> NewExemption {
    NewExemption {
        item: item(n),
        clause: clause(),
        notice: NOTICE.into(),
        days: 7,
        why: "It announces a law before the vote".into(),
    }
}

fn breach() -> Verdict {
    Verdict {
        outcome: Held::Breach,
        clause: Some(clause()),
        passage: None,
        reason: "The same offer under forty posts.".into(),
        emergency: None,
        departs: Some("It was sent to forty people, none of whom had asked.".into()),
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

/// An exemption that two people agreed to.
async fn exempt(world: &World, n: u32) -> String {
    let act = ways(world).propose(new(n), "senior 1").await.unwrap();
    ways(world).answer(&act.id, "senior 2", true, "").await.unwrap();
    act.id
}

/// The decision that stands in the place of another.
async fn after(world: &World, decision: DecisionId) -> store::StoredDecision {
    let by = world.decision(decision).await.replaced_by.unwrap();
    world.decision(by).await
}

#[tokio::test]
async fn a_breach_stays_up_behind_a_notice_and_counts() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    assert_eq!(words(&first), ["remove", "warn"]);
    let id = exempt(&world, 1).await;
    let stored = after(&world, first.id).await;
    let decision = &stored.decision;
    assert_eq!(words(decision), ["notice", "warn"]);
    assert_eq!(decision.exemption.as_ref().unwrap().id, id);
    let public = stored.statement.public_view(decision, false);
    let facts = &public.facts["en"];
    for part in ["counts as one", "It announces a law before the vote", NOTICE, &id, "2026-03-08"] {
        assert!(facts.contains(part), "{part}: {facts}");
    }
    assert_eq!(public.exemption.unwrap().notice, NOTICE);
    // The same step of the ladder, as if nothing had been exempted.
    let entry = entry_of(decision).unwrap();
    assert_eq!((entry.kind, entry.step), (StandingKind::Warning, 0));
    assert_eq!(entry.ladder, first.ladder.unwrap().ladder);
    world.receipt(decision.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    let second = world.breach(2, "ann").await;
    assert_eq!(words(&second), ["remove", "lock"], "the exempted breach counts");

    // What the log says: that it began, and under which exemption it was decided.
    let one = world.engine.store.exemption(&id).await.unwrap().unwrap();
    assert_eq!(one.decisions, [decision.id]);
    let leaves = world.engine.store.leaves(0, 99).await.unwrap();
    let read = |at: u64| -> serde_json::Value {
        serde_json::from_slice(&leaves[usize::try_from(at).unwrap()].bytes).unwrap()
    };
    let begun = read(one.leaf);
    assert_eq!((&begun["kind"], &begun["people"]), (&"exemption".into(), &2.into()));
    assert!(!begun.to_string().contains("post-1") && !begun.to_string().contains("ann"));
    assert_eq!(read(stored.leaf)["exemption"], id.as_str());
    // Done twice is done once.
    ways(&world).carry_out().await.unwrap();
    assert_eq!(world.count_decisions().await, 3);
    let made = world
        .engine
        .store
        .exempt_decisions(world.now() - jiff::SignedDuration::from_hours(9))
        .await;
    let made = made.unwrap();
    assert_eq!((made.len(), made[0].decision, made[0].first), (1, decision.id, first.id));
}

#[tokio::test]
async fn a_step_that_punishes_takes_nothing_under_an_exemption() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    let second = world.breach(2, "ann").await;
    assert_eq!(words(&second), ["remove", "lock"]);
    exempt(&world, 2).await;
    let stored = after(&world, second.id).await;
    assert_eq!(words(&stored.decision), ["notice", "warn"]);
    assert_eq!(stored.decision.ladder.as_ref().unwrap().step, 1);
    assert_eq!(entry_of(&stored.decision).unwrap().kind, StandingKind::Warning);
}

#[tokio::test]
async fn what_comes_after_it_was_agreed_to_stands_under_it_at_once() {
    let world = World::new().await;
    let case = world.submit(1, "ann", "perhaps").await.unwrap().case.unwrap();
    let id = exempt(&world, 1).await;
    let preview = world.review.preview(case, "reviewer 1", &breach()).await.unwrap();
    assert_eq!(words(preview.decided.unwrap().decision()), ["notice", "warn"]);
    let Reviewed::Decided(held) = world.review.decide(case, "reviewer 1", breach()).await.unwrap()
    else {
        panic!("nobody else is needed")
    };
    assert_eq!(held.decision().exemption.as_ref().unwrap().id, id);
    // Rules decide under it too: the post is edited.
    let mut edited = world.post(1, "ann", "bulk");
    edited.action_id = model::ActionId::new("edit-1").unwrap();
    let answer = world.intake.submit(edited).await.unwrap();
    assert_eq!(answer.status, Status::Decided);
    assert_eq!(words(answer.decided.unwrap().decision()), ["notice", "warn"]);
    // Another post of the same account is not exempt.
    assert_eq!(words(&world.breach(2, "ann").await)[0], "remove");
}

#[tokio::test]
async fn when_it_ends_people_look_again_and_nothing_is_taken_before() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    let id = exempt(&world, 1).await;
    let under = after(&world, first.id).await.decision;
    world.pass(WEEK - 1);
    ways(&world).carry_out().await.unwrap();
    assert!(world.engine.store.waiting_cases(&[item(1)]).await.unwrap().is_empty());
    world.pass(1);
    let world = world.restart().await;
    let (one, other) = (ways(&world), ways(&world));
    let both = tokio::join!(one.carry_out(), other.carry_out());
    assert_eq!(both, (Ok(()), Ok(())));
    let waiting = world.engine.store.waiting_cases(&[item(1)]).await.unwrap();
    let case = waiting[&item(1)];
    assert_eq!(world.decision(under.id).await.replaced_by, None, "nothing is taken silently");
    let stored = world.engine.store.case(case).await.unwrap().unwrap();
    assert!(stored.case.why_referred.contains(&id), "{}", stored.case.why_referred);
    assert_eq!(stored.case.findings[0].clause, clause());
    // Whoever spoke for it does not decide; who decides replaces, so the breach counts once.
    let own = world.review.decide(case, "senior 2", breach()).await;
    assert!(matches!(own, Err(ReviewError::SamePerson(_))), "{own:?}");
    let Reviewed::Decided(held) = world.review.decide(case, "reviewer 3", breach()).await.unwrap()
    else {
        panic!("one person is enough")
    };
    assert_eq!(words(held.decision()), ["remove", "warn"]);
    assert_eq!(held.decision().replaces, Some(under.id));
    let standing = world.engine.store.standings(&[under.account]).await.unwrap();
    assert_eq!(standing.values().next().unwrap().entries.len(), 1);
    assert!(world.engine.store.waiting_cases(&[item(1)]).await.unwrap().is_empty());
    let again = world.review.decide(case, "reviewer 4", breach()).await;
    assert_eq!(again, Err(ReviewError::AlreadyDecided));
    ways(&world).carry_out().await.unwrap();
    assert!(world.engine.store.waiting_cases(&[item(1)]).await.unwrap().is_empty());
}

#[tokio::test]
async fn it_can_be_revoked_with_a_reason() {
    let world = World::new().await;
    world.breach(1, "ann").await;
    let id = exempt(&world, 1).await;
    let none = ways(&world).revoke(&id, "senior 3", " ").await;
    assert_eq!(none, Err(ApprovalError::NoReason.into()));
    let named = ways(&world).revoke(&id, "senior 3", "Ann took it back.").await;
    assert!(matches!(named, Err(ExemptionError::Wrong(_))), "{named:?}");
    ways(&world).revoke(&id, "senior 3", "The law was withdrawn.").await.unwrap();
    let one = world.engine.store.exemption(&id).await.unwrap().unwrap();
    assert_eq!(one.exemption.ended.unwrap().revoked.as_deref(), Some("The law was withdrawn."));
    assert_eq!(world.engine.store.waiting_cases(&[item(1)]).await.unwrap().len(), 1);
    let late = ways(&world).revoke(&id, "senior 3", "Again.").await;
    assert!(matches!(late, Err(ExemptionError::Approval(ApprovalError::TooLate(_)))), "{late:?}");
    // Whoever spoke for it decided what stands; others can speak for a new one, and people decide under that.
    let own = ways(&world).propose(new(1), "senior 1").await;
    assert_eq!(own, Err(ExemptionError::OwnDecision("senior 1".into())));
    let act = ways(&world).propose(new(1), "senior 5").await.unwrap();
    ways(&world).answer(&act.id, "senior 6", true, "").await.unwrap();
    let case = world.engine.store.waiting_cases(&[item(1)]).await.unwrap()[&item(1)];
    let Reviewed::Decided(held) = world.review.decide(case, "reviewer 3", breach()).await.unwrap()
    else {
        panic!("one person is enough")
    };
    assert_eq!(held.decision().exemption.as_ref().unwrap().id, act.id);
}

#[tokio::test]
async fn nobody_speaks_alone_or_for_their_own_decision() {
    let world = World::new().await;
    let case = world.submit(1, "ann", "perhaps").await.unwrap().case.unwrap();
    world.review.decide(case, "reviewer 1", breach()).await.unwrap();
    let own = ways(&world).propose(new(1), "reviewer 1").await;
    assert_eq!(own, Err(ExemptionError::OwnDecision("reviewer 1".into())));
    let act = ways(&world).propose(new(1), "senior 1").await.unwrap();
    let alone = ways(&world).answer(&act.id, "senior 1", true, "").await;
    assert_eq!(alone, Err(ApprovalError::SamePerson("senior 1".into()).into()));
    let own = ways(&world).answer(&act.id, "reviewer 1", true, "").await;
    assert_eq!(own, Err(ExemptionError::OwnDecision("reviewer 1".into())));
    assert_eq!(ways(&world).waiting().await.unwrap().len(), 1);
    let twice = ways(&world).propose(new(1), "senior 3").await;
    assert!(matches!(twice, Err(ExemptionError::Wrong(_))), "{twice:?}");
    ways(&world).answer(&act.id, "senior 2", false, "It is no announcement.").await.unwrap();
    assert_eq!(world.engine.store.exemption(&act.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_proposal_that_cannot_be_is_refused() {
    let world = World::saying("[exemptions]\nmax = '3d'\ngravest = 'low'\n").await;
    world.breach(1, "ann").await;
    let grave = ways(&world).propose(NewExemption { days: 3, ..new(1) }, "senior 1").await;
    assert!(grave.unwrap_err().to_string().contains("grave"));
    let world = World::saying("[exemptions]\nmax = '3d'\n").await;
    world.breach(1, "ann").await;
    let fine = || NewExemption { days: 3, ..new(1) };
    for wrong in [
        NewExemption { days: 4, ..fine() },
        NewExemption { days: 0, ..fine() },
        NewExemption { notice: "  ".into(), ..fine() },
        NewExemption { notice: "x".repeat(301), ..fine() },
        NewExemption { notice: "Ann says it.".into(), ..fine() },
        NewExemption { why: "Because Ann is known.".into(), ..fine() },
        NewExemption { item: item(9), ..fine() },
        NewExemption { clause: ClauseId::new("spam#none").unwrap(), ..fine() },
    ] {
        let refused = ways(&world).propose(wrong.clone(), "senior 1").await;
        assert!(matches!(refused, Err(ExemptionError::Wrong(_))), "{wrong:?}: {refused:?}");
    }
    let silent = ways(&world).propose(NewExemption { why: " ".into(), ..fine() }, "senior 1").await;
    assert_eq!(silent, Err(ApprovalError::NoReason.into()));
    ways(&world).propose(fine(), "senior 1").await.unwrap();
}

#[tokio::test]
async fn whoever_had_a_word_in_it_hears_no_appeal() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    let act = ways(&world).propose(new(1), "senior 1").await.unwrap();
    ways(&world).answer(&act.id, "senior 2", false, "Not yet.").await.unwrap();
    let id = exempt(&world, 1).await;
    ways(&world).revoke(&id, "administrator 1", "It was withdrawn.").await.unwrap();
    let under = after(&world, first.id).await.decision;
    let part = world.engine.store.took_part(under.id).await.unwrap();
    for who in ["senior 1", "senior 2", "administrator 1"] {
        assert!(part.contains(who), "{who}: {part:?}");
    }
    let plea = flow::Plea {
        decision: under.id,
        by: model::Appellant::Person,
        text: "It was a joke.".into(),
        language: None,
        evidence: Vec::new(),
    };
    let appeals = world.review.appeals();
    let appeal = appeals.submit(plea).await.unwrap();
    let reply = flow::Reply {
        outcome: model::AppealOutcome::Granted,
        reason: "It was one.".into(),
        clause: None,
        passage: None,
        departs: Some("This one was a joke.".into()),
        evidence: Vec::new(),
    };
    for who in ["senior 2", "administrator 1"] {
        let own = appeals.answer(appeal.id, who, reply.clone()).await;
        assert!(own.is_err(), "{who} had a hand in it");
    }
    appeals.answer(appeal.id, "reviewer 9", reply).await.unwrap();
    assert!(world.engine.store.exemptions_to_refer().await.unwrap().is_empty());
}

#[tokio::test]
async fn it_is_forgotten_with_the_post() {
    let world = World::new().await;
    world.breach(1, "ann").await;
    let id = exempt(&world, 1).await;
    let waits = NewExemption { clause: clause(), ..new(2) };
    world.breach(2, "ann").await;
    ways(&world).propose(waits, "senior 1").await.unwrap();
    let store = &world.engine.store;
    store.erase(&store::Forget::Account("ann".parse().unwrap()), world.now(), true).await.unwrap();
    let one = store.exemption(&id).await.unwrap().unwrap().exemption;
    for text in [one.item.as_str(), one.account.as_str(), &one.reason, &one.notice] {
        assert_eq!(text, "(erased)");
    }
    let acts = store.acts(store::ActFilter::default(), 9).await.unwrap();
    assert_eq!(acts.len(), 2);
    for act in acts {
        assert_eq!((act.about.as_str(), act.why.as_str()), ("", "(erased)"));
        assert_eq!(act.body.as_str(), "{}");
    }
    world.pass(WEEK);
    ways(&world).carry_out().await.unwrap();
    let ended = store.exemption(&id).await.unwrap().unwrap();
    assert!(ended.exemption.ended.is_some() && ways(&world).waiting().await.unwrap().is_empty());
}
