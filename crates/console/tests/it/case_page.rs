//! The page of a case, by keyboard and without scripts: what it shows, what it hides, what its form does.

use crate::access::Browser;
use crate::client::Reply;
use crate::world::{World, files};
use model::{CaseId, Clock as _, Role};
use std::collections::BTreeMap;

/// Rules that send everything that says "perhaps vermin" to people.
fn referring(people: &str) -> BTreeMap<String, String> {
    let mut files = files(&[]);
    let book = files.get_mut("rulebook.toml").unwrap();
    book.push_str(&format!("\n[people]\nmilder_step = true\n{people}\n"));
    files.get_mut("main.sml").unwrap().push_str(
        "\nPerhapsVermin = Rule(\n  when_all=[TextMatches(text=ItemText, \
         pattern=r'\\b(?P<quote>perhaps vermin)\\b')],\n  \
         description='It likens people to vermin',\n)\n\
         WhenRules(rules_any=[PerhapsVermin], then=[Refer(clause='hateful-conduct#dehumanisation')])\n",
    );
    files
}

async fn case(world: &World, id: &str) -> CaseId {
    let text = "They are perhaps vermin,\\nall of them.";
    let data = format!(
        r#"{{"item":{{"id":"{id}","url":"https://plaza.example/{id}","text":"{text}","created_at":"2026-11-20T12:00:00Z","media":[{{"kind":"image","url":"https://plaza.example/x.png"}}]}},"account":{{"id":"ann","name":"ann.example","display_name":"Ann <b>"}}}}"#
    );
    let event = model::Event {
        action_id: model::ActionId::new(&format!("event of {id}")).unwrap(),
        action_name: "post_created".into(),
        timestamp: world.clock.now(),
        data: model::Json::parse(&data).unwrap(),
        secret_data: None,
    };
    world.intake.submit(event).await.unwrap().case.unwrap()
}

fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location")
}

/// The address behind the element with this key.
fn behind<'p>(page: &'p str, key: &str) -> &'p str {
    let (before, _) = page.split_once(&format!("accesskey=\"{key}\"")).unwrap();
    let (_, href) = before.rsplit_once("href=\"").unwrap();
    href.split('"').next().unwrap()
}

const VERDICT: &str = "do=decide&outcome=breach&clause=hateful-conduct%23dehumanisation&at=9-23&reason=It+likens+people+to+vermin";

async fn pass_grace(world: &World) {
    world.clock.set(world.clock.now() + flow::GRACE);
    flow::Review::new(std::sync::Arc::clone(&world.engine)).decide_due().await.unwrap();
}

async fn senior(world: &World) -> Browser {
    world.browser(&world.router(), Role::Senior).await
}

#[tokio::test]
async fn a_clear_case_is_two_keys_and_can_be_taken_back() {
    let world = World::under(referring("")).await;
    let id = case(&world, "post-1").await;
    let browser = senior(&world).await;
    let path = format!("/console/cases/{id}");
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("<mark class=\"found\">perhaps vermin</mark>"), "{}", page.text());
    assert!(page.text().contains("Ann &#60;b&#62;"), "{}", page.text());
    assert!(!page.text().contains("src=\"http"), "nothing is loaded from elsewhere");

    let chosen = behind(page.text(), "1").replace("&#38;", "&").replace("&amp;", "&");
    let page = browser.get(&format!("{path}{chosen}")).await;
    let text = page.text();
    assert!(text.contains("no warning or strike delivered before the post counts"), "{text}");
    assert!(text.contains("It likens people to vermin."), "the reason writes itself");
    assert!(text.contains("Your post of 2026-11-20 breaches our rules"), "{text}");
    assert!(text.contains("<mark class=\"chosen\">perhaps vermin</mark>"), "{text}");

    let sent = browser.post(&path, VERDICT).await;
    assert_eq!(location(&sent), path);
    assert!(browser.get(&path).await.text().contains("You decided"));
    let back = browser.post(&format!("{path}/undo"), "").await;
    assert!(location(&back).contains("told=undone"), "{}", location(&back));
    pass_grace(&world).await;
    assert_eq!(world.store.case(id).await.unwrap().unwrap().decision, None);

    browser.post(&path, VERDICT).await;
    pass_grace(&world).await;
    let page = browser.get(&path).await;
    assert!(page.text().contains("decided 0 s ago"), "{}", page.text());
    assert!(location(&browser.post(&format!("{path}/undo"), "").await).contains("too-late"));
}

#[tokio::test]
async fn who_comes_second_is_told_who_was_first() {
    let world = World::under(referring("")).await;
    let id = case(&world, "post-1").await;
    let (first, second) = (senior(&world).await, senior(&world).await);
    let path = format!("/console/cases/{id}");
    assert!(first.get(&path).await.text().contains("Nobody else is here"));
    assert!(second.get(&path).await.text().contains("reviewer 1 is here, too"));
    first.post(&path, VERDICT).await;
    let late = second.post(&path, VERDICT).await;
    assert!(location(&late).contains("told=late"), "{}", location(&late));
    let page = second.get(location(&late)).await;
    assert!(page.text().contains("reviewer 1 decided 0 s ago"), "{}", page.text());
    pass_grace(&world).await;
    let page = second.get(location(&late)).await;
    assert!(page.text().contains("Somebody was there first"), "{}", page.text());
    assert!(page.text().contains("reviewer 1 decided 0 s ago"), "{}", page.text());
}

#[tokio::test]
async fn what_is_missing_is_named_and_nothing_typed_is_lost() {
    let world = World::under(referring("")).await;
    let id = case(&world, "post-1").await;
    let browser = senior(&world).await;
    let path = format!("/console/cases/{id}");
    let form =
        "do=decide&outcome=breach&clause=hateful-conduct%23dehumanisation&words=kittens&reason=";
    let sent = browser.post(&path, form).await;
    let page = browser.get(location(&sent)).await;
    assert!(page.text().contains("these do not stand in it"), "{}", page.text());
    assert!(page.text().contains("Still missing: the reason in plain words"), "{}", page.text());
    assert!(page.text().contains("value=\"kittens\""));
    assert_eq!(world.store.held_verdict(id).await.unwrap(), None);
}

#[tokio::test]
async fn a_blind_queue_hides_who_posted_until_a_first_answer() {
    let world = World::under(referring("blind_first_look = [\"*\"]")).await;
    let id = case(&world, "post-1").await;
    let browser = senior(&world).await;
    let path = format!("/console/cases/{id}");
    let page = browser.get(&format!("{path}?outcome=no_breach")).await;
    for hidden in ["Ann", "ann.example", "plaza.example/post-1"] {
        assert!(!page.text().contains(hidden), "{hidden}: {}", page.text());
    }
    assert_eq!(browser.post(&path, VERDICT).await.status, 403);
    let answered =
        browser.post(&format!("{path}/answer"), "held=hateful-conduct%23dehumanisation").await;
    let page = browser.get(location(&answered)).await;
    assert!(page.text().contains("ann.example"), "{}", page.text());
    assert!(page.text().contains("First answer of reviewer 1"), "{}", page.text());
}

#[tokio::test]
async fn a_second_look_is_blind_and_counts() {
    let world = World::under(referring("second_look_percent = 100\ngolden_percent = 0")).await;
    let (first, second) = (senior(&world).await, senior(&world).await);
    for n in 0..3 {
        let id = case(&world, &format!("post-{n}")).await;
        first.post(&format!("/console/cases/{id}"), VERDICT).await;
    }
    pass_grace(&world).await;
    let none = first.post("/console/quality/next", "").await;
    assert_eq!(location(&none), "/console/quality", "nobody looks twice at what they decided");
    for held in ["no_breach", "hateful-conduct%23dehumanisation", "hateful-conduct%23slurs"] {
        let next = second.post("/console/quality/next", "").await;
        let path = location(&next).to_owned();
        let page = second.get(&path).await;
        for hidden in ["ann.example", "reviewer 1", "likens people"] {
            assert!(!page.text().contains(hidden), "{hidden}: {}", page.text());
        }
        let answered = second.post(&path, &format!("held={held}")).await;
        let page = second.get(location(&answered)).await;
        assert!(page.text().contains("The other answer"), "{}", page.text());
        assert_eq!(second.post(&path, "held=no_breach").await.status, 422, "answered once");
    }
    let page = second.get("/console/quality").await;
    assert!(page.text().contains("1 of 3 agree"), "{}", page.text());
    assert!(page.text().contains("Krippendorff"), "{}", page.text());
    assert!(page.text().contains("PerhapsVermin"), "{}", page.text());
    let reviewer = world.browser(&world.router(), Role::Reviewer).await;
    let page = reviewer.get("/console/quality").await;
    assert!(!page.text().contains("Krippendorff"), "figures of all are for who looks after them");
}
