//! Four eyes: what one person may not do alone, and what is done alone all the same.

use crate::world::{World, words};
use flow::approval::{ApprovalError, Approvals, Proposed};
use flow::{Held, ReviewError, Reviewed, Verdict};
use model::{Act, ActClass, ActState, ClauseId, Json, ReceiptState};
use std::sync::Arc;

const STRICT: &str = "
[four_eyes]
large_accounts = 2
large_from = 1000
break_glass = ['large_account', 'bulk']
";

fn approvals(world: &World) -> Approvals {
    Approvals::new(Arc::clone(&world.engine))
}

fn bulk() -> Proposed {
    Proposed {
        class: ActClass::Bulk,
        about: "spam".into(),
        body: Json::parse(r#"{"cases": 60}"#).unwrap(),
        why: "The same text sixty times.".into(),
    }
}

fn waits(act: &Act) -> bool {
    matches!(act.state(), ActState::Waiting { .. })
}

#[tokio::test]
async fn an_act_holds_once_another_person_agrees() {
    let world = World::saying(STRICT).await;
    let acts = approvals(&world);
    let act = acts.propose(bulk(), "reviewer 1").await.unwrap();
    assert!(waits(&act) && !act.holds());
    assert_eq!(acts.waiting().await.unwrap(), std::slice::from_ref(&act));
    let own = acts.approve(&act.id, "reviewer 1", "").await;
    assert_eq!(own, Err(ApprovalError::SamePerson("reviewer 1".into())));
    // It waits over a restart, too.
    let world = world.restart().await;
    let acts = approvals(&world);
    let held = acts.approve(&act.id, "reviewer 2", "I looked at ten of them.").await.unwrap();
    assert!(held.holds());
    assert_eq!(held.people(), ["reviewer 1", "reviewer 2"]);
    let late = acts.approve(&act.id, "reviewer 3", "").await;
    assert!(matches!(late, Err(ApprovalError::TooLate(_))), "{late:?}");
    assert_eq!(acts.act(&act.id).await.unwrap(), held);
    assert!(acts.waiting().await.unwrap().is_empty());
    let none = acts.approve("no such", "reviewer 2", "").await;
    assert_eq!(none, Err(ApprovalError::NoSuchAct("no such".into())));
}

#[tokio::test]
async fn two_who_agree_at_once_agree_once() {
    let world = World::saying(STRICT).await;
    let acts = approvals(&world);
    let act = acts.propose(bulk(), "reviewer 1").await.unwrap();
    let (one, other) = tokio::join!(
        acts.approve(&act.id, "reviewer 2", ""),
        acts.approve(&act.id, "reviewer 3", "")
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    assert_eq!(acts.act(&act.id).await.unwrap().said.len(), 1);
}

#[tokio::test]
async fn what_is_refused_or_taken_back_does_not_hold() {
    let world = World::saying(STRICT).await;
    let acts = approvals(&world);
    for by in ["reviewer 1", "reviewer 2"] {
        let act = acts.propose(bulk(), "reviewer 1").await.unwrap();
        assert_eq!(acts.refuse(&act.id, by, " ").await, Err(ApprovalError::NoReason));
        let act = acts.refuse(&act.id, by, "Not the same text.").await.unwrap();
        assert!(!act.holds() && !waits(&act));
        let late = acts.approve(&act.id, "reviewer 3", "").await;
        assert!(matches!(late, Err(ApprovalError::TooLate(_))), "{late:?}");
    }
}

#[tokio::test]
async fn what_is_done_alone_is_looked_at_by_another() {
    let world = World::saying(STRICT).await;
    let acts = approvals(&world);
    let exemption = Proposed { class: ActClass::Exemption, ..bulk() };
    let never = acts.break_glass(exemption, "reviewer 1", "It is urgent.").await;
    assert!(matches!(never, Err(ApprovalError::NotAllowed(_))), "{never:?}");
    let act = acts.break_glass(bulk(), "reviewer 1", "It spreads, nobody is here.").await.unwrap();
    assert!(act.holds());
    assert_eq!(acts.unreviewed().await.unwrap(), std::slice::from_ref(&act));
    let own = acts.review(&act.id, "reviewer 1", true, "I was right.").await;
    assert_eq!(own, Err(ApprovalError::SamePerson("reviewer 1".into())));
    let act = acts.review(&act.id, "reviewer 2", false, "Half were replies.").await.unwrap();
    assert!(!act.holds(), "what is found wrong holds no longer");
    assert!(acts.unreviewed().await.unwrap().is_empty());
}

/// A post of an account with followers that people look at, after a warning.
async fn second_breach(world: &World, followers: u32) -> model::CaseId {
    let post = |n: u32, text: &str| {
        let mut event = world.post(n, "star", text);
        let data = event.data.as_str().replace(
            r#""account":{"id":"star""#,
            &format!(r#""account":{{"id":"star","followers":{followers}"#),
        );
        event.data = Json::parse(&data).unwrap();
        event
    };
    let first = world.intake.submit(post(1, "bulk")).await.unwrap().decision.unwrap();
    world.receipt(first, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    world.intake.submit(post(2, "perhaps")).await.unwrap().case.unwrap()
}

fn breach() -> Verdict {
    Verdict {
        outcome: Held::Breach,
        clause: Some(ClauseId::new("spam#bulk").unwrap()),
        passage: None,
        reason: "The same offer under forty posts".into(),
        emergency: None,
        departs: None,
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

#[tokio::test]
async fn what_is_taken_from_a_large_account_needs_two() {
    let world = World::saying(STRICT).await;
    let case = second_breach(&world, 1000).await;
    let one = world.review.decide(case, "reviewer 1", breach()).await.unwrap();
    let Reviewed::Proposed { why, .. } = one else { panic!("{one:?}") };
    assert!(why.contains("large account"), "{why}");
    let two = world.review.approve(case, "reviewer 2").await.unwrap();
    let Reviewed::Decided(decided) = two else { panic!("{two:?}") };
    assert_eq!(words(decided.decision()), ["remove", "lock"]);
}

#[tokio::test]
async fn the_measure_is_the_same_however_many_follow() {
    let world = World::saying(STRICT).await;
    let case = second_breach(&world, 999).await;
    let one = world.review.decide(case, "reviewer 1", breach()).await.unwrap();
    let Reviewed::Decided(decided) = one else { panic!("{one:?}") };
    assert_eq!(words(decided.decision()), ["remove", "lock"]);
}

#[tokio::test]
async fn one_person_may_break_the_glass_where_the_rulebook_says_so() {
    let world = World::saying(STRICT).await;
    let case = second_breach(&world, 5000).await;
    let urgent = Verdict { break_glass: Some("It spreads by the minute.".into()), ..breach() };
    let one = world.review.decide(case, "reviewer 1", urgent.clone()).await.unwrap();
    let Reviewed::Decided(decided) = one else { panic!("{one:?}") };
    let facts = &decided.statement().parts().facts["en"];
    assert!(
        facts.contains("One person decided this alone") && facts.contains("by the minute"),
        "{facts}"
    );
    let acts = approvals(&world);
    let open = acts.unreviewed().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].about, decided.decision().id.to_string());

    // Where the rulebook does not name the class, nobody can.
    let strict = STRICT.replace("'large_account', ", "");
    let world = World::saying(&strict).await;
    let case = second_breach(&world, 5000).await;
    let refused = world.review.decide(case, "reviewer 1", urgent).await;
    assert!(matches!(refused, Err(ReviewError::NotAllowed(_))), "{refused:?}");
    assert!(approvals(&world).latest(9).await.unwrap().is_empty());
}
