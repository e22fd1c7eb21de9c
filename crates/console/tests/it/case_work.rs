//! What people do with a case from its own page, by forms alone: each act has a printed key, and each leads back.

use crate::client::post;
use crate::world::World;
use model::Role;
use serde_json::json;
use store::Scope;

const PLATFORM: (&str, &str) = ("authorization", "Bearer platform");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn claim_hold_escalate_assign_split_and_merge_are_forms_with_a_printed_key() {
    let world = World::new().await;
    world.key("platform", &[Scope::Events], None).await;
    let router = world.router();
    let boss = world.browser(&router, Role::Senior).await;
    let ana = world.browser(&router, Role::Reviewer).await;
    let case = world.refer("post-1", "Somebody must look.").await;
    let other = world.refer("post-2", "This one, too.").await;
    for (clause, reason) in [
        ("hateful-conduct#slurs", "It says a slur."),
        ("violent-events#denial", "It denies what happened."),
    ] {
        let report = json!({ "item": "post-1", "reason": reason, "clause": clause }).to_string();
        let reply = post(&router, "/api/v1/reports", &[PLATFORM, JSON], report).await;
        assert!(reply.status.is_success(), "{}", reply.text());
    }
    let at = format!("/console/cases/{case}");
    let back = format!("{at}?told=worked");
    let page = boss.get(&at).await;
    for key in ["c", "h", "e", "s", "x", "m", "a"] {
        let printed = format!("data-key=\"{key}\" accesskey=\"{key}\"");
        assert!(page.text().contains(&printed), "{key}: {}", page.text());
        assert!(page.text().contains(&format!("<kbd>{key}</kbd>")), "{key}");
    }
    // Who does not distribute work is offered none of that.
    let plain = ana.get(&at).await;
    for key in ["s", "x", "m"] {
        assert!(!plain.text().contains(&format!("data-key=\"{key}\"")), "{key}");
    }
    assert_eq!(ana.post(&format!("{at}/work"), "act=assign&to=reviewer+2").await.status, 403);

    let act = async |fields: &str| {
        let reply = boss.post(&format!("{at}/work"), &format!("{fields}&back={back}")).await;
        assert_eq!(reply.status, 303, "{fields}: {}", reply.text());
        reply.header("location").to_owned()
    };
    let says = async |text: &str| {
        let page = boss.get(&at).await;
        assert!(page.text().contains(text), "{text}: {}", page.text());
    };
    assert_eq!(act("act=claim").await, back);
    says("You have it until").await;
    assert_eq!(act("act=release").await, back);
    says("Nobody has it claimed").await;
    act("act=hold&until=2026-11-24T09:00&why=It+waits+for+the+police").await;
    says("On hold until").await;
    act("act=resume").await;
    act("act=escalate&why=It+is+beyond+me").await;
    says("Escalated.").await;
    act("act=assign&to=reviewer+2").await;
    says("Put aside for reviewer 2.").await;

    let parted = act("act=split&clause=hateful-conduct%23slurs").await;
    assert!(parted.ends_with("?told=split") && !parted.contains(&case.to_string()), "{parted}");
    let new = boss.get(&parted).await;
    assert!(new.text().contains("This is the new case"), "{}", new.text());
    let merged = act(&format!("act=merge&into={other}")).await;
    assert_eq!(merged, format!("/console/cases/{other}?told=merged"));
    says("Follows <a href").await;
    act("act=on_its_own").await;
    says("Nobody has it claimed").await;
}
