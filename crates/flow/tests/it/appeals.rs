//! Appeals: who may answer, what is undone, and that undoing leaves nothing behind.

use crate::world::{World, account, no_breach, post_at, words};
use flow::{
    AnsweredAppeal, AppealError, Appeals, EmergencyPlea, Held, LONGEST_EVIDENCE, MOST_PIECES, Plea,
    Reply, ReviewError, Reviewed, Supplied, Verdict,
};
use jiff::{SignedDuration, Timestamp};
use model::{
    AppealId, AppealOutcome, Appellant, ClauseId, Decision, DecisionId, EvidenceId, Measure,
    Outcome, Receipt, ReceiptState, StandingKind,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn clause() -> ClauseId {
    ClauseId::new("spam#bulk").unwrap()
}

pub(crate) fn breach() -> Verdict {
    Verdict {
        outcome: Held::Breach,
        clause: Some(clause()),
        passage: None,
        reason: "The same offer under forty posts.".into(),
        emergency: None,
        departs: None,
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

pub(crate) fn reply(outcome: AppealOutcome) -> Reply {
    Reply {
        outcome,
        reason: "The offer was made once, to friends.".into(),
        clause: None,
        passage: None,
        departs: None,
        evidence: Vec::new(),
    }
}

pub(crate) fn appeals(world: &World) -> Appeals {
    Appeals::new(Arc::clone(&world.engine))
}

pub(crate) fn plea(decision: DecisionId) -> Plea {
    Plea {
        decision,
        by: Appellant::Person,
        text: "It was once.".into(),
        language: None,
        evidence: Vec::new(),
    }
}

async fn appeal(world: &World, decision: DecisionId) -> AppealId {
    appeals(world).submit(plea(decision)).await.unwrap().id
}

async fn grant(world: &World, decision: DecisionId, by: &str) -> Vec<Arc<model::Decided>> {
    let id = appeal(world, decision).await;
    let departs = Some("This one was made once, to friends who had asked.".into());
    let granted = Reply { departs, ..reply(AppealOutcome::Granted) };
    let answered = appeals(world).answer(id, by, granted).await.unwrap();
    let AnsweredAppeal::Answered { recounted, .. } = answered else { panic!("{answered:?}") };
    recounted
}

/// What carl reported and somebody left up.
pub(crate) async fn left_up(world: &World) -> (flow::Reported, Arc<model::Decided>) {
    world.submit(3, "ann", "fine").await.unwrap();
    let reported = world.report(3, Some("spam#bulk"), "carl").await;
    let held = world.review.decide(reported.case, "reviewer 1", no_breach()).await.unwrap();
    let Reviewed::Decided(held) = held else { panic!() };
    (reported, held)
}

/// A breach that two people must decide.
async fn decided_by_two(world: &World, n: u32, who: &str) -> Decision {
    let case = world.submit(n, who, "perhaps").await.unwrap().case.unwrap();
    let emergency = Some(EmergencyPlea {
        reason: "It calls for an attack tonight.".into(),
        evidence: vec!["https://news.example/42".into()],
    });
    let verdict = Verdict { emergency, ..breach() };
    let proposed = world.review.decide(case, "reviewer 1", verdict).await.unwrap();
    assert!(matches!(proposed, Reviewed::Proposed { .. }));
    // Somebody else may have proposed something before: they had a hand in it, too.
    let Reviewed::Decided(decided) = world.review.approve(case, "reviewer 2").await.unwrap() else {
        panic!()
    };
    decided.decision().clone()
}

#[tokio::test]
async fn a_granted_appeal_undoes_everything_in_one_transaction() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(60);
    let second = world.breach(2, "ann").await;
    assert_eq!(words(&second), ["remove", "lock"]);
    world.receipt(second.id, ReceiptState::NoticeDelivered).await;
    world.pass(60);
    let recounted = grant(&world, first.id, "reviewer 5").await;
    assert_eq!(recounted.len(), 1);
    let again = recounted[0].decision();
    assert_eq!((again.replaces, words(again)), (Some(second.id), vec!["remove", "warn"]));
    let step = again.ladder.as_ref().unwrap();
    assert!(step.arithmetic.contains("before, it was step 2 of 3"), "{}", step.arithmetic);
    let facts = &recounted[0].statement().parts().facts["en"];
    assert!(facts.contains("counted anew") && !facts.contains(&first.id.to_string()), "{facts}");
    let undone = world.decision(first.id).await;
    let instead = world.decision(undone.replaced_by.unwrap()).await;
    assert_eq!(instead.decision.outcome, Outcome::NoBreach);
    assert!(instead.decision.measures.is_empty());
    // The platform is told of both, in order: the post is back, the lock ends.
    let due = world.engine.store.due(world.now(), 9).await.unwrap();
    let due: Vec<DecisionId> = due.iter().map(|due| due.decision).collect();
    assert_eq!(due, [first.id, second.id, instead.decision.id, again.id]);
    let standing = world.engine.store.standings(&[account("ann")]).await.unwrap();
    let entries = &standing[&account("ann")].entries;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].kind, entries[0].step), (StandingKind::Warning, 0));
    assert_eq!(entries[0].given_at, second.decided_at, "it runs since it was given");
    assert!(entries[0].delivered_at.is_some(), "the person was told of it by then");
    // The next breach is the second one, not the third.
    assert_eq!(words(&world.breach(3, "ann").await), ["remove", "lock"]);
}

#[tokio::test]
async fn a_challenge_goes_on_when_its_decision_is_counted_anew() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(60);
    let second = world.breach(2, "ann").await;
    let waits = appeal(&world, second.id).await;
    let again = grant(&world, first.id, "reviewer 5").await[0].decision().id;
    assert!(matches!(appeals(&world).submit(plea(again)).await, Err(AppealError::Waits(_))));
    let own = appeals(&world).answer(waits, "reviewer 5", reply(AppealOutcome::Granted)).await;
    assert_eq!(own, Err(AppealError::TookPart), "they made what stands now");
    let granted = appeals(&world).answer(waits, "reviewer 6", reply(AppealOutcome::Granted)).await;
    assert!(granted.is_ok(), "{granted:?}");
    assert!(world.decision(again).await.replaced_by.is_some());
    let standing = world.engine.store.standings(&[account("ann")]).await.unwrap();
    assert!(standing.get(&account("ann")).is_none_or(|one| one.entries.is_empty()));
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_half_kept() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    let id = appeal(&world, first.id).await;
    // Somebody replaces the decision between the look and the answer.
    world
        .review
        .replace(
            first.id,
            "reviewer 3",
            Verdict { outcome: Held::NoBreach, clause: None, ..breach() },
        )
        .await
        .unwrap();
    let before = world.count_decisions().await;
    let granted = appeals(&world).answer(id, "reviewer 5", reply(AppealOutcome::Granted)).await;
    assert!(matches!(granted, Err(AppealError::Review(ReviewError::NotAllowed(_)))), "{granted:?}");
    assert_eq!(world.count_decisions().await, before);
    appeals(&world).answer(id, "reviewer 5", reply(AppealOutcome::Rejected)).await.unwrap();
    let twice = appeals(&world).answer(id, "reviewer 6", reply(AppealOutcome::Rejected)).await;
    assert_eq!(twice, Err(AppealError::AlreadyAnswered));
}

#[tokio::test]
async fn nobody_sees_or_answers_the_challenge_of_what_they_had_a_hand_in() {
    let world = World::new().await;
    let decision = decided_by_two(&world, 1, "ann").await;
    let (all, first) = (appeals(&world), appeal(&world, decision.id).await);
    for who in ["reviewer 1", "reviewer 2"] {
        assert!(all.queue(who).await.unwrap().is_empty(), "{who}");
        assert_eq!(all.look(first, who).await.unwrap_err(), AppealError::TookPart);
        for outcome in [AppealOutcome::Granted, AppealOutcome::Rejected] {
            assert_eq!(all.answer(first, who, reply(outcome)).await, Err(AppealError::TookPart));
        }
        assert_eq!(all.escalate(first, who, "now").await, Err(AppealError::TookPart));
    }
    assert_eq!(all.queue("reviewer 3").await.unwrap().len(), 1);
    let nobody = all.answer(first, " ", reply(AppealOutcome::Granted)).await;
    assert!(nobody.is_err(), "automation has no name");
    all.answer(first, "reviewer 3", reply(AppealOutcome::Rejected)).await.unwrap();
    assert_eq!(all.all("reviewer 3").await.unwrap().len(), 1, "they see what they answered");
    // The second level: somebody who took part in neither.
    let second = all.submit(plea(decision.id)).await.unwrap();
    assert_eq!(second.level, 2);
    for who in ["reviewer 1", "reviewer 2", "reviewer 3"] {
        let refused = all.answer(second.id, who, reply(AppealOutcome::Granted)).await;
        assert_eq!(refused, Err(AppealError::TookPart), "{who}");
    }
    all.answer(second.id, "reviewer 4", reply(AppealOutcome::Rejected)).await.unwrap();
    assert_eq!(all.submit(plea(decision.id)).await, Err(AppealError::Exhausted));
}

#[tokio::test]
async fn a_reporter_contests_no_breach_and_two_people_answer_where_the_ladder_asks() {
    let world = World::new().await;
    for n in 1..=2 {
        let decision = world.breach(n, "ann").await;
        world.receipt(decision.id, ReceiptState::NoticeDelivered).await;
        world.pass(10);
    }
    let (reported, held) = left_up(&world).await;
    let all = appeals(&world);
    let by = |report: &str| Plea {
        by: Appellant::Reporter { report: report.into() },
        ..plea(held.decision().id)
    };
    assert!(matches!(
        all.submit(plea(held.decision().id)).await,
        Err(AppealError::NothingToChallenge(_))
    ));
    assert!(matches!(all.submit(by("another")).await, Err(AppealError::NothingToChallenge(_))));
    let id = all.submit(by(&reported.report)).await.unwrap().id;
    let granted = Reply { clause: Some(clause()), ..reply(AppealOutcome::Granted) };
    let alone = all.answer(id, "reviewer 2", granted.clone()).await.unwrap();
    assert!(matches!(alone, AnsweredAppeal::Proposed { .. }), "{alone:?}");
    assert!(all.approve(id, "reviewer 2").await.is_err());
    assert_eq!(all.approve(id, "reviewer 1").await, Err(AppealError::TookPart));
    let both = all.approve(id, "reviewer 3").await.unwrap();
    let AnsweredAppeal::Answered { decided: Some(decided), answer, .. } = both else { panic!() };
    assert_eq!(words(decided.decision()), ["remove", "suspend"]);
    assert_eq!(answer.by, ["reviewer 2", "reviewer 3"]);
}

#[tokio::test]
async fn an_appeal_has_a_clock_and_reasons() {
    let world = World::new().await;
    let all = appeals(&world);
    let first = world.breach(1, "ann").await;
    let empty = Plea { text: " ".into(), ..plea(first.id) };
    assert!(matches!(all.submit(empty).await, Err(AppealError::BadText(_))));
    // Nobody knows that the person was told: it stays open. Six months after they were told it ends.
    world.pass(60 * 24 * 200);
    let late = world.breach(2, "ben").await;
    world.receipt(late.id, ReceiptState::NoticeDelivered).await;
    let id = appeal(&world, first.id).await;
    assert!(matches!(all.submit(plea(first.id)).await, Err(AppealError::Waits(_))));
    assert_eq!(all.escalate_overdue().await, Ok(0));
    world.pass(60 * 24 * 15);
    assert_eq!(all.escalate_overdue().await, Ok(1));
    assert_eq!(all.escalate_overdue().await, Ok(0), "it is said once");
    assert!(all.queue("reviewer 1").await.unwrap()[0].escalated_at.is_some());
    for reason in ["", "ann says so"] {
        let wrong = Reply { reason: reason.into(), ..reply(AppealOutcome::Rejected) };
        assert!(all.answer(id, "reviewer 1", wrong).await.is_err(), "{reason:?}");
    }
    world.pass(60 * 24 * 170);
    assert!(matches!(all.submit(plea(late.id)).await, Err(AppealError::TooLate(_))));
}

#[tokio::test]
async fn an_appeal_does_not_make_it_worse_and_time_served_counts() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(10);
    let second = world.breach(2, "ann").await;
    let locked_until = second.measures[1].until().unwrap();
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(60 * 24);
    let id = appeal(&world, second.id).await;
    let varied = Reply { clause: Some(clause()), ..reply(AppealOutcome::Varied) };
    let answered = appeals(&world).answer(id, "reviewer 5", varied).await.unwrap();
    let AnsweredAppeal::Answered { decided: Some(decided), .. } = answered else { panic!() };
    assert_eq!(decided.decision().measures[1].until(), Some(locked_until), "not a day longer");
}

#[tokio::test]
async fn an_appeal_is_forgotten_with_the_account() {
    let world = World::new().await;
    let first = world.breach(1, "secret-zoe").await;
    let said = Plea { text: "I am secret-zoe and it was once.".into(), ..plea(first.id) };
    let id = appeals(&world).submit(said).await.unwrap().id;
    let mut no = reply(AppealOutcome::Rejected);
    no.reason = "Forty times in an hour is no single time.".into();
    appeals(&world).answer(id, "reviewer 5", no).await.unwrap();
    let zoe = store::Forget::Account(account("secret-zoe"));
    world.engine.store.erase(&zoe, world.now(), true).await.unwrap().unwrap();
    let kept = world.engine.store.appeal(id).await.unwrap().unwrap();
    assert_eq!(kept.appeal.text, "(erased)");
    assert_eq!(kept.answer.unwrap().reason, "(erased)");
    assert!(world.engine.store.appeals_about(&account("secret-zoe")).await.unwrap().is_empty());
}

/// One thing that an account does, and what becomes of it; all in hours.
#[derive(Debug, Clone)]
struct Act {
    after: i64,
    lag: i64,
    delivery: Option<i64>,
    emergency: bool,
}

fn act() -> impl Strategy<Value = Act> {
    let delivery = proptest::option::weighted(0.8, 0..30_i64);
    (1..400_i64, 0..20_i64, delivery, proptest::bool::weighted(0.1))
        .prop_map(|(after, lag, delivery, emergency)| Act { after, lag, delivery, emergency })
}

/// What happens, in order of time.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Post(usize),
    Told(usize),
    Undo,
}

type Left = (
    Vec<(String, u32, StandingKind, Timestamp, Option<Timestamp>, Timestamp)>,
    BTreeMap<String, Vec<Measure>>,
);

/// Plays acts. The one at `gone` breaches nothing, or is undone at the hour given.
async fn play(acts: &[Act], gone: usize, undone_at: Option<i64>) -> Left {
    let world = World::new().await;
    let begin = world.now();
    let mut all: Vec<(i64, Happening)> = Vec::new();
    let mut hour = 0;
    for (n, act) in acts.iter().enumerate() {
        hour += act.after;
        all.push((hour, Happening::Post(n)));
        all.extend(act.delivery.map(|wait| (hour + wait, Happening::Told(n))));
    }
    if let Some(at) = undone_at {
        all.push((at, Happening::Undo));
    }
    all.sort_by_key(|(hour, _)| *hour);
    let mut decisions: Vec<Option<Decision>> = vec![None; acts.len()];
    for (hour, happening) in all {
        world.clock.set(begin + SignedDuration::from_hours(hour));
        match happening {
            Happening::Post(n) => {
                let act = &acts[n];
                if n == gone && undone_at.is_none() {
                    continue;
                }
                let posted = world.now() - SignedDuration::from_hours(act.lag);
                let text = if act.emergency { "perhaps" } else { "bulk" };
                let number = u32::try_from(n).unwrap();
                let answer =
                    world.intake.submit(post_at(posted, number, "ann", text)).await.unwrap();
                let decision = match answer.case {
                    None => answer.decided.unwrap().decision().clone(),
                    Some(case) => {
                        let plea = EmergencyPlea {
                            reason: "A crowd is on its way.".into(),
                            evidence: vec!["https://news.example/42".into()],
                        };
                        let verdict =
                            Verdict { emergency: act.emergency.then_some(plea), ..breach() };
                        let decided =
                            match world.review.decide(case, "reviewer 1", verdict).await.unwrap() {
                                Reviewed::Decided(decided) => decided,
                                Reviewed::Proposed { .. } => {
                                    let Reviewed::Decided(decided) =
                                        world.review.approve(case, "reviewer 2").await.unwrap()
                                    else {
                                        panic!()
                                    };
                                    decided
                                }
                            };
                        decided.decision().clone()
                    }
                };
                decisions[n] = Some(decision);
            }
            Happening::Told(n) => {
                let Some(decision) = &decisions[n] else { continue };
                let receipt = Receipt {
                    ending: None,
                    decision: decision.id,
                    state: ReceiptState::NoticeDelivered,
                    at: world.now(),
                    detail: None,
                };
                world.review.receipt(receipt).await.unwrap();
            }
            Happening::Undo => {
                grant(&world, decisions[gone].as_ref().unwrap().id, "reviewer 5").await;
            }
        }
    }
    let standing = world.engine.store.standings(&[account("ann")]).await.unwrap();
    let entries =
        standing.get(&account("ann")).map(|standing| standing.entries.clone()).unwrap_or_default();
    let entries = entries
        .into_iter()
        .map(|one| (one.ladder, one.step, one.kind, one.given_at, one.delivered_at, one.expires_at))
        .collect();
    let mut measures = BTreeMap::new();
    for one in world.engine.store.decisions_about(&account("ann")).await.unwrap() {
        if one.replaced_by.is_none() && one.decision.outcome != Outcome::NoBreach {
            measures.insert(one.decision.item.to_string(), one.decision.measures);
        }
    }
    (entries, measures)
}

#[test]
fn undoing_a_decision_leaves_what_there_would_be_if_it_had_never_been_made() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let history =
        (proptest::collection::vec(act(), 2..8), any::<prop::sample::Index>(), 0..600_i64);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    runner
        .run(&history, |(acts, index, wait)| {
            let gone = index.index(acts.len());
            let made: i64 = acts[..=gone].iter().map(|act| act.after).sum();
            let (undone, never) = runtime.block_on(async {
                (play(&acts, gone, Some(made + 1 + wait)).await, play(&acts, gone, None).await)
            });
            prop_assert_eq!(undone, never);
            Ok(())
        })
        .unwrap();
    // A history in which something is counted anew, so that the comparison is not empty.
    let told = |after| Act { after, lag: 0, delivery: Some(1), emergency: false };
    let acts = [told(1), told(50), told(50), told(50)];
    runtime.block_on(async {
        assert_eq!(play(&acts, 0, Some(160)).await, play(&acts, 0, None).await);
    });
}

#[tokio::test]
async fn evidence_of_an_appeal_is_kept_shown_cited_and_never_public() {
    let world = World::new().await;
    let decision = decided_by_two(&world, 1, "ann").await;
    world.receipt(decision.id, ReceiptState::NoticeDelivered).await;
    let all = appeals(&world);
    let file = |name: &str, bytes: &[u8]| Supplied::File {
        title: String::new(),
        name: name.into(),
        bytes: bytes.to_vec(),
    };
    let with = |evidence: Vec<Supplied>| Plea { evidence, ..plea(decision.id) };

    // What is not taken is said by its name, and nothing of the appeal is kept.
    let hostile: [(&str, &[u8], &str); 5] = [
        (
            "logo.png",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
            "“logo.png”: the file",
        ),
        ("page.txt", b"<!doctype html><script>1</script>", "“page.txt”: the file"),
        ("a.pdf", b"MZ\x90\0\x03", "“a.pdf”: the file"),
        ("empty.txt", b"", "the file is empty"),
        ("large.txt", &vec![b'a'; LONGEST_EVIDENCE + 1], "at most 5 MiB"),
    ];
    for (name, bytes, says) in hostile {
        let error = all.submit(with(vec![file(name, bytes)])).await.unwrap_err();
        assert!(matches!(error, AppealError::BadEvidence(_)), "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let many = (0..=MOST_PIECES).map(|n| file("a.txt", format!("letter {n}").as_bytes()));
    assert!(matches!(all.submit(with(many.collect())).await, Err(AppealError::BadEvidence(_))));
    assert!(all.queue("reviewer 5").await.unwrap().is_empty());

    let letter = || file("..\\..\\a\u{202e}letter.txt\r\n", b"The secret of zoe.");
    let link = Supplied::Link {
        title: String::new(),
        link: "https://news.example/7".into(),
        retrieved_at: None,
    };
    let text = Supplied::Text { title: String::new(), text: "We met.\nAt noon.".into() };
    let id = all.submit(with(vec![letter(), letter(), link, text])).await.unwrap().id;
    let pieces = all.evidence(id).await.unwrap();
    assert_eq!(pieces.len(), 3, "the same bytes are kept once");
    assert_eq!(pieces[0].file_name.as_deref(), Some("aletter.txt"));
    assert_eq!(pieces[1].retrieved_at, Some(world.now()), "the day on which it was given");
    assert_eq!(pieces[2].title, "We met.");

    // More, while it waits; what is there already is not kept twice.
    let more = all.hand_in(id, vec![letter(), file("b.pdf", b"%PDF-1.7\n")]).await.unwrap();
    assert_eq!(more.len(), 4);
    let few = (0..MOST_PIECES).map(|n| file("a.txt", format!("letter {n}").as_bytes()));
    assert!(matches!(all.hand_in(id, few.collect()).await, Err(AppealError::BadEvidence(_))));

    // Only who may hear the appeal sees it.
    let secret = pieces[0].clone();
    assert_eq!(all.evidence_bytes(secret.id, "reviewer 1").await, Err(AppealError::TookPart));
    let (_, bytes) = all.evidence_bytes(secret.id, "reviewer 5").await.unwrap();
    assert_eq!(bytes.as_deref(), Some(&b"The secret of zoe."[..]));
    let looked = all.look(id, "reviewer 5").await.unwrap();
    assert_eq!(looked.evidence, more);

    // No decision on a case cites it: what is cited there is public by its hash.
    let case = world.submit(2, "bob", "perhaps").await.unwrap().case.unwrap();
    let cites = Verdict { evidence: vec![secret.id], ..breach() };
    let refused = world.review.decide(case, "reviewer 1", cites).await;
    assert_eq!(refused, Err(ReviewError::NoSuchEvidence(secret.id)));

    let stranger = EvidenceId::new(world.engine.ids.next());
    let granted = |evidence: Vec<EvidenceId>| Reply { evidence, ..reply(AppealOutcome::Granted) };
    assert!(all.answer(id, "reviewer 5", granted(vec![stranger])).await.is_err());
    let answered = all.answer(id, "reviewer 5", granted(vec![secret.id, secret.id])).await.unwrap();
    let AnsweredAppeal::Answered { answer, decided: Some(decided), .. } = answered else {
        panic!()
    };
    assert_eq!(answer.evidence, [secret.id]);
    assert_eq!(all.look(id, "reviewer 5").await.unwrap().stored.answer, Some(answer));
    let public = world.decision(decided.decision().id).await;
    let said = serde_json::to_string(&public.statement).unwrap()
        + &serde_json::to_string(&public.decision).unwrap();
    assert!(!said.contains(&secret.sha256) && !said.contains(&secret.id.to_string()), "{said}");
    assert_eq!(all.hand_in(id, vec![letter()]).await, Err(AppealError::AlreadyAnswered));

    let forget = store::Forget::Account(account("ann"));
    world.engine.store.erase(&forget, world.now(), true).await.unwrap().unwrap();
    for one in all.evidence(id).await.unwrap() {
        assert_eq!((one.title.as_str(), one.link, one.file_name), ("(erased)", None, None));
        assert_eq!(one.sha256, "(erased)");
        let (_, bytes) = world.review.evidence_bytes(one.id).await.unwrap();
        assert_eq!(bytes, None);
    }
}

#[tokio::test]
async fn who_reported_takes_their_evidence_along_when_forgotten() {
    let world = World::new().await;
    world.submit(4, "carl", "fine").await.unwrap();
    let (reported, held) = left_up(&world).await;
    let all = appeals(&world);
    let id = all
        .submit(Plea {
            by: Appellant::Reporter { report: reported.report },
            text: "I am carl and I saw forty.".into(),
            evidence: vec![Supplied::Text { title: String::new(), text: "Forty of them".into() }],
            ..plea(held.decision().id)
        })
        .await
        .unwrap()
        .id;
    let forget = store::Forget::Account(account("carl"));
    world.engine.store.erase(&forget, world.now(), true).await.unwrap().unwrap();
    let left = all.evidence(id).await.unwrap();
    assert_eq!((left.len(), left[0].title.as_str()), (1, "(erased)"));
    assert_eq!(world.review.evidence_bytes(left[0].id).await.unwrap().1, None);
    let stored = world.engine.store.appeal(id).await.unwrap().unwrap();
    assert_eq!(stored.appeal.text, "(erased)");
}

#[tokio::test]
async fn what_is_undone_counts_as_no_breach_for_the_rule_that_found_it() {
    let world = World::new().await;
    let case = world.submit(1, "ann", "perhaps").await.unwrap().case.unwrap();
    let held = world.review.decide(case, "reviewer 1", breach()).await.unwrap();
    let Reviewed::Decided(held) = held else { panic!("{held:?}") };
    let since = world.now() - SignedDuration::from_hours(1);
    let counted = async || {
        let held = world.engine.store.held_findings(since).await.unwrap();
        (held.len(), held.iter().filter(|one| one.upheld).count())
    };
    assert_eq!(counted().await, (1, 1));
    grant(&world, held.decision().id, "reviewer 5").await;
    assert_eq!(counted().await, (1, 0));
}
