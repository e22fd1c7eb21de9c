//! The registers that are open to everybody: entering a fact by two people, finding it in public, saying that
//! it is wrong and reading the answer; and what one person did alone.

use crate::client::{get, post};
use crate::world::World;
use flow::approval::Proposed;
use http::StatusCode;
use model::{ActClass, Json, Role};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const FACT: &str = "about=domain&subject=https%3A%2F%2Fwww.Tarsk.example%2F&kind=state-media&\
    name=Tarsk+Channel&country=Tarsk&source=https%3A%2F%2Fregulator.example%2F17&date=2026-02-01&\
    typology=SC&until=&why=A+reader+asked.";

#[tokio::test]
async fn a_fact_is_entered_found_and_answered_for() {
    let world = World::new().await;
    let router = world.router();
    let editor = world.browser(&router, Role::PolicyEditor).await;
    let reader = world.browser(&router, Role::ReadOnly).await;
    let reply = editor.post("/console/affiliations", FACT).await;
    assert_eq!(reply.header("location"), "/console/affiliations?done=entered");
    assert_eq!(reader.post("/console/affiliations", FACT).await.status, StatusCode::FORBIDDEN);
    let page = get(&router, "/affiliations?q=tarsk").await;
    for text in
        ["tarsk.example", "State-controlled media", "https://regulator.example/17", "the staff"]
    {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    assert!(!page.text().contains("reviewer"), "nobody is named in public");
    let json = get(&router, "/api/v1/affiliations?kind=state-media&q=tarsk").await.json();
    assert_eq!(
        (json["all"].as_u64(), &json["entries"][0]["subject"]),
        (Some(1), &"tarsk.example".into())
    );
    assert_eq!(get(&router, "/api/v1/affiliations?q=nowhere").await.json()["all"], 0);
    get(&router, "/api/v1/affiliations?kind=friend").await.problem("bad-query");

    // Somebody outside says that it is wrong.
    let asked = "subject=tarsk.example&said=It+was+sold.&source=https%3A%2F%2Fnews.example%2F1";
    let sent = post(&router, "/affiliations/wrong", &[FORM], asked).await;
    let address = sent.header("location").to_owned();
    assert!(get(&router, &address).await.text().contains("waits for an answer"));
    let empty = post(&router, "/affiliations/wrong", &[FORM], "subject=&said=x&source=x").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = editor.get("/console/affiliations").await;
    assert!(page.text().contains("It was sold."), "{}", page.text());
    let id = address.rsplit('/').next().unwrap();
    let to = format!("/console/affiliations/corrections/{id}");
    assert_eq!(
        editor.post(&to, "word=corrected&reason=").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    editor.post(&to, "word=corrected&reason=The+sale+is+shown.").await;
    let answer = get(&router, &address).await;
    assert!(answer.text().contains("The sale is shown."), "{}", answer.text());
    assert!(!answer.text().contains("It was sold."), "what was said stays inside");
    assert_eq!(editor.post(&to, "word=declined&reason=No.").await.status, StatusCode::NOT_FOUND);

    let entry = world.store.register().await.unwrap().remove(0);
    let to = format!("/console/affiliations/{}/withdraw", entry.id);
    editor.post(&to, "reason=It+was+sold.").await;
    assert_eq!(get(&router, "/api/v1/affiliations?q=tarsk").await.json()["all"], 0);
}

#[tokio::test]
async fn another_person_looks_at_what_was_done_alone() {
    let world = World::new().await;
    let router = world.router();
    let senior = world.browser(&router, Role::Senior).await;
    let approvals = world.console().review.approvals();
    let proposed = Proposed {
        class: ActClass::Affiliation,
        about: "x".into(),
        body: Json::parse("{}").unwrap(),
        why: "So.".into(),
    };
    assert!(approvals.break_glass(proposed.clone(), "reviewer 77", "It burned.").await.is_err());
    // The rulebook of this world lets nobody; what an earlier one let is listed all the same.
    let mut act = approvals.propose(proposed, "reviewer 77").await.unwrap();
    act.id = "11111111-1111-4111-8111-111111111111".into();
    act.people = 2;
    act.said = vec![model::Said {
        word: model::ActWord::BrokeGlass,
        by: "reviewer 77".into(),
        reason: "It burned.".into(),
        at: act.at,
    }];
    world.store.propose_act(&act).await.unwrap();
    let page = senior.get("/console/alone").await;
    assert!(page.text().contains("It burned."), "{}", page.text());
    let to = format!("/console/alone/{}", act.id);
    assert_eq!(
        senior.post(&to, "word=right&reason=").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let reply = senior.post(&to, "word=wrong&reason=There+was+time.").await;
    assert_eq!(reply.header("location"), "/console/alone?done=1");
    let page = senior.get("/console/alone").await;
    assert!(
        page.text().contains("There was time.") && page.text().contains("Wrong"),
        "{}",
        page.text()
    );
    assert!(get(&router, "/emergencies").await.text().contains("There was none so far"));
}
