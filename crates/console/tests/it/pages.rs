//! The public pages: what they say, what they never say, and how they answer what is not there.

use crate::client::{get, get_with, post, send};
use crate::world::{Held, World, files};
use axum::body::Body;
use http::{Request, StatusCode};
use model::Measure;

/// The part of a page that a reader sees, without the frame.
fn inside(page: &str) -> String {
    let start = page.find("<main").unwrap();
    let main = &page[start..page.find("</main>").unwrap()];
    let lines = main.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_main_pages_read_as_they_do() {
    let world = World::new().await;
    let ids = world.fill().await;
    let router = world.router();
    for (name, path) in [
        ("overview", "/".to_owned()),
        ("decisions", "/decisions?outcome=breach&measure=suspend".into()),
        ("decision_by_automation", format!("/decisions/{}", ids[1])),
        ("decision_in_an_emergency", format!("/decisions/{}", ids[6])),
        ("decision_replaced", format!("/decisions/{}", ids[4])),
        ("decision_without_breach", format!("/decisions/{}", ids[7])),
        ("rulebook", "/rulebook".into()),
        ("policy", format!("/rulebook/{}/violent-events", world.version())),
        ("history", "/rulebook/history".into()),
        ("lookup_of_what_waits", "/lookup?q=post-8".into()),
        ("missing", "/nowhere".into()),
    ] {
        let page = get(&router, &path).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        insta::assert_snapshot!(name, inside(page.text()));
    }
}

#[tokio::test]
async fn no_page_shows_who_wrote_or_what() {
    let world = World::new().await;
    let ids = world.fill().await;
    let router = world.router();
    let mut paths = vec!["/".to_owned(), "/decisions".into(), "/lookup?q=post-2".into()];
    paths.extend([
        "/api/v1/overview".into(),
        "/api/v1/decisions".into(),
        "/api/v1/lookup?item=post-2".into(),
    ]);
    paths.extend(ids.iter().map(|id| format!("/decisions/{id}")));
    paths.extend(ids.iter().map(|id| format!("/api/v1/decisions/{id}")));
    for path in paths {
        let page = get(&router, &path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for secret in ["SECRET WORDS", "They are vermin", "ann", "<script>alert", "reviewer"] {
            let at = page.text().find(secret);
            // "ann" also stands in words; as an id it stands between quotation marks.
            let leaks = if secret == "ann" { page.text().contains("\"ann") } else { at.is_some() };
            assert!(!leaks, "{path} says {secret}");
        }
    }
}

#[tokio::test]
async fn passages_are_shown_where_the_rulebook_publishes_texts() {
    let open = ("rulebook.toml", "publish_text = false", "publish_text = true");
    let world = World::under(files(&[open])).await;
    let ids = world.fill().await;
    let page = get(&world.router(), &format!("/decisions/{}", ids[1])).await;
    assert!(page.text().contains("They are vermin"));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    let router = world.router();
    for path in [
        "/",
        "/nowhere",
        "/api/v1/overview",
        "/api/v1/nowhere",
        "/static/console.css",
        "/openapi.json",
    ] {
        let reply = get(&router, path).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("x-request-id").len(), 36, "{path}");
    }
    let page = get(&router, "/").await;
    assert!(!page.text().contains("style=") && !page.text().contains("onclick"));
    assert!(!page.text().contains("<script>"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_pages_are_not() {
    let router = World::new().await.router();
    let page = get(&router, "/").await;
    assert_eq!(page.header("cache-control"), "no-cache");
    let start = page.text().find("/static/console.css?v=").unwrap();
    let address = page.text()[start..].split('"').next().unwrap();
    let sheet = get(&router, address).await;
    assert_eq!(sheet.header("content-type"), "text/css");
    assert!(sheet.header("cache-control").contains("immutable"));
    assert_eq!(get(&router, "/static/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_is_json_for_whoever_asks_for_it() {
    let world = World::new().await;
    let ids = world.fill().await;
    let router = world.router();
    let one = format!("/decisions/{}", ids[1]);
    for (page, twin) in [
        ("/", "/api/v1/overview"),
        ("/decisions?outcome=breach", "/api/v1/decisions?outcome=breach"),
        (one.as_str(), &format!("/api/v1{one}")),
        ("/rulebook", "/api/v1/rulebook"),
        ("/rulebook/history", "/api/v1/rulebook/history"),
        ("/lookup?q=post-3", "/api/v1/lookup?item=post-3"),
    ] {
        let asked = get_with(&router, page, &[("accept", "application/json")]).await;
        assert_eq!(asked.json(), get(&router, twin).await.json(), "{page}");
        assert!(asked.header("vary").to_ascii_lowercase().contains("accept"), "{page}");
        let shown = get(&router, page).await;
        let link = twin.replace("&", "&#38;");
        assert!(shown.text().contains(&format!("href=\"{link}")), "{page} links to {link}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_to_people_and_to_programs() {
    let world = World::new().await;
    let (router, no_policy) = (world.router(), format!("/rulebook/{}/no-policy", world.version()));
    for path in [
        "/nowhere",
        "/decisions/x",
        "/decisions/00000000-0000-0000-0000-000000000000",
        "/rulebook/ffff",
        no_policy.as_str(),
        "/problems/none",
    ] {
        let page = get(&router, path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text().contains("<h1>There is nothing here</h1>"), "{path}");
        let json = get_with(&router, path, &[("accept", "application/json")]).await;
        json.problem("not-found");
    }
    let wrong = post(&router, "/decisions", &[], "").await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(wrong.header("allow").contains("GET"));
    get(&router, "/api/v1/nowhere").await.problem("not-found");
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let router = World::new().await.router();
    for path in ["/", "/decisions", "/api/v1/overview"] {
        let request = Request::head(path).body(Body::empty()).unwrap();
        let reply = send(&router, request).await;
        assert_eq!((reply.status, reply.bytes.len()), (StatusCode::OK, 0), "{path}");
    }
}

#[tokio::test]
async fn pages_are_compressed_when_asked() {
    let router = World::new().await.router();
    let page = get_with(&router, "/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(page.header("content-encoding"), "gzip");
    assert_eq!(page.bytes[..2], [0x1f, 0x8b]);
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let world = World::new().await;
    let facts = "<script>alert(1)</script> [click](javascript:alert(1)) \u{202E}gpj.exe";
    let held = Held { facts: facts.into(), ..Held::nothing() };
    let id = world.decide("post-1", held).await;
    let router = world.router();
    let page = get(&router, &format!("/decisions/{id}")).await;
    assert!(!page.text().contains("<script>alert") && !page.text().contains("href=\"javascript"));
    let asked = "/lookup?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE%00";
    let page = get(&router, asked).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text().contains("<script>alert") && page.text().contains("⟨U+202E⟩"));
    let page = get(&router, "/decisions?clause=%3Cb%3E&utm_source=x").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("This filter was left out") && !page.text().contains("<b>&"));
}

#[tokio::test]
async fn look_up_answers_for_every_post() {
    let world = World::new().await;
    let ids = world.fill().await;
    let router = world.router();
    for (asked, answer) in [
        ("item=post-2", "breach"),
        ("item=post-1", "no_breach"),
        ("item=post-5", "no_breach"),
        ("item=post-8", "waiting"),
        ("item=nobody", "never_seen"),
        ("url=https://plaza.example/p/post-3", "breach"),
        ("url=https://plaza.example/p/none", "never_seen"),
    ] {
        let json = get(&router, &format!("/api/v1/lookup?{asked}")).await.json();
        assert_eq!(json["answer"], answer, "{asked}: {json}");
    }
    let json = get(&router, "/api/v1/lookup?item=post-5").await.json();
    assert_eq!(json["decision"], ids[7].to_string());
    let json = get(&router, "/api/v1/lookup?item=post-8").await.json();
    assert!(json["case"].as_str().unwrap().parse::<model::CaseId>().is_ok(), "{json}");
    let page = get(&router, "/lookup?q=%20https://plaza.example/p/post-1%20").await;
    assert!(page.text().contains("It was looked at and breaches nothing"));
    let page = get(&router, "/lookup?q=nobody").await;
    assert!(page.text().contains("Nobody has looked at it here"));
}

#[tokio::test]
async fn pages_of_decisions_follow_one_another() {
    let world = World::new().await;
    for n in 0..60 {
        let held = match n % 3 {
            0 => Held::nothing(),
            _ => Held::breach("platform-manipulation#spam", 0, vec![Measure::Remove]),
        };
        world.decide(&format!("post-{n}"), held).await;
        world.later(1);
    }
    let router = world.router();
    let (mut path, mut seen) = ("/api/v1/decisions?outcome=breach".to_owned(), Vec::new());
    loop {
        let json = get(&router, &path).await.json();
        let rows = json["decisions"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["decided_at"].as_str().unwrap().to_owned()));
        let Some(next) = json["next"].as_str() else { break };
        path = format!("/api/v1/decisions?outcome=breach&before={next}");
    }
    assert_eq!(seen.len(), 40);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
    let page = get(&router, "/decisions?outcome=breach").await;
    assert!(page.text().contains("rel=\"next\" href=\"/decisions?outcome=breach&#38;before="));
}

#[tokio::test]
async fn an_empty_server_says_so() {
    let router = World::new().await.router();
    assert!(get(&router, "/").await.text().contains("Nothing has been decided yet"));
    assert!(get(&router, "/decisions").await.text().contains("Nothing has been decided yet"));
    let page = get(&router, "/decisions?outcome=breach").await;
    assert!(page.text().contains("No decision fits"));
}

#[tokio::test]
async fn anybody_can_try_the_rules_and_nothing_is_kept() {
    let world = World::new().await;
    let router = world.router();
    assert!(get(&router, "/rulebook/try").await.text().contains("Nothing that you enter is kept"));
    let ask = async |accept: &str, body: String| {
        let request = Request::post("/rulebook/try")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", accept)
            .body(Body::from(body))
            .unwrap();
        send(&router, request).await
    };
    let page = ask("text/html", "text=They+are+vermin+%3Cscript%3E".into()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert!(page.text().contains("<q>They are vermin</q>"), "{}", page.text());
    assert!(!page.text().contains("<script>"));
    let told = ask("application/json", "text=A+fine+day".into()).await.json();
    assert_eq!(told["findings"].as_array().unwrap().len(), 0);
    assert!(told["rules"].as_array().unwrap().iter().all(|rule| rule["held"] != "held"));
    let wrong = ask("text/html", "data=%7Bno".into()).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let long = ask("text/html", format!("text={}", "x".repeat(5_001))).await;
    assert_eq!(long.status, StatusCode::BAD_REQUEST);
    let overview = get(&router, "/api/v1/overview").await.text().to_owned();
    assert!(!overview.contains("try"), "{overview}");
}
