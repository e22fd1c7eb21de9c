//! The work list from outside: claims, notices with their receipts, and decisions on many cases at once.

use crate::client::{Reply, get, get_with, post};
use crate::world::{Held, World};
use axum::Router;
use flow::Review;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use store::Scope;

const PLATFORM: (&str, &str) = ("authorization", "Bearer platform");
const ANA: (&str, &str) = ("authorization", "Bearer ana");
const BEN: (&str, &str) = ("authorization", "Bearer ben");
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn start() -> (World, Router) {
    let world = World::new().await;
    world.key("platform", &[Scope::Events, Scope::Receipts], None).await;
    world.key("ana", &[Scope::Review], Some("reviewer 1")).await;
    world.key("ben", &[Scope::Review], Some("reviewer 2")).await;
    let router = world.router();
    (world, router)
}

async fn send(router: &Router, id: &str, text: &str) -> Value {
    let event = json!({
        "action_id": format!("action {id}"), "action_name": "post_created",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "item": { "id": id, "url": format!("https://plaza.example/p/{id}"), "text": text },
            "account": { "id": format!("account of {id}"), "followers": 1200 }
        }
    });
    let path = "/api/v1/events?wait=decision";
    post(router, path, &[PLATFORM, JSON], event.to_string()).await.json()
}

async fn ask(router: &Router, who: (&str, &str), path: &str, body: Value) -> Reply {
    post(router, path, &[who, JSON], body.to_string()).await
}

#[tokio::test]
async fn a_claimed_case_is_decided_by_nobody_else() {
    let (world, router) = start().await;
    let case = send(&router, "p1", "it was staged").await["case"].as_str().unwrap().to_owned();
    let work = format!("/api/v1/cases/{case}/work");
    let claimed = ask(&router, ANA, &work, json!({"act": "claim", "minutes": 20})).await.json();
    assert_eq!(claimed["work"]["claim"]["by"], "reviewer 1");
    ask(&router, BEN, &work, json!({"act": "claim"})).await.problem("case-claimed");
    ask(&router, BEN, &work, json!({"act": "release"})).await.problem("case-claimed");
    let verdict = json!({"outcome": "no_breach", "reason": "It asks, and denies nothing."});
    let decide = format!("/api/v1/cases/{case}/decide");
    ask(&router, BEN, &decide, verdict.clone()).await.problem("case-claimed");
    ask(&router, ANA, &work, json!({"act": "hold", "until": "2020-01-01T00:00:00Z", "why": "x"}))
        .await
        .problem("refused");
    ask(&router, ANA, &work, json!({"act": "dance"})).await.problem("malformed-body");

    // The lock ends by the clock, and the history says so.
    world.clock.set("2026-11-23T13:00:00Z".parse().unwrap());
    let decided = ask(&router, BEN, &decide, verdict).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    let path = format!("/api/v1/cases/{case}/history");
    let history = get_with(&router, &path, &[ANA]).await.json();
    let did: Vec<_> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["did"].as_str().unwrap())
        .collect();
    assert_eq!(did, ["opened", "claimed", "lapsed", "decided"]);
}

#[tokio::test]
async fn the_list_says_why_a_case_is_pressing_and_searches_are_kept() {
    let (_world, router) = start().await;
    send(&router, "p1", "it was staged").await;
    let list = get_with(&router, "/api/v1/cases?severity=medium&claimed=no", &[ANA]).await;
    let list = list.json();
    let all = get_with(&router, "/api/v1/cases", &[ANA]).await.json();
    let line = &all["cases"][0];
    let sum: f64 = line["urgency"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["points"].as_f64().unwrap())
        .sum();
    assert!((sum - line["urgency"]["score"].as_f64().unwrap()).abs() < 0.1, "{line}");
    assert!(list["cases"].as_array().unwrap().len() <= 1);
    get_with(&router, "/api/v1/cases?severity=huge", &[ANA]).await.problem("bad-query");
    let queues = get_with(&router, "/api/v1/queues", &[ANA]).await.json();
    assert_eq!(queues["queues"][0]["waiting"], 1);
    let mine =
        http::Request::put("/api/v1/filters/mine").header(ANA.0, ANA.1).header(JSON.0, JSON.1);
    let body = json!({"query": "claimed=me&overdue=yes"}).to_string();
    let kept = crate::client::send(&router, mine.body(body.into()).unwrap()).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    let filters = get_with(&router, "/api/v1/filters", &[ANA]).await.json();
    assert_eq!(filters["filters"][0]["name"], "mine");
}

#[tokio::test]
async fn a_notice_by_anybody_is_receipted_and_its_reporter_reads_the_reason() {
    let (world, router) = start().await;
    send(&router, "p1", "good morning").await;
    let review = Review::new(Arc::clone(&world.engine));
    let without = "items=https%3A%2F%2Fplaza.example%2Fp%2Fp1&reason=Bad&good_faith=on";
    let refused = post(&router, "/report", &[FORM], without).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("name and e-mail address"), "{}", refused.text());
    let notice = "items=https%3A%2F%2Fplaza.example%2Fp%2Fp1%23top%0D%0Ap2&reason=It+insults+me\
        &name=Carl&email=carl%40example.org&good_faith=on";
    let sent = post(&router, "/report", &[FORM], notice).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let receipt = sent.header("location").to_owned();
    let page = get(&router, &receipt).await;
    assert!(page.text().contains("In review") && page.text().contains("Not known yet"));
    assert_eq!(page.header("cache-control"), "no-store");
    for secret in ["Carl", "carl@example.org", "It insults me"] {
        assert!(!page.text().contains(secret), "{secret}");
    }
    assert_eq!(get(&router, "/report/nobody").await.status, StatusCode::NOT_FOUND);

    // What was not known is taken up once its event comes.
    send(&router, "p2", "good evening").await;
    assert_eq!(review.settle().await.unwrap(), 1);
    assert_eq!(review.settle().await.unwrap(), 0);
    assert!(!get(&router, &receipt).await.text().contains("Not known yet"));

    let token = receipt.trim_start_matches("/report/");
    let cases = get_with(&router, "/api/v1/cases?reported=yes", &[ANA]).await.json();
    assert_eq!(cases["cases"].as_array().unwrap().len(), 2);
    for case in cases["cases"].as_array().unwrap() {
        let path = format!("/api/v1/cases/{}/decide", case["id"].as_str().unwrap());
        let verdict = json!({"outcome": "no_breach", "reason": "It greets, and insults nobody."});
        assert_eq!(ask(&router, ANA, &path, verdict).await.status, StatusCode::OK);
    }
    let status = get(&router, &format!("/api/v1/reports/{token}")).await.json();
    let told = &status["items"][0]["outcome"];
    assert_eq!((&told["breach"], &told["contest"]), (&json!(false), &json!(true)));
    assert_eq!(told["reason"], "It greets, and insults nobody.");
    let contest = post(&router, &receipt, &[FORM], "position=0&text=It+mocks+me").await;
    assert_eq!(contest.status, StatusCode::SEE_OTHER, "{}", contest.text());
    let page = get(&router, &receipt).await;
    assert!(page.text().contains("You contested it"), "{}", page.text());
}

#[tokio::test]
async fn many_cases_are_decided_at_once_and_undone_by_somebody_else() {
    let (world, router) = start().await;
    let review = Review::new(Arc::clone(&world.engine));
    for n in 0..24 {
        send(&router, &format!("p{n}"), "it was staged").await;
    }
    let claimed = get_with(&router, "/api/v1/cases", &[ANA]).await.json();
    let first = claimed["cases"][0]["id"].as_str().unwrap().to_owned();
    let work = format!("/api/v1/cases/{first}/work");
    ask(&router, BEN, &work, json!({"act": "claim", "minutes": 20})).await;
    let bulk = json!({
        "query": "state=waiting", "outcome": "breach", "clause": "violent-events#denial",
        "reason": "A court has established the event."
    });
    let prepared = ask(&router, ANA, "/api/v1/bulk", bulk).await;
    assert_eq!(prepared.status, StatusCode::OK, "{}", prepared.text());
    let prepared = prepared.json();
    assert_eq!((&prepared["size"], &prepared["needs_second"]), (&json!(24), &json!(true)));
    assert_eq!(prepared["preview"]["sample"].as_array().unwrap().len(), 24);
    assert!(
        prepared["preview"]["left"]
            .as_object()
            .unwrap()
            .keys()
            .any(|why| why.contains("reviewer 2"))
    );
    let id = prepared["bulk"].as_str().unwrap().to_owned();
    let act = |act: &str| format!("/api/v1/bulk/{id}/{act}");
    let none = json!({});
    ask(&router, BEN, &act("approve"), none.clone()).await.problem("refused");
    ask(&router, ANA, &act("confirm"), none.clone()).await.json();
    assert_eq!(review.settle().await.unwrap(), 0, "nothing runs before a second person says yes");
    ask(&router, ANA, &act("approve"), none.clone()).await.problem("same-person");
    assert_eq!(ask(&router, BEN, &act("approve"), none.clone()).await.status, StatusCode::OK);
    while review.settle().await.unwrap() > 0 {}
    let done = get_with(&router, &format!("/api/v1/bulk/{id}"), &[ANA]).await.json();
    assert_eq!((&done["counts"]["decided"], &done["counts"]["left"]), (&json!(23), &json!(1)));
    let decision =
        done["results"].as_array().unwrap().iter().find_map(|one| one["decision"].as_str());
    let public = get(&router, &format!("/api/v1/decisions/{}", decision.unwrap())).await.json();
    assert_eq!(public["people"], 2);

    ask(&router, BEN, &act("undo"), json!({"why": "x"})).await.problem("same-person");
    world.key("cleo", &[Scope::Review], Some("reviewer 3")).await;
    let cleo = ("authorization", "Bearer cleo");
    let undone = ask(&router, cleo, &act("undo"), json!({"why": "The search was wrong."})).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
    while review.settle().await.unwrap() > 0 {}
    let done = get_with(&router, &format!("/api/v1/bulk/{id}"), &[ANA]).await.json();
    assert_eq!(done["counts"]["replaced"], 23, "{done}");
    let open = get_with(&router, "/api/v1/queues", &[ANA]).await.json();
    assert_eq!(open["queues"][0]["waiting"], 24, "every case waits again: {open}");
}

#[tokio::test]
async fn letters_are_offered_where_there_is_mail_and_chosen_by_who_reads_them() {
    let (world, router) = start().await;
    assert!(get(&router, "/report").await.text().contains("name=\"mail\""));
    let none = console::Console { mail: false, ..world.console() };
    let none = console::router(console::ConsoleState::new(none));
    assert!(!get(&none, "/report").await.text().contains("e-mail what becomes"));
    send(&router, "p1", "good morning").await;
    let notice = "items=p1&reason=Bad&good_faith=on&mail=on&name=Carl&email=carl%40example.org";
    for (router, promised) in [(&none, false), (&router, true)] {
        let sent = post(router, "/report", &[FORM], notice).await;
        let receipt = get(router, sent.header("location")).await;
        assert_eq!(receipt.text().contains("by e-mail, too"), promised, "{}", receipt.text());
    }

    let (token, now) = ("7".repeat(64), world.now());
    world.store.add_mail_link("mail:carl", &token, now).await.unwrap();
    let page = format!("/mail/{token}");
    let wish = async || world.store.mail_wish("mail:carl").await.unwrap();
    let asks = get(&router, &page).await;
    assert!(asks.text().contains("Nothing is sent unless you say yes"), "{}", asks.text());
    assert_eq!(asks.header("cache-control"), "no-store");
    assert_eq!(wish().await, None, "to open it says nothing");
    for (said, kept) in [("yes", store::MailWish::Confirmed), ("no", store::MailWish::Ended)] {
        let sent = post(&router, &page, &[FORM], format!("wish={said}")).await;
        assert_eq!(sent.header("location"), page, "{}", sent.text());
        assert_eq!(wish().await, Some(kept));
    }
    assert!(get(&router, &page).await.text().contains("You get no letters"));
    assert_eq!(post(&router, &page, &[FORM], "wish=perhaps").await.status, 400);
    assert_eq!(get(&router, "/mail/nobody").await.status, 404);
}

#[tokio::test]
async fn how_reports_turn_out_is_shown_with_its_arithmetic_and_names_nobody_in_the_list() {
    let world = World::new().await;
    let router = world.router();
    let ana = world.browser(&router, model::Role::Reviewer).await;
    let mut last = String::new();
    for n in 0..3 {
        let item = format!("post-{n}");
        world.decide(&item, Held::nothing()).await;
        let notice = flow::Notice {
            item: Some(item),
            reason: "They call them vermin.".into(),
            reporter: Some("zoe-of-the-hill".into()),
            ..flow::Notice::default()
        };
        let review = world.console().review;
        let noticed = review.notice(notice, flow::Via::Api).await.unwrap();
        last = noticed.items[0].report.clone().unwrap();
        if n < 2 {
            let verdict = flow::Verdict {
                outcome: flow::Held::NoBreach,
                clause: None,
                passage: None,
                reason: "It is a quotation.".into(),
                emergency: None,
                departs: Some("It quotes what it opposes.".into()),
                break_glass: None,
                step: None,
                evidence: Vec::new(),
            };
            review.decide(noticed.items[0].case.unwrap(), "reviewer 8", verdict).await.unwrap();
        }
    }
    let list = ana.get("/console/reporters").await;
    assert_eq!(list.status, 200, "{}", list.text());
    assert!(!list.text().contains("zoe"), "{}", list.text());
    assert!(list.text().contains("0 %"), "{}", list.text());
    let looks = async || {
        let looks = world.store.looks(&store::LookFilter::default(), 99).await.unwrap();
        format!("{looks:?}")
    };
    assert!(!looks().await.contains("zoe-of-the-hill"));
    let one = ana.get(&format!("/console/reporters/{last}")).await;
    let text = one.text();
    assert!(text.contains("zoe-of-the-hill"), "{text}");
    // (0 + 2) / (2 + 4) of all; (0 + 4 x 0.33) / (2 + 4) of theirs.
    assert!(text.contains("= 0.33 was upheld") && text.contains("22.2 %"), "{text}");
    assert!(text.contains("-5.6 points"), "{text}");
    assert!(looks().await.contains("zoe-of-the-hill"), "who looked is written down");
    assert_eq!(ana.get("/console/reporters/nothing").await.status, 404);
}
