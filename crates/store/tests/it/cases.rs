//! Cases: waiting, joined, reported, proposed, decided.

use crate::fixtures::{Held, World, item_of};
use model::{CaseId, CaseState, ClauseId, Finding, FoundBy, Ids as _, Json, RulebookVersion};
use store::{Became, CaseFilter, Kept, Proposal, QueueFilter, Report, Store, StoreError};

fn proposed(proposed: bool) -> QueueFilter {
    QueueFilter { proposed: Some(proposed), ..QueueFilter::default() }
}

#[tokio::test]
async fn a_case_waits_is_proposed_and_decided() {
    let (world, store) = (World::new("case"), Store::open_in_memory().await.unwrap());
    let (record, received, id) = world.referred(1, "hate", 50);
    let item = item_of(&record);
    store.record(&[record]).await.unwrap();
    let action = &received.event.action_id;
    assert_eq!(store.event(action).await.unwrap().unwrap().became, Became::Referred(id));
    assert_eq!(store.waiting_cases(std::slice::from_ref(&item)).await.unwrap()[&item], id);
    assert_eq!(store.queues().await.unwrap().into_iter().collect::<Vec<_>>(), [("hate".into(), 1)]);

    let report = Report {
        id: world.ids.next().to_string(),
        item: item.clone(),
        case: id,
        clause: Some(ClauseId::new("a#b").unwrap()),
        reason: "It insults my neighbours.".into(),
        reporter: Some("carl".into()),
        received_at: world.now,
        trust: 500,
    };
    store.report(&report, None).await.unwrap();
    let finding = Finding {
        clause: ClauseId::new("a#b").unwrap(),
        by: FoundBy::Rules(vec!["Later".into()]),
        passage: None,
        explanation: "Seen again.".into(),
    };
    let joined = Kept::Joined { case: id, findings: vec![finding.clone()] };
    store.record(&[world.with(Some(world.received(2, "ann")), joined)]).await.unwrap();
    let case = store.case(id).await.unwrap().unwrap();
    assert_eq!((case.case.state, &case.case.findings), (CaseState::Waiting, &vec![finding]));
    assert_eq!((case.reports, &case.event.event), (vec![report], &received.event));

    let proposal = Proposal {
        case: id,
        by: "reviewer 1".into(),
        verdict: Json::parse(r#"{"outcome":"breach"}"#).unwrap(),
        why: "A suspension needs two people.".into(),
        proposed_at: world.now,
    };
    store.propose(&proposal).await.unwrap();
    let case = store.case(id).await.unwrap().unwrap();
    assert_eq!((case.case.state, case.proposal), (CaseState::Proposed, Some(proposal.clone())));
    assert!(store.queue(&proposed(false), None, 9, world.now).await.unwrap().entries.is_empty());
    assert_eq!(store.queue(&proposed(true), None, 9, world.now).await.unwrap().entries.len(), 1);

    let people = vec!["reviewer 1".into(), "reviewer 2".into()];
    let held = Held { case: Some(id), people, ..Held::breach() };
    let (decision, decided) = world.later(&received, &held);
    store.record(&[decision]).await.unwrap();
    let case = store.case(id).await.unwrap().unwrap();
    assert_eq!((case.case.state, case.decision), (CaseState::Decided, Some(decided)));
    assert!(store.waiting_cases(&[item]).await.unwrap().is_empty());
    let decided = CaseFilter { decided: true, queue: None };
    assert_eq!(store.cases(&decided, None, 9).await.unwrap().entries.len(), 1);

    // Nobody decides it a second time, nor proposes, nor joins.
    let (again, _) = world.later(&received, &held);
    assert!(
        matches!(store.record(&[again]).await, Err(StoreError::Taken(what)) if what.contains("case_id"))
    );
    assert_eq!(store.propose(&proposal).await, Err(StoreError::NoSuch("case that waits")));
    let joined = Kept::Joined { case: id, findings: Vec::new() };
    let joined = world.with(Some(world.received(3, "ann")), joined);
    assert_eq!(store.record(&[joined]).await, Err(StoreError::NoSuch("case that waits")));
}

#[tokio::test]
async fn the_most_urgent_case_comes_first() {
    let (world, store) = (World::new("urgent"), Store::open_in_memory().await.unwrap());
    let cases = [(1, "a", 10), (2, "b", 90), (3, "a", 10), (4, "a", 90), (5, "b", 0)];
    let (records, ids): (Vec<_>, Vec<CaseId>) = cases
        .iter()
        .map(|(n, queue, priority)| {
            let (record, _, id) = world.referred(*n, queue, *priority);
            (record, id)
        })
        .unzip();
    store.record(&records).await.unwrap();
    let waiting = proposed(false);
    let (mut order, mut after) = (Vec::new(), None);
    loop {
        let page = store.queue(&waiting, after.as_ref(), 2, world.now).await.unwrap();
        order.extend(page.entries.iter().map(|waiting| waiting.case.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(order, [1, 3, 0, 2, 4].map(|n: usize| ids[n]));
    let queue = QueueFilter { queue: Some("b".into()), ..waiting };
    let of_queue = store.queue(&queue, None, 9, world.now).await.unwrap().entries;
    assert_eq!(
        of_queue.iter().map(|waiting| waiting.case.id).collect::<Vec<_>>(),
        [ids[1], ids[4]]
    );
    let all = store.cases(&CaseFilter::default(), None, 9).await.unwrap().entries;
    assert_eq!((all.len(), all[0].id), (5, ids[4]));
}

#[tokio::test]
async fn a_report_opens_a_case_on_what_was_left_up() {
    let (world, store) = (World::new("report"), Store::open_in_memory().await.unwrap());
    let (record, _) = world.record(1, "ann", &Held::no_breach());
    let (Kept::Referred(mut case), id) = ({
        let (record, _, id) = world.referred(2, "reports", 20);
        (record.kept, id)
    }) else {
        unreachable!()
    };
    let item = item_of(&record);
    let report = Report {
        id: "r1".into(),
        item: item.clone(),
        case: id,
        clause: None,
        reason: "Look again.".into(),
        reporter: None,
        received_at: world.now,
        trust: 500,
    };
    assert_eq!(store.report(&report, Some(&case)).await, Err(StoreError::NoSuch("event")));
    case.action_id = record.event.as_ref().unwrap().event.action_id.clone();
    case.item = item.clone();
    case.rulebook = RulebookVersion::new("later");
    store.record(&[record]).await.unwrap();
    store.report(&report, Some(&case)).await.unwrap();
    let found = store.lookup_item(&item).await.unwrap().unwrap();
    assert_eq!(found.waiting.unwrap(), *case);
    assert!(found.decision.is_some());
}
