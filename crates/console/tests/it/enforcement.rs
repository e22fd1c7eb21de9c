//! What is decided and not yet enforced, seen from the desk and by programs.

use crate::client::{get_with, post};
use crate::world::{Held, SLURS, World};
use model::{Clock as _, Measure, Receipt, ReceiptState, Role};
use store::{Attempt, Scope, Way};

#[tokio::test]
async fn what_is_owed_is_listed_oldest_first_until_it_is_enforced() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    let reader = world.browser(&router, Role::ReadOnly).await;
    let mut ids = Vec::new();
    for item in ["p1", "p2", "p3", "p4", "p5"] {
        ids.push(world.decide(item, Held::breach(SLURS, 1, vec![Measure::Remove])).await);
        world.later(1);
    }
    let at = world.clock.now();
    let failed = |next_at| Attempt::Failed { why: "the platform answered 503".into(), next_at };
    world.store.attempted(1, at, &failed(Some(at))).await.unwrap();
    world.store.attempted(2, at, &failed(None)).await.unwrap();
    world.store.attempted(3, at, &Attempt::Delivered).await.unwrap();
    world.store.attempted(4, at, &Attempt::Delivered).await.unwrap();
    let detail = Some("the post is gone".to_owned());
    let says = |n: usize, state| Receipt {
        ending: None,
        decision: ids[n],
        state,
        at,
        detail: detail.clone(),
    };
    world.store.receipt(&says(4, ReceiptState::Failed), at).await.unwrap();

    let rows = world.store.unenforced(-1, 10).await.unwrap();
    let ways: Vec<_> = rows.iter().map(|row| row.way).collect();
    assert_eq!(ways, [Way::Waiting, Way::Retrying, Way::Dead, Way::Unconfirmed, Way::Failed]);
    assert_eq!(rows.iter().map(|row| row.decision).collect::<Vec<_>>(), ids);
    let page = reader.get("/console/enforcement").await;
    for text in
        ["Given up", "the platform answered 503", "the post is gone", "Taken, not confirmed"]
    {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    for personal in ["ann", "vermin", "Send again"] {
        assert!(!page.text().contains(personal), "{personal}");
    }
    // Whoever only reads sends nothing.
    let fields = format!("decision={}", ids[2]);
    assert_eq!(reader.post("/console/enforcement", &fields).await.status, 403);
    for id in [ids[2], ids[3]] {
        let reply = boss.post("/console/enforcement", &format!("decision={id}")).await;
        assert_eq!(reply.header("location"), "/console/enforcement?done=1");
    }
    let rows = world.store.unenforced(-1, 10).await.unwrap();
    assert_eq!((rows[2].way, rows[3].way), (Way::Waiting, Way::Waiting));
    let due = world.store.due(world.clock.now(), 10).await.unwrap();
    assert_eq!(due.iter().filter(|due| due.decision == ids[2]).count(), 1, "once");

    world.store.receipt(&says(0, ReceiptState::Enforced), at).await.unwrap();
    world.key("tool", &[Scope::Enforcement], None).await;
    let auth = [("authorization", "Bearer tool")];
    let list = get_with(&router, "/api/v1/enforcement", &auth).await.json();
    assert_eq!(list["unenforced"].as_array().unwrap().len(), 4);
    assert_eq!(list["unenforced"][0]["decision"], ids[1].to_string());
    let again = |n: usize| format!("/api/v1/enforcement/{}/redeliver", ids[n]);
    assert_eq!(post(&router, &again(4), &auth, "").await.status, 202);
    post(&router, &again(0), &auth, "").await.problem("not-found");
}
